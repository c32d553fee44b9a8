"""Sweeps that scale the rows and columns of a positive matrix, one pass over it a sweep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["scaling_sweeps"]

Vector = NDArray[np.float64]


def scaling_sweeps(
    kernel: NDArray[np.float64],
    a: Vector,
    b: Vector,
    u: Vector,
    v: Vector,
    *,
    tolerance: float,
    limit: int,
    far: float,
) -> tuple[int, float]:
    """Scale diag(u) kernel diag(v) to row sums a, then column sums b, in place, again and again.

    Parameters
    ----------
    kernel : ndarray, shape (n, m)
        Entries of at least 0; C-contiguous.
    a, b : ndarray, shapes (n,) and (m,)
        The wanted sums.
    u, v : ndarray, shapes (n,) and (m,)
        The scalings; written to.
    tolerance : float
        Stop when the row sums differ from ``a`` by at most this in all.
    limit : int
        Sweeps at most.
    far : float
        Stop before a sweep that would move a scaling out of (1 / far, far).

    Returns
    -------
    tuple of int and float
        The whole sweeps that were made, and the row sums' error after them.
    """
    sweeps, error = compiled(_loop, reorder=True)(kernel, a, b, u, v, tolerance, limit, far)
    return int(sweeps), float(error)


def _loop(
    kernel: NDArray[np.float64],
    a: Vector,
    b: Vector,
    u: Vector,
    v: Vector,
    tolerance: float,
    limit: int,
    far: float,
) -> tuple[int, float]:
    """Use each row twice while it is near: for its sum, and then for the column sums."""
    n, m = kernel.shape
    new_u, new_v = np.empty(n), np.empty(m)
    for sweep in range(limit + 1):
        error, inside = 0.0, True
        new_v[:] = 0.0  # the column sums, at first
        for i in range(n):
            total = 0.0
            for j in range(m):
                total += kernel[i, j] * v[j]
            error += abs(u[i] * total - a[i])
            factor = a[i] / total
            inside = inside and 1.0 / far < factor < far
            new_u[i] = factor
            for j in range(m):
                new_v[j] += factor * kernel[i, j]
        for j in range(m):
            new_v[j] = b[j] / new_v[j]
            inside = inside and 1.0 / far < new_v[j] < far
        if error <= tolerance or not inside or sweep == limit:
            break
        u[:] = new_u
        v[:] = new_v
    return sweep, error
