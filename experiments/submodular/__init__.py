"""Benchmarks and experiments of the family `submodular`."""

from experiments.submodular.byte_pair_pairs import BYTE_PAIRS
from experiments.submodular.selection_pairs import (
    APRICOT_COVERAGE,
    APRICOT_LAZY,
    APRICOT_NAIVE,
    SUBMODLIB_LAZY,
    SUBMODLIB_NAIVE,
)
from experiments.submodular.summaries import SUMMARIES

__all__ = [
    "APRICOT_COVERAGE",
    "APRICOT_LAZY",
    "APRICOT_NAIVE",
    "BYTE_PAIRS",
    "SUBMODLIB_LAZY",
    "SUBMODLIB_NAIVE",
    "SUMMARIES",
]
