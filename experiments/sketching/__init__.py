"""Benchmarks and experiments of the family `sketching`."""

from experiments.sketching.regression_pairs import REGRESSION
from experiments.sketching.weight_pairs import LEWIS

__all__ = ["LEWIS", "REGRESSION"]
