"""The fast Walsh-Hadamard transform along the rows of a matrix: host only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["hadamard_transform"]


@compiled
def hadamard_transform(x: NDArray[np.float64]) -> None:
    """Multiply by the Hadamard matrix of entries 1 and -1, in place.

    Parameters
    ----------
    x : array, shape (n, d)
        n is a power of two; entry (k, j) of the matrix is -1 to the number of ones that k
        and j share in binary.
    """
    n, d = x.shape
    half = 1
    while half < n:
        for start in range(0, n, 2 * half):
            for i in range(start, start + half):
                for j in range(d):
                    a, b = x[i, j], x[i + half, j]
                    x[i, j], x[i + half, j] = a + b, a - b
        half *= 2
