"""The dual problem min ‖w‖_q with Uᵀw = c by damped Newton steps, for 1 < p < 2, near 1 above all.

There the best point of the primal problem has coordinates of size t^(1/(p − 1)) that no
floating-point number holds; the dual vector has t itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats

__all__ = ["dual_point"]

Reals = NDArray[np.float64]

#: Weights of least squares lie between 1 and this, and steps at most are made for one exponent.
CAP, STEPS = 1e14, 100


def dual_point(rows: Reals, c: Reals, p: float) -> tuple[Reals, Reals, int]:
    """Give a point y with c·y = 1, a vector w with Uᵀw = c, and the steps made."""
    q, w, steps = p / (p - 1), rows @ c, 0
    s = min(4.0, q)
    while True:  # exponents s = 4, 8, 16, ... up to q
        y, w, made = _least(rows, c, w, s)
        steps += made
        if s == q:
            return y / (c @ y), w * (c @ c) / (c @ (rows.T @ w)), steps
        s = min(2 * s, q)


def _least(rows: Reals, c: Reals, w: Reals, s: float) -> tuple[Floats, Reals, int]:
    """Minimise ‖w‖_s over w with Uᵀw = λ c, from one of them; give its multipliers y as well."""
    for steps in range(STEPS):
        w = w + rows @ (c * ((rows @ c) @ w / (c @ c)) - rows.T @ w)  # again Uᵀw = λ c
        w /= np.abs(w).max()
        weights = 1 / np.maximum(np.abs(w) ** (s - 2), 1 / CAP)
        y = np.linalg.solve((rows.T * weights) @ rows, rows.T @ w)
        direction = weights * (rows @ y) - w
        value, t = (np.abs(w) ** s).sum(), 1 / (s - 1)
        if direction @ (direction / weights) <= 1e-14 * value:
            return y, w, steps
        with np.errstate(over="ignore"):
            while t > 1e-9 and not (np.abs(w + t * direction) ** s).sum() < value:
                t /= 2
        if t <= 1e-9:
            return y, w, steps
        w = w + t * direction
    return y, w, STEPS
