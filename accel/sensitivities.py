"""Many small problems with one matrix: the largest c·y with ‖U y‖_p ≤ 1, for many targets c."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel._powers import powers
from accel._vertices import vertices

__all__ = ["absolute_points", "power_points"]

Matrix = NDArray[np.float64]


def absolute_points(
    U: Matrix, targets: Matrix, start: NDArray[np.int64], *, pivots: int
) -> tuple[Matrix, Matrix, int]:
    """Solve min ‖U y‖_1 with c·y = 1 for every target, from vertex to vertex.

    Parameters
    ----------
    U : ndarray, shape (n, r)
        Of full rank; C-contiguous.
    targets : ndarray, shape (k, r)
        The vectors c, none of them zero.
    start : ndarray of int64, shape (r,)
        Rows of U that are independent.
    pivots : int
        Steps at most, for one target.

    Returns
    -------
    tuple of ndarray, shapes (k, r) and (k, n), and int
        The points y; vectors w with Uᵀw = c up to rounding and max abs(w) = ‖U y‖_1⁻¹ where
        the point is optimal; and the steps that were made in all.
    """
    points, duals, steps = vertices(U, targets, start, pivots)
    return points, duals, int(steps)


def power_points(
    U: Matrix, targets: Matrix, p: float, *, stop: float, iterations: int
) -> tuple[Matrix, Matrix, int]:
    """Solve min ‖U y‖_p with c·y = 1 for every target, 1 < p < ∞, by damped Newton steps.

    Parameters
    ----------
    U : ndarray, shape (n, r)
        With orthonormal columns; C-contiguous.
    targets : ndarray, shape (k, r)
        The vectors c, none of them zero.
    p : float
        The exponent.
    stop : float
        Stop when the squared Newton decrement, relative to ‖U y‖_p^p, is at most this.
    iterations : int
        Steps at most, for one target and one exponent on the way to p.

    Returns
    -------
    tuple of ndarray, shapes (k, r) and (k, n), and int
        The points y; vectors w with Uᵀw = c up to rounding, optimal where the points are; and
        the steps that were made in all.
    """
    points, duals, steps = powers(U, targets, p, stop, iterations)
    return points, duals, int(steps)
