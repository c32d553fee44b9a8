"""Loops of buffered linear Toeplitz matrices, step by step, for many coordinates at once.

The matrix is c_0 = 1, c_k = Σ_j ω_j θ_j^(k−1): it is multiplied by keeping, for each j, the sum
f_j = Σ_k θ_j^k x_(t−1−k), and so is its inverse.  Host only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["decode", "encode"]

Reals = NDArray[np.float64]


@compiled
def encode(events: Reals, gaps: Reals, weights: Reals, high: Reals, low: Reals) -> Reals:
    """Multiply events by the matrix.

    Parameters
    ----------
    events : array
        Of shape (k, d).
    gaps, weights : array
        1 − θ and ω, each of shape (buffers,).
    high, low : array
        The buffers as sums of two numbers, each of shape (buffers, d); changed in place.

    Returns
    -------
    array
        The products, of shape (k, d).
    """
    count, dimension = events.shape
    products = np.empty((count, dimension))
    for t in range(count):
        row = products[t]
        for i in range(dimension):
            row[i] = events[t, i]
        for j in range(len(gaps)):
            gap, weight = gaps[j], weights[j]
            for i in range(dimension):
                before = high[j, i]
                row[i] += weight * before
                step = (events[t, i] - gap * before) + low[j, i]
                after = before + step
                back = after - before
                high[j, i] = after
                low[j, i] = (before - (after - back)) + (step - back)  # exact: Knuth's sum
    return products


@compiled
def decode(codes: Reals, decay: Reals, weights: Reals, buffers: Reals, total: Reals) -> Reals:
    """Multiply codes by the inverse matrix and sum up.

    Parameters
    ----------
    codes : array
        Of shape (k, d).
    decay, weights : array
        θ and ω, each of shape (buffers,).
    buffers : array
        Of shape (buffers, d); changed in place.
    total : array
        The sum so far, of shape (d,); changed in place.

    Returns
    -------
    array
        The sum after each code, of shape (k, d).
    """
    count, dimension = codes.shape
    sums = np.empty((count, dimension))
    row = np.empty(dimension)
    for t in range(count):
        for i in range(dimension):
            row[i] = codes[t, i]
        for j in range(len(decay)):
            for i in range(dimension):
                row[i] -= weights[j] * buffers[j, i]
        for j in range(len(decay)):
            for i in range(dimension):
                buffers[j, i] = decay[j] * buffers[j, i] + row[i]
        for i in range(dimension):
            total[i] += row[i]
            sums[t, i] = total[i]
    return sums
