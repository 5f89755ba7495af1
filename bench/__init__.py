"""Benchmarks against limits and peers: they print figures and ratios and assert nothing. See docs/benchmarks.md."""
