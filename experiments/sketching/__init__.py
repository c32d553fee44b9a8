"""Benchmarks and experiments of the family `sketching`."""

from experiments.sketching.regression_pairs import REGRESSION

__all__ = ["REGRESSION"]
