"""Saturated coverage: every row is to be represented, but only up to a part."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos._arguments import checked_real
from algos.submodular._set_function import (
    Bools,
    Indices,
    Reals,
    VectorisedFunction,
    is_sparse,
    nonnegative_matrix,
)

__all__ = ["SaturatedCoverage"]

State = tuple[Reals, Bools]

#: Numbers of a block of similarities, of which two are held: 4 MiB.
BLOCK = 1 << 18


class SaturatedCoverage(VectorisedFunction):
    """Saturated coverage: f(S) = Σ_i min(Σ_(e ∈ S) s_ie, saturation · Σ_e s_ie).

    Parameters
    ----------
    similarities : array_like, shape (rows, n)
        Similarity s_ie of every row to every element, at least 0; dense.
    saturation : float, optional
        Part of its similarities, in (0, 1], at which a row has enough.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    `gains` takes O(rows) time a candidate, and memory of 4 MiB or of two columns; the
    similarities are copied, twice while the function is made.

    References
    ----------
    H. Lin, J. Bilmes, "A class of submodular functions for document summarization", ACL 2011.

    Examples
    --------
    >>> from algos.submodular import SaturatedCoverage
    >>> half = SaturatedCoverage([[2, 2, 0], [0, 1, 3]], 0.5)
    >>> half.value([0]), half.value([0, 1]), half.value([0, 2])
    (2.0, 3.0, 4.0)
    """

    def __init__(self, similarities: Any, saturation: float = 0.25) -> None:
        if is_sparse(similarities):
            raise TypeError("similarities must be dense, got a sparse matrix; pass its toarray()")
        matrix = nonnegative_matrix("similarities", similarities)
        self.saturation = checked_real("saturation", saturation, 0, 1, high_end=True)
        super().__init__(matrix.shape[1])
        self._enough: Reals = self.saturation * matrix.sum(axis=1)
        self._elements = np.ascontiguousarray(matrix.T)
        self._block = max(1, BLOCK // len(matrix))

    def start(self) -> State:
        """Give what every row still lacks, and who is in S."""
        return self._enough.copy(), np.zeros(self.size, dtype=bool)

    def gains(self, state: State, candidates: Indices) -> Reals:
        """Sum what each candidate gives to rows that lack it."""
        lacking, chosen = state
        gains = np.empty(len(candidates))
        for at in range(0, len(candidates), self._block):
            part = slice(at, at + self._block)
            gains[part] = np.minimum(self._elements[candidates[part]], lacking).sum(axis=1)
        gains[chosen[candidates]] = 0
        return gains

    def push(self, state: State, element: int) -> None:
        """Take away what the rows got."""
        lacking, chosen = state
        if not chosen[element]:
            chosen[element] = True
            np.maximum(lacking - self._elements[element], 0, out=lacking)
