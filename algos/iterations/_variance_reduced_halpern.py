"""Halpern's iteration on a finite sum that is cocoercive on average."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array
from algos.iterations._finite_sum import (
    Components,
    Constraint,
    FiniteSum,
    FiniteSumResult,
    Resolvent,
)
from algos.iterations._oracle import Declared, Operator, Status, Stop, Witness, norm
from algos.iterations._problem import GROWTH, checked_lipschitz, checked_start


def variance_reduced_halpern(
    operators: Components | Sequence[Operator],
    u0: ArrayLike,
    *,
    n: int | None = None,
    lipschitz: float,
    resolvent: Resolvent | None = None,
    tolerance: float = 1e-6,
    max_iterations: int = 100_000,
    distance: float | None = None,
    check: bool = True,
    rng: np.random.Generator | int | None = None,
) -> FiniteSumResult:
    r"""Solve 0 ∈ F(x) + G(x) for a mean F of n components, looking at few of them a step.

    Use it where n is many thousands and ‖F(x) + g‖ must become small, as in the gradient of
    a regularised loss over a data set; for smaller n the plain :func:`halpern_cocoercive`
    needs fewer evaluations, since its constants are better.

    Parameters
    ----------
    operators : callable or sequence of callable
        ``operators(indices, x) -> array``, the mean over those components (an index may
        occur twice), or the n single operators themselves.
    u0 : array_like
        The start and anchor, of any shape.
    n : int, optional
        Number of components, up to 2³¹; required with a callable.
    lipschitz : float
        L, between 1e-100 and 1e100: the mean of ‖F_i(x) − F_i(y)‖² over i is at most
        L ⟨F(x) − F(y), x − y⟩.  If every F_i is 1/L_i-cocoercive, max L_i will do.
    resolvent : callable, optional
        ``resolvent(x, step) -> w`` with x ∈ w + step · G(w), such as a proximal map or a
        projection; G = 0 by default.
    tolerance : float, optional
        Stop at ‖F(x) + g‖ ≤ tolerance, looked at when the whole sum is evaluated anyway; 0
        takes all the steps, which the bound on the mean supposes.
    max_iterations : int, optional
        Steps at most.
    distance : float, optional
        Upper bound on the distance R from u0 to a solution; gives the result its bound.
    check : bool, optional
        Test cocoercivity on every pair of successive evaluations of the
        whole sum.
    rng : numpy.random.Generator, int or None, optional
        Draws the components.

    Returns
    -------
    FiniteSumResult
        The iterate where the whole sum was looked at last and its measured residual;
        ``bound`` bounds the mean of the residual over runs of so many steps, and is inf
        where the run broke off after that iterate.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        An operator or the resolvent raised.

    Notes
    -----
    u_{k+1} = J(λ_k u0 + (1 − λ_k) u_k − η F̃_k) with λ_k = 2 / (k + 4), η = 1 / (4 L), J the
    resolvent at step η.  With probability p_k = 4 / (k + 5) for k ≤ √n and 4 / (√n + 5)
    after, F̃_k is F(u_k); else it adds to F̃_{k−1} the mean change of ⌈√n⌉ random components.
    The mean residual is at most 16 L R / (k + 4), as published; it takes
    O((n + √n L R / tolerance) log n) evaluations.

    References
    ----------
    X. Cai, A. Alacaoglu, J. Diakonikolas, "Variance reduced Halpern iteration for
    finite-sum monotone inclusions", ICLR 2024.

    Examples
    --------
    A least-squares gradient; component i is a_i (⟨a_i, x⟩ − b_i):

    >>> import numpy as np
    >>> from algos.iterations import variance_reduced_halpern
    >>> rng = np.random.default_rng(0)
    >>> a = rng.standard_normal((400, 3))
    >>> b = a @ [1.0, 2.0, 3.0]
    >>> result = variance_reduced_halpern(
    ...     lambda i, x: a[i].T @ (a[i] @ x - b[i]) / len(i), np.zeros(3), n=400,
    ...     lipschitz=(a**2).sum(axis=1).max(), tolerance=1e-2, rng=0)
    >>> result.status, result.x.round(1)
    ('converged', array([1., 2., 3.]))
    """
    start, tolerance, limit, radius = checked_start(
        checked_array("u0", u0), tolerance, max_iterations, distance
    )
    lipschitz = checked_lipschitz(lipschitz)
    rng = np.random.default_rng(rng)
    declared = Declared(cocoercive=lipschitz)
    sums = FiniteSum(operators, n, start.shape, declared, check, rng)
    constraint = Constraint(resolvent, start.shape)
    step, batch, root = 1 / (4 * lipschitz), math.isqrt(sums.n - 1) + 1, math.sqrt(sums.n)
    status: Status = "iteration limit"
    witness: Witness | None = None
    x, residual, first, k, looked = start, math.nan, math.nan, 0, 0
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            u = before = estimate = start
            subgradient = np.full(start.shape, 0.0 if resolvent is None else math.nan)
            for k in range(limit + 1):
                whole = k == 0 or k == limit or rng.random() < 4 / (min(k, root) + 5)
                if whole:
                    estimate = sums.full(u)
                    length = norm(estimate + subgradient)
                    first = length if math.isnan(first) else first
                    if length == math.inf or length > GROWTH * first:
                        status = "diverged"
                        break
                    x, residual, looked = u, length, k
                    if residual <= tolerance:
                        status = "converged"
                        break
                else:
                    estimate = estimate + sums.change(batch, u, before)
                anchor = 2 / (k + 4)
                ahead = anchor * start + (1 - anchor) * u - step * estimate
                if not np.isfinite(ahead).all():
                    status = "diverged"
                    break
                before, u = u, constraint(ahead, step)
                subgradient = (ahead - u) / step
    except Stop as stop:
        status, witness = stop.status, stop.witness
    return FiniteSumResult(
        x=np.array(x),
        status=status,
        residual=residual,
        bound=16 * lipschitz * radius / (k + 4) if looked == k else math.inf,
        iterations=k,
        oracle_calls=sums.evaluations,
        preconditions=sums.preconditions,
        witness=witness,
        full_evaluations=sums.full_evaluations,
    )
