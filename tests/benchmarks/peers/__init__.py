"""Comparison with published models, each in an environment of its own; run by `make bench-peers`."""
