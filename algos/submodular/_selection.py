"""What a maximiser has chosen, and how far it can be from the best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from algos.submodular._set_function import Indices, Reals

__all__ = ["Selection", "best", "cardinality_bound"]


@dataclass(frozen=True, eq=False)
class Selection:
    """A chosen set.

    Attributes
    ----------
    elements : ndarray of intp, shape (k,)
        The elements, in the order in which they were chosen.
    gains : ndarray, shape (k,)
        The marginal of each when it was chosen.
    value : float
        f of the set.
    upper_bound : float
        No feasible set has a greater value, if the function is submodular; infinite where
        nothing is known.
    oracle_calls : int
        Marginals that were computed.
    """

    elements: Indices
    gains: Reals
    value: float
    upper_bound: float
    oracle_calls: int


def best(scores: Reals, candidates: Indices) -> int:
    """Find the place of the greatest score; of equal ones, that of the least element."""
    greatest = np.flatnonzero(scores == scores.max())
    return int(greatest[np.argmin(candidates[greatest])])


def cardinality_bound(value: float, gains: Reals, k: int) -> float:
    """Bound f of all sets of k elements: f(T) ≤ f(S) + Σ f(e|S) over the k greatest marginals."""
    most = np.partition(gains, -k)[-k:] if k < len(gains) else gains
    with np.errstate(over="ignore"):
        return value + float(np.maximum(most, 0).sum())
