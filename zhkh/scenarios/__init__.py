"""Scenario files in the database: a scenario as rows, and rows of a posted month as its result."""
