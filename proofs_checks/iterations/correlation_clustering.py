"""Checks of correlation clustering: all clusterings of a few points are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import correlation_clustering
from algos.iterations.theorems import project_and_forget as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

Algorithm = Callable[..., Any]
Reals = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Similarities:
    """The upper triangle of a matrix of similarities, row by row."""

    entries: tuple[float, ...]
    max_calls: int = 200

    @property
    def given(self) -> Reals:
        """The matrix."""
        n = int((1 + np.sqrt(1 + 8 * len(self.entries))) / 2)
        upper = np.zeros((n, n))
        upper[np.triu_indices(n, 1)] = self.entries
        return upper + upper.T

    @property
    def best_cost(self) -> float:
        """The least cost of a clustering, by looking at all."""
        upper = np.triu(self.given, 1)
        constant = -np.minimum(upper, 0).sum()
        labels = np.array(list(_partitions(len(upper))))
        apart = labels[:, :, None] != labels[:, None, :]
        return float((apart * upper).sum(axis=(1, 2)).min() + constant)


def _partitions(n: int) -> Iterator[tuple[int, ...]]:
    """List all partitions of n points as labels that grow by at most one."""
    if n == 0:
        yield ()
        return
    for labels in _partitions(n - 1):
        for label in range(max(labels, default=-1) + 2):
            yield (*labels, label)


def similarities(values: list[float]) -> st.SearchStrategy[Similarities]:
    """Draw similarities of few points."""
    return st.integers(3, 6).flatmap(
        lambda n: st.builds(
            Similarities,
            st.lists(st.sampled_from(values), min_size=n * (n - 1) // 2, max_size=n * (n - 1) // 2)
            .filter(any)
            .map(tuple),
            st.sampled_from([1, 2, 200]),
        )
    )


def _star(n: int) -> Similarities:
    """Make one point similar to all others, which are dissimilar."""
    return Similarities(tuple(1.0 if i == 0 else -1.0 for i in range(n) for _ in range(i + 1, n)))


def _blocks() -> Similarities:
    """Make two triangles that one similar pair joins."""
    given = -np.ones((6, 6))
    given[:3, :3] = given[3:, 3:] = given[2, 3] = given[3, 2] = 1
    return Similarities(tuple(given[np.triu_indices(6, 1)].tolist()))


CLUSTERS = [("two triangles", _blocks()), ("a star", _star(6)), ("a small star", _star(3))]
LONG_SIDES = edited(
    correlation_clustering,
    "long_sides_alone",
    "Charges a triangle's multiplier to its long side and not to the two others.",
    ("np.minimum(0.0, cost + pull)", "np.minimum(0.0, cost + np.maximum(pull, 0.0))"),
)
ALL_ROWS = edited(
    correlation_clustering,
    "all_rows_are_triangles",
    "Takes the rows x <= 1 for triangles, and forgets their bounds.",
    ("np.diff(projection.rows.indptr) == 3", "np.diff(projection.rows.indptr) > 0"),
)


@check(
    claims.CLUSTERING_BOUND,
    on=Instances(similarities([-2.0, -1.0, 0.0, 1.0, 2.0]), CLUSTERS),
    faults=[LONG_SIDES, ALL_ROWS],
    trials=150,
)
def clustering_bound(
    algorithm: Algorithm, one: Similarities, rng: np.random.Generator
) -> Measurement:
    """Compare the lower bound with the best of all clusterings."""
    result = algorithm(one.given, roundings=1, max_calls=one.max_calls, rng=rng)
    rounding = 1e-9 * float(np.abs(one.given).sum())
    return Measurement(result.lower_bound, best_cost=one.best_cost, rounding=rounding)


JOINS_FAR = edited(
    correlation_clustering,
    "joins_far_points",
    "A point joins with its distance as the probability.",
    (
        "rng.random(len(distances)) >= distances[pivot]",
        "rng.random(len(distances)) < distances[pivot]",
    ),
)
ALONE = edited(
    correlation_clustering,
    "nobody_joins",
    "Every point becomes a cluster of its own.",
    ("labels[taken] = labels[pivot] = pivot", "labels[pivot] = pivot"),
)


@check(
    claims.CLUSTERING_ROUNDING,
    on=Instances(similarities([-1.0, 1.0]), CLUSTERS),
    faults=[JOINS_FAR, ALONE],
    trials=400,
)
def clustering_rounding(
    algorithm: Algorithm, one: Similarities, rng: np.random.Generator
) -> Measurement:
    """Take the cost of one rounding."""
    result = algorithm(one.given, roundings=1, max_calls=5, rng=rng)
    size = float(np.abs(one.given).sum() / 2)
    return Measurement(
        result.cost, fractional_cost=result.fractional_cost, pair_weights=size, signs=1
    )
