"""Online DR-submodular maximisation: what is learnt, feasibility, unbiased estimates, bad input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    BanditDRMaximizer,
    Box,
    Budget,
    CoverageExtension,
    OnlineDRMaximizer,
    OracleError,
    Polytope,
    QuadraticDR,
    SemiBanditDRMaximizer,
)

#: Two copies of a set, and two others that weigh a little less.
COPIES = CoverageExtension([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [1, 0.9, 0.9])


def online(**options: Any) -> OnlineDRMaximizer:
    return OnlineDRMaximizer(
        **{"domain": Budget(2, 1), "horizon": 9, "gradient_bound": 1, **options}
    )


def semi_bandit(**options: Any) -> SemiBanditDRMaximizer:
    return SemiBanditDRMaximizer(
        **{"domain": Budget(2, 1), "horizon": 9, "gradient_bound": 1, **options}
    )


def bandit(**options: Any) -> BanditDRMaximizer:
    defaults = {
        "domain": Budget(2, 1), "horizon": 9, "center": [0.25, 0.25], "margin": 0.25,
        "value_bound": 1,
    }  # fmt: skip
    return BanditDRMaximizer(**{**defaults, **options})


@pytest.mark.parametrize("method", ["monotone", "monotone-inside", "down-closed", "general"])
def test_gradients_on_the_path_teach_to_leave_copies(method: str) -> None:
    """Learners that saw gradients at 0 alone would stay with the copies, worth 1; fixed seed."""
    learner = online(domain=Budget(4, 2), horizon=150, steps=8, method=method, rng=0)
    rewards = []
    for _ in range(150):
        rewards.append(COPIES.value(learner.decide()))
        learner.learn(COPIES.gradient)
    assert np.mean(rewards[50:]) > (1.2 if method != "general" else 0.85)  # 0.75 halfway to copies


def test_points_are_means_of_what_the_learners_choose() -> None:
    learner = online(domain=Box([1, 1]), steps=5, horizon=50, rng=1)
    for _ in range(50):
        x = learner.decide()
        assert x == pytest.approx(np.round(5 * x) / 5)
        learner.learn(lambda x: np.array([1.0, -1.0]))
    assert learner.rounds == 50


def test_semi_bandits_explore_every_step_once_a_block() -> None:
    learner = semi_bandit(domain=Box([1.0]), horizon=81, rng=2)
    assert (learner.steps, learner.block) == (3, 9)
    orders = set()
    for _ in range(9):
        played = []
        for _ in range(9):
            played.append(round(3 * float(learner.decide()[0])))
            learner.learn([1.0])
        assert sorted(played) == [0, 1, 2, *[3] * 6]
        orders.add(tuple(played))
    assert len(orders) > 5  # of 504: an adversary cannot know which rounds explore


def test_bandits_estimate_gradients_without_bias() -> None:
    """The mean over all four ways to move; a quadratic's central differences are exact."""
    function = QuadraticDR([[-0.5, -0.25], [-0.25, 0]], [1, 0.5])
    estimates = {}
    for seed in range(100):
        learner = bandit(horizon=64, rng=seed)
        learner.decide()
        while learner._blocks.order[learner._blocks.at] != 0:  # until x_0 = 0 is explored
            learner.learn(0.0)
            learner.decide()
        learner._blocks.leaders.totals[:] = 0
        moved = np.array(learner._sign)
        point = 0.5 * np.array([0.25, 0.25]) + learner._shift * moved
        learner.learn(function.value(point))
        estimates[tuple(moved.tolist())] = learner._blocks.leaders.totals[0].copy()
    assert len(estimates) == 4
    expected = 0.5 * function.gradient(0.5 * np.array([0.25, 0.25]))
    assert np.mean(list(estimates.values()), axis=0) == pytest.approx(expected)


@pytest.mark.parametrize("method", ["monotone", "monotone-inside", "down-closed", "general"])
def test_played_points_are_feasible(method: str) -> None:
    domain = Polytope([[1.0, 2.0]], [1.2])
    rng = np.random.default_rng(3)
    for learner in (
        semi_bandit(domain=domain, horizon=40, method=method, rng=4),
        bandit(domain=domain, horizon=40, center=[0.3, 0.3], margin=0.15, method=method, rng=4),
    ):
        for _ in range(40):
            x = learner.decide()
            assert (x >= -1e-12).all()
            assert x[0] + 2 * x[1] <= 1.2 + 1e-9
            if isinstance(learner, BanditDRMaximizer):
                learner.learn(rng.random())
            else:
                learner.learn(rng.random(2))


@pytest.mark.parametrize("make", [online, semi_bandit, bandit])
def test_a_seed_decides_all_and_turns_are_kept(make: Any) -> None:
    given: Any = {online: lambda x: np.ones(2), semi_bandit: np.ones(2), bandit: 0.5}[make]
    one, two = make(rng=5), make(rng=5)
    with pytest.raises(ValueError, match="learn must follow decide"):
        one.learn(given)
    for _ in range(9):
        assert one.decide().tolist() == two.decide().tolist()
        with pytest.raises(ValueError, match="decide must follow learn"):
            one.decide()
        one.learn(given)
        two.learn(given)
    with pytest.raises(ValueError, match="horizon must cover all rounds, got 9"):
        one.decide()


@pytest.mark.parametrize(
    ("make", "given"),
    [
        (online, lambda x: [math.nan, 1]),
        (online, lambda x: [1.0]),
        (online, lambda x: [2.0, 0]),
        (semi_bandit, [math.inf, 0]),
        (semi_bandit, [1, -1.5]),
        (bandit, math.nan),
        (bandit, 1.5),
        (bandit, -0.5),
    ],
)
def test_impossible_feedback_is_refused(make: Any, given: Any) -> None:
    learner = make()
    learner.decide()
    with pytest.raises(OracleError):
        learner.learn(given)


def test_a_round_that_fails_halfway_teaches_nothing() -> None:
    learner, given = online(rng=0), iter([[1.0, 0], [math.nan, 0]])
    learner.decide()
    with pytest.raises(OracleError):
        learner.learn(lambda x: next(given))
    assert not learner._leaders.totals.any()
    learner.learn(lambda x: [1.0, 0])
    assert learner._leaders.totals.tolist() == 3 * [[1, 0]]


@pytest.mark.parametrize("make", [online, semi_bandit, bandit])
def test_no_method_is_the_monotone_one(make: Any) -> None:
    one, other = make(method=None, rng=1), make(method="monotone", rng=1)
    assert one.decide().tolist() == other.decide().tolist()


def test_the_largest_estimates_are_half_as_far_apart_as_the_values() -> None:
    """Values 0 and 1 teach the same but for the sign: nobody knows where 0 is."""
    totals = []
    for value in (0.0, 1.0):
        learner = bandit(horizon=64, rng=6)
        for _ in range(4):
            learner.decide()
            learner.learn(value)
        totals.append(learner._blocks.leaders.totals)
    assert totals[0].any()
    assert totals[0].tolist() == (-totals[1]).tolist()


ABOVE = Polytope([[-1.0, 0]], [-0.5])


@pytest.mark.parametrize(
    ("make", "changes", "error", "words"),
    [
        (online, {"horizon": 0}, ValueError, "horizon must be an integer"),
        (online, {"gradient_bound": 0}, ValueError, "gradient_bound must lie in"),
        (online, {"gradient_bound": math.nan}, ValueError, "gradient_bound must lie in"),
        (online, {"steps": 0}, ValueError, "steps must be an integer"),
        (online, {"method": "fast"}, ValueError, "method must be one of"),
        (online, {"domain": 3}, TypeError, "domain must be a FeasibleSet"),
        (online, {"domain": ABOVE, "method": "down-closed"}, ValueError, "needs such a domain"),
        (semi_bandit, {"domain": ABOVE}, ValueError, "plays points below K"),
        (semi_bandit, {"horizon": True}, ValueError, "horizon must be an integer"),
        (bandit, {"domain": ABOVE}, ValueError, "plays points below K"),
        (bandit, {"center": [0.25]}, ValueError, "center must have shape"),
        (bandit, {"center": [math.nan, 0]}, ValueError, "center must be finite"),
        (bandit, {"center": [0.7, 0.7]}, ValueError, "center must stay in the domain"),
        (bandit, {"center": [0.4, 0.4]}, ValueError, "center must stay in the domain"),
        (bandit, {"center": [0.2, 0.25]}, ValueError, "center must stay in the domain"),
        (semi_bandit, {"domain": ABOVE, "method": None}, ValueError, "plays points below K"),
        (bandit, {"margin": 0}, ValueError, "margin must lie in"),
        (bandit, {"margin": 0.6}, ValueError, "margin must lie in"),
        (bandit, {"value_bound": math.inf}, ValueError, "value_bound must lie in"),
    ],
)
def test_bad_arguments(
    make: Any, changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        make(**changes)
