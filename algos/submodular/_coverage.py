"""Coverage: the weight of what at least one chosen set covers."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from accel.coverage import covered
from algos._arguments import checked_array
from algos.submodular._set_function import Bools, Indices, Reals, SetFunction, nonnegative_matrix

__all__ = ["Coverage"]

State = tuple[Reals, Bools]


class Coverage(SetFunction):
    """Covered weight: f(S) = Σ_i weight_i (1 − Π_(e ∈ S) (1 − probability_ei)).

    Parameters
    ----------
    probabilities : array_like or sparse matrix, shape (n, items)
        With which each element covers each item, independently; 0 and 1 for plain coverage.
    weights : array_like, shape (items,), optional
        At least 0; all 1 by default.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Only probabilities above 0 are kept, in 12 or 16 bytes each; a marginal takes the time of
    the items that its element covers.

    Examples
    --------
    >>> from algos.submodular import Coverage
    >>> f = Coverage([[1, 1, 0], [0, 0.5, 1]], weights=[1, 2, 4])
    >>> f.value([0]), f.value([1]), f.value([0, 1])
    (3.0, 5.0, 7.0)
    """

    def __init__(self, probabilities: Any, weights: Any = None) -> None:
        rows = sparse.csr_array(nonnegative_matrix("probabilities", probabilities))
        rows.eliminate_zeros()
        if rows.nnz and rows.data.max() > 1:
            raise ValueError(f"probabilities must be at most 1, got {rows.data.max()}")
        size, items = rows.shape
        self.weights = checked_array(
            "weights", np.ones(items) if weights is None else weights, shape=(items,)
        )
        if (self.weights < 0).any():
            raise ValueError(f"weights must be at least 0, got {self.weights.min()}")
        with np.errstate(over="ignore"):
            if not np.isfinite(self.weights.sum()):
                raise ValueError(f"weights must have a finite sum, got {self.weights.max()}")
        self._starts, self._items, self._chances = rows.indptr, rows.indices, rows.data
        super().__init__(size)

    def start(self) -> State:
        """Give the weight of every item, and who is in S."""
        return self.weights.copy(), np.zeros(self.size, dtype=bool)

    def gains(self, state: State, candidates: Indices) -> Reals:
        """Sum the weights that each candidate covers."""
        return self.gains_until(state, candidates, np.full(len(candidates), np.inf))

    def gains_until(self, state: State, candidates: Indices, bounds: Reals) -> Reals:
        """Sum the weights that the first candidates cover."""
        return covered(self._starts, self._items, self._chances, *state, candidates, bounds)

    def push(self, state: State, element: int) -> None:
        """Take away what is covered."""
        left, chosen = state
        if not chosen[element]:
            own = slice(self._starts[element], self._starts[element + 1])
            left[self._items[own]] *= 1 - self._chances[own]
            chosen[element] = True

    def copy(self, state: State) -> State:
        """Copy both arrays."""
        left, chosen = state
        return left.copy(), chosen.copy()
