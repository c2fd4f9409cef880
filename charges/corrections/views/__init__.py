"""Pages of recalculations."""
