"""Benchmarks and experiments of the family `mechanisms`."""

__all__: list[str] = []
