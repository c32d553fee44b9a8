"""Malitsky's reflected gradient method: one call and one projection a step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import ArrayLike

from algos.iterations._extragradient import ErgodicResult, Projection
from algos.iterations._oracle import Operator
from algos.iterations._single_call import run


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
        L, between 1e-100 and 1e100.
    step : float, optional
        Step γ in (0, (√2 − 1) / L); 1 / (3 L) by default.
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
    return run(
        reflected_steps, operator, x0, lipschitz, step, math.sqrt(2) - 1, project,
        tolerance, max_iterations, distance, check, mean_of_constrained=False,
    )  # fmt: skip


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
