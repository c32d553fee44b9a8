"""What is proven of submodular functions and their maximisation."""

from algos.submodular.theorems.dynamic import (
    DYNAMIC_BOUND,
    DYNAMIC_CALLS,
    DYNAMIC_GAP,
    DYNAMIC_VALUE,
)
from algos.submodular.theorems.maximisation import GREEDY

__all__ = [
    "DYNAMIC_BOUND",
    "DYNAMIC_CALLS",
    "DYNAMIC_GAP",
    "DYNAMIC_VALUE",
    "GREEDY",
]
