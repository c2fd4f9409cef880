"""Pages of charges, one module a subject."""
