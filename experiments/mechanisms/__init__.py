"""Benchmarks and experiments of the family `mechanisms`."""

from experiments.mechanisms.influence import INFLUENCE
from experiments.mechanisms.payment_pairs import ITEMS, POINTS, RERUNS

__all__ = [
    "INFLUENCE",
    "ITEMS",
    "POINTS",
    "RERUNS",
]
