"""Benchmarks: each prints ratios to a bare baseline measured in the same run, and asserts no time."""
