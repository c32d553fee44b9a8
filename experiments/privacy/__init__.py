"""Benchmarks and experiments of the family `privacy`."""

from experiments.privacy.toeplitz_pairs import TOEPLITZ

__all__ = ["TOEPLITZ"]
