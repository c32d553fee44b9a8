"""Steps of Halpern's iteration on the primal-dual hybrid gradient operator of a linear program."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from accel.dispatch import Array
from accel.loops import compiled

__all__ = ["halpern_steps", "pdhg_operator"]

#: ``"auto"`` is the compiled loop for NumPy arrays and the generic path for all others.
PdhgBackend: TypeAlias = Literal["auto", "numba", "generic", "python"]


def halpern_steps(
    matrices: tuple[Any, Any],
    data: tuple[Array, Array, Array, Array, int],
    start: tuple[Array, Array],
    anchor: tuple[Array, Array],
    *,
    done: int,
    steps: int,
    primal_step: float,
    dual_step: float,
    reflection: float,
    backend: PdhgBackend = "auto",
) -> tuple[Array, Array]:
    """Take anchored steps z ← w (T z + reflection (T z − z)) + (1 − w) anchor, w = (k+1)/(k+2).

    T is the operator of :func:`pdhg_operator`.

    Parameters
    ----------
    matrices : (sparse array, sparse array)
        The matrix K and its transpose, both as CSR.
    data : (array, array, array, array, int)
        Cost c, right-hand side q, lower and upper bounds of x, and the number of
        leading rows of K that are equalities; the others read K x <= q.
    start, anchor : (array, array)
        Primal and dual points, unchanged.
    done : int
        Steps k taken since the anchor.
    steps : int
        Steps to take.
    primal_step, dual_step : float
        Step sizes, with product at most 1/‖K‖².
    reflection : float
        In [0, 1]; 0 is the plain iteration.
    backend : {"auto", "numba", "generic", "python"}, optional
        The compiled loop, array operations, or the loop uncompiled.

    Returns
    -------
    (array, array)
        New primal and dual points.

    Raises
    ------
    ValueError
        An unknown backend.
    """
    if backend not in ("auto", "numba", "generic", "python"):
        raise ValueError(f"backend must be auto, numba, generic or python, got {backend!r}")
    if backend == "auto":
        backend = "numba" if type(start[0]) is np.ndarray else "generic"
    sizes: tuple[Any, ...] = (done, steps, primal_step, dual_step, reflection)
    if backend == "generic":
        return _generic(matrices, data, start, anchor, *sizes)
    x, y = start[0].copy(), start[1].copy()
    loop = compiled(_loop, reorder=True) if backend == "numba" else _loop
    # Unsigned indices: a negative one would count from the end, and the compiler would test it.
    parts = [
        (a.data, a.indices.view(f"u{a.indices.itemsize}"), a.indptr.view(f"u{a.indptr.itemsize}"))
        for a in matrices
    ]
    loop(*parts[0], *parts[1], *data, x, y, *anchor, *sizes)
    return x, y


def pdhg_operator(
    matrices: tuple[Any, Any],
    data: tuple[Array, Array, Array, Array, int],
    point: tuple[Array, Array],
    primal_step: float,
    dual_step: float,
) -> tuple[Array, Array]:
    """Apply x' = clip(x − τ (c − Kᵀy)), y' = project(y + σ (q − K (2x' − x))).

    Parameters
    ----------
    matrices, data : tuple
        As for :func:`halpern_steps`.
    point : (array, array)
        The pair (x, y).
    primal_step, dual_step : float
        τ and σ.

    Returns
    -------
    (array, array)
        The pair (x', y').
    """
    forward, transpose = matrices
    c, q, lower, upper, equalities = data
    x, y = point
    moved = (x - primal_step * (c - transpose @ y)).clip(lower, upper)
    raised = y + dual_step * (q - forward @ (2 * moved - x))
    raised[equalities:] = raised[equalities:].clip(None, 0.0)
    return moved, raised


def _generic(
    matrices: tuple[Any, Any],
    data: tuple[Array, Array, Array, Array, int],
    start: tuple[Array, Array],
    anchor: tuple[Array, Array],
    done: int,
    steps: int,
    primal_step: float,
    dual_step: float,
    reflection: float,
) -> tuple[Array, Array]:
    """Step with array operations."""
    point = start
    for k in range(done, done + steps):
        image = pdhg_operator(matrices, data, point, primal_step, dual_step)
        weight = (k + 1) / (k + 2)
        x, y = (
            weight * (new + reflection * (new - old)) + (1 - weight) * first
            for new, old, first in zip(image, point, anchor, strict=True)
        )
        point = x, y
    return point


def _loop(
    row_data: Array,
    row_indices: Array,
    row_starts: Array,
    column_data: Array,
    column_indices: Array,
    column_starts: Array,
    c: Array,
    q: Array,
    lower: Array,
    upper: Array,
    equalities: int,
    x: Array,
    y: Array,
    anchor_x: Array,
    anchor_y: Array,
    done: int,
    steps: int,
    primal_step: float,
    dual_step: float,
    reflection: float,
) -> None:
    """Step in place: product, projection, reflection and average in one pass a side."""
    mirrored = np.empty_like(x)  # 2 x' − x
    for k in range(done, done + steps):
        weight = (k + 1.0) / (k + 2.0)
        for j in range(x.size):
            slope = 0.0
            for p in range(column_starts[j], column_starts[j + 1]):
                slope += column_data[p] * y[column_indices[p]]
            moved = x[j] - primal_step * (c[j] - slope)
            moved = min(max(moved, lower[j]), upper[j])
            mirrored[j] = 2.0 * moved - x[j]
            reflected = moved + reflection * (moved - x[j])
            x[j] = weight * reflected + (1.0 - weight) * anchor_x[j]
        for i in range(y.size):
            activity = 0.0
            for p in range(row_starts[i], row_starts[i + 1]):
                activity += row_data[p] * mirrored[row_indices[p]]
            raised = y[i] + dual_step * (q[i] - activity)
            if i >= equalities and raised > 0.0:
                raised = 0.0
            reflected = raised + reflection * (raised - y[i])
            y[i] = weight * reflected + (1.0 - weight) * anchor_y[i]
