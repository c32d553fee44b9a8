"""Benchmarks and experiments of the family `sketching`."""

__all__: list[str] = []
