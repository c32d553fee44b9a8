"""How much a row can matter to ‖A x‖_p^p: ℓ_p sensitivities, with proven bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_count, checked_real
from algos.sketching._enclosed_coordinates import coordinates
from algos.sketching._exact_sensitivities import Bounds, exact_bounds
from algos.sketching._lewis_error_bound import LEAST_P, MOST_P
from algos.sketching._lewis_weights import lewis_weights
from algos.sketching._matrix import Floats, RowBlocks, checked_matrix, row_blocks
from algos.sketching._subsampled_sensitivities import subsampled_bounds
from algos.sketching._vertex_sensitivities import directions, vertex_bounds
from algos.sketching._weighted_sensitivities import weighted_bounds

__all__ = ["LpSensitivities", "lp_sensitivities"]

Method = Literal["exact", "lewis", "subsampled"]


@dataclass(frozen=True, eq=False)
class LpSensitivities:
    """Bounds on ℓ_p sensitivities.

    Attributes
    ----------
    lower, upper : ndarray, shape (k,)
        lower ≤ σ ≤ upper, proven for every row that was asked for; ``upper`` only with
        probability 1 − ``failure_probability`` for all rows at once.
    total_lower, total_upper : float
        The same for the sum S over all rows of A.
    rows : ndarray of int, shape (k,)
    p : float
    rank : int
        The rank of A, up to rounding.
    method : str
        As asked for.
    status : str
        ``"converged"``, or ``"tolerance not reached"`` where some row's gap, or some small
        problem's, is wider than the method promises; the bounds hold all the same.
    failure_probability : float
        0, or for ``"subsampled"`` the probability that some upper bound or the total's fails.
    solves : int
        Small problems that were solved.
    steps : int
        Newton steps or pivots that they took (p ≥ 1), or vertices (p < 1).
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    total_lower: float
    total_upper: float
    rows: NDArray[np.int64]
    p: float
    rank: int
    method: str
    status: str
    failure_probability: float
    solves: int
    steps: int

    @property
    def gap(self) -> NDArray[np.float64]:
        """(upper − lower) / upper for every row; 0 where upper is at most 1e-300."""
        return Bounds(self.lower, self.upper).gaps


def lp_sensitivities(
    A: Any,
    p: float,
    *,
    method: Method = "exact",
    rows: ArrayLike | None = None,
    tolerance: float = 1e-6,
    max_vertices: int = 100_000,
    block_size: int = 64,
    failure_probability: float = 0.05,
    rng: np.random.Generator | int | None = None,
) -> LpSensitivities:
    """Bound σ_i = sup_x abs(a_i·x)^p / ‖A x‖_p^p, the most that row i can matter, from both sides.

    Use them to draw rows: a sample in proportion to upper bounds keeps ‖A x‖_p^p for every x at
    once.  Take ``"exact"`` for moderate matrices and ``"lewis"`` for large ones.

    Parameters
    ----------
    A : array_like, shape (n, d)
        The matrix, of any rank and with columns of any scale.  Dense for ``"exact"``; for
        ``"lewis"`` also a SciPy sparse matrix, a Dask array, or a function that returns an
        iterator of row blocks.
    p : float
        The exponent, in [1e-300, 1e300].
    method : {"exact", "lewis", "subsampled"}, optional
        ``"exact"`` solves a convex problem a row (p ≥ 1) or lists vertices (p < 1); ``"lewis"``
        takes bounds from Lewis weights, d^abs(1 − p/2) apart, d being the rank;
        ``"subsampled"`` (p ≥ 1) narrows these by a problem for every block of rows and random
        signs, and estimates the total from some rows.
    rows : array_like of int, shape (k,), optional
        Only these rows; all of them if omitted.
    tolerance : float, optional
        The relative gap (upper − lower) / upper, in (0, 1): for ``"exact"`` of a row, for
        ``"subsampled"`` of a small problem.
    max_vertices : int, optional
        For ``"exact"`` with p < 1: vertices at most.
    block_size : int, optional
        For ``"subsampled"``: rows in a block.
    failure_probability : float, optional
        For ``"subsampled"``: in (0, 1).
    rng : Generator or int, optional
        For ``"subsampled"``: blocks, signs and drawn rows.

    Returns
    -------
    LpSensitivities
        Bounds for every row and for their total.

    Raises
    ------
    TypeError, ValueError
        A wrong argument, or p < 1 with more than ``max_vertices`` vertices to list.

    Notes
    -----
    For p ≥ 1, σ^(1/p) = max{a_i·x : ‖A x‖_p ≤ 1} = min{‖w‖_q : Aᵀw = a_i} with 1/p + 1/q = 1.
    Any x certifies from below and any w from above; the bounds account for their rounding.
    p = 2 takes a QR factorisation, p = 1 a simplex method with a linear program behind it, any
    other p Newton's method, O(n d²) a step; near p = 1 it may stop short of the tolerance.  For
    p ≤ 1 the supremum is attained where d − 1 independent rows vanish: O(n d) for each of at most
    C(n, d − 1) vertices.  All take O(n d) memory beside A.  A row of zeros has sensitivity 0, one
    outside the others' span 1, and d^min(1, p/2) ≤ S ≤ d^max(1, p/2).

    "Proven" is up to one decision: directions that vanish beside the rounding of A, its columns
    scaled to norm 1, and of each row count as zero; and for p < 1, rows dependent up to 1e-10.
    No more is said of sensitivities below 1e-300 than that.

    References
    ----------
    M. Cohen, R. Peng, "ℓ_p row sampling by Lewis weights", STOC 2015.

    S. Padmanabhan, D. Woodruff, Q. Zhang, "Computing approximate ℓ_p sensitivities", NeurIPS
    2023.

    Examples
    --------
    >>> from algos.sketching import lp_sensitivities
    >>> result = lp_sensitivities([[1.0, 0.0], [1.0, 0.0], [0.0, 5.0]], 1)
    >>> result.upper.round(6).tolist(), round(result.total_upper, 6)
    ([0.5, 0.5, 1.0], 2.0)
    """
    if str(method) not in get_args(Method):
        raise ValueError(f"method must be one of {get_args(Method)}, got {method!r}")
    p = checked_real("p", p, LEAST_P, MOST_P, low_end=True, high_end=True)
    tolerance = checked_real("tolerance", tolerance, 0, 1)
    most = checked_count("max_vertices", max_vertices)
    block_size = checked_count("block_size", block_size)
    delta = checked_real("failure_probability", failure_probability, 0, 1)
    generator = np.random.default_rng(rng)
    if method == "lewis":
        found = _lewis(row_blocks("A", A), A, p)
    elif method == "exact":
        matrix = _whole(A, method)
        found = _exact(matrix, _checked_rows(rows, len(matrix)), p, tolerance, most)
    elif p < 1:
        raise ValueError(
            f'p must be at least 1 for method="subsampled", got {p!r}; take "exact" or "lewis"'
        )
    else:
        found = _subsampled(_whole(A, method), p, tolerance, block_size, delta, generator)
    if method == "exact" or rows is None:
        return found
    chosen = _checked_rows(rows, found.rows.size)
    return replace(found, rows=chosen, lower=found.lower[chosen], upper=found.upper[chosen])


def _exact(
    matrix: Floats, rows: NDArray[np.int64], p: float, tolerance: float, max_vertices: int
) -> LpSensitivities:
    """Solve for rows of the matrix."""
    where = coordinates(matrix)
    targets, errors = where.rows[rows], where.errors[rows]
    if where.rank == 0:
        bounds = Bounds(np.zeros(rows.size), np.zeros(rows.size))
    elif p >= 1:
        bounds = exact_bounds(where, targets, errors, p, tolerance)
    else:
        labels = directions(matrix)
        bounds = vertex_bounds(where, labels, targets, errors, p, max_vertices=max_vertices)
    once = np.unique(rows, return_index=True)[1]
    total_upper = math.fsum(bounds.upper[once]) + len(matrix) - once.size
    return LpSensitivities(
        lower=bounds.lower,
        upper=bounds.upper,
        **_total(math.fsum(bounds.lower[once]), total_upper, where.rank, p),
        rows=rows,
        p=p,
        rank=where.rank,
        method="exact",
        status=_status(float(bounds.gaps.max(initial=0.0)) <= tolerance),
        failure_probability=0.0,
        solves=rows.size,
        steps=bounds.steps,
    )


def _lewis(blocks: RowBlocks, A: Any, p: float) -> LpSensitivities:
    """Compute Lewis weights, and bounds from them."""
    weights = lewis_weights(A, p).weights
    bounds, rank, looseness = weighted_bounds(blocks, weights, p)
    return LpSensitivities(
        lower=bounds.lower,
        upper=bounds.upper,
        **_total(math.fsum(bounds.lower), math.fsum(bounds.upper), rank, p),
        rows=np.arange(weights.size),
        p=p,
        rank=rank,
        method="lewis",
        status=_status(looseness <= 1.01),
        failure_probability=0.0,
        solves=0,
        steps=0,
    )


def _subsampled(
    matrix: Floats,
    p: float,
    tolerance: float,
    block_size: int,
    delta: float,
    rng: np.random.Generator,
) -> LpSensitivities:
    """Start from Lewis' bounds, and narrow them."""
    sure = _lewis(row_blocks("A", matrix), matrix, p)
    if sure.rank == 0:
        return replace(sure, method="subsampled", failure_probability=delta)
    found = subsampled_bounds(
        coordinates(matrix),
        Bounds(sure.lower, sure.upper),
        p,
        tolerance=tolerance,
        block_size=block_size,
        failure_probability=delta,
        rng=rng,
    )
    lower, upper = found.bounds.lower, found.bounds.upper
    return replace(
        sure,
        lower=lower,
        upper=upper,
        total_lower=max(found.total_lower, sure.total_lower, math.fsum(lower)),
        total_upper=min(found.total_upper, sure.total_upper),
        method="subsampled",
        status=_status(sure.status == "converged" and found.gap <= tolerance),
        failure_probability=delta,
        solves=found.solves,
        steps=found.bounds.steps,
    )


def _total(lower: float, upper: float, rank: int, p: float) -> dict[str, float]:
    """Bound the total, by sums of bounds and by the rank."""
    with np.errstate(over="ignore"):
        least, most = sorted((float(rank), float(np.float64(rank) ** (p / 2))))
    return {"total_lower": max(lower, least), "total_upper": min(upper, most)}


def _status(done: bool) -> str:
    """Say in words whether the promise was kept."""
    return "converged" if done else "tolerance not reached"


def _whole(A: Any, method: Method) -> Floats:
    """Take a whole dense matrix."""
    if (callable(A) and not hasattr(A, "__array__")) or hasattr(A, "__next__"):
        raise TypeError(
            f'A must be a whole dense matrix for method="{method}", got blocks of rows; '
            'method="lewis" takes them'
        )
    return checked_matrix("A", A)


def _checked_rows(rows: ArrayLike | None, n: int) -> NDArray[np.int64]:
    """Validate row numbers."""
    try:
        numbers = np.asarray(np.arange(n) if rows is None else rows)
    except (TypeError, ValueError):
        raise TypeError(f"rows must be a sequence of integers, got {rows!r}") from None
    if numbers.size == 0:
        numbers = numbers.astype(np.int64)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
        raise TypeError(f"rows must be a sequence of integers, got {rows!r}")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < n:
        raise ValueError(f"rows must lie in 0 … {n - 1}, got {numbers.min()} … {numbers.max()}")
    return numbers.astype(np.int64)
