"""Korpelevich's extragradient method: two calls a step, with or without a constraint."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_real
from algos.iterations._oracle import Declared, Operator, Oracle, Vector
from algos.iterations._problem import IterationResult, checked_lipschitz, checked_start, follow

Projection = Callable[[Vector], ArrayLike]


@dataclass(frozen=True, eq=False)
class ErgodicResult(IterationResult):
    """Where a method came to whose averages have guarantees of their own.

    The attributes of :class:`IterationResult`, and

    Attributes
    ----------
    average : ndarray
        Mean of the points at which the steps took the operator; ``x0`` before the
        first step.
    gap : float
        Times the square of the distance from x0 to any feasible u it bounds
        ⟨F(u), average − u⟩: 1 / (2 · step · iterations).
    """

    average: Vector
    gap: float


def extragradient(
    operator: Operator,
    x0: ArrayLike,
    *,
    lipschitz: float,
    step: float | None = None,
    project: Projection | None = None,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    distance: float | None = None,
    check: bool = True,
) -> ErgodicResult:
    r"""Solve a monotone variational inequality, such as a saddle point over a convex set.

    Use it on constrained saddle problems and games; without a constraint :func:`feg` has the
    better rate.

    Parameters
    ----------
    operator : callable
        ``operator(x) -> array`` of the shape of x, monotone and L-Lipschitz.
    x0 : array_like
        The start, of any shape; projected first.
    lipschitz : float
        L, between 1e-100 and 1e100.
    step : float, optional
        Step γ in (0, 1/L); 1 / (√2 L) by default, which has the smallest bound.
    project : callable, optional
        Euclidean projection onto a closed convex set; the whole space by default.
    tolerance : float, optional
        Stop at a residual ‖x − Π(x − γ F(x))‖ / γ of at most this much; without a
        constraint that is ‖F(x)‖.
    max_iterations : int, optional
        Steps at most, two calls each.
    distance : float, optional
        Upper bound on the distance from x0 to a solution; gives the result its bound.
    check : bool, optional
        Test both properties on every pair of successive calls.

    Returns
    -------
    ErgodicResult
        The last iterate; with a constraint the one of smallest residual.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The operator raised.

    Notes
    -----
    y = Π(x − γ F(x)), x ← Π(x − γ F(y)).  After K steps the squared residual is at most
    R² / (γ² (1 − γ² L²) (K + 1)): the last one without a constraint, the smallest one
    with it.  The mean ȳ of the y has ⟨F(u), ȳ − u⟩ ≤ ‖x0 − u‖² / (2 γ K) for every u.

    O(n) time and two projections a step beyond the two calls.

    References
    ----------
    G. Korpelevich, "The extragradient method for finding saddle points and other
    problems", Matecon 12, 1976.

    E. Gorbunov, N. Loizou, G. Gidel, "Extragradient method: O(1/K) last-iterate
    convergence for monotone variational inequalities and connections with
    cocoercivity", AISTATS 2022, theorem 3.3.

    A. Nemirovski, "Prox-method with rate of convergence O(1/t) for variational
    inequalities", SIAM Journal on Optimization 15, 2004.

    Examples
    --------
    Rock, paper, scissors in a square; the solution is its centre:

    >>> import numpy as np
    >>> from algos.iterations import extragradient
    >>> result = extragradient(lambda z: np.array([z[1], -z[0]]), [1.0, 0.5], lipschitz=1,
    ...                        project=lambda z: np.clip(z, -1, 1), tolerance=1e-4)
    >>> result.status, bool(abs(result.x).max() < 1e-3)
    ('converged', True)
    """
    start, tolerance, limit, radius = checked_start(x0, tolerance, max_iterations, distance)
    lipschitz = checked_lipschitz(lipschitz)
    if step is None:
        step = 1 / (math.sqrt(2) * lipschitz)
    step = checked_real("step", step, 0, 1 / lipschitz)
    onto = projection(project, start)
    start = onto(start)
    oracle = Oracle(operator, start.shape, Declared(lipschitz=lipschitz, monotone=True), check)
    mean = Mean(start)
    iterates = steps(oracle, start, step, onto, mean.add)
    squared = step**2 * (1 - (step * lipschitz) ** 2)
    result = follow(
        oracle,
        iterates,
        lambda k: 1 / math.sqrt(squared * (k + 1)),
        start=start,
        tolerance=tolerance,
        limit=limit,
        distance=radius,
        best=project is not None,
    )
    return mean.result(result, step)


def steps(
    operator: Callable[[Any], Any],
    x: Any,
    step: float,
    project: Callable[[Any], Any] = lambda x: x,
    visit: Callable[[Any], None] = lambda y: None,
) -> Iterator[tuple[Any, Any]]:
    """Yield the iterates and their residuals; on anything that adds and scales."""
    while True:
        y = project(x - step * operator(x))
        yield x, (1 / step) * (x - y)
        visit(y)
        x = project(x - step * operator(y))


class Mean:
    """The running mean of the points that the steps visit."""

    def __init__(self, start: Vector) -> None:
        self._start = start
        self._sum = np.zeros_like(start)
        self._count = 0

    def add(self, y: Vector) -> None:
        """Count one more point."""
        self._sum += y
        self._count += 1

    def result(self, run: IterationResult, step: float) -> ErgodicResult:
        """Add the mean to a result."""
        known = {field.name: getattr(run, field.name) for field in fields(run)}
        if not self._count:
            return ErgodicResult(**known, average=self._start.copy(), gap=math.inf)
        average = self._sum / self._count
        gap = 1 / (2 * step * self._count)
        return ErgodicResult(**known, average=average, gap=gap)


def projection(project: Projection | None, start: Vector) -> Callable[[Vector], Vector]:
    """Guard a user's projection: its values must be finite and of the right shape."""
    if project is None:
        return lambda x: x

    if not callable(project):
        raise TypeError(f"project must be callable, got {project!r}")

    def guarded(x: Vector) -> Vector:
        raw = np.asarray(project(np.array(x)))
        known = raw.dtype.kind in "biuf" and raw.shape == start.shape
        if not known or not np.isfinite(raw).all():
            raise ValueError(
                f"project must return finite numbers of shape {start.shape}, got {raw!r}"
            )
        return raw.astype(np.float64)

    return guarded
