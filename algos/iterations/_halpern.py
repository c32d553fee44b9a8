"""Halpern's iteration: a fixed point of a nonexpansive map at the optimal rate."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma

from accel.anchored import anchored_step
from algos._arguments import checked_count, checked_real
from algos.iterations._anchoring import Adaptive, Anchoring, Contraction, Inexact, Restarted
from algos.iterations._oracle import (
    PAIR_RTOL,
    Declared,
    Operator,
    Oracle,
    Status,
    Stop,
    Vector,
    Witness,
    norm,
)
from algos.iterations._problem import GROWTH, IterationResult, checked_start

#: Residuals beyond these are computed again: their squares may have vanished or overflowed.
SMALL, LARGE = 1e-140, 1e150


@dataclass(frozen=True, eq=False)
class FixedPointResult(IterationResult):
    """Where a fixed-point iteration came to, and what is proven of this run.

    The attributes of :class:`IterationResult`, and two that need no solution:

    Attributes
    ----------
    distance_at_least : float
        Every fixed point is proven to be at least this far from ``x0``, if the map
        is nonexpansive; grows without limit where there is none.
    displacement : ndarray or None
        x − T(x) at the last iterate, None where that is not finite.  Where there is no
        fixed point it converges to the shortest displacement that the map has; the error
        is at most :func:`displacement_error`.
    """

    distance_at_least: float
    displacement: Vector | None


def halpern(
    operator: Operator,
    x0: ArrayLike,
    *,
    tolerance: float = 1e-6,
    max_iterations: int = 10_000,
    distance: float | None = None,
    anchor: Literal["classical", "adaptive"] = "classical",
    contraction: float = 1.0,
    sharpness: float | None = None,
    error: float | Callable[[int], float] = 0.0,
    check: bool = True,
) -> FixedPointResult:
    r"""Find a fixed point of a nonexpansive map by averaging its images with the start.

    Use it where the plain iteration x ← T(x) cycles or crawls: reflections,
    splitting methods, Markov decision processes.  No method that combines the images seen
    so far has a smaller residual in the worst case.

    Parameters
    ----------
    operator : callable
        ``operator(x) -> array`` of the shape of x, with ‖T(x) − T(y)‖ ≤ ‖x − y‖ in the
        Euclidean norm.  x must not be written to, and copied where it is kept: its memory
        is used again.
    x0 : array_like
        The start and anchor, of any shape.
    tolerance : float, optional
        Stop at ‖x − T(x)‖ ≤ tolerance; 0 takes all the steps.
    max_iterations : int, optional
        Steps at most; one more call than steps.
    distance : float, optional
        The caller's upper bound on the distance from x0 to a fixed point: gives the
        result its bound, and lets a run without a fixed point so near stop early.
    anchor : {"classical", "adaptive"}, optional
        How strongly the start draws.  ``"adaptive"`` reads it off the run; its bound
        is never worse, its residual sometimes is.
    contraction : float, optional
        ‖T(x) − T(y)‖ ≤ contraction · ‖x − y‖, in (0, 1]; smaller is faster.
    sharpness : float, optional
        In (0, 2], where ‖x − T(x)‖ ≥ sharpness · (distance from x to the fixed
        points) is known: the anchor then moves to the iterate every
        ⌈2e / sharpness⌉ − 1 steps, and every time the residual falls by e.
    error : float or callable, optional
        Bound on the error of one image; ``error(k)`` for the image of iterate k.
    check : bool, optional
        Test on every pair of successive iterates that the map is what it was
        declared to be.

    Returns
    -------
    FixedPointResult
        The last iterate, its residual and bound, and certificates.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or options that have no common theorem.
    OracleError
        The operator raised.

    Notes
    -----
    x ← x0 / (k + 2) + (k + 1) / (k + 2) · T(x).  With R the distance from x0 to a
    fixed point, ‖x_k − T(x_k)‖ ≤ 2 R / (k + 1), and some map attains this for every
    k.  A map with contraction q = 1 / γ has (1 + q) R / Σ_{i≤k} γ^i.  Images with
    errors e_j add (2 / (k + 1)) Σ_{j<k} (j + 1) ‖e_j‖ (and ‖e_k‖ to what is measured).
    For every x and g = x − T(x), all fixed points are at least
    (‖g‖² + 2 ⟨g, x0 − x⟩) / (2 ‖g‖) from x0.

    One call, O(n) time and one pass over memory a step.

    References
    ----------
    B. Halpern, "Fixed points of nonexpanding maps", Bulletin of the AMS 73, 1967.

    F. Lieder, "On the convergence rate of the Halpern-iteration", Optimization Letters
    15, 2021, theorem 2.1.

    J. Park, E. Ryu, "Exact optimal accelerated complexity for fixed-point
    iterations", ICML 2022, theorem 3.2 (contractions).

    Examples
    --------
    A rotation; the plain iteration goes around for ever:

    >>> import numpy as np
    >>> from algos.iterations import halpern
    >>> turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    >>> result = halpern(lambda x: turn @ x, [1.0, 0.0], distance=1, tolerance=0.01)
    >>> result.status, result.iterations, result.residual <= result.bound
    ('converged', 18, True)

    A translation has no fixed point:

    >>> result = halpern(lambda x: x + 0.5, [0.0], distance=10)
    >>> result.status, result.distance_at_least > 10, result.displacement
    ('no fixed point within r', True, array([-0.5]))
    """
    start, tolerance, limit, radius = checked_start(x0, tolerance, max_iterations, distance)
    contraction = checked_real("contraction", contraction, 0, 1, high_end=True)
    if anchor not in ("classical", "adaptive"):
        raise ValueError(f"anchor must be 'classical' or 'adaptive', got {anchor!r}")
    exact = not callable(error) and checked_real("error", error, 0, math.inf, low_end=True) == 0
    if (anchor == "adaptive") + (contraction < 1) + (not exact) > 1:
        raise ValueError("anchor='adaptive', contraction and error have no common theorem: use one")
    flat = start.ravel()
    rule = Anchoring(flat, radius)
    if anchor == "adaptive":
        rule = Adaptive(flat, radius)
    elif contraction < 1:
        rule = Contraction(flat, radius, contraction)
    elif not exact:
        rule = Inexact(flat, radius, error if callable(error) else lambda _: error)
    if sharpness is not None:
        sharpness = checked_real("sharpness", sharpness, 1e-9, 2, high_end=True)
        if isinstance(rule, (Contraction, Inexact)):
            raise ValueError("sharpness has no theorem with contraction or error: leave one out")
    drawn = rule if sharpness is None else Restarted(rule, sharpness)
    oracle = Oracle(operator, start.shape, Declared(lipschitz=contraction), check)
    with np.errstate(over="ignore", invalid="ignore"):
        return _iterate(oracle, start, drawn, tolerance, limit, radius)


def displacement_error(iterations: int, distance: float) -> float:
    r"""Bound how far x_n − T(x_n) is from the infimal displacement of T.

    Parameters
    ----------
    iterations : int
        Steps n of Halpern's iteration, at least 0.
    distance : float
        From x0 to a point x* where x* − T(x*) is the infimal displacement v.

    Returns
    -------
    float
        (√(H_n + 12) + 1) · distance / (n + 1) with H_n = 1 + 1/2 + … + 1/n.

    Raises
    ------
    TypeError, ValueError
        An argument is no number or out of range.

    References
    ----------
    J. Park, E. Ryu, "Accelerated infeasibility detection of constrained optimization
    and fixed-point iterations", ICML 2023.

    Examples
    --------
    >>> from algos.iterations import displacement_error
    >>> round(displacement_error(99, 1.0), 4)
    0.0514
    """
    n = checked_count("iterations", iterations, least=0)
    distance = checked_real("distance", distance, 0, math.inf, low_end=True)
    harmonic = float(digamma(n + 1)) + np.euler_gamma
    return float((math.sqrt(harmonic + 12) + 1) * distance / (n + 1))


def _iterate(
    oracle: Oracle,
    x0: Vector,
    rule: Anchoring | Restarted,
    tolerance: float,
    limit: int,
    distance: float,
) -> FixedPointResult:
    """Take the steps; this loop costs less than a microsecond each beyond the operator."""
    x, ahead = x0.ravel().copy(), np.empty(x0.size)
    shown, shown_ahead = (_read_only(one.reshape(x0.shape)) for one in (x, ahead))
    status: Status = "iteration limit"
    witness: Witness | None = None
    check, flat, farthest = oracle.check, x0.ndim == 1, distance * (1 + PAIR_RTOL)
    image, residual, at_least = x, math.nan, 0.0
    most, growth, error = math.inf, 0.0, 0.0
    k = 0
    for k in range(limit + 1):
        answer = oracle.evaluate(shown)
        image = answer if flat else answer.ravel()
        residual, along, reach = anchored_step(rule.anchor, x, image, rule.weight, ahead)
        if not SMALL < residual < LARGE:
            residual = norm(x - image)
        if check or not tolerance < residual < most:
            try:
                if not residual < math.inf:
                    oracle.require_finite(shown, answer)
                elif check:
                    oracle.test(shown, answer, error + rule.error)
            except Stop as stop:
                status, witness = stop.status, stop.witness
                break
            if residual <= tolerance:
                status = "converged"
                break
            if not residual < most:
                status = "diverged"
                break
            error = rule.error
        if rule.indirect:
            reach = rule.reach(residual, reach)
            if check and residual > rule.promised() * (1 + PAIR_RTOL):
                text = f"the residual {residual:.6g} exceeds {rule.promised():.6g}: less sharp"
                status = "precondition violated"
                witness = Witness(oracle.calls, text, (shown.copy(),), (answer.copy(),))
                break
        if reach > at_least:
            at_least = reach
            if at_least > farthest:
                status = "no fixed point within r"
                break
        if k == limit:
            break
        if k == 0:
            growth = 0.0 if rule.error else 2 * residual * (1 + PAIR_RTOL)
            most = growth or GROWTH * residual
        most += growth  # ‖x_k − T(x_k)‖ ≤ (2k + 1) ‖x0 − T(x0)‖ for every nonexpansive T
        rule.advance(residual, along, x, image, ahead)
        x, ahead, shown, shown_ahead = ahead, x, shown_ahead, shown
    return FixedPointResult(
        x=x.reshape(x0.shape).copy(),
        status=status,
        residual=residual,
        bound=rule.bound(),
        iterations=k,
        oracle_calls=oracle.calls,
        preconditions=oracle.preconditions,
        witness=witness,
        distance_at_least=at_least,
        displacement=(x - image).reshape(x0.shape) if math.isfinite(residual) else None,
    )


def _read_only(x: Vector) -> Vector:
    """Show an array that the operator must not write to."""
    shown = x.view()
    shown.flags.writeable = False
    return shown
