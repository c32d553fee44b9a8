"""Halpern's iteration on inexact resolvents of a finite sum that is Lipschitz and monotone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array, checked_count
from algos.iterations._finite_sum import (
    Components,
    Constraint,
    FiniteSum,
    FiniteSumResult,
    Resolvent,
)
from algos.iterations._oracle import (
    PAIR_RTOL,
    Declared,
    Operator,
    Status,
    Stop,
    Vector,
    Witness,
    norm,
)
from algos.iterations._problem import GROWTH, checked_lipschitz, checked_start

INNER_STEP = 1 / 3  # of 1 / L; 1/2 still converged on every game that was tried
ERRORS = 1 / 20  # the inexact resolvents may add twice this share to the bound


def variance_reduced_proximal_halpern(
    operators: Components | Sequence[Operator],
    u0: ArrayLike,
    *,
    n: int | None = None,
    lipschitz: float,
    resolvent: Resolvent | None = None,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    max_evaluations: int = 10**9,
    distance: float | None = None,
    check: bool = True,
    rng: np.random.Generator | int | None = None,
) -> FiniteSumResult:
    r"""Solve 0 ∈ F(x) + G(x) for a monotone mean F of n Lipschitz components.

    Use it for saddle points over large data sets, where F is not cocoercive; where it is,
    :func:`variance_reduced_halpern` does without inner iterations.

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
        L² ‖x − y‖².  F must be monotone, its components need not be.
    resolvent : callable, optional
        ``resolvent(x, step) -> w`` with x ∈ w + step · G(w); G = 0 by default.
    tolerance : float, optional
        Stop at ‖F(x) + g‖ ≤ tolerance, looked at whenever the whole sum is evaluated.
    max_iterations : int, optional
        Resolvents at most, less one.
    max_evaluations : int, optional
        The run ends at the first look at the whole sum after so many evaluations, which
        come in batches of ⌈√n⌉.
    distance : float, optional
        Upper bound on the distance R from u0 to a solution; gives the result its bound,
        and lets a run without a solution so near stop early.
    check : bool, optional
        Test monotonicity and the Lipschitz constant on every pair of successive evaluations of the
        whole sum.
    rng : numpy.random.Generator, int or None, optional
        Draws the components.

    Returns
    -------
    FiniteSumResult
        The point where the whole sum was looked at last, its measured residual and the
        bound on it, which holds in every run.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        An operator or the resolvent raised.

    Notes
    -----
    With η = √n / L and J the resolvent of η (F + G), u_{k+1} = u0 / (k + 2) +
    (k + 1) / (k + 2) · (2 w_k − u_k), where w_k is J(u_k) up to a known error:
    ‖w − J(u)‖ ≤ ‖w + η (F(w) + g) − u‖ for every g in G(w).  The error allowed at step k is
    r / (20 (k + 1)² (k + 2)) with a known r ≤ R, and then in every run of exact arithmetic

    ‖F(w_k) + g_k‖ ≤ L R / √n · (11/10 / (k + 1) + 1/10 / ((k + 1)² (k + 2))).

    Errors that rounding does not let fall any lower are accepted; ``bound`` adds up the
    errors of the run, rounding included, and where that prevails it is above the formula.

    The inner problem is strongly monotone.  It is solved by forward-reflected-backward
    steps of 1 / (3 L) on a recursive estimate of F that is renewed every √n steps on
    average and moved by ⌈√n⌉ components in between: a number of evaluations that grows
    like n log(1 / error) in every game that was measured, and so √n L R / tolerance in
    all, up to logarithms.  How long it takes is not proven; when it stops, it is right.

    References
    ----------
    X. Cai, A. Alacaoglu, J. Diakonikolas, "Variance reduced Halpern iteration for
    finite-sum monotone inclusions", ICLR 2024 (with another inner method).

    Y. Malitsky, M. Tam, "A forward-backward splitting method for monotone inclusions
    without cocoercivity", SIAM Journal on Optimization 30, 2020.

    The bound: ``docs/theory/stochastic_halpern.md``, "Inexact resolvents".

    Examples
    --------
    A game of 100 random payoffs, x against y:

    >>> import numpy as np
    >>> from algos.iterations import variance_reduced_proximal_halpern
    >>> rng = np.random.default_rng(0)
    >>> a = rng.standard_normal((100, 2, 2))
    >>> def game(i, z):
    ...     mean = a[i].mean(axis=0)
    ...     return np.concatenate([mean @ z[2:], -mean.T @ z[:2]])
    >>> result = variance_reduced_proximal_halpern(
    ...     game, np.ones(4), n=100, lipschitz=2.5, tolerance=1e-3, distance=2, rng=0)
    >>> result.status, result.residual <= 1e-3
    ('converged', True)
    """
    start, tolerance, limit, radius = checked_start(
        checked_array("u0", u0), tolerance, max_iterations, distance
    )
    lipschitz = checked_lipschitz(lipschitz)
    most = checked_count("max_evaluations", max_evaluations)
    rng = np.random.default_rng(rng)
    declared = Declared(lipschitz=lipschitz, monotone=True)
    sums = FiniteSum(operators, n, start.shape, declared, check, rng)
    step = math.sqrt(sums.n) / lipschitz
    status: Status = "iteration limit"
    witness: Witness | None = None
    x, residual, first, bound = start, math.nan, math.nan, math.inf
    u, k, displacement, spent, last = start, 0, math.nan, 0.0, math.inf
    constraint = Constraint(resolvent, start.shape)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for look in _looks(sums, constraint, start, step, rng):
                length = norm(look.total)
                found = norm(look.w + step * look.total - u)
                size = norm(u) + step * (lipschitz * norm(u) + look.size)
                rounding = max(sums.rounding, constraint.rounding) * size
                error = found + rounding
                first = length if math.isnan(first) else first
                if not (math.isfinite(length + error) and length <= GROWTH * first):
                    status = "diverged"
                    break
                x, residual = look.w, length
                bound = ((radius + 2 * spent) / (k + 1) + 2 * error) / step
                if residual <= tolerance:
                    status = "converged"
                    break
                if residual > bound * (1 + PAIR_RTOL):
                    status = "no fixed point within r"
                    break
                if k == 0:  # at most the distance from u0 to its resolvent
                    displacement = norm(u - x) - error
                stalled = last <= found <= rounding
                last = found
                if found <= ERRORS * displacement / ((k + 1) ** 2 * (k + 2)) or stalled:
                    if k == limit:
                        break
                    spent, last = spent + (k + 1) * error, math.inf
                    k += 1
                    u = start / (k + 1) + k / (k + 1) * (2 * x - u)
                    look.centre = u
                if sums.evaluations >= most:
                    break
    except Stop as stop:
        status, witness = stop.status, stop.witness
    return FiniteSumResult(
        x=np.array(x),
        status=status,
        residual=residual,
        bound=bound,
        iterations=k,
        oracle_calls=sums.evaluations,
        preconditions=sums.preconditions,
        witness=witness,
        full_evaluations=sums.full_evaluations,
    )


@dataclass
class _Look:
    """A point where the whole sum was evaluated; the caller may move the centre."""

    w: Vector
    total: Vector  # F(w) + g with a g in G(w)
    size: float  # ‖F(w)‖
    centre: Vector


def _looks(
    sums: FiniteSum, constraint: Constraint, start: Vector, step: float, rng: np.random.Generator
) -> Iterator[_Look]:
    """Solve w + step (F(w) + g) = centre, for ever; yield where F(w) is known exactly."""
    batch = math.isqrt(sums.n - 1) + 1
    inner = INNER_STEP / math.sqrt(sums.n)  # of the resolvent's step: 1 / (3 L)
    proximal = inner * step / (1 + inner)
    x = constraint(start, step)
    value = before = sums.full(x)
    look = _Look(x, value + (start - x) / step, norm(value), start)
    yield look
    while True:
        ahead = (x - inner * step * (2 * value - before) + inner * look.centre) / (1 + inner)
        behind, x = x, constraint(ahead, proximal)
        before = value
        if rng.random() < 1 / batch:
            value = sums.full(x)
            look.w, look.total, look.size = x, value + (ahead - x) / proximal, norm(value)
            yield look
        else:
            value = value + sums.change(batch, x, behind)
