"""Extragradient methods with a single call a step: past, optimistic and reflected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import ArrayLike

from algos._arguments import checked_count, checked_real
from algos.iterations._extragradient import ErgodicResult, Mean, Projection, projection
from algos.iterations._problem import Declared, Operator, Oracle, Vector, checked_start, follow

#: The potential of the last iterate falls up to this step, times 1/L.
LARGEST = math.sqrt(2) / 3
DEFAULT = 1 / 3
ROUNDING = 1e-12

Rule = Callable[..., Iterator[tuple[Any, Any]]]


def past_extragradient(
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
    r"""Solve a monotone variational inequality with one call a step (Popov's method).

    Use it in place of :func:`extragradient` where calls are dear.

    Parameters
    ----------
    operator : callable
        ``operator(x) -> array`` of the shape of x, monotone and L-Lipschitz.
    x0 : array_like
        The start, of any shape; projected first.
    lipschitz : float
        L, positive.
    step : float, optional
        γ in (0, √2 / (3 L)]; 1 / (3 L) by default.
    project : callable, optional
        Euclidean projection onto a closed convex set; the whole space by default.
    tolerance : float, optional
        Stop at a residual ‖y − Π(y − γ F(y))‖ / γ of at most this much; without a
        constraint that is ‖F(y)‖.
    max_iterations : int, optional
        Steps at most, one call each after the first.
    distance : float, optional
        Upper bound on the distance from x0 to a solution; gives a run without a
        constraint its bound.
    check : bool, optional
        Test both properties on every pair of successive calls.

    Returns
    -------
    ErgodicResult
        The last point y at which the operator was taken, and the mean of all.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The operator raised.

    Notes
    -----
    y ← Π(x − γ F(y)), then x ← Π(x − γ F(y)) with the new y.  Without a constraint
    ‖F(y_K)‖ ≤ ``single_call_rate(K, γ L) · L R``.  The mean ȳ of the y has
    ⟨F(u), ȳ − u⟩ ≤ ‖x0 − u‖² / (2 γ K) for every feasible u.

    O(n) time and two projections a step beyond the call.

    References
    ----------
    L. Popov, "A modification of the Arrow–Hurwicz method for search of saddle points",
    Mathematical Notes 28, 1980.

    E. Gorbunov, A. Taylor, G. Gidel, "Last-iterate convergence of optimistic gradient
    method for monotone variational inequalities", NeurIPS 2022, lemma 3.1; the rest of
    the proof: ``docs/theory/iterations.md``, "One call a step".

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import past_extragradient
    >>> result = past_extragradient(lambda z: np.array([z[1], -z[0]]), [1.0, 1.0], lipschitz=1,
    ...                             tolerance=0.01, distance=1.5)
    >>> result.status, result.residual <= result.bound
    ('converged', True)
    """
    return _run(
        past_steps, operator, x0, lipschitz, step, LARGEST, project, tolerance,
        max_iterations, distance, check,
    )  # fmt: skip


def optimistic_gradient(
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
    r"""Solve a monotone variational inequality with one call and one projection a step.

    The same points as :func:`past_extragradient` without a constraint; with one, half as
    many projections.

    Parameters
    ----------
    operator : callable
        ``operator(x) -> array`` of the shape of x, monotone and L-Lipschitz.
    x0 : array_like
        The start, of any shape; projected first.
    lipschitz : float
        L, positive.
    step : float, optional
        γ in (0, √2 / (3 L)]; 1 / (3 L) by default.
    project : callable, optional
        Euclidean projection onto a closed convex set; the whole space by default.
    tolerance : float, optional
        Stop at a residual ‖y − Π(y − γ F(y))‖ / γ of at most this much.
    max_iterations : int, optional
        Steps at most, one call each after the first.
    distance : float, optional
        Upper bound on the distance from x0 to a solution; gives a run without a
        constraint its bound.
    check : bool, optional
        Test both properties on every pair of successive calls.

    Returns
    -------
    ErgodicResult
        The last point y at which the operator was taken, and the mean of all.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The operator raised.

    Notes
    -----
    y' = Π(x − γ F(y)), x ← y' + γ F(y) − γ F(y'), y ← y'.  Without a constraint that is
    y ← y − 2 γ F(y) + γ F(the y before), and the bound of :func:`past_extragradient`.
    The mean's gap is as there.

    O(n) time and one projection a step beyond the call.

    References
    ----------
    Y.-G. Hsieh, F. Iutzeler, J. Malick, P. Mertikopoulos, "On the convergence of
    single-call stochastic extra-gradient methods", NeurIPS 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import optimistic_gradient
    >>> result = optimistic_gradient(lambda z: np.array([z[1], -z[0]]), [1.0, 1.0], lipschitz=1,
    ...                              tolerance=0.01, distance=1.5)
    >>> result.status, result.residual <= result.bound
    ('converged', True)
    """
    return _run(
        optimistic_steps, operator, x0, lipschitz, step, LARGEST, project, tolerance,
        max_iterations, distance, check,
    )  # fmt: skip


def reflected_gradient(
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
    r"""Solve a monotone variational inequality by stepping from the reflected iterate.

    The same points as :func:`past_extragradient` without a constraint; with one, the
    operator is taken outside the set too.

    Parameters
    ----------
    operator : callable
        ``operator(x) -> array`` of the shape of x, monotone and L-Lipschitz everywhere.
    x0 : array_like
        The start, of any shape; projected first.
    lipschitz : float
        L, positive.
    step : float, optional
        γ in (0, (√2 − 1) / L); 1 / (3 L) by default.
    project : callable, optional
        Euclidean projection onto a closed convex set; the whole space by default.
    tolerance : float, optional
        Stop at a residual ‖y − Π(y − γ F(y))‖ / γ of at most this much.
    max_iterations : int, optional
        Steps at most, one call each after the first.
    distance : float, optional
        Upper bound on the distance from x0 to a solution; gives a run without a
        constraint its bound.
    check : bool, optional
        Test both properties on every pair of successive calls.

    Returns
    -------
    ErgodicResult
        The last point y at which the operator was taken; the mean carries no
        guarantee here with a constraint: ``gap`` is NaN then.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The operator raised.

    Notes
    -----
    x' = Π(x − γ F(y)), y ← 2 x' − x, x ← x'.  O(n) time and one projection a step beyond
    the call.

    References
    ----------
    Y. Malitsky, "Projected reflected gradient methods for monotone variational
    inequalities", SIAM Journal on Optimization 25, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import reflected_gradient
    >>> result = reflected_gradient(lambda z: np.array([z[1], -z[0]]), [1.0, 1.0], lipschitz=1,
    ...                             tolerance=0.01, distance=1.5)
    >>> result.status, result.residual <= result.bound
    ('converged', True)
    """
    return _run(
        reflected_steps, operator, x0, lipschitz, step, math.sqrt(2) - 1, project,
        tolerance, max_iterations, distance, check,
    )  # fmt: skip


def single_call_rate(iterations: int, relative_step: float) -> float:
    r"""Bound ‖F(y_K)‖ / (L R) after K steps of a single-call method without a constraint.

    Parameters
    ----------
    iterations : int
        Steps K, at least 0.
    relative_step : float
        g = γ L in (0, √2/3].

    Returns
    -------
    float
        The square root of (3/2) (1 + 2√c + 3c) (1 − 2g²) / ((1 − 4g²) g² (K + 1)), with
        c = 2g⁴ / (1 − 2g²); at most 1 at K = 0.

    Raises
    ------
    TypeError, ValueError
        An argument is no number or out of range.

    Examples
    --------
    >>> from algos.iterations import single_call_rate
    >>> round(single_call_rate(99, 1 / 3) ** 2, 4)
    0.2743
    """
    steps = checked_count("iterations", iterations, least=0)
    g = checked_real("relative_step", relative_step, 0, LARGEST * (1 + 1e-12), high_end=True)
    if steps == 0:
        return 1.0
    c = 2 * g**4 / (1 - 2 * g**2)
    share = 1.5 * (1 + 2 * math.sqrt(c) + 3 * c) * (1 - 2 * g**2) / (1 - 4 * g**2)
    return math.sqrt(share / (steps + 1)) / g


def past_steps(
    operator: Callable[[Any], Any], x: Any, step: float, project: Any = lambda x: x
) -> Iterator[tuple[Any, Any]]:
    """Yield y and F(y) of the past extragradient method; on anything that adds and scales."""
    value = operator(x)
    yield x, value
    while True:
        y = project(x - step * value)
        value = operator(y)
        yield y, value
        x = project(x - step * value)


def optimistic_steps(
    operator: Callable[[Any], Any], x: Any, step: float, project: Any = lambda x: x
) -> Iterator[tuple[Any, Any]]:
    """Yield y and F(y) of the optimistic gradient method."""
    value = operator(x)
    yield x, value
    while True:
        y = project(x - step * value)
        before, value = value, operator(y)
        yield y, value
        x = y + step * before - step * value


def reflected_steps(
    operator: Callable[[Any], Any], x: Any, step: float, project: Any = lambda x: x
) -> Iterator[tuple[Any, Any]]:
    """Yield y and F(y) of the reflected gradient method."""
    value = operator(x)
    yield x, value
    y = project(x - step * value)
    while True:
        value = operator(y)
        yield y, value
        before, x = x, project(x - step * value)
        y = 2 * x - before


def _run(
    rule: Rule,
    operator: Operator,
    x0: ArrayLike,
    lipschitz: float,
    step: float | None,
    largest: float,
    project: Projection | None,
    tolerance: float,
    max_iterations: int,
    distance: float | None,
    check: bool,
) -> ErgodicResult:
    """Validate the arguments and follow the rule's points."""
    start, tolerance, limit, radius = checked_start(x0, tolerance, max_iterations, distance)
    lipschitz = checked_real("lipschitz", lipschitz, 0, math.inf)
    if step is None:
        step = DEFAULT / lipschitz
    most = largest / lipschitz * (1 + ROUNDING)
    step = checked_real("step", step, 0, most, high_end=True)
    onto = projection(project, start)
    start = onto(start)
    oracle = Oracle(operator, start.shape, Declared(lipschitz=lipschitz, monotone=True), check)
    mean = Mean(start)

    def points() -> Iterator[tuple[Vector, Vector]]:
        for k, (y, value) in enumerate(rule(oracle, start, step, onto)):
            yield y, value if project is None else (y - onto(y - step * value)) / step
            if k:
                mean.add(y)

    def rate(k: int) -> float:
        return math.inf if project else lipschitz * single_call_rate(k, step * lipschitz)

    result = follow(
        oracle,
        points(),
        rate,
        start=start,
        tolerance=tolerance,
        limit=limit,
        distance=radius,
    )
    return mean.result(result, math.nan if project and rule is reflected_steps else step)
