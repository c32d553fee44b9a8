"""Shortcuts through a third point: the scan of all triangles of a dissimilarity matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["worst_triangles"]


@compiled
def worst_triangles(
    distances: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Find each pair's shortest detour over one point, where it is shorter than the pair itself.

    Parameters
    ----------
    distances : array, shape (n, n)
        Symmetric, finite; the diagonal is not read.

    Returns
    -------
    (array, array, array)
        Points i < j and the point k between them, of every pair with
        ``distances[i, j] > distances[i, k] + distances[k, j]``; k makes the sum least.
    """
    n = distances.shape[0]
    found = 0
    left, right, middle = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64)
    detour = np.empty(n)
    for i in range(n):
        detour[:] = np.inf
        for k in range(n):
            if k != i:
                first, row = distances[i, k], distances[k]
                for j in range(i + 1, k):
                    detour[j] = min(detour[j], first + row[j])
                for j in range(max(i, k) + 1, n):
                    detour[j] = min(detour[j], first + row[j])
        for j in range(i + 1, n):
            if distances[i, j] > detour[j]:
                if found == left.size:
                    left = np.concatenate((left, np.empty_like(left)))
                    right = np.concatenate((right, np.empty_like(right)))
                    middle = np.concatenate((middle, np.empty_like(middle)))
                k = 0
                while k in (i, j) or distances[i, k] + distances[k, j] != detour[j]:
                    k += 1
                left[found], right[found], middle[found] = i, j, k
                found += 1
    return left[:found], right[:found], middle[:found]
