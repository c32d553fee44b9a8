"""Halpern's iteration on a cocoercive operator, with any step that its theorem allows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_real
from algos.iterations._oracle import (
    PAIR_RTOL,
    Declared,
    Operator,
    Oracle,
    Stop,
    Vector,
    Witness,
    norm,
)
from algos.iterations._problem import IterationResult, checked_lipschitz, checked_start, follow


def halpern_cocoercive(
    operator: Operator,
    x0: ArrayLike,
    *,
    lipschitz: float,
    step: float | None = None,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    distance: float | None = None,
    check: bool = True,
) -> IterationResult:
    r"""Find a zero of a cocoercive operator, such as the gradient of a smooth convex function.

    Use it to make a gradient small at the optimal rate without knowing a solution; with a
    step below 2/L where L is only known roughly.

    Parameters
    ----------
    operator : callable
        ``operator(x) -> array`` of the shape of x, with
        ⟨F(x) − F(y), x − y⟩ ≥ ‖F(x) − F(y)‖² / L.
    x0 : array_like
        The start and anchor, of any shape.
    lipschitz : float
        L, between 1e-100 and 1e100.  A monotone operator that is only L-Lipschitz is not
        enough: on a rotation the iterates would diverge; see :func:`feg`.
    step : float, optional
        In (0, 2/L]; 2/L by default, the fastest.
    tolerance : float, optional
        Stop at ‖F(x)‖ ≤ tolerance; 0 takes all the steps.
    max_iterations : int, optional
        Steps at most; one more call than steps.
    distance : float, optional
        Upper bound on the distance from x0 to a zero; gives the result its bound, and
        lets a run without a zero so near stop early.
    check : bool, optional
        Test cocoercivity on every pair of successive iterates, and that the potential
        below never falls.

    Returns
    -------
    IterationResult
        The last iterate, ‖F(x)‖ and its bound.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The operator raised.

    Notes
    -----
    x ← x0 / (k + 2) + (k + 1) / (k + 2) · (x − step · F(x)).  With c = 2 / (L · step) and R
    the distance from x0 to a zero, ‖F(x_k)‖ ≤ c L R / (k + c), and for every step and k a
    Huber function attains it.  Ψ_k = (k + 1) ⟨F(x_k), x0 − x_k⟩ − (step/2) k (k + 1) ‖F(x_k)‖²
    never decreases; it needs no solution, so every run is tested against it.

    One call and O(n) time a step.

    References
    ----------
    The theorem for steps below 2/L and its proof: ``docs/theory/iterations.md``,
    "Any step".

    J. Diakonikolas, "Halpern iteration for near-optimal and parameter-free monotone
    inclusion and strong solutions to variational inequalities", COLT 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import halpern_cocoercive
    >>> hessian = np.diag([1.0, 0.01])
    >>> result = halpern_cocoercive(lambda x: hessian @ x, [1.0, 1.0], lipschitz=1,
    ...                             distance=2, tolerance=1e-3)
    >>> result.status, result.residual <= result.bound
    ('converged', True)
    """
    start, tolerance, limit, radius = checked_start(x0, tolerance, max_iterations, distance)
    lipschitz = checked_lipschitz(lipschitz)
    if step is None:
        step = 2 / lipschitz
    step = checked_real("step", step, 0, 2 / lipschitz * (1 + 1e-12), high_end=True)
    scale = 2 / (lipschitz * step)
    oracle = Oracle(operator, start.shape, Declared(cocoercive=lipschitz), check)
    iterates = steps(oracle, start, step)
    return follow(
        oracle,
        _with_potential(oracle, iterates, start, step, lipschitz) if check else iterates,
        lambda k: scale * lipschitz / (k + scale),
        start=start,
        tolerance=tolerance,
        limit=limit,
        distance=radius,
    )


def steps(operator: Callable[[Any], Any], x0: Any, step: float) -> Iterator[tuple[Any, Any]]:
    """Yield the iterates and the operator there; on anything that adds and scales."""
    x = x0
    for k in count():
        value = operator(x)
        yield x, value
        x = (1 / (k + 2)) * x0 + ((k + 1) / (k + 2)) * (x - step * value)


def _with_potential(
    oracle: Oracle,
    iterates: Iterator[tuple[Vector, Vector]],
    x0: Vector,
    step: float,
    lipschitz: float,
) -> Iterator[tuple[Vector, Vector]]:
    """Pass the iterates on, as long as the potential Ψ does not fall."""
    highest, last = -math.inf, None
    for k, (x, value) in enumerate(iterates):
        along = (k + 1) * float(np.vdot(value, x0 - x))
        square = step / 2 * k * (k + 1) * float(np.vdot(value, value))
        potential = along - square
        rounding = oracle.rounding * (norm(value) + lipschitz * norm(x)) * norm(x0 - x)
        slack = PAIR_RTOL * (abs(along) + square + abs(highest)) + (k + 1) * rounding
        if potential < highest - slack:
            text = f"the potential fell from {highest:.6g} to {potential:.6g} at iterate {k}"
            points = (x,) if last is None else (x, last[0])
            values = (value,) if last is None else (value, last[1])
            raise Stop("precondition violated", Witness(oracle.calls, text, points, values))
        highest, last = max(potential, highest), (x, value)
        yield x, value
