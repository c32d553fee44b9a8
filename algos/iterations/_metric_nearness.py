"""The metric that is nearest to a matrix of dissimilarities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos.iterations._pairs import Pairs, checked_symmetric
from algos.iterations._project_and_forget import (
    ProjectAndForgetResult,
    Status,
    project_and_forget,
)

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MetricNearnessResult:
    """A nearly nearest metric, with a certificate.

    Attributes
    ----------
    status : {"converged", "iteration limit", ...}
        As in :class:`ProjectAndForgetResult`.
    distances : ndarray
        A metric, up to rounding; of the form that was given.
    value : float
        Half the weighted sum of squared changes, each pair counted once.
    dual_value : float
        No metric has a smaller value, up to rounding.
    projection : ProjectAndForgetResult
        The run: active triangles, multipliers, counts.
    """

    status: Status
    distances: Reals
    value: float
    dual_value: float
    projection: ProjectAndForgetResult

    @property
    def gap(self) -> float:
        """Value less dual value."""
        return self.value - self.dual_value


def metric_nearness(
    dissimilarities: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    tolerance: float = 1e-6,
    gap_tolerance: float = 1e-6,
    max_calls: int = 1000,
) -> MetricNearnessResult:
    """Change dissimilarities as little as possible so that the triangle inequalities hold.

    Use it to repair measured or computed dissimilarities before a method that
    needs a metric.

    Parameters
    ----------
    dissimilarities : array_like, shape (n, n)
        Symmetric, not negative, zero on the diagonal.
    weights : array_like, shape (n, n), optional
        Symmetric, positive off the diagonal: how much a change of each pair costs; ones
        by default.
    tolerance : float, optional
        Triangle violation of the iterate, in the dissimilarities' unit, before the
        last repair; rounding is always enough.
    gap_tolerance : float, optional
        Gap to reach, relative to the value.
    max_calls : int, optional
        Scans of all triangles, at most.

    Returns
    -------
    MetricNearnessResult
        The metric, and a lower bound on what any metric costs.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Minimises the sum over pairs of w (x - d)^2 / 2 by :func:`project_and_forget`.  The
    oracle finds the shortest detour over one point for every pair, n^3 / 2 additions.
    An iterate whose triangles are violated by at most v becomes a metric by adding v to
    every distance.

    References
    ----------
    J. Brickell, I. Dhillon, S. Sra, J. Tropp, "The metric nearness problem", SIAM Journal
    on Matrix Analysis and Applications 30, 2008.

    Examples
    --------
    >>> from algos.iterations import metric_nearness
    >>> result = metric_nearness([[0, 1, 5], [1, 0, 1], [5, 1, 0]])
    >>> result.status, result.distances.round(4).tolist(), round(result.dual_value, 4)
    ('converged', [[0.0, 2.0, 4.0], [2.0, 0.0, 2.0], [4.0, 2.0, 0.0]], 1.5)
    """
    given = checked_symmetric("dissimilarities", dissimilarities)
    if given.min() < 0 or given.diagonal().any():
        raise ValueError(
            "dissimilarities must not be negative and be zero on the diagonal, got "
            f"{given.min()} and {np.abs(given.diagonal()).max()}"
        )
    pairs = Pairs(len(given))
    own = None
    if weights is not None:
        own = checked_symmetric("weights", weights)
        if own.shape != given.shape:
            raise ValueError(f"weights must have shape {given.shape}, got {own.shape}")
        own = own[pairs.upper]

    def oracle(x: Reals) -> tuple[Any, Reals]:
        rows = pairs.triangles(x)
        return rows, np.zeros(rows.shape[0])

    projection = project_and_forget(
        oracle,
        given[pairs.upper],
        weights=own,
        repair=add_to_all,
        tolerance=tolerance,
        gap_tolerance=gap_tolerance,
        max_calls=max_calls,
    )
    metric = pairs.matrix(add_to_all(projection.x, projection.violation))
    return MetricNearnessResult(
        projection.status, metric, projection.upper_value, projection.dual_value, projection
    )


def add_to_all(x: Reals, violation: float) -> Reals:
    """Make a metric: a detour has at least two parts, so it gains more than the direct way."""
    return x + violation
