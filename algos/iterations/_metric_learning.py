"""Learning a Mahalanobis metric from similar and dissimilar pairs by LogDet projections."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_array, checked_count, checked_real

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MetricLearningResult:
    """A Mahalanobis metric, with a certificate.

    Attributes
    ----------
    status : {"converged", "iteration limit"}
        Whether value and dual value, and the constraints, came within the tolerance.
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
        Passes over the pairs.
    """

    status: Literal["converged", "iteration limit"]
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
    near = checked_real("near", near, 0, math.inf)
    far = checked_real("far", far, 0, math.inf)
    slack_weight = checked_real("slack_weight", slack_weight, 0, math.inf)
    tolerance = checked_real("tolerance", tolerance, 0, math.inf)
    max_sweeps = checked_count("max_sweeps", max_sweeps)
    close = _checked_pairs("similar", similar, len(place))
    apart = _checked_pairs("dissimilar", dissimilar, len(place))
    chosen = np.concatenate([close, apart])
    if len(chosen) == 0:
        raise ValueError("similar and dissimilar must hold at least one pair, got none")
    vectors = place[chosen[:, 0]] - place[chosen[:, 1]]
    if not vectors.any(axis=1).all():
        raise ValueError("pairs must be of points in different places, got two in one place")
    start = np.repeat([near, far], [len(close), len(apart)])
    sign = np.repeat([1.0, -1.0], [len(close), len(apart)])

    targets, multipliers = start.copy(), np.zeros(len(start))
    matrix = np.eye(place.shape[1])
    status: Literal["converged", "iteration limit"] = "iteration limit"
    sweeps = 0
    while status == "iteration limit" and sweeps < max_sweeps:
        sweeps += 1
        for i, vector in enumerate(vectors):
            pulled = matrix @ vector
            square = vector @ pulled
            step = sign[i] / (1 + 1 / slack_weight) * (1 / square - 1 / targets[i])
            step = min(multipliers[i], step)
            multipliers[i] -= step
            change = sign[i] * step
            targets[i] /= 1 + change * targets[i] / slack_weight
            matrix += change / (1 - change * square) * np.outer(pulled, pulled)
        squares = np.einsum("ij,jk,ik->i", vectors, matrix, vectors)
        excess = sign * (squares - targets)
        value = float(_log_det(np.linalg.eigvalsh(matrix)).sum()) + slack_weight * float(
            _log_det(targets / start).sum()
        )
        dual = value + float(multipliers @ excess)
        violation = max(0.0, float((excess / targets).max()))
        if violation <= tolerance and abs(value - dual) <= tolerance * max(1.0, value):
            status = "converged"
    return MetricLearningResult(
        status, matrix, value, dual, violation, targets, multipliers, sweeps
    )


def _checked_pairs(name: str, pairs: ArrayLike, points: int) -> NDArray[np.int64]:
    """Validate pairs of numbers of points."""
    given = np.array(pairs)
    if given.size == 0:
        return np.empty((0, 2), np.int64)
    if given.dtype.kind not in "iu" or given.ndim != 2 or given.shape[1] != 2:
        raise ValueError(
            f"{name} must be integers of shape (k, 2), got {given.dtype} {given.shape}"
        )
    if given.min() < 0 or given.max() >= points:
        raise ValueError(f"{name} must hold numbers from 0 to {points - 1}, got {given.tolist()}")
    return given.astype(np.int64)


def _log_det(eigenvalues: NDArray[Any]) -> Reals:
    """Give each eigenvalue's part of the LogDet divergence from the identity."""
    result: Reals = eigenvalues - np.log(eigenvalues) - 1
    return result
