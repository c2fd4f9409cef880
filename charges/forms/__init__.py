"""Forms of charges."""
