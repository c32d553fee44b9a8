"""The nearest lengths of a graph's edges for which every edge is a shortest path."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph

from algos._arguments import checked_array
from algos.iterations._metric_nearness import MetricNearnessResult, add_to_all
from algos.iterations._pairs import checked_pairs
from algos.iterations._project_and_forget import project_and_forget

Reals = NDArray[np.float64]


def sparse_metric_nearness(
    edges: ArrayLike,
    lengths: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    tolerance: float = 1e-6,
    gap_tolerance: float = 1e-6,
    max_calls: int = 1000,
) -> MetricNearnessResult:
    """Change edge lengths as little as possible so that no path is shorter than its edge.

    Use it where only some pairs of points have been measured: the result extends to
    a metric on all points that are connected.

    Parameters
    ----------
    edges : array_like of int, shape (m, 2)
        Different undirected edges between the points 0, 1, ..., without loops.
    lengths : array_like, shape (m,)
        Measured lengths, not negative.
    weights : array_like, shape (m,), optional
        Positive: how much a change of each edge costs; ones by default.
    tolerance : float, optional
        Violation of the iterate, in the unit of the lengths, before the last repair.
    gap_tolerance : float, optional
        Gap to reach, relative to the value.
    max_calls : int, optional
        Calls of the oracle, at most.

    Returns
    -------
    MetricNearnessResult
        The lengths, and a lower bound on what any such lengths cost.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Minimises the sum over edges of w (x - length)^2 / 2 subject to x_e <= x(P) for every path P
    between the ends of e, and x >= 0, by :func:`project_and_forget`.  The oracle runs
    Dijkstra's algorithm from every point that starts an edge.

    References
    ----------
    R. Sonthalia, A. Gilbert, "Project and Forget: Solving Large-Scale Metric Constrained
    Problems", Journal of Machine Learning Research 23, 2022.

    Examples
    --------
    A square one of whose sides is longer than the other three together:

    >>> from algos.iterations import sparse_metric_nearness
    >>> result = sparse_metric_nearness([(0, 1), (1, 2), (2, 3), (3, 0)], [1, 1, 1, 7])
    >>> result.status, result.distances.round(4).tolist()
    ('converged', [2.0, 2.0, 2.0, 6.0])
    """
    length = checked_array("lengths", lengths, shape=(None,))
    ends = np.sort(checked_pairs("edges", edges, most=2**62), axis=1)
    if len(ends) != length.size:
        raise ValueError(f"edges must have shape ({length.size}, 2), got {ends.shape}")
    if (ends[:, 0] == ends[:, 1]).any():
        raise ValueError("edges must join two different points, got a loop")
    if len(np.unique(ends, axis=0)) < len(ends):
        raise ValueError("edges must be different, got one twice")
    if length.min() < 0:
        raise ValueError(f"lengths must not be negative, got {length.min()}")
    graph = _Graph(ends)
    projection = project_and_forget(
        graph.shortcuts,
        length,
        weights=weights,
        repair=_repaired,
        tolerance=tolerance,
        gap_tolerance=gap_tolerance,
        max_calls=max_calls,
    )
    metric = _repaired(projection.x, projection.violation)
    return MetricNearnessResult(
        projection.status, metric, projection.upper_value, projection.dual_value, projection
    )


def _repaired(x: Reals, violation: float) -> Reals:
    """Make every edge a shortest path; the oracle measures paths without negative lengths."""
    return add_to_all(np.maximum(x, 0.0), violation)


class _Graph:
    """An undirected graph whose edges have numbers."""

    def __init__(self, ends: NDArray[np.int64]) -> None:
        self.ends = ends
        names, numbered = np.unique(ends, return_inverse=True)
        self.tails, self.heads = numbered.reshape(ends.shape).T
        self.points = names.size
        self.sources, self.source_of = np.unique(self.tails, return_inverse=True)
        self.edge = {
            (int(u), int(v)): e for e, (u, v) in enumerate(zip(self.tails, self.heads, strict=True))
        }
        self.edge |= {(v, u): e for (u, v), e in self.edge.items()}

    def shortcuts(self, x: Reals) -> tuple[Any, Reals]:
        """Give x_e <= x(P) for every edge that is longer than a shortest path P, and x >= 0."""
        shape = (self.points, self.points)
        graph = sparse.csr_array((np.maximum(x, 0.0), (self.tails, self.heads)), shape=shape)
        reached, before = csgraph.dijkstra(
            graph, directed=False, indices=self.sources, return_predecessors=True
        )
        negative = np.flatnonzero(x < 0)
        longer = np.flatnonzero(x > reached[self.source_of, self.heads])
        columns: list[int] = negative.tolist()
        values, starts = [-1.0] * negative.size, list(range(negative.size))
        for e in longer:
            path = self._path(before[self.source_of[e]], int(self.tails[e]), int(self.heads[e]))
            starts.append(len(columns))
            columns += [int(e), *path]
            values += [1.0, *[-1.0] * len(path)]
        starts.append(len(columns))
        rows = sparse.csr_array((values, columns, starts), shape=(len(starts) - 1, x.size))
        return rows, np.zeros(rows.shape[0])

    def _path(self, before: NDArray[np.int32], source: int, point: int) -> list[int]:
        """Walk back from a point to the source; give the edges."""
        edges = []
        while point != source:
            previous = int(before[point])
            edges.append(self.edge[previous, point])
            point = previous
        return edges
