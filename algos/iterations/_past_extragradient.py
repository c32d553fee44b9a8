"""Popov's past extragradient method: one call a step, two projections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import ArrayLike

from algos.iterations._extragradient import ErgodicResult, Projection
from algos.iterations._oracle import Operator
from algos.iterations._single_call import LARGEST, run


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
        L, between 1e-100 and 1e100.
    step : float, optional
        Step γ in (0, √2 / (3 L)]; 1 / (3 L) by default.
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
    return run(
        past_steps, operator, x0, lipschitz, step, LARGEST, project, tolerance,
        max_iterations, distance, check,
    )  # fmt: skip


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
