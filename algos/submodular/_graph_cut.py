"""Graph cut: the weight of the edges that leave a set."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from algos._arguments import checked_real
from algos.submodular._set_function import (
    Bools,
    Indices,
    Reals,
    VectorisedFunction,
    is_sparse,
    nonnegative_matrix,
)

__all__ = ["GraphCut"]

State = tuple[Reals, Bools]

#: Least marginals may fall below zero by this part of the first ones: rounding.
RTOL = 1e-12


class GraphCut(VectorisedFunction):
    """Cut: f(S) = Σ_(u ∈ S) Σ_v weight_uv − redundancy · Σ_(u ∈ S) Σ_(v ∈ S) weight_uv.

    With redundancy 1 this is the weight of all edges from S to elsewhere: the cut of a
    graph, directed if the weights are not symmetric. With another one, and similarities as
    weights, S is to be similar to everything and dissimilar in itself.

    Parameters
    ----------
    weights : array_like or sparse matrix, shape (n, n)
        Weight of the edge from u to v, at least 0.
    redundancy : float, optional
        Price of the weights inside of S, at least 0.

    Attributes
    ----------
    size : int
        Number n of elements.
    monotone : bool
        Whether no element ever lowers f. Where weights are symmetric, this is so up to a
        redundancy of 1/2; a cut is monotone only if it has no edges.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    f(e|S) = Σ_v weight_ev − redundancy · (weight_ee + Σ_(v ∈ S) (weight_ev + weight_ve)),
    which falls as S grows. Marginals are kept: `gains` takes O(m) time, `push` O(n), or the
    degree of the element where weights are sparse. Memory of n² numbers, or of the edges, and
    twice that while it is made.

    Examples
    --------
    >>> from algos.submodular import GraphCut
    >>> path = GraphCut([[0, 1, 0], [1, 0, 2], [0, 2, 0]])
    >>> path.value([1]), path.value([0, 1]), path.monotone
    (3.0, 2.0, False)
    """

    def __init__(self, weights: Any, redundancy: float = 1.0) -> None:
        edges = nonnegative_matrix("weights", weights)
        if edges.shape[0] != edges.shape[1]:
            raise ValueError(f"weights must have shape (n, n), got {edges.shape}")
        self.redundancy = checked_real("redundancy", redundancy, 0, np.inf, low_end=True)
        super().__init__(edges.shape[0])
        loops = np.array(edges.diagonal())
        if is_sparse(edges):
            edges = edges - sparse.diags_array(loops, format="csr")
        else:
            np.fill_diagonal(edges, 0)
        with np.errstate(over="ignore", invalid="ignore"):
            self._alone: Reals = edges.sum(axis=1) + (1 - self.redundancy) * loops
            self._inside = (edges + edges.T) * self.redundancy
            least = self._alone - self._inside.sum(axis=1)  # e is the last to come
        if not np.isfinite(least).all():
            raise ValueError(
                f"redundancy must keep marginals finite, got {self.redundancy:g} for weights that "
                f"sum up to {edges.sum():g}"
            )
        self.monotone = bool((least >= -RTOL * np.abs(self._alone)).all())

    def start(self) -> State:
        """Give the marginals, and who is in S."""
        return self._alone.copy(), np.zeros(self.size, dtype=bool)

    def gains(self, state: State, candidates: Indices) -> Reals:
        """Look the marginals up."""
        marginals, chosen = state
        return np.where(chosen[candidates], 0.0, marginals[candidates])

    def push(self, state: State, element: int) -> None:
        """Take from the marginals what is now inside."""
        marginals, chosen = state
        if chosen[element]:
            return
        chosen[element] = True
        if is_sparse(self._inside):
            row = slice(*self._inside.indptr[element : element + 2])
            marginals[self._inside.indices[row]] -= self._inside.data[row]
        else:
            marginals -= self._inside[element]
