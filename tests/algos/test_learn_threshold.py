"""Learning thresholds: exact utilities, the guarantee, the impossible instance, bad rewards."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algos.search import (
    RewardError,
    ThresholdProblem,
    learn_threshold,
    learn_threshold_online,
    threshold_queries,
    threshold_regret,
)

PRICE = ThresholdProblem(values=((0.0, 1.0, 1.0),), slope=1.0)


@st.composite
def problems(draw: st.DrawFn) -> ThresholdProblem:
    places = sorted(draw(st.lists(st.integers(0, 20), min_size=2, max_size=2)))
    low, high = places[0] / 20, places[1] / 20
    share = draw(st.integers(0, 10)) / 10
    jump = draw(st.integers(0, 20)) / 20
    height = draw(st.integers(0, 5)) / 10
    values = ((low, high, share), (draw(st.integers(0, 20)) / 20, 1.0, 1 - share))
    return ThresholdProblem(values, slope=1 - height, jumps=((jump, height),))


@given(problems())
def test_the_best_utility_agrees_with_a_fine_grid(problem: ThresholdProblem) -> None:
    grid = max(problem.utility(k / 2000) for k in range(2001))
    assert grid <= problem.best() + 1e-12
    assert problem.best() - grid <= 2 / 2000


def test_queries_have_the_utility_as_their_mean() -> None:
    problem = ThresholdProblem(((0.2, 0.6, 0.5), (0.8, 0.8, 0.5)), slope=0.5, jumps=((0.3, 0.5),))
    query = problem.querier(0)
    for threshold in (0.1, 0.3, 0.5, 0.8, 0.9):
        seen = [query(threshold) or 0.0 for _ in range(4000)]
        assert np.mean(seen) == pytest.approx(problem.utility(threshold), abs=0.04)


@pytest.mark.parametrize("tolerance", [0.3, 0.15])
def test_the_learner_keeps_its_promise_and_its_count(tolerance: float) -> None:
    cliff = ThresholdProblem(((0.0, 1.0, 1.0),), slope=0.0, jumps=((0.31, 1.0),))
    for problem in (PRICE, cliff):
        for seed in range(10):
            result = learn_threshold(
                problem.querier(seed), tolerance=tolerance, failure_probability=0.01
            )
            assert problem.utility(result.threshold) >= problem.best() - tolerance
            assert result.samples == threshold_queries(tolerance, 0.01)
            assert abs(result.estimate - problem.utility(result.threshold)) <= result.half_width


def test_queries_agree_with_the_formula() -> None:
    points = math.ceil(2 * 3 / 0.1) + 1
    assert threshold_queries(0.1, 0.05, 3) == points * math.ceil(800 * math.log(2 * points / 0.05))


def test_no_number_of_queries_finds_a_needle() -> None:
    needle = ThresholdProblem.needle(math.sqrt(2) / 2)
    assert needle.best() == 1.0
    result = learn_threshold(needle.querier(0), tolerance=0.1, failure_probability=0.01)
    assert needle.utility(result.threshold) == 0.0


def test_online_plays_the_whole_horizon_with_small_regret() -> None:
    for horizon in (2, 3, 1000, 100_000):
        result = learn_threshold_online(PRICE.querier(1), horizon)
        assert sum(result.plays) == horizon
    earned = sum(p * PRICE.utility(x) for p, x in zip(result.plays, result.thresholds, strict=True))
    regret = horizon * PRICE.best() - earned
    assert 0 < regret < threshold_regret(horizon)
    at_random = PRICE.best() - np.mean([PRICE.utility(x) for x in result.thresholds])
    assert regret < 0.5 * at_random * horizon
    assert abs(result.thresholds[int(np.argmax(result.plays))] - 0.5) < 0.2


def test_regret_bound_grows_like_two_thirds() -> None:
    slope = math.log(threshold_regret(10**12) / threshold_regret(10**9)) / math.log(1000)
    assert 0.66 < slope < 0.70


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, "much", [1]])
def test_bad_rewards_stop_with_everything_seen(value: Any) -> None:
    calls = 0

    def query(threshold: float) -> Any:
        nonlocal calls
        calls += 1
        return value if calls == 7 else 0.5

    with pytest.raises(RewardError, match="call 7") as caught:
        learn_threshold(query, tolerance=0.5, failure_probability=0.1)
    assert sum(count for count, _ in caught.value.rewards.values()) == 6


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tolerance": 0}, "tolerance must lie in"),
        ({"failure_probability": 1}, "failure_probability must lie in"),
        ({"lipschitz": 0}, "lipschitz must lie in"),
        ({"lipschitz": math.inf}, "lipschitz must lie in"),
    ],
)
def test_bad_arguments_query_nothing(changes: dict[str, float], words: str) -> None:
    def never(threshold: float) -> float:
        pytest.fail("a threshold was queried")

    options: dict[str, Any] = {"tolerance": 0.2, "failure_probability": 0.1, **changes}
    with pytest.raises(ValueError, match=words):
        learn_threshold(never, **options)
    with pytest.raises(ValueError, match="horizon must be"):
        learn_threshold_online(never, 1)


def test_impossible_problems_are_refused() -> None:
    for values, slope, jumps, words in (
        (((0.5, 0.4, 1.0),), 1.0, (), r"within \[0, 1\]"),
        (((0.0, 1.0, 0.9),), 1.0, (), "add up to 1"),
        (((0.0, 1.0, 1.0),), -1.0, (), "must not fall"),
        (((0.0, 1.0, 1.0),), 1.0, ((0.5, 0.5),), "stay within"),
    ):
        with pytest.raises(ValueError, match=words):
            ThresholdProblem(values, slope, jumps)
