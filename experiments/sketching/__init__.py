"""Benchmarks and experiments of the family `sketching`."""

from experiments.sketching.active import ACTIVE
from experiments.sketching.coreset_regression import CORESETS
from experiments.sketching.low_rank_pairs import LOW_RANK
from experiments.sketching.regression_pairs import REGRESSION
from experiments.sketching.sensitivity_pairs import SENSITIVITIES
from experiments.sketching.sketch_pairs import SKETCHES
from experiments.sketching.weight_pairs import LEWIS

__all__ = [
    "ACTIVE",
    "CORESETS",
    "LEWIS",
    "LOW_RANK",
    "REGRESSION",
    "SENSITIVITIES",
    "SKETCHES",
]
