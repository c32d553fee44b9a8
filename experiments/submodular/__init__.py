"""Benchmarks and experiments of the family `submodular`."""

__all__: list[str] = []
