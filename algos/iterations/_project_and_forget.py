"""Projection onto the solutions of very many inequalities, of which few are kept at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import kl_div

from accel.rows import sweep_entropy, sweep_quadratic
from algos._arguments import checked_array, checked_count, checked_real
from algos.iterations._active_rows import Oracle, Reals, Rows, ask, refutes
from algos.iterations._ranges import in_range

Status = Literal["converged", "iteration limit", "infeasible", "non-finite oracle", "overflow"]

# Relative size of a violation, or of a change of x, that is not distinguished from rounding.
ROUNDING = 2.0**-48


@dataclass(frozen=True, eq=False)
class ProjectAndForgetResult:
    """The nearest point of a polyhedron, with a certificate.

    Attributes
    ----------
    status : {"converged", "iteration limit", "infeasible", "non-finite oracle", "overflow"}
        Converged: violation and gap are within their tolerances, or of rounding size.
        Infeasible: ``farkas`` proves that no solution has a 1-norm below 10^8 times one plus
        that of x.  Non-finite oracle: the last call, at x, returned NaN or an infinity.
        Overflow: x or a value is not finite any more, and no number here means anything.
    x : ndarray, shape (n,)
        The point, which minimises the Lagrangian at the multipliers.
    violation : float
        Greatest violation that the oracle reported at x; NaN where it was not finite.
    value : float
        Divergence of x from the start; x may violate constraints by ``violation``.
    dual_value : float
        No solution has a smaller divergence, up to rounding.
    upper_value : float
        Divergence of the repaired point, a solution, or of x if that is a better one;
        infinite without ``repair``.
    rows : sparse array, shape (k, n)
        The active constraints.
    bounds, multipliers : ndarray, shape (k,)
        Their right-hand sides, and their multipliers, which are positive.
    oracle_calls : int
        Calls of the oracle.
    projections : int
        Rows visited.
    forgotten : int
        Rows dropped because their multiplier was zero.
    violations : ndarray
        What the oracle reported at each of its calls.
    farkas : (sparse array, ndarray, ndarray) or None
        Rows A, bounds b and multipliers y >= 0 with A.T @ y = 0 up to rounding (for the
        entropy: >= 0) and b @ y < 0; None unless infeasible.
    """

    status: Status
    x: Reals
    violation: float
    value: float
    dual_value: float
    upper_value: float
    rows: Any
    bounds: Reals
    multipliers: Reals
    oracle_calls: int
    projections: int
    forgotten: int
    violations: Reals
    farkas: tuple[Any, Reals, Reals] | None = None

    @property
    def gap(self) -> float:
        """Upper less dual value: D(x*, x) of the solution x* is at most this."""
        return self.upper_value - self.dual_value


def project_and_forget(
    oracle: Oracle,
    x0: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    generator: Literal["squares", "entropy"] = "squares",
    repair: Callable[[Reals, float], Reals] | None = None,
    tolerance: float = 1e-6,
    gap_tolerance: float = 1e-6,
    sweeps: int = 40,
    max_calls: int = 1000,
) -> ProjectAndForgetResult:
    """Find the solution of <a_i, x> <= b_i that is nearest to x0 in a Bregman divergence.

    Use it where the inequalities are far too many to write down, and violated ones
    are easy to find: metrics, cuts, orders.

    Parameters
    ----------
    oracle : callable
        ``oracle(x) -> (rows, bounds)``: violated inequalities as a SciPy sparse matrix
        and a vector, none where x is a solution; always the most violated one
        among them.
    x0 : array_like, shape (n,)
        What is projected; positive for the entropy.  Its greatest entry, like the weights
        and the oracle's numbers, is 0 or from 1e-100 to 1e100 in size.
    weights : array_like, shape (n,), optional
        Positive weights w of the divergence; ones by default.
    generator : {"squares", "entropy"}, optional
        The divergence: sum of w (x - x0)^2 / 2, or of w (x log(x / x0) - x + x0).
    repair : callable, optional
        ``repair(x, violation) -> y``: a solution near x.  With it the gap is a
        proven distance; without it the run stops by ``value - dual_value``.
    tolerance : float, optional
        Violation to reach, positive, in units of the bounds; at most 2^-48 of
        ‖a_i‖ ‖x‖ + abs(b_i) is always enough.
    gap_tolerance : float, optional
        Gap to reach, positive, relative to the value; the divergence of 2^-48 of the
        greatest entry of x0, added to every entry, is always enough.
    sweeps : int, optional
        Passes over the kept rows between two calls of the oracle.
    max_calls : int, optional
        Calls of the oracle, at most.

    Returns
    -------
    ProjectAndForgetResult
        The point, the bounds on the optimum, the active constraints.

    Raises
    ------
    TypeError, ValueError
        An argument, or the form of what the oracle returns, is not what it must be.

    Notes
    -----
    A row is visited by projecting onto its hyperplane, going back by no more than its
    multiplier; rows whose multiplier falls to zero are forgotten.  At every point of the
    run ``dual_value <= min D(y, x0)`` over all solutions y, and for the minimiser x*
    ``D(x*, x) <= upper_value - dual_value``.  Among K calls of the oracle with the
    squares one reports a violation of at most ``a sqrt(2 min D / K)``, where a^2 is the
    greatest sum of a_ij^2 / w_j.  The convergence is linear in the end.

    An empty polyhedron is reported by the change of the multipliers over the calls, when
    that has become a certificate; until then the run ends with ``"iteration limit"``.

    References
    ----------
    R. Sonthalia, A. Gilbert, "Project and Forget: Solving Large-Scale Metric Constrained
    Problems", Journal of Machine Learning Research 23, 2022.

    Examples
    --------
    The point of x_1 <= 1, x_1 + x_2 <= 3/2 that is nearest to (3, 1):

    >>> import numpy as np
    >>> from scipy import sparse
    >>> from algos.iterations import project_and_forget
    >>> rows, bounds = sparse.csr_array([[1.0, 0.0], [1.0, 1.0]]), np.array([1.0, 1.5])
    >>> def oracle(x):
    ...     violated = rows @ x > bounds
    ...     return rows[violated], bounds[violated]
    >>> result = project_and_forget(oracle, [3.0, 1.0])
    >>> result.status, result.x.round(5).tolist(), round(result.dual_value, 5)
    ('converged', [1.0, 0.5], 2.125)
    """
    start = checked_array("x0", x0, shape=(None,))
    weight = np.ones(start.size)
    if weights is not None:
        weight = checked_array("weights", weights, shape=(start.size,))
        if not (weight > 0).all():
            raise ValueError(f"weights must be positive, got {weight.min()}")
    if generator not in ("squares", "entropy"):
        raise ValueError(f"generator must be 'squares' or 'entropy', got {generator!r}")
    in_range("x0's greatest entry", np.abs(start).max(keepdims=True))
    in_range("weights", weight)
    entropy = generator == "entropy"
    if entropy and not (start > 0).all():
        raise ValueError(f"x0 must be positive for the entropy, got {start.min()}")
    tolerance = checked_real("tolerance", tolerance, 0, math.inf)
    gap_tolerance = checked_real("gap_tolerance", gap_tolerance, 0, math.inf)
    sweeps = checked_count("sweeps", sweeps)
    max_calls = checked_count("max_calls", max_calls)

    divergence = kl_div if entropy else _half_square
    sweep = sweep_entropy if entropy else sweep_quadratic
    gradient_start = np.log(start) if entropy else start  # of the generator, over the weights
    kept = Rows.none(start.size)
    least_gap = float(weight @ divergence(start + ROUNDING * abs(start).max(), start))
    x, upper = start, math.inf
    projections = forgotten = 0
    violations: list[float] = []
    status: Status = "iteration limit"
    farkas = None
    for call in range(1, max_calls + 1):
        value = float(weight @ divergence(x, start))
        dual = value + float(kept.multipliers @ (kept.matrix @ x - kept.bounds))
        if not (np.isfinite(x).all() and math.isfinite(dual)):
            status, violation = "overflow", math.nan
            break
        new = ask(oracle, x)
        if new is None:
            status, violation = "non-finite oracle", math.nan
            break
        excess = new.matrix @ x - new.bounds
        rounding = ROUNDING * (abs(new.matrix) @ abs(x) + abs(new.bounds))
        violation = float(excess.max(initial=0.0))
        violations.append(violation)
        gap = abs(value - dual)
        if repair is not None:
            given = repair(x.copy(), violation)
            repaired = checked_array("what repair returns", given, shape=start.shape)
            upper = float(weight @ divergence(repaired, start))
            if violation == 0.0:  # x is a solution itself
                upper = min(upper, value)
            gap = upper - dual
        solved = bool((excess <= np.maximum(tolerance, rounding)).all())
        if solved and gap <= gap_tolerance * value + least_gap:
            status = "converged"
        if status == "converged" or call == max_calls:
            break

        rows = kept.joined(new, x)
        multipliers = rows.multipliers.copy()
        gradient = gradient_start - rows.matrix.T @ multipliers / weight
        for _ in range(sweeps):
            sweep(*rows.parts, weight, multipliers, gradient)
        projections += sweeps * multipliers.size
        growth = np.maximum(multipliers - rows.multipliers, 0.0)
        if refutes(rows, growth, entropy, float(abs(x).sum())):
            status, farkas = "infeasible", (rows.matrix, rows.bounds, growth)
            break
        kept = replace(rows, multipliers=multipliers).where(multipliers > 0)
        forgotten += multipliers.size - kept.multipliers.size
        gradient = gradient_start - kept.matrix.T @ kept.multipliers / weight
        x = np.exp(gradient) if entropy else gradient
    return ProjectAndForgetResult(
        status=status,
        x=x,
        violation=violation,
        value=value,
        dual_value=dual,
        upper_value=upper,
        rows=kept.matrix,
        bounds=kept.bounds,
        multipliers=kept.multipliers,
        oracle_calls=call,
        projections=projections,
        forgotten=forgotten,
        violations=np.array(violations),
        farkas=farkas,
    )


def _half_square(x: Reals, start: Reals) -> Reals:
    """Give (x - x0)^2 / 2."""
    result: Reals = 0.5 * (x - start) ** 2
    return result
