"""Benchmarks and experiments of the family `iterations`."""
