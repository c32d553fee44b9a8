"""Benchmarks and experiments of the family `privacy`."""

from experiments.privacy.blt_pairs import BUFFERED
from experiments.privacy.max_sum import MAX_SUM
from experiments.privacy.toeplitz_pairs import TOEPLITZ
from experiments.privacy.tree_pairs import K_ARY, TREE

__all__ = ["BUFFERED", "K_ARY", "MAX_SUM", "TOEPLITZ", "TREE"]
