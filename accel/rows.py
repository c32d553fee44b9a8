"""Projections onto half-spaces, one row of a sparse matrix after the other: host only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["sweep_entropy", "sweep_quadratic"]

STEPS = 100  # of the search for one root

Reals = NDArray[np.float64]
Places = NDArray[np.int32] | NDArray[np.int64]


@compiled
def sweep_quadratic(
    starts: Places,
    columns: Places,
    values: Reals,
    bounds: Reals,
    weights: Reals,
    multipliers: Reals,
    x: Reals,
) -> None:
    """Correct each half-space in turn under the weighted squares; x and multipliers change.

    Parameters
    ----------
    starts, columns, values : array
        The rows a_i in compressed form, none of them zero.
    bounds : array, shape (rows,)
        Of <a_i, x> <= b_i.
    weights : array, shape (n,)
        Of the squares, positive.
    multipliers : array, shape (rows,)
        Not negative.
    x : array, shape (n,)
        The point.
    """
    for i in range(bounds.size):
        slack, square = bounds[i], 0.0
        for p in range(starts[i], starts[i + 1]):
            j = columns[p]
            slack -= values[p] * x[j]
            square += values[p] * values[p] / weights[j]
        step = min(multipliers[i], slack / square)
        if step != 0.0:
            multipliers[i] -= step
            for p in range(starts[i], starts[i + 1]):
                j = columns[p]
                x[j] += step * values[p] / weights[j]


@compiled
def _excess(
    columns: Places, values: Reals, weights: Reals, logs: Reals, bound: float, step: float
) -> tuple[float, float]:
    """Give <a, x(step)> - b and its derivative, where log x(step) = logs + step a / weights."""
    excess, slope = -bound, 0.0
    for p in range(columns.size):
        j = columns[p]
        move = values[p] / weights[j]
        term = values[p] * np.exp(logs[j] + step * move)
        excess += term
        slope += term * move
    return excess, slope


@compiled
def sweep_entropy(
    starts: Places,
    columns: Places,
    values: Reals,
    bounds: Reals,
    weights: Reals,
    multipliers: Reals,
    logs: Reals,
) -> None:
    """Correct each half-space in turn under the weighted entropy; logs and multipliers change.

    Parameters
    ----------
    starts, columns, values : array
        The rows a_i in compressed form, none of them zero.
    bounds : array, shape (rows,)
        Of <a_i, x> <= b_i.
    weights : array, shape (n,)
        Of the entropy, positive.
    multipliers : array, shape (rows,)
        Not negative.
    logs : array, shape (n,)
        Logarithms of the point.
    """
    for i in range(bounds.size):
        own, row = columns[starts[i] : starts[i + 1]], values[starts[i] : starts[i + 1]]
        excess, _ = _excess(own, row, weights, logs, bounds[i], 0.0)
        low, high = 0.0, multipliers[i]
        if excess > 0.0:
            unit = np.inf  # a step that moves some logarithm by 1, none by more
            for p in range(own.size):
                unit = min(unit, weights[own[p]] / abs(row[p]))
            low, high = -unit, 0.0
            while low > -1e3 * unit and _excess(own, row, weights, logs, bounds[i], low)[0] > 0.0:
                low, high = 2.0 * low, low
        elif high == 0.0 or _excess(own, row, weights, logs, bounds[i], high)[0] <= 0.0:
            low = high
        step = high  # Newton's method, kept between the ends by bisection
        for _ in range(STEPS):
            if low == high:
                break
            excess, slope = _excess(own, row, weights, logs, bounds[i], step)
            low, high = (low, step) if excess > 0.0 else (step, high)
            newton = step - excess / slope
            middle = newton if low < newton < high else 0.5 * (low + high)
            if abs(middle - step) <= 1e-15 * abs(step):
                break
            step = middle
        if step != 0.0:
            multipliers[i] -= step
            for p in range(own.size):
                logs[own[p]] += step * row[p] / weights[own[p]]
