"""Correlation clustering: a lower bound from a linear program, and clusters rounded from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from algos._arguments import checked_count, checked_real
from algos.iterations._pairs import Pairs, checked_symmetric
from algos.iterations._project_and_forget import (
    ProjectAndForgetResult,
    Status,
    project_and_forget,
)
from algos.iterations._ranges import in_range

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CorrelationClusteringResult:
    """Clusters, and how far from the best they can be.

    Attributes
    ----------
    status : {"converged", "iteration limit", ...}
        Of the regularised program; the bounds hold whatever it is.
    labels : ndarray of int, shape (n,)
        The cluster of each point, 0, 1, ....
    cost : float
        Weight of the disagreements of these clusters.
    lower_bound : float
        No clustering and no fractional solution costs less, up to rounding.
    fractional : ndarray, shape (n, n)
        A fractional solution: distances in [0, 1] that obey the triangle inequalities.
    fractional_cost : float
        Its cost; the linear program's optimum lies between ``lower_bound`` and it.
    projection : ProjectAndForgetResult
        The run on the regularised program.
    """

    status: Status
    labels: NDArray[np.int64]
    cost: float
    lower_bound: float
    fractional: Reals
    fractional_cost: float
    projection: ProjectAndForgetResult


def correlation_clustering(
    similarity: ArrayLike,
    *,
    sharpness: float = 20.0,
    roundings: int = 100,
    tolerance: float = 1e-4,
    gap_tolerance: float = 1e-4,
    max_calls: int = 1000,
    rng: np.random.Generator | int | None = None,
) -> CorrelationClusteringResult:
    """Cluster points so that few similar pairs are apart and few dissimilar pairs together.

    Use it where pairs are known to agree or to disagree and the number of clusters
    is not known.

    Parameters
    ----------
    similarity : array_like, shape (n, n)
        Symmetric: positive where a pair should be together, negative where it should be
        apart; the size is what the opposite costs.  The diagonal must be finite, and is
        not used.
    sharpness : float, optional
        In (1e-50, 1e50): the linear program is solved with 1 / (2 sharpness) times the weighted
        squares of the distances added; more brings the bounds together, and takes longer.
    roundings : int, optional
        Random roundings, of which the cheapest is kept.
    tolerance : float, optional
        Violation of the iterate to reach, in units of the distances.
    gap_tolerance : float, optional
        Gap of the regularised program to reach, relative to its value.
    max_calls : int, optional
        Scans of all triangles, at most.
    rng : numpy.random.Generator, int or None, optional
        Draws the roundings.

    Returns
    -------
    CorrelationClusteringResult
        The clusters, their cost, and a proven lower bound on the best cost.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    With c the similarities, the program is min c x + sum of max(-c, 0) over x in [0, 1] with the
    triangle inequalities.  For any multipliers z >= 0 of triangles A x <= 0 the sum of
    min(0, c + A^T z), plus the constant, is a lower bound; those of the regularised program are
    used.  A rounding takes the points in random order: each one that is still free
    takes every free point to itself with probability 1 - x.  If all similarities are +1 or -1
    its expected cost is at most 2.5 times that of the fractional solution.

    References
    ----------
    R. Sonthalia, A. Gilbert, "Project and Forget: Solving Large-Scale Metric Constrained
    Problems", Journal of Machine Learning Research 23, 2022.

    N. Ailon, M. Charikar, A. Newman, "Aggregating inconsistent information: ranking and
    clustering", Journal of the ACM 55, 2008.

    Examples
    --------
    Two triangles that one similar pair joins:

    >>> import numpy as np
    >>> from algos.iterations import correlation_clustering
    >>> similarity = -np.ones((6, 6))
    >>> similarity[:3, :3] = similarity[3:, 3:] = similarity[2, 3] = similarity[3, 2] = 1
    >>> result = correlation_clustering(similarity, rng=0)
    >>> result.labels.tolist(), result.cost, round(result.lower_bound, 3)
    ([0, 0, 0, 1, 1, 1], 1.0, 1.0)
    """
    given = checked_symmetric("similarity", similarity)
    sharpness = checked_real("sharpness", sharpness, 1e-50, 1e50)
    roundings = checked_count("roundings", roundings)
    generator = np.random.default_rng(rng)
    pairs = Pairs(len(given))
    cost = given[pairs.upper]
    size = float(np.abs(cost).max())
    if size == 0:
        raise ValueError("similarity must not be zero off the diagonal everywhere")
    in_range("similarity's greatest entry", np.array([size]))
    weights = np.maximum(np.abs(cost), 0.1 * size)

    def oracle(x: Reals) -> tuple[Any, Reals]:
        triangles, above, below = pairs.triangles(x), x > 1, x < 0
        eye = sparse.eye_array(x.size, format="csr")
        rows = sparse.vstack([triangles, eye[above], -eye[below]], format="csr")
        bounds = np.zeros(rows.shape[0])
        bounds[triangles.shape[0] : triangles.shape[0] + above.sum()] = 1.0
        return rows, bounds

    projection = project_and_forget(
        oracle,
        -sharpness * cost / weights,
        weights=weights,
        repair=_towards_half,
        tolerance=tolerance,
        gap_tolerance=gap_tolerance,
        max_calls=max_calls,
    )
    constant = float(np.maximum(-cost, 0).sum())
    triangles = np.diff(projection.rows.indptr) == 3
    pull = projection.rows[triangles].T @ projection.multipliers[triangles] / sharpness
    x = _towards_half(projection.x, projection.violation)
    fractional = pairs.matrix(x)
    drawn = [_rounded(fractional, generator) for _ in range(roundings)]
    costs = [_disagreements(labels, cost, pairs) for labels in drawn]
    best = int(np.argmin(costs))
    return CorrelationClusteringResult(
        status=projection.status,
        labels=np.unique(drawn[best], return_inverse=True)[1],
        cost=costs[best],
        lower_bound=max(0.0, constant + float(np.minimum(0.0, cost + pull).sum())),
        fractional=fractional,
        fractional_cost=constant + float(cost @ x),
        projection=projection,
    )


def _towards_half(x: Reals, violation: float) -> Reals:
    """Mix with the distances 1/2, whose inequalities all hold with 1/2 to spare."""
    share = violation / (violation + 0.5)
    return (1 - share) * x + 0.5 * share


def _rounded(distances: Reals, rng: np.random.Generator) -> NDArray[np.int64]:
    """Let random points take the free points around them."""
    labels = np.full(len(distances), -1)
    for pivot in rng.permutation(len(distances)):
        if labels[pivot] < 0:
            taken = (labels < 0) & (rng.random(len(distances)) >= distances[pivot])
            labels[taken] = labels[pivot] = pivot
    return labels


def _disagreements(labels: NDArray[np.int64], cost: Reals, pairs: Pairs) -> float:
    """Add up similar pairs that are apart and dissimilar pairs that are together."""
    apart = labels[pairs.upper[0]] != labels[pairs.upper[1]]
    return float(np.maximum(cost, 0)[apart].sum() + np.maximum(-cost, 0)[~apart].sum())
