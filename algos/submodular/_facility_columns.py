"""Similarities of elements to all rows: in a matrix, a sparse one, or computed when asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from scipy import sparse

from accel.bounds import before
from accel.facility import add_surplus, dense_gains, sparse_gains, squared_distances
from algos.submodular._selection import best as best_place
from algos.submodular._set_function import Indices, Reals

__all__ = ["Columns", "DenseColumns", "FeatureColumns", "SparseColumns"]

#: Rows whose features are kept together, and elements that are compared with them at once.
ROWS, BATCH = 2048, 16


class Columns(Protocol):
    """A column of similarities for every element."""

    rows: int
    size: int

    def gains(self, best: Reals, candidates: Indices, bounds: Reals) -> Reals:
        """Sum what candidates are better by, until the greatest sum is known."""

    def improve(self, best: Reals, element: int) -> None:
        """Take the maximum with a column, in place."""


class DenseColumns:
    """All similarities, columns in a row of memory each."""

    def __init__(self, similarities: Reals) -> None:
        self.rows, self.size = similarities.shape
        self._columns = np.ascontiguousarray(similarities.T)

    def gains(self, best: Reals, candidates: Indices, bounds: Reals) -> Reals:
        """Go through whole columns."""
        return dense_gains(self._columns, best, candidates, bounds)

    def improve(self, best: Reals, element: int) -> None:
        """Take maxima."""
        np.maximum(best, self._columns[element], out=best)


class SparseColumns:
    """The similarities that are not zero."""

    def __init__(self, similarities: Any) -> None:
        self.rows, self.size = similarities.shape
        columns = sparse.csr_array(similarities.T)
        self._starts, self._rows, self._values = columns.indptr, columns.indices, columns.data

    def gains(self, best: Reals, candidates: Indices, bounds: Reals) -> Reals:
        """Go through what is not zero."""
        return sparse_gains(self._starts, self._rows, self._values, best, candidates, bounds)

    def improve(self, best: Reals, element: int) -> None:
        """Take maxima where the column is not zero."""
        own = slice(self._starts[element], self._starts[element + 1])
        rows = self._rows[own]
        best[rows] = np.maximum(best[rows], self._values[own])


class FeatureColumns:
    """Similarities computed anew from squared distances, a block at a time."""

    def __init__(self, features: Reals, similarity: Callable[[Reals], Reals]) -> None:
        self.rows = self.size = len(features)
        self._features, self._similarity = features, similarity
        self._parts = [slice(first, first + ROWS) for first in range(0, self.rows, ROWS)]
        self._blocks = [np.ascontiguousarray(features[part].T) for part in self._parts]

    def gains(self, best: Reals, candidates: Indices, bounds: Reals) -> Reals:
        """Compare a few candidates at a time with all rows."""
        gains = np.zeros(len(candidates))
        greatest, first = -1.0, -1
        for p in range(0, len(candidates), BATCH):
            if before(greatest, first, bounds[p], candidates[p]):
                return gains[:p]
            these = slice(p, p + BATCH)
            for part, similarities in self._similarities(candidates[these]):
                add_surplus(similarities, best[part], gains[these])
            most = p + best_place(gains[these], candidates[these])
            if before(gains[most], candidates[most], greatest, first):
                greatest, first = gains[most], candidates[most]
        return gains

    def improve(self, best: Reals, element: int) -> None:
        """Take maxima."""
        for part, similarities in self._similarities(np.array([element])):
            np.maximum(best[part], similarities[0], out=best[part])

    def _similarities(self, elements: Indices) -> Any:
        """Give slices of rows, and the similarities of elements to them."""
        points = self._features[elements]
        for part, block in zip(self._parts, self._blocks, strict=True):
            yield part, self._similarity(squared_distances(block, points))
