"""Coverage: the weight of what at least one chosen set covers."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos._arguments import checked_array
from algos.submodular._set_function import Indices, Reals, SetFunction

__all__ = ["Coverage"]


class Coverage(SetFunction):
    """f(S) = Σ_i weight_i (1 − Π_(e ∈ S) (1 − probability_ei)).

    Parameters
    ----------
    probabilities : array_like, shape (n, items)
        With which each element covers each item, independently; 0 and 1 for plain coverage.
    weights : array_like, shape (items,), optional
        At least 0; all 1 by default.
    """

    def __init__(self, probabilities: Any, weights: Any = None) -> None:
        self.probabilities = checked_array("probabilities", probabilities, shape=(None, None))
        items = self.probabilities.shape[1]
        self.weights = checked_array(
            "weights", np.ones(items) if weights is None else weights, shape=(items,)
        )
        super().__init__(len(self.probabilities))

    def start(self) -> Reals:
        """Give the weight of every item that is not covered."""
        return self.weights.copy()

    def gains(self, state: Reals, candidates: Indices) -> Reals:
        """Sum the weights that each candidate covers."""
        return np.asarray(self.probabilities[candidates] @ state)

    def push(self, state: Reals, element: int) -> None:
        """Take away what is covered."""
        state *= 1 - self.probabilities[element]
