"""Facility location: how well a set represents everything."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos._arguments import checked_array
from algos.submodular._set_function import Indices, Reals, SetFunction

__all__ = ["FacilityLocation"]


class FacilityLocation(SetFunction):
    """f(S) = Σ_i max_(e ∈ S) similarity_ie, at least 0.

    Parameters
    ----------
    similarities : array_like, shape (rows, n)
        Similarity of every row to every element, at least 0.
    """

    def __init__(self, similarities: Any) -> None:
        self.similarities = checked_array("similarities", similarities, shape=(None, None))
        if (self.similarities < 0).any():
            raise ValueError(f"similarities must be at least 0, got {self.similarities.min()}")
        super().__init__(self.similarities.shape[1])

    def start(self) -> Reals:
        """Give the best similarity of every row so far."""
        return np.zeros(len(self.similarities))

    def gains(self, state: Reals, candidates: Indices) -> Reals:
        """Sum what each candidate is better by."""
        better = self.similarities[:, candidates] - state[:, None]
        return np.asarray(np.maximum(better, 0).sum(axis=0))

    def push(self, state: Reals, element: int) -> None:
        """Take maxima."""
        np.maximum(state, self.similarities[:, element], out=state)
