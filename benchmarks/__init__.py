"""Benchmarks: one command each; their figures stand in ``docs/performance.md``."""
