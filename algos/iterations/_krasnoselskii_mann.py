"""Krasnoselskii–Mann averaging: the plain way to a fixed point, and its exact rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import ArrayLike

from algos._arguments import checked_count, checked_real
from algos.iterations._oracle import Declared, Operator, Oracle
from algos.iterations._problem import IterationResult, checked_start, follow


def krasnoselskii_mann(
    operator: Operator,
    x0: ArrayLike,
    *,
    step: float = 0.5,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    distance: float | None = None,
    check: bool = True,
) -> IterationResult:
    r"""Find a fixed point of a nonexpansive map by averaging each image with its argument.

    Use it where iterates must approach every fixed point steadily, and on easy maps,
    where it is often quicker than its worst case; :func:`halpern` has the better rate.

    Parameters
    ----------
    operator : callable
        ``operator(x) -> array`` of the shape of x; ‖T(x) − T(y)‖ ≤ ‖x − y‖.
    x0 : array_like
        The start, of any shape.
    step : float, optional
        Step γ in (0, 1): x ← (1 − γ) x + γ T(x).
    tolerance : float, optional
        Stop at ‖x − T(x)‖ ≤ tolerance; 0 takes all the steps.
    max_iterations : int, optional
        Steps at most; one more call than steps.
    distance : float, optional
        Upper bound on the distance from x0 to a fixed point; gives the result its
        bound, and lets a run without a fixed point so near stop early.
    check : bool, optional
        Test on every pair of successive iterates that the map is nonexpansive.

    Returns
    -------
    IterationResult
        The last iterate, its residual ‖x − T(x)‖ and its bound.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The operator raised.

    Notes
    -----
    The residual after n steps is at most ``krasnoselskii_mann_rate(n, step) · R``, R
    being the distance from x0 to a fixed point; at γ = 1/2 a rotation of the plane
    attains it.  One call and O(n) time a step.

    References
    ----------
    W. R. Mann, "Mean value methods in iteration", Proceedings of the AMS 4, 1953.

    F. Lieder, "Projection based methods for conic linear programming: optimal first
    order complexities and norm constrained quasi Newton methods", PhD thesis,
    Düsseldorf 2018, theorem 4.9.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import krasnoselskii_mann
    >>> result = krasnoselskii_mann(lambda x: np.array([-x[1], x[0]]), [1.0, 0.0], distance=1)
    >>> result.status, result.iterations, result.residual <= result.bound
    ('converged', 41, True)
    """
    start, tolerance, limit, radius = checked_start(x0, tolerance, max_iterations, distance)
    step = checked_real("step", step, 0, 1)
    oracle = Oracle(operator, start.shape, Declared(lipschitz=1), check)
    return follow(
        oracle,
        steps(oracle, start, step),
        lambda k: krasnoselskii_mann_rate(k, step),
        start=start,
        tolerance=tolerance,
        limit=limit,
        distance=radius,
    )


def steps(operator: Callable[[Any], Any], x: Any, step: float) -> Iterator[tuple[Any, Any]]:
    """Yield the iterates and their gaps; on anything that adds and scales."""
    while True:
        gap = x - operator(x)
        yield x, gap
        x = x - step * gap


def krasnoselskii_mann_rate(iterations: int, step: float) -> float:
    r"""Bound ‖x_n − T(x_n)‖ / R after n steps of the Krasnoselskii–Mann iteration.

    Parameters
    ----------
    iterations : int
        Steps n, at least 0.
    step : float
        Step γ in (0, 1).

    Returns
    -------
    float
        From γ = 1/2 on the square root of (n / (n+1))^n / ((n+1) γ (1−γ)), from
        γ = (1 + √(n/(n+1))) / 2 on 2 (2γ − 1)^n; below 1/2, where the first is not
        known to hold, the square root of 1 / ((n+1) γ (1−γ)).

    Raises
    ------
    TypeError, ValueError
        An argument is no number or out of range.

    Examples
    --------
    >>> from algos.iterations import krasnoselskii_mann_rate
    >>> krasnoselskii_mann_rate(3, 0.5) ** 2
    0.421875
    """
    n = checked_count("iterations", iterations, least=0)
    step = checked_real("step", step, 0, 1)
    averaged = (n + 1) * step * (1 - step)
    if step < 0.5:
        return 1 / math.sqrt(averaged)  # γ (1 − γ) Σ ‖gap‖² ≤ R², and the gaps do not grow
    if step > (1 + math.sqrt(n / (n + 1))) / 2:
        return 2 * (2 * step - 1) ** n
    return math.sqrt((n / (n + 1)) ** n / averaged)
