"""Benchmarks and experiments of the family `mechanisms`."""

from experiments.mechanisms.influence import INFLUENCE

__all__ = [
    "INFLUENCE",
]
