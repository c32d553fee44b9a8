"""What is proven of submodular functions and their maximisation."""

from algos.submodular.theorems.maximisation import GREEDY

__all__ = [
    "GREEDY",
]
