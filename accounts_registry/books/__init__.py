"""Pages of the books: statements, payments, operations by hand, reports."""
