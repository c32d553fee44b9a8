"""Extra anchored gradient: the first method with the optimal rate on saddle points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from numpy.typing import ArrayLike

from algos.iterations._oracle import Declared, Operator, Oracle
from algos.iterations._problem import IterationResult, checked_lipschitz, checked_start, follow

FIRST_STEP = 0.618  # times 1 / L


def eag(
    operator: Operator,
    x0: ArrayLike,
    *,
    lipschitz: float,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    distance: float | None = None,
    check: bool = True,
) -> IterationResult:
    r"""Find a zero of a monotone Lipschitz operator with falling steps (EAG-V).

    Use :func:`feg` instead where you are free to choose: its bound is 2.6 times smaller.
    This method is kept for comparison; it is the one that first had this rate.

    Parameters
    ----------
    operator : callable
        ``operator(x) -> array`` of the shape of x, with ⟨F(x) − F(y), x − y⟩ ≥ 0 and
        ‖F(x) − F(y)‖ ≤ L ‖x − y‖.
    x0 : array_like
        The start and anchor, of any shape.
    lipschitz : float
        L, between 1e-100 and 1e100.
    tolerance : float, optional
        Stop at ‖F(x)‖ ≤ tolerance; 0 takes all the steps.
    max_iterations : int, optional
        Steps at most, two calls each.
    distance : float, optional
        Upper bound on the distance from x0 to a zero; gives the result its bound, and
        lets a run without a zero so near stop early.
    check : bool, optional
        Test both properties on every pair of successive calls.

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
    With b = 1 / (k + 2): y = x + b (x0 − x) − α_k F(x), then x ← x + b (x0 − x) − α_k F(y);
    α_0 = 0.618 / L, and α falls towards 0.437 / L.  After k steps
    ‖F(x_k)‖² ≤ 27 L² R² / ((k + 1) (k + 2)), with R the distance from x0 to a zero.

    O(n) time a step beyond the two calls.

    References
    ----------
    T. Yoon, E. Ryu, "Accelerated algorithms for smooth convex-concave minimax problems
    with O(1/k²) rate on squared gradient norm", ICML 2021, theorem 2.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import eag
    >>> result = eag(lambda z: np.array([z[1], -z[0]]), [1.0, 1.0], lipschitz=1,
    ...              distance=1.5, tolerance=0.01)
    >>> result.status, result.residual <= result.bound
    ('converged', True)
    """
    start, tolerance, limit, radius = checked_start(x0, tolerance, max_iterations, distance)
    lipschitz = checked_lipschitz(lipschitz)
    oracle = Oracle(operator, start.shape, Declared(lipschitz=lipschitz, monotone=True), check)
    return follow(
        oracle,
        steps(oracle, start, lipschitz),
        lambda k: lipschitz * math.sqrt(27 / ((k + 1) * (k + 2))),
        start=start,
        tolerance=tolerance,
        limit=limit,
        distance=radius,
    )


def steps(operator: Callable[[Any], Any], x0: Any, lipschitz: float) -> Iterator[tuple[Any, Any]]:
    """Yield the iterates and the operator there; on anything that adds and scales."""
    x, alpha = x0, FIRST_STEP / lipschitz
    for k in count():
        value = operator(x)
        yield x, value
        base = x + (1 / (k + 2)) * (x0 - x)
        y = base - alpha * value
        x = base - alpha * operator(y)
        square = (alpha * lipschitz) ** 2
        alpha *= (1 - (k + 2) ** 2 * square / ((k + 1) * (k + 3))) / (1 - square)
