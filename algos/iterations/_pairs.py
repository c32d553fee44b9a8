"""Symmetric matrices as vectors over the pairs of points, and their triangles as rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from accel.triangles import worst_triangles
from algos._arguments import checked_array, refuse_masked

Reals = NDArray[np.float64]


def checked_symmetric(name: str, value: ArrayLike) -> Reals:
    """Copy a symmetric matrix of at least two points."""
    matrix = checked_array(name, value, shape=(None, None))
    if matrix.shape[0] != matrix.shape[1] or matrix.shape[0] < 2:
        raise ValueError(f"{name} must have shape (n, n) with n >= 2, got {matrix.shape}")
    if not (matrix == matrix.T).all():
        i, j = (int(k) for k in np.argwhere(matrix != matrix.T)[0])
        raise ValueError(
            f"{name} must be symmetric, got {matrix[i, j]} at {i, j} and {matrix[j, i]} at {j, i}"
        )
    return matrix


def checked_pairs(name: str, pairs: ArrayLike, *, most: int) -> NDArray[np.int64]:
    """Copy pairs of numbers from 0 on; none are an empty list."""
    refuse_masked(name, pairs)
    try:
        given = np.array(pairs)
    except ValueError:
        raise ValueError(f"{name} must be integers of shape (k, 2), got {pairs!r}") from None
    if given.size == 0:
        return np.empty((0, 2), np.int64)
    if given.dtype.kind not in "iu" or given.ndim != 2 or given.shape[1] != 2:
        raise ValueError(
            f"{name} must be integers of shape (k, 2), got {given.dtype} {given.shape}"
        )
    if given.min() < 0 or given.max() > most:
        wrong = given.min() if given.min() < 0 else given.max()
        raise ValueError(f"{name} must hold numbers from 0 to {most}, got {wrong}")
    return given.astype(np.int64)


class Pairs:
    """The pairs of n points in the order of the upper triangle."""

    def __init__(self, n: int) -> None:
        self.upper = np.triu_indices(n, 1)
        self.size = self.upper[0].size
        self.number = np.zeros((n, n), np.int64)
        self.number[self.upper] = np.arange(self.size)
        self.number += self.number.T

    def matrix(self, x: Reals) -> Reals:
        """Write a vector over the pairs as a symmetric matrix with zeros on the diagonal."""
        result = x[self.number]
        np.fill_diagonal(result, 0.0)
        return result

    def triangles(self, x: Reals) -> Any:
        """Give the worst violated triangle of every pair as rows of a @ x <= 0."""
        i, j, k = worst_triangles(self.matrix(x))
        columns = np.column_stack([self.number[i, j], self.number[i, k], self.number[k, j]])
        starts = np.arange(0, 3 * i.size + 1, 3)
        values = np.tile([1.0, -1.0, -1.0], i.size)
        return sparse.csr_array((values, columns.ravel(), starts), shape=(i.size, self.size))
