"""Benchmarks and trials: what the program costs, and whether it survives being killed."""
