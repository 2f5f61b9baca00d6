"""Benchmarks: `python -m tests.benchmarks` prints ratios against bare peers measured in the same run."""
