"""Reports of the books: set-based SQL, rows in their printing order, totals of the same rows."""
