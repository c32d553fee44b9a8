"""What the regressions share: a sample first, then all rows, and the certificate."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array, checked_count, checked_real
from algos.sketching._norm import Norm, Reals
from algos.sketching._regression_basis import EPS
from algos.sketching._regression_newton import Fit, dual_bound, newton
from algos.sketching._regression_rows import Rows

__all__ = ["RegressionResult", "regression"]

#: The first smoothing costs this share of the norm, from least squares and from a sample.
COLD, WARM = 0.1, 0.003

#: Rounding of a product of two vectors, summed in pairs, and of a dual norm: 64 units.
SUM = 64 * EPS

#: A share of the norm of b that is no reason to prefer x = 0, and that an exact fit may leave.
SMALL = 1e-8


@dataclass(frozen=True, eq=False)
class RegressionResult:
    """A regression and the proof of how good it is.

    Attributes
    ----------
    x : ndarray, shape (d,)
        Coefficients.
    objective : float
        The norm of b − A x, recomputed on all rows from ``x``.  Unless it is certified,
        at most 1 + 1e-8 times the norm of b, all rounding included; ``x`` is 0 to keep to that.
    lower_bound : float
        No coefficients reach less, by the dual vector; 0 where rounding hides the rank of A.
    gap : float
        ``objective`` − ``lower_bound``.
    status : str
        "certified": the gap is at most the tolerance times the lower bound; "exact fit": the
        residual is what rounding leaves of zero, and at most 1e-8 of b in the norm; "step limit":
        neither, after all steps; "rounding": neither, and more steps would not help.
    dual : ndarray, shape (n,)
        Vector w of dual norm 1 at most whose Aᵀw is zero, up to what ``lower_bound`` pays for.
    rank : int
        The rank of A, up to rounding.
    sample_size : int
        Rows that the first solution was computed from; 0 if it was not taken from a sample.
    steps : int
        Newton steps on all rows.
    passes : int
        Passes over A.
    """

    x: Reals
    objective: float
    lower_bound: float
    gap: float
    status: str
    dual: Reals
    rank: int
    sample_size: int
    steps: int
    passes: int


@np.errstate(over="ignore", divide="ignore", invalid="ignore")  # infinities are looked for
def regression(
    A: Any,
    b: ArrayLike,
    norm: Norm,
    *,
    sampled: Callable[[Reals], tuple[Norm, Reals]] | None,
    power: float,
    tolerance: float,
    size: int | None,
    max_steps: int,
    rng: np.random.Generator | int | None,
) -> RegressionResult:
    """Whiten, solve on a sample of rows, and go on with all of them.

    ``sampled`` turns the weights of sampled rows into a norm and factors of the rows; they are
    drawn with their leverage to the ``power``, unless they would be more than A has.
    """
    tolerance = checked_real("tolerance", tolerance, 1e-9, 1, low_end=True)
    limit = checked_count("max_steps", max_steps, least=0)
    wanted = None if size is None else checked_count("size", size, least=0)
    rng = np.random.default_rng(rng)
    rows = Rows(A)
    b = checked_array("b", b, shape=(rows.count,))
    scale = float(np.abs(b).max()) or 1.0
    b /= scale
    y = rows.adjoint(b)
    count = 200 * rows.rank if wanted is None else wanted
    if (
        sampled is None
        or not 1 <= count <= rows.count
        or rows.rank == 0
        or not rows.proven
        or (wanted is None and rows.count < 10 * count)
    ):
        count = 0
    else:
        scores = rows.leverage(rng) ** power
        chances = (scores / scores.sum() + 1 / rows.count) / 2
        chosen = np.sort(rng.choice(rows.count, count, p=chances / chances.sum()))
        part, factors = sampled(1 / (count * chances[chosen]))
        few = Rows(rows.coordinates(chosen) * factors[:, None])
        response = b[chosen] * factors
        start = few.adjoint(response)
        fit = newton(few, response, part, start, COLD, max(tolerance, 1e-3), limit)
        y = few.transform @ fit.y
    fit = newton(rows, b, norm, y, WARM if count else COLD, tolerance, limit)
    return _finished(rows, b, scale, norm, fit, tolerance, limit, count)


def _finished(
    rows: Rows,
    b: Reals,
    scale: float,
    norm: Norm,
    fit: Fit,
    tolerance: float,
    limit: int,
    sample: int,
) -> RegressionResult:
    """Recompute the certificate on all rows, from the coefficients and the dual vector alone."""
    x, w = rows.transform @ fit.y, fit.dual
    residual, errors, left = rows.checked(b, x, w)
    if not np.isfinite(residual + errors).all():
        x, residual, errors = np.zeros(rows.columns), b, EPS * np.abs(b)
    objective = norm._value(residual)
    greatest = norm._value(np.abs(residual) + errors)
    product = float(np.sum(w * residual) - np.sum(np.abs(w) * (errors + SUM * np.abs(residual))))
    bound = dual_bound(greatest, product, norm._euclidean(rows.count) * left)
    bound = min(bound, objective) if rows.proven else 0.0
    plain = norm._value(b)
    ended = "step limit" if fit.steps == limit else "rounding"
    if greatest - bound <= tolerance * bound or greatest == 0:
        status = "certified"
    elif greatest > (1 + SMALL) * plain:  # x = 0 is better
        x, objective, status = np.zeros(rows.columns), plain, ended
    elif objective <= min(norm._value(errors), SMALL * plain):
        status = "exact fit"
    else:
        status = ended
    result = RegressionResult(
        x=x * scale,
        objective=objective * scale,
        lower_bound=bound * scale,
        gap=(objective - bound) * scale,
        status=status,
        dual=w,
        rank=rows.rank,
        sample_size=sample,
        steps=fit.steps,
        passes=rows.passes,
    )
    if not (np.isfinite(result.x).all() and math.isfinite(result.objective)):
        raise ValueError("coefficients and objective must be finite, but overflow; divide b before")
    return result
