"""A made-up town: a deterministic database of any size for benchmarks, tests and looking around."""
