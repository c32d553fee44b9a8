"""Facility location: how well a set represents everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from algos._arguments import checked_array, checked_count, checked_real
from algos.submodular._facility_columns import Columns, DenseColumns, FeatureColumns, SparseColumns
from algos.submodular._set_function import Indices, Reals, SetFunction, nonnegative_matrix

__all__ = ["FacilityLocation"]

Kernel = Literal["rbf", "cosine"]


class FacilityLocation(SetFunction):
    """Best similarities: f(S) = Σ_i max_(e ∈ S) similarity_ie, and 0 for the empty set.

    Parameters
    ----------
    similarities : array_like or sparse matrix, shape (rows, n)
        Similarity of every row to every element, at least 0; 0 where a sparse one has nothing.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    MemoryError
        The similarities do not fit into memory.

    See Also
    --------
    FacilityLocation.from_features : Similarities that are computed when needed.
    FacilityLocation.from_neighbours : Similarities of near neighbours alone.

    Notes
    -----
    A marginal takes the time of its element's column, and is the same bits whatever other
    marginals are asked for beside it and on however many threads; it never grows with S, not even
    by rounding.

    Examples
    --------
    >>> from algos.submodular import FacilityLocation
    >>> f = FacilityLocation([[9, 5, 0], [0, 5, 1], [0, 5, 7]])
    >>> f.value([1]), f.value([0, 1])
    (15.0, 19.0)
    """

    def __init__(self, similarities: Any) -> None:
        self._columns: Columns
        if isinstance(similarities, FeatureColumns):
            self._columns = similarities
        else:
            self._columns = _columns(similarities)
        super().__init__(self._columns.size)

    @classmethod
    def from_features(
        cls, features: Any, *, kernel: Kernel = "rbf", bandwidth: float = 1.0
    ) -> FacilityLocation:
        """Compute similarities from features whenever they are needed, a block at a time.

        Parameters
        ----------
        features : array_like, shape (n, d)
            Of the elements, which are the rows as well.
        kernel : {"rbf", "cosine"}, optional
            exp(−‖x − y‖² / (2 bandwidth²)), or the cosine of the angle, 0 where it is negative.
        bandwidth : float, optional
            Positive, in the features' unit; for "rbf".

        Returns
        -------
        FacilityLocation
            In O(n d) memory; a marginal takes O(n d) time.

        Raises
        ------
        TypeError, ValueError
            An argument is not what it must be, or features are zero under "cosine".

        Examples
        --------
        >>> from algos.submodular import FacilityLocation
        >>> f = FacilityLocation.from_features([[0.0, 1], [2, 0], [0, 3]], kernel="cosine")
        >>> f.value([0]), f.value([0, 1])
        (2.0, 3.0)
        """
        points, similarity = _points(features, kernel, bandwidth)
        return cls(FeatureColumns(points, similarity))

    @classmethod
    def from_neighbours(
        cls, features: Any, neighbours: int, *, kernel: Kernel = "rbf", bandwidth: float = 1.0
    ) -> FacilityLocation:
        """Keep for every row the similarities to its nearest neighbours alone.

        Parameters
        ----------
        features : array_like, shape (n, d)
            Of the elements, which are the rows as well.
        neighbours : int
            How many elements to keep for a row, from 1 to n; the row's own is the nearest. Of
            those that are equally far, as duplicates are, any may be left out.
        kernel, bandwidth : optional
            As for `from_features`.

        Returns
        -------
        FacilityLocation
            In O(n neighbours) memory; never greater than that of all similarities.

        Raises
        ------
        TypeError, ValueError
            An argument is not what it must be, or features are zero under "cosine".

        Notes
        -----
        A k-d tree finds the neighbours: quickly in up to about ten dimensions, in O(n²) time
        in many.

        Examples
        --------
        >>> from algos.submodular import FacilityLocation
        >>> f = FacilityLocation.from_neighbours([[0.0], [1], [3], [7]], 2, bandwidth=2.0)
        >>> round(f.value([1]), 3)  # rows 0, 1 and 2 have it among their two nearest elements
        2.489
        """
        points, similarity = _points(features, kernel, bandwidth)
        n = len(points)
        neighbours = checked_count("neighbours", neighbours, most=n)
        tree: Any = cKDTree(points)
        distances, found = tree.query(points, k=[*range(1, neighbours + 1)])
        near = found < n  # n stands for one at a distance beyond all floats
        starts = np.append(0, np.cumsum(near.sum(axis=1)))
        values = similarity(np.square(distances[near]))
        return cls(sparse.csr_array((values, found[near], starts), shape=(n, n)))

    def start(self) -> Reals:
        """Give the best similarity of every row so far."""
        return np.zeros(self._columns.rows)

    def gains(self, state: Reals, candidates: Indices) -> Reals:
        """Sum what each candidate is better by."""
        return self.gains_until(state, candidates, np.full(len(candidates), np.inf))

    def gains_until(self, state: Reals, candidates: Indices, bounds: Reals) -> Reals:
        """Sum what the first candidates are better by."""
        return self._columns.gains(state, candidates, bounds)

    def push(self, state: Reals, element: int) -> None:
        """Take maxima."""
        self._columns.improve(state, element)

    def copy(self, state: Reals) -> Reals:
        """Copy the best similarities."""
        return state.copy()


def _columns(similarities: Any) -> Columns:
    """Validate similarities, dense or sparse, and copy their columns."""
    try:
        matrix = nonnegative_matrix("similarities", similarities)
        return (SparseColumns if sparse.issparse(matrix) else DenseColumns)(matrix)
    except MemoryError:
        rows, n = np.shape(similarities)
        raise MemoryError(
            f"similarities of shape ({rows}, {n}) take {8 * rows * n / 2**30:.3g} GiB, more than "
            "there is; pass a sparse matrix of the greatest, or use FacilityLocation."
            "from_features or from_neighbours, which never build the matrix"
        ) from None


def _points(
    features: Any, kernel: Kernel, bandwidth: float
) -> tuple[Reals, Callable[[Reals], Reals]]:
    """Scale features so that similarity is a function of squared distances; give it, too."""
    points = checked_array("features", features, shape=(None, None))
    if kernel == "rbf":
        bandwidth = checked_real("bandwidth", bandwidth, 0, np.inf)
        with np.errstate(over="ignore"):
            points /= np.sqrt(2) * bandwidth
        if not np.isfinite(points).all():
            raise ValueError(f"bandwidth must not be that small for features, got {bandwidth}")
        return points, _rbf
    if kernel == "cosine":
        longest = np.abs(points).max(axis=1, keepdims=True)
        if not longest.all():
            raise ValueError(
                "features must not be zero where kernel='cosine', "
                f"got no direction in row {int(np.argmin(longest))}; leave the row out"
            )
        points /= longest
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        return points, _cosine
    raise ValueError(f"kernel must be 'rbf' or 'cosine', got {kernel!r}")


def _rbf(squares: Reals) -> Reals:
    """Give exp(−d²), in place."""
    return np.exp(np.negative(squares, out=squares), out=squares)


def _cosine(squares: Reals) -> Reals:
    """Give the cosine of unit vectors at squared distances, or 0, in place."""
    return np.maximum(1 - squares / 2, 0, out=squares)
