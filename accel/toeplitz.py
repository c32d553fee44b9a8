"""Products with lower triangular Toeplitz matrices and their inverses, host only.

Every output is summed in an order of its own: how outputs are dealt out over calls changes none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["convolve", "divide"]


@compiled
def convolve(
    inputs: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    first: int,
    outputs: NDArray[np.float64],
) -> None:
    """Add the convolution of each row with the coefficients, for some of its places.

    Parameters
    ----------
    inputs : array, shape (rows, at least first + n)
        Zero before its first column.
    coefficients : array
        c_0, c_1, …; zero after the last.
    first : int
        The first place.
    outputs : array, shape (rows, n)
        To its column i is added Σ_k c_k · inputs[:, first + i − k].
    """
    rows, n = outputs.shape
    for row in range(rows):
        for k in range(min(len(coefficients), first + n)):
            c, start = coefficients[k], max(0, k - first)
            out = outputs[row, start:]
            x = inputs[row, first + start - k : first + n - k]
            for i in range(n - start):
                out[i] += c * x[i]


@compiled
def divide(coefficients: NDArray[np.float64], series: NDArray[np.float64]) -> None:
    """Solve Σ_k c_k x_(t−k) = z_t for x, row by row.

    Parameters
    ----------
    coefficients : array, shape (b,)
        c_0, …, c_(b−1); the first is not zero.
    series : array, shape (rows, b − 1 + n)
        The x of the b − 1 places before, then the z; these become x.
    """
    rows, places = series.shape
    past = len(coefficients) - 1
    for row in range(rows):
        for s in range(places):
            if s >= past:
                series[row, s] /= coefficients[0]
            x = series[row, s]
            start, stop = max(1, past - s), min(past + 1, places - s)
            out, c = series[row, s + start : s + stop], coefficients[start:stop]
            for i in range(stop - start):
                out[i] -= c[i] * x
