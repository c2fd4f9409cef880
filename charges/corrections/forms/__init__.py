"""What the pages of recalculations are asked."""
