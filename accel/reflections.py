"""Householder's factorisation of a few columns, rows after rows: no library, no threads."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["fold_rows"]

Reals = NDArray[np.float64]

#: A sum of squares between these has lost nothing to underflow or overflow.
LEAST, GREATEST = 1e-280, 1e280


@partial(compiled, reorder=True)
def fold_rows(factor: Reals, columns: Reals) -> None:
    """Replace a triangular factor R by that of R with more rows below it.

    Parameters
    ----------
    factor : array, shape (d, d)
        R, upper triangular; at first zero.  Overwritten.
    columns : array, shape (d, h)
        The rows' columns, finite.  Overwritten.
    """
    d, h = columns.shape
    for j in range(d):
        column, head = columns[j], factor[j, j]
        square = 0.0
        for i in range(h):
            square += column[i] * column[i]
        size = math.sqrt(head * head + square)
        if not LEAST < size * size < GREATEST:
            size = 0.0
            for i in range(h):
                size = max(size, abs(column[i]))
        if size == 0.0:
            continue
        # The reflection I − 2 vvᵀ/‖v‖² that takes (head, column) to a multiple of (1, 0): all
        # numbers of v are of order 1.
        size = max(size, abs(head))
        head /= size
        square = 0.0
        for i in range(h):
            column[i] /= size
            square += column[i] * column[i]
        norm = math.copysign(math.sqrt(head * head + square), head)
        factor[j, j] = -norm * size
        first = head + norm
        scale = 1.0 / (norm * first)
        for k in range(j + 1, d):
            other = columns[k]
            product = 0.0
            for i in range(h):
                product += column[i] * other[i]
            product = scale * (product + first * factor[j, k])
            factor[j, k] -= product * first
            for i in range(h):
                other[i] -= product * column[i]
