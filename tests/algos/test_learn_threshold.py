"""Learning thresholds: exact utilities, the guarantee, the impossible instance, bad rewards."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

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
    merit = draw(st.integers(0, 5)) / 10
    values = ((low, high, share), (draw(st.integers(0, 20)) / 20, 1.0, 1 - share))
    return ThresholdProblem(values, 1 - height - merit, ((jump, height),), merit)


@given(problems())
def test_the_best_utility_agrees_with_a_fine_grid(problem: ThresholdProblem) -> None:
    grid = max(problem.utility(k / 2000) for k in range(2001))
    assert grid <= problem.best() + 1e-12
    assert problem.best() - grid <= 1e-5  # jumps lie on the grid, and hilltops are flat


@given(problems(), st.integers(0, 100), st.integers(0, 100))
def test_one_direction_costs_no_more_than_the_lipschitz_constant(
    problem: ThresholdProblem, first: int, second: int
) -> None:
    """The proofs' inequality: up under a smooth law, down under a smooth reward."""
    low, high = sorted((first / 100, second / 100))
    change = problem.utility(high) - problem.utility(low)
    step = problem.lipschitz() * (high - low) + 1e-12 if high > low else 1e-12
    atoms = any(a == b < 1 and mass > 0 for a, b, mass in problem.values)
    jumps = any(height > 0 and place > 0 for place, height in problem.jumps)
    if atoms and jumps:
        assert problem.lipschitz() == math.inf
    elif atoms or (problem.lipschitz() == problem.slope and not jumps):
        assert change <= step
    else:
        assert change >= -step


def test_lipschitz_constants_by_hand() -> None:
    assert PRICE.lipschitz() == 1.0
    narrow = ThresholdProblem(((0.5, 0.75, 0.5), (0.0, 1.0, 0.5)), 0.0, ((0.3, 1.0),))
    assert narrow.lipschitz() == 2.5
    assert ThresholdProblem.needle(0.3).lipschitz() == math.inf
    assert ThresholdProblem(((0.3, 0.3, 1.0),), slope=0.25).lipschitz() == 0.25
    assert ThresholdProblem(((1.0, 1.0, 1.0),), 0.0, ((0.3, 1.0),)).lipschitz() == 0.0


def test_queries_have_the_utility_as_their_mean() -> None:
    values = ((0.2, 0.6, 0.5), (0.8, 0.8, 0.25), (0.5, 0.5, 0.0), (0.0, 0.1, 0.25))
    problem = ThresholdProblem(values, slope=0.25, jumps=((0.3, 0.5),), value_slope=0.25)
    query = problem.querier(0)
    for threshold in (0.0, 0.1, 0.3, 0.5, 0.8, 0.9):
        seen = [query(threshold) or 0.0 for _ in range(4000)]
        assert np.mean(seen) == pytest.approx(problem.utility(threshold), abs=0.04)
    assert query(0.9) is None
    for threshold in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match=r"threshold must lie in \[0, 1\]"):
            query(threshold)
        with pytest.raises(ValueError, match=r"threshold must lie in \[0, 1\]"):
            problem.utility(threshold)


def test_a_problem_can_be_pasted() -> None:
    for problem in (PRICE, ThresholdProblem.needle(0.3)):
        assert eval(repr(problem)) == problem


def test_the_utility_agrees_with_an_integral() -> None:
    problem = ThresholdProblem(((0.2, 0.6, 1.0),), 0.25, ((0.3, 0.5),), 0.25)
    for threshold in (0.0, 0.25, 0.3, 0.5, 0.7):
        density = integrate.quad(
            lambda v, threshold=threshold: problem.reward(threshold, v) / 0.4,
            max(0.2, min(threshold, 0.6)),
            0.6,
        )[0]
        assert problem.utility(threshold) == pytest.approx(density, abs=1e-12)


@pytest.mark.parametrize("tolerance", [0.3, 0.15])
def test_the_learner_keeps_its_promise_and_its_count(tolerance: float) -> None:
    cliff = ThresholdProblem(((0.0, 1.0, 1.0),), slope=0.0, jumps=((0.31, 1.0),))
    atom = ThresholdProblem(((0.69, 0.69, 1.0),), slope=1.0)
    bar = ThresholdProblem(((0.0, 1.0, 1.0),), 0.0, ((0.6, 0.5),), 0.5)
    for problem in (PRICE, cliff, atom, bar):
        assert problem.lipschitz() == 1.0
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
        ({"lipschitz": 1e300}, "lipschitz must be at most"),
    ],
)
def test_bad_arguments_query_nothing(changes: dict[str, float], words: str) -> None:
    def never(threshold: float) -> float:
        pytest.fail("a threshold was queried")

    options: dict[str, Any] = {"tolerance": 0.2, "failure_probability": 0.1, **changes}
    with pytest.raises(ValueError, match=words):
        learn_threshold(never, **options)
    with pytest.raises(ValueError, match=words):
        threshold_queries(**options)


@pytest.mark.parametrize("horizon", [0, 1, 2.5, math.nan, math.inf])
def test_a_horizon_is_a_whole_number_of_plays(horizon: Any) -> None:
    def never(threshold: float) -> float:
        pytest.fail("a threshold was queried")

    with pytest.raises((TypeError, ValueError), match="horizon must be"):
        learn_threshold_online(never, horizon)
    with pytest.raises(ValueError, match="horizon must be"):
        threshold_regret(horizon)


def test_huge_lipschitz_constants_take_no_more_points_than_plays() -> None:
    assert len(learn_threshold_online(PRICE.querier(0), 50, lipschitz=1e300).thresholds) == 51
    assert threshold_regret(50, 1e300) > 50


def test_impossible_problems_are_refused() -> None:
    for values, slope, jumps, words in (
        (((0.5, 0.4, 1.0),), 1.0, (), r"within \[0, 1\]"),
        (((0.0, 1.0, 0.9),), 1.0, (), "add up to 1"),
        (((0.0, 1.0, 1.0),), -1.0, (), "must not fall"),
        (((0.0, 1.0, 1.0),), math.nan, (), "must not fall"),
        (((0.0, 1.0, 1.0),), 1.0, ((0.5, 0.5),), "stay within"),
    ):
        with pytest.raises(ValueError, match=words):
            ThresholdProblem(values, slope, jumps)
