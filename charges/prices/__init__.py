"""Prices: what they may be, changing them from a day on, and what a change comes to."""
