"""Checks of the threshold learners."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.search import ThresholdProblem, learn_threshold, learn_threshold_online
from algos.search import theorems as claims
from proofs_checks.check import Instances, Measurement, Sizes, check
from proofs_checks.faults import edited
from proofs_checks.search.instances import Algorithm


@dataclass(frozen=True)
class Threshold:
    """A problem, and the Lipschitz constant that one of the two conditions gives it."""

    problem: ThresholdProblem
    lipschitz: float
    smooth: bool = True


@st.composite
def thresholds(draw: st.DrawFn) -> Threshold:
    """Draw a jump under a smooth law of values, or a smooth reward under atoms."""
    place = draw(st.integers(1, 19)) / 20
    if draw(st.booleans()):
        low = draw(st.integers(0, 10)) / 20
        problem = ThresholdProblem(((low, 1.0, 1.0),), slope=0.25, jumps=((place, 0.75),))
        return Threshold(problem, 1 / (1 - low))
    share = draw(st.integers(1, 9)) / 10
    values = ((place, place, share), (1.0, 1.0, 1 - share))
    return Threshold(ThresholdProblem(values, slope=1.0), 1.0)


#: The best threshold lies just beyond a grid point, and its neighbour is worth nothing.
CLIFF = ThresholdProblem(((0.0, 1.0, 1.0),), slope=0.0, jumps=((0.31, 1.0),))
HARD_THRESHOLDS = [
    ("posted price", Threshold(ThresholdProblem(((0.0, 1.0, 1.0),), slope=1.0), 1.0)),
    ("cliff", Threshold(CLIFF, 1.0)),
    ("atom", Threshold(ThresholdProblem(((0.69, 0.69, 1.0),), slope=1.0), 1.0)),
    ("needle", Threshold(ThresholdProblem.needle(0.123), 1.0, smooth=False)),
]


def any_threshold(query: Any, **options: Any) -> Any:
    """Return the middle of the range whatever the rewards."""
    return replace(learn_threshold(query, **options), threshold=0.5)


@check(
    claims.THRESHOLD_FAILURE,
    on=Instances(thresholds(), HARD_THRESHOLDS),
    faults=[
        edited(
            learn_threshold,
            "coarse_grid",
            "The grid is eight times too coarse.",
            (
                "points = math.ceil(2 * lipschitz / tolerance) + 1",
                "points = math.ceil(0.25 * lipschitz / tolerance) + 1",
            ),
        ),
        edited(
            learn_threshold,
            "one_query_a_point",
            "Forgets the square of the tolerance.",
            ("math.ceil(8 / tolerance**2 * math.log(2 * points / delta))", "1"),
        ),
        any_threshold,
    ],
    trials=350,
    detect=2.2,
)
def threshold_failure(
    algorithm: Algorithm, instance: Threshold, rng: np.random.Generator
) -> Measurement:
    """Count thresholds that are worse than promised."""
    problem, tolerance = instance.problem, 0.2
    result = algorithm(
        problem.querier(rng),
        tolerance=tolerance,
        failure_probability=0.2,
        lipschitz=instance.lipschitz,
    )
    worse = problem.utility(result.threshold) < problem.best() - tolerance
    return Measurement(worse, failure_probability=0.2, smooth=instance.smooth)


@check(
    claims.THRESHOLD_QUERIES,
    on=Instances(thresholds(), HARD_THRESHOLDS),
    faults=[
        edited(
            learn_threshold,
            "one_point_too_many",
            "The grid has one point more.",
            (
                "math.ceil(2 * lipschitz / tolerance) + 1",
                "math.ceil(2 * lipschitz / tolerance) + 2",
            ),
        )
    ],
    trials=40,
)
def threshold_queries(
    algorithm: Algorithm, instance: Threshold, rng: np.random.Generator
) -> Measurement:
    """Count queries."""
    options = {"tolerance": 0.3, "failure_probability": 0.1, "lipschitz": instance.lipschitz}
    result = algorithm(instance.problem.querier(rng), **options)
    return Measurement(result.samples, **options)


def _regret(
    algorithm: Algorithm, instance: Threshold, horizon: int, rng: np.random.Generator
) -> float:
    """Measure the pseudo-regret of a run."""
    problem = instance.problem
    result = algorithm(problem.querier(rng), horizon, lipschitz=instance.lipschitz)
    earned = sum(
        plays * problem.utility(threshold)
        for plays, threshold in zip(result.plays, result.thresholds, strict=True)
    )
    return float(max(horizon * problem.best() - earned, 0.0))


NEVER_DROPS = edited(
    learn_threshold_online,
    "never_drops",
    "Plays all points to the end.",
    ("means.get(k, best) >= best - 2 * radius", "True"),
)
DROPS_THE_BEST = edited(
    learn_threshold_online,
    "drops_the_best",
    "Keeps the points with the lowest means.",
    ("best = max(means.values())", "best = min(means.values())"),
    ("means.get(k, best) >= best - 2 * radius", "means.get(k, best) <= best + 2 * radius"),
)
HARD_ONLINE = HARD_THRESHOLDS[1:3]


@check(
    claims.THRESHOLD_REGRET,
    on=Instances(thresholds(), HARD_ONLINE),
    faults=[DROPS_THE_BEST],
    trials=48,
    detect=3.0,
)
def threshold_regret(
    algorithm: Algorithm, instance: Threshold, rng: np.random.Generator
) -> Measurement:
    """Measure the regret over a horizon at which the bound says something."""
    horizon = 300_000
    regret = _regret(algorithm, instance, horizon, rng)
    return Measurement(
        regret, horizon=horizon, lipschitz=instance.lipschitz, smooth=instance.smooth
    )


@check(
    claims.REGRET_GROWTH,
    on=Sizes("horizon", [1000, 3000, 8000, 20_000, 50_000, 130_000]),
    faults=[NEVER_DROPS],
    trials=6,
)
def regret_growth(algorithm: Algorithm, horizon: int, rng: np.random.Generator) -> Measurement:
    """Measure the regret of a posted price over growing horizons."""
    return Measurement(
        _regret(algorithm, HARD_THRESHOLDS[0][1], horizon, rng), horizon=horizon, smooth=1
    )


@check(
    claims.QUERIES_GROWTH,
    on=Sizes("tolerance", [0.4, 0.3, 0.22, 0.16, 0.11, 0.08]),
    faults=[
        edited(
            learn_threshold,
            "tolerance_cubed",
            "Queries each point 8 / tolerance^3 times.",
            ("8 / tolerance**2", "8 / tolerance**3"),
        )
    ],
    trials=1,
)
def queries_growth(algorithm: Algorithm, tolerance: float, rng: np.random.Generator) -> Measurement:
    """Count queries as the tolerance shrinks."""
    query = HARD_THRESHOLDS[0][1].problem.querier(rng)
    result = algorithm(query, tolerance=tolerance, failure_probability=0.5)
    return Measurement(result.samples, tolerance=tolerance)
