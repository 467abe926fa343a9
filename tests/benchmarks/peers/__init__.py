"""Comparison with published models, each in an environment of its own: `make bench-peers`."""
