"""Checks of metric nearness: points on a line, pushed off it by known multipliers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import metric_nearness
from algos.iterations.theorems import project_and_forget as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

Algorithm = Callable[..., Any]
Reals = np.ndarray[Any, np.dtype[np.float64]]
CORE = "algos.iterations._project_and_forget"


@dataclass(frozen=True)
class Dissimilarities:
    """Points on a line, pushed off it along triangles: the line is the nearest metric."""

    positions: tuple[float, ...]
    multipliers: tuple[float, ...]  # of the triangles i < k < j, in order
    weight: float = 1.0
    max_calls: int = 20

    @property
    def solution(self) -> Reals:
        """Distances on the line."""
        place = np.array(self.positions)
        distances: Reals = np.abs(place[:, None] - place)
        return distances

    @property
    def given(self) -> Reals:
        """The dissimilarities."""
        n = len(self.positions)
        triangles = [(i, k, j) for j in range(n) for k in range(j) for i in range(k)]
        push = np.zeros((n, n))
        for (i, k, j), z in zip(triangles, self.multipliers, strict=False):
            push[[i, i, k], [j, k, j]] += [z, -z, -z]
        return self.solution + (push + push.T) / self.weight


@st.composite
def dissimilarities(draw: st.DrawFn) -> Dissimilarities:
    """Draw points that lie so far apart that no push makes a dissimilarity negative."""
    n = draw(st.integers(3, 7))
    gaps = draw(st.lists(st.integers(8, 16).map(float), min_size=n, max_size=n))
    count = n * (n - 1) * (n - 2) // 6
    pushes = st.lists(st.sampled_from([0.0, 0.25, 0.5]), min_size=count, max_size=count)
    return Dissimilarities(
        tuple(np.cumsum(gaps).tolist()),
        tuple(draw(pushes)),
        draw(st.sampled_from([1.0, 0.5])),
        draw(st.sampled_from([1, 2, 20])),
    )


def _nearness(algorithm: Algorithm, instance: Dissimilarities) -> Any:
    """Find the nearest metric."""
    return algorithm(
        instance.given,
        weights=np.full_like(instance.given, instance.weight),
        max_calls=instance.max_calls,
        tolerance=1e-9,
        gap_tolerance=1e-9,
    )


LINES = [
    ("three points", Dissimilarities((0.0, 8.0, 16.0), (1.0,))),
    ("a row of eight", Dissimilarities(tuple(map(float, range(0, 128, 16))), (0.25,) * 56)),
    (
        "eight points, one scan",
        Dissimilarities(tuple(map(float, range(0, 128, 16))), (0.25,) * 56, 1.0, 1),
    ),
]
HALF_THE_TRIANGLES = edited(
    metric_nearness,
    "half_the_triangles",
    "The oracle looks at every other triangle.",
    ("rows = pairs.triangles(x)", "rows = pairs.triangles(x)[::2]"),
)
HALF_THE_REPAIR = edited(
    metric_nearness,
    "half_the_repair",
    "Adds half of the violation to every distance.",
    ("return x + violation", "return x + violation / 2"),
)
NO_REPAIR = edited(
    metric_nearness,
    "iterate_as_upper_value",
    "Takes the cost of the iterate, no metric yet, for that of the metric.",
    ("divergence(repaired, start)", "divergence(x, start)"),
    module=CORE,
)


@check(
    claims.METRIC,
    on=Instances(dissimilarities(), LINES),
    faults=[HALF_THE_TRIANGLES, HALF_THE_REPAIR],
    trials=300,
)
def metric(algorithm: Algorithm, one: Dissimilarities, rng: np.random.Generator) -> Measurement:
    """Find the greatest violation among all triangles of the result."""
    result = _nearness(algorithm, one)
    distances = result.distances
    detours = distances[:, :, None] + distances[None, :, :]
    greatest = float((distances[:, None, :] - detours).max())
    largest = max(float(np.abs(distances).max()), float(np.abs(result.projection.x).max()))
    return Measurement(max(greatest, 0.0), largest=largest)


@check(
    claims.METRIC_DISTANCE,
    on=Instances(dissimilarities(), LINES),
    faults=[NO_REPAIR, HALF_THE_TRIANGLES],
    trials=300,
)
def metric_distance(
    algorithm: Algorithm, one: Dissimilarities, rng: np.random.Generator
) -> Measurement:
    """Compare the way to the nearest metric with the gap."""
    result = _nearness(algorithm, one)
    change = np.triu(result.distances - one.solution)
    return Measurement(
        one.weight * float((change**2).sum()) / 2,
        upper_value=result.value,
        dual_value=max(result.dual_value, 0.0),
        rounding=1e-9,
    )
