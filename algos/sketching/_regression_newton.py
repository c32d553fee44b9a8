"""Newton's method on smoothed norms, over rows in whitened coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from algos.sketching._norm import Norm, Reals
from algos.sketching._regression_basis import EPS
from algos.sketching._regression_rows import Rows

__all__ = ["Fit", "dual_bound", "newton"]


@dataclass(frozen=True, eq=False)
class Fit:
    """Where Newton's method ended, in whitened coordinates, and the dual vector that stopped it."""

    y: Reals
    dual: Reals
    steps: int


def dual_bound(value: float, product: float, leftover: float) -> float:
    """Bound the least norm from below by a dual vector w of norm 1.

    ``value`` is the norm at hand, ``product`` is ⟨w, r⟩ there, ``leftover`` is
    c ‖Tᵀ Aᵀ w‖₂ / σ(A T) with the norm's Euclidean constant c.
    """
    return max(0.0, (product - leftover * value) / (1 + leftover))


def _reached(norm: Norm, r: Reals) -> float:
    """Give the norm of a residual; inf where it overflowed."""
    return norm._value(r) if np.isfinite(r).all() else math.inf


def newton(
    rows: Rows, b: Reals, norm: Norm, y: Reals, share: float, tolerance: float, limit: int
) -> Fit:
    """Minimise the norm of b − A T y until its gap is certified, by steps on smoothed norms."""
    r, most = b - rows.apply(y), norm._value(b)
    value = _reached(norm, r)
    if not value <= len(b) * most:  # least squares leave less, but for rounding
        y, r, value = np.zeros(rows.rank), b, most
    rounding = rows.rank * EPS * most
    if value <= rounding:
        return Fit(y, np.zeros(len(b)), 0)
    smoothing = _smoothing(norm, r, max(share, tolerance / 3))
    best_y = y
    bound, dual = 0.0, np.zeros(len(b))
    constant = 2 * norm._euclidean(rows.count)  # σ(A T) is proven to be at least 1/2 alone
    steps, ridge = 0, 1e-3
    while True:
        at = norm._tangent(r, smoothing)
        gradient, curvature = rows.normal(at)
        now = norm._value(r)
        if now < value:
            best_y, value = y, now
        size = at.dual_norm() or 1.0
        product = float(at.gradient @ r) / size
        found = dual_bound(now, product, constant * float(np.linalg.norm(gradient)) / size)
        if found > bound:
            bound, dual = found, at.gradient / size
        if value - bound <= 0.9 * tolerance * bound or steps == limit or value <= rounding:
            return Fit(best_y, dual, steps)
        scale = float(at.gradient @ r) / float(r @ r)
        scale = ridge * scale + 4 * EPS * float(np.trace(curvature))
        curvature += scale * np.eye(rows.rank)
        try:
            direction = np.asarray(np.linalg.solve(curvature, gradient), dtype=np.float64)
        except np.linalg.LinAlgError:  # rounding of a huge row hides all curvature
            return Fit(best_y, dual, steps)
        image, decrease = rows.apply(direction), float(gradient @ direction)
        if not np.isfinite(image).all():  # it overflows
            return Fit(best_y, dual, steps)
        length = _line_search(norm, r, image, smoothing, decrease)
        if length == 0 and now - product <= rounding:  # rounding hides what is left
            return Fit(best_y, dual, steps)
        y, r = y + length * direction, r - length * image
        if length < 0.1:
            ridge = min(10 * ridge, 1.0)
        elif length >= 1:
            ridge = max(ridge / 10, 1e-12)
        if now - product > tolerance * now / 2 and decrease <= now - product:
            smoothing /= 4  # the smoothing costs more than is left to gain
        steps += 1


def _smoothing(norm: Norm, r: Reals, share: float) -> float:
    """Choose the smoothing that costs this share of the norm's value at a point."""
    value, smoothing = norm._value(r), float(np.abs(r).mean())
    for _ in range(60):
        if float(norm._tangent(r, smoothing).gradient @ r) >= (1 - share) * value:
            break
        smoothing /= 4
    return smoothing


def _line_search(norm: Norm, r: Reals, image: Reals, smoothing: float, descent: float) -> float:
    """Find a step that leaves less than half of the descent, on a convex function."""
    start = norm._tangent(r, smoothing).value
    low, high, length = 0.0, math.inf, 1.0
    for _ in range(40):
        at = norm._tangent(r - length * image, smoothing)
        slope = float(at.gradient @ image)  # what descent is left
        if slope > 0.5 * descent:
            low = length
        elif slope < -0.5 * descent or at.value > start:
            high = length
        else:
            return length
        length = (low + high) / 2 if high < math.inf else 2 * length
    return low
