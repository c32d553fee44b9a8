"""Benchmarks and experiments of the family `privacy`."""

__all__: list[str] = []
