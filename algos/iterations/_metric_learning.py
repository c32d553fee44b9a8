"""Learning a Mahalanobis metric from similar and dissimilar pairs by LogDet projections."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_array, checked_count, checked_real
from algos.iterations._pairs import checked_pairs
from algos.iterations._ranges import LARGEST, SMALLEST

Reals = NDArray[np.float64]
Status = Literal["converged", "iteration limit", "ill-conditioned"]

# Share of a diagonal entry of the inverse metric that must be left as its pivot.
ILL_CONDITIONED = 1e-9


@dataclass(frozen=True, eq=False)
class MetricLearningResult:
    """A Mahalanobis metric, with a certificate.

    Attributes
    ----------
    status : {"converged", "iteration limit", "ill-conditioned"}
        Converged: value and dual value, and the constraints, came within the tolerance.
        Ill-conditioned: the next sweep led to a metric that rounding hides, because squared
        distances are too large for the targets; the result is that of the sweep before.
    matrix : ndarray, shape (d, d)
        Positive definite A of the squared distance (x - y)^T A (x - y).
    value : float
        Divergence of matrix and targets from the start.
    dual_value : float
        No solution has a smaller divergence, up to rounding.
    violation : float
        Greatest violation of a constraint, relative to its target.
    targets : ndarray, shape (k,)
        The bounds of the pairs, as the slack has moved them.
    multipliers : ndarray, shape (k,)
        Not negative; zero where a pair does not matter.
    sweeps : int
        Passes over the pairs, one that failed included.
    """

    status: Status
    matrix: Reals
    value: float
    dual_value: float
    violation: float
    targets: Reals
    multipliers: Reals
    sweeps: int


def metric_learning(
    points: ArrayLike,
    similar: ArrayLike,
    dissimilar: ArrayLike,
    *,
    near: float,
    far: float,
    slack_weight: float = 1.0,
    tolerance: float = 1e-6,
    max_sweeps: int = 1000,
) -> MetricLearningResult:
    """Learn a metric in which similar pairs are near and dissimilar pairs are far.

    Use it before nearest neighbours or clustering, where some pairs are known to belong
    together or apart.

    Parameters
    ----------
    points : array_like, shape (n, d)
        The points, scaled so that the identity is a sensible metric.
    similar, dissimilar : array_like of int, shapes (s, 2) and (t, 2)
        Pairs of different points, by their numbers; either may be empty.
    near, far : float
        Squared distance that similar pairs should have at most, dissimilar pairs at
        least; positive.
    slack_weight : float, optional
        Positive: how much it costs to move those targets.
    tolerance : float, optional
        To reach: relative violation, and gap relative to max(1, value).
    max_sweeps : int, optional
        Passes over the pairs, at most.

    Returns
    -------
    MetricLearningResult
        The metric, and a lower bound on the divergence.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Minimises D(A, I) + slack_weight D(diag targets, diag start) with the LogDet divergence
    D(X, Y) = tr(X Y^-1) - log det(X Y^-1) - d, subject to one inequality a pair, linear in
    A and its target, by Bregman projections with multipliers; each changes A by a matrix of
    rank one, O(d^2).  The slack makes it always solvable.

    References
    ----------
    J. Davis, B. Kulis, P. Jain, S. Sra, I. Dhillon, "Information-theoretic metric learning",
    ICML 2007.

    Examples
    --------
    The first coordinate tells the pairs apart, the second is noise:

    >>> from algos.iterations import metric_learning
    >>> points = [[0, 0], [0, 2], [1, 0], [1, 2]]
    >>> result = metric_learning(points, [(0, 1), (2, 3)], [(0, 2), (1, 3)], near=1, far=4)
    >>> result.status, result.matrix.diagonal().round(2).tolist()
    ('converged', [2.0, 0.33])
    """
    place = checked_array("points", points, shape=(None, None))
    near = checked_real("near", near, SMALLEST, LARGEST)
    far = checked_real("far", far, SMALLEST, LARGEST)
    slack_weight = checked_real("slack_weight", slack_weight, SMALLEST, LARGEST)
    tolerance = checked_real("tolerance", tolerance, 0, math.inf)
    max_sweeps = checked_count("max_sweeps", max_sweeps)
    close = checked_pairs("similar", similar, most=len(place) - 1)
    apart = checked_pairs("dissimilar", dissimilar, most=len(place) - 1)
    chosen = np.concatenate([close, apart])
    if len(chosen) == 0:
        raise ValueError("similar and dissimilar must hold at least one pair, got none")
    with np.errstate(over="ignore", under="ignore"):
        vectors = place[chosen[:, 0]] - place[chosen[:, 1]]
        squares = (vectors**2).sum(axis=1)
    if not vectors.any(axis=1).all():
        raise ValueError("pairs must be of points in different places, got two in one place")
    if not (squares.min() > SMALLEST and squares.max() < LARGEST):
        raise ValueError(
            f"squared distances of pairs must lie in ({SMALLEST:g}, {LARGEST:g}), "
            f"got {squares.min():g} to {squares.max():g}"
        )
    start = np.repeat([near, far], [len(close), len(apart)])
    sign = np.repeat([1.0, -1.0], [len(close), len(apart)])

    matrix, targets, multipliers = np.eye(place.shape[1]), start, np.zeros(len(start))
    value = dual = 0.0
    violation = max(0.0, float((sign * (squares / start - 1)).max()))
    status: Status = "iteration limit"
    sweeps = 0
    while status == "iteration limit" and sweeps < max_sweeps:
        sweeps += 1
        new = _swept(vectors, sign, slack_weight, matrix, targets, multipliers)
        shift = -sign * new * start / slack_weight  # of start / targets from 1
        factor = _factor(vectors, sign * new)
        if factor is None or not (shift > -1).all():
            status = "ill-conditioned"
            break
        matrix, targets, multipliers = factor.T @ factor, start / (1 + shift), new
        log_det = 2 * float(np.log(np.diagonal(factor)).sum())  # of the matrix
        dual = slack_weight * float(np.log1p(shift).sum()) - log_det
        value = dual + float((factor**2).sum()) - len(matrix)
        value -= slack_weight * float((shift / (1 + shift)).sum())
        excess = sign * (((vectors @ factor.T) ** 2).sum(axis=1) - targets)
        violation = max(0.0, float((excess / targets).max()))
        if violation <= tolerance and abs(value - dual) <= tolerance * max(1.0, value):
            status = "converged"
    return MetricLearningResult(
        status, matrix, value, dual, violation, targets, multipliers, sweeps
    )


def _swept(
    vectors: Reals,
    sign: Reals,
    slack_weight: float,
    matrix: Reals,
    targets: Reals,
    multipliers: Reals,
) -> Reals:
    """Project onto the constraint of each pair in turn; give the new multipliers."""
    matrix, targets, multipliers = matrix.copy(), targets.copy(), multipliers.copy()
    with np.errstate(all="ignore"):  # what is not finite has no factor
        for i, vector in enumerate(vectors):
            pulled = matrix @ vector
            square = vector @ pulled
            step = sign[i] / (1 + 1 / slack_weight) * (1 / square - 1 / targets[i])
            step = min(multipliers[i], step)
            multipliers[i] -= step
            change = sign[i] * step
            targets[i] /= 1 + change * targets[i] / slack_weight
            matrix += change / (1 - change * square) * np.outer(pulled, pulled)
    return multipliers


def _factor(vectors: Reals, multipliers: Reals) -> Reals | None:
    """Give F with F^T F = A, A^-1 = I + sum of z v v^T; None where rounding hides what A^-1 is."""
    inverse = np.eye(vectors.shape[1]) + (vectors.T * multipliers) @ vectors
    try:
        lower = np.linalg.cholesky(inverse)
    except np.linalg.LinAlgError:
        return None
    pivots, diagonal = np.diagonal(lower) ** 2, np.diagonal(inverse)
    if not (pivots >= ILL_CONDITIONED * diagonal).all():
        return None
    result: Reals = np.linalg.inv(lower)
    return result
