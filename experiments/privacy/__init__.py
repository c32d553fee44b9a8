"""Benchmarks and experiments of the family `privacy`."""

from experiments.privacy.toeplitz_pairs import TOEPLITZ
from experiments.privacy.tree_pairs import K_ARY, TREE

__all__ = ["K_ARY", "TOEPLITZ", "TREE"]
