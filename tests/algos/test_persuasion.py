"""Persuasion: courts by hand, lies, schemes without reports, learners, and bad numbers."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from algos.mechanisms import OnlineMenus, OnlineSchemes, Persuasion

GUILTY = [[0.0, 1.0], [0.0, 1.0]]  # the prosecutor wants action 1 in both states


def judge(threshold: float) -> list[list[float]]:
    """Convict if the probability of state 1 is at least a threshold."""
    return [[threshold, 0.0], [0.0, 1 - threshold]]


def random_problem(types: int, states: int, actions: int, seed: int) -> Persuasion:
    """Draw a problem with utilities between 0 and 1."""
    rng = np.random.default_rng(seed)
    return Persuasion(
        rng.dirichlet(np.ones(states)),
        rng.random((states, actions)),
        rng.random((types, states, actions)),
    )


def best_answers(problem: Persuasion, schemes: Any) -> Any:
    """Compute what each type gets from each report if it answers all recommendations best."""
    types, states, actions = problem.receivers.shape
    best = np.zeros((types, types))
    for k, j, a in itertools.product(range(types), range(types), range(actions)):
        joint = [problem.prior[s] * schemes[j, s, a] for s in range(states)]
        best[k, j] += max(
            sum(joint[s] * problem.receivers[k, s, b] for s in range(states))
            for b in range(actions)
        )
    return best


@pytest.mark.parametrize(("p", "q"), [(0.3, 0.5), (0.1, 0.8), (0.5, 0.5), (0.9, 0.2)])
def test_one_judge(p: float, q: float) -> None:
    menu = Persuasion([1 - p, p], GUILTY, [judge(q)]).menu([1])
    assert menu.values[0] == pytest.approx(min(1, p / q), abs=1e-6)
    # in a state in which both want a conviction it is recommended for sure
    assert menu.schemes[0, 1, 1] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", [(1, 2, 2), (2, 2, 3), (3, 3, 2), (2, 1, 3), (2, 3, 1)])
def test_no_lie_pays_and_values_are_what_they_say(shape: Any, seed: int) -> None:
    types, states, actions = shape
    problem = random_problem(types, states, actions, seed)
    weights = np.random.default_rng(seed).random(shape[0]) + 0.1
    menu = problem.menu(weights)
    best = best_answers(problem, menu.schemes)
    assert (best.max(axis=1) <= menu.receiver_values + 1e-6).all()
    assert menu.schemes.sum(axis=2) == pytest.approx(np.ones(shape[:2]), abs=1e-9)
    assert (menu.schemes >= 0).all()
    for k in range(shape[0]):
        joint = problem.prior[:, None] * menu.schemes[k]
        assert menu.values[k] == pytest.approx((joint * problem.sender).sum())
        assert menu.receiver_values[k] == pytest.approx((joint * problem.receivers[k]).sum())


def test_two_judges_against_all_pairs_of_posteriors() -> None:
    """Two states, two actions: a scheme that recommends conviction with (x, y) in the states.

    A grid of menus, those with lies that pay left out, comes close to the best from below.
    """
    problem = Persuasion([0.6, 0.4], GUILTY, [judge(0.5), judge(0.8)])
    weights = np.array([0.5, 0.5])
    value = weights @ problem.menu(weights).values
    steps = np.linspace(0, 1, 13)
    most = 0.0
    for x0, y0, x1, y1 in itertools.product(steps, repeat=4):
        if y0 < 0.9 or y1 < 0.9:
            continue
        schemes = np.array([[[1 - x0, x0], [1 - y0, y0]], [[1 - x1, x1], [1 - y1, y1]]])
        best = best_answers(problem, schemes)
        honest = np.einsum("s,ksa,ksa->k", problem.prior, schemes, problem.receivers)
        if (best.max(axis=1) <= honest + 1e-9).all():
            sent = np.einsum("s,ksa,sa->k", problem.prior, schemes, problem.sender)
            most = max(most, float(weights @ sent))
    assert most <= value + 1e-7
    assert most >= value - 0.05


def test_shifts_and_scales_change_no_menu() -> None:
    problem = random_problem(2, 3, 3, 0)
    other = Persuasion(
        problem.prior, 1e6 * problem.sender - 5, 1e-6 * problem.receivers + [[[3.0]], [[-7.0]]]
    )
    weights = [0.3, 0.7]
    one, two = problem.menu(weights).values, other.menu(weights).values
    assert np.dot(weights, two) == pytest.approx(1e6 * np.dot(weights, one) - 5, rel=1e-6)


def test_states_that_cannot_happen_and_indifference() -> None:
    menu = Persuasion([1.0, 0.0], GUILTY, [judge(0.5)]).menu([2.0])
    assert menu.values[0] == pytest.approx(0, abs=1e-9)
    menu = Persuasion([0.5, 0.5], GUILTY, np.zeros((2, 2, 2))).menu([1, 0])
    assert menu.values == pytest.approx([1, 1])
    huge = Persuasion([0.5, 0.5], GUILTY, np.zeros((2, 2, 2))).menu([1e308, 1e308])
    assert huge.values == pytest.approx([1, 1])
    assert Persuasion([1.0], [[2.0]], [[[3.0]]]).menu([1]).values.tolist() == [2.0]


@pytest.mark.parametrize("seed", range(5))
def test_learners_play_best_menus(seed: int) -> None:
    """Menus that are looked up are as good as those of a linear program in every round."""
    problem = random_problem(3, 2, 3, seed)
    rng = np.random.default_rng(seed)
    learner = OnlineMenus(problem, 60, rng=seed)
    seen = np.random.default_rng(seed).uniform(0, math.sqrt(20), 3)
    for reported in rng.integers(3, size=60):
        value = seen @ learner.menu().values
        assert value == pytest.approx(seen @ problem.menu(seen).values, abs=1e-5)
        learner.observe(int(reported))
        seen[reported] += 1


def test_regret_is_small_for_every_order_of_types() -> None:
    problem = random_problem(2, 2, 3, 3)
    for arrivals in ([0] * 50 + [1] * 50, [0, 1] * 50, [1] * 100):
        totals = []
        for seed in range(10):
            learner, total = OnlineMenus(problem, 100, rng=seed), 0.0
            for reported in arrivals:
                total += float(learner.menu().values[reported])
                learner.observe(reported)
            totals.append(total)
        counts = np.bincount(arrivals, minlength=2)
        assert np.mean(totals) >= counts @ problem.menu(counts).values - 2 * math.sqrt(200)


def test_the_same_seed_plays_the_same() -> None:
    problem = random_problem(2, 2, 2, 1)
    one, two = (OnlineMenus(problem, 9, rng=4).menu().schemes for _ in range(2))
    assert (one == two).all()


def test_callers_arrays_stay() -> None:
    prior, sender, receivers = np.array([0.5, 0.5]), np.eye(2), np.ones((1, 2, 2))
    Persuasion(prior, sender, receivers).menu(weights := np.array([3.0]))
    assert prior.tolist() == [0.5, 0.5]
    assert weights.tolist() == [3.0]
    assert (receivers == 1).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prior": [0.5, 0.6]}, "prior must be probabilities"),
        ({"prior": [1.5, -0.5]}, "prior must be probabilities"),
        ({"prior": [[1.0]]}, "prior must be probabilities"),
        ({"prior": [math.nan, 1.0]}, "prior must be finite"),
        ({"prior": []}, "prior must hold at least one"),
        ({"prior": [1.0]}, "sender must have shape"),
        ({"sender": [[0.0, math.inf], [0, 0]]}, "sender must be finite"),
        ({"sender": [[0.0, -1e308], [0, 1e308]]}, "sender must span no more"),
        ({"receivers": [[[0.0, -1e308], [0, 1e308]]]}, "receivers must span no more"),
        ({"receivers": [[1.0, 0], [0, 1]]}, "receivers must have shape"),
        ({"receivers": [[[1.0], [0.0]]]}, "receivers must have shape"),
    ],
)
def test_bad_problems_are_refused(changes: dict[str, Any], words: str) -> None:
    problem = {"prior": [0.5, 0.5], "sender": GUILTY, "receivers": [judge(0.5)], **changes}
    with pytest.raises(ValueError, match=words):
        Persuasion(**problem)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [-1.0, 2.0], [1.0], [1.0, math.nan]])
def test_bad_weights_are_refused(weights: Any) -> None:
    with pytest.raises(ValueError, match="weights must"):
        random_problem(2, 2, 2, 0).menu(weights)


def test_bad_learners_are_refused() -> None:
    problem = random_problem(2, 2, 2, 0)
    with pytest.raises(TypeError, match="problem must be a Persuasion"):
        OnlineMenus([0.5, 0.5], 10)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="horizon must be an integer"):
        OnlineMenus(problem, 0)
    learner = OnlineMenus(problem, 10)
    for reported in (-1, 2, True):
        with pytest.raises(ValueError, match="reported must be an integer"):
            learner.observe(reported)
    with pytest.raises(TypeError, match="reported must be an integer"):
        learner.observe(0.5)  # type: ignore[arg-type]


def test_two_judges_without_reports() -> None:
    court = Persuasion([0.7, 0.3], GUILTY, [judge(0.5), judge(0.75)])
    learner = OnlineSchemes(court, 10)
    expected = [[0, 0], [0.6, 0], [0.4, 0.4], [0.3, 0.3]]
    assert learner.values == pytest.approx(np.array(expected), abs=1e-12)
    assert learner.schemes.sum(axis=2) == pytest.approx(np.ones((4, 2)))


@pytest.mark.parametrize("seed", range(6))
def test_schemes_are_worth_what_they_say(seed: int) -> None:
    problem = random_problem(2, 2, 3, seed)
    learner = OnlineSchemes(problem, 10)
    for scheme, values in zip(learner.schemes, learner.values, strict=True):
        joint = problem.prior[:, None] * scheme
        for k in range(2):
            worth = 0.0
            for t in range(2):
                mine = joint[:, t] @ problem.receivers[k]
                ties = mine >= mine.max() - 1e-9
                worth += (joint[:, t] @ problem.sender)[ties].max()
            assert values[k] == pytest.approx(worth, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_reports_are_worth_something(seed: int) -> None:
    problem = random_problem(2, 2, 3, seed)
    weights = np.array([0.4, 0.6])
    alone = max(OnlineSchemes(problem, 1).values @ weights)
    assert problem.menu(weights).values @ weights >= alone - 1e-6
    one = random_problem(1, 2, 3, seed)
    assert one.menu([1]).values[0] == pytest.approx(OnlineSchemes(one, 1).values.max(), abs=1e-6)


def test_learners_find_the_best_scheme() -> None:
    court = Persuasion([0.5, 0.5], GUILTY, [judge(0.55)])
    learner, rng = OnlineSchemes(court, 3000, rng=0), np.random.default_rng(1)
    offered = []
    for _ in range(3000):
        scheme = learner.offer()
        state = int(rng.random() < 0.5)
        signal = int(rng.random() < scheme[state, 1])
        posterior = scheme[1, signal] / scheme[:, signal].sum()
        offered.append(learner.arm)
        learner.observe(float(posterior >= 0.55 - 1e-12))
    best = int(learner.values[:, 0].argmax())
    assert np.bincount(offered[2000:]).argmax() == best


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_prior_that_leaves_no_doubt_leaves_one_scheme(p: float) -> None:
    learner = OnlineSchemes(Persuasion([1 - p, p], GUILTY, [judge(0.5)]), 10, rng=0)
    assert len(learner.schemes) == 1
    assert learner.values.tolist() == [[p]]
    for _ in range(3):
        learner.offer()
        learner.observe(p)


def test_bad_partial_learners_are_refused() -> None:
    with pytest.raises(TypeError, match="problem must be a Persuasion"):
        OnlineSchemes(None, 10)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="problem must have two states, got 3"):
        OnlineSchemes(random_problem(1, 3, 2, 0), 10)
    problem = random_problem(2, 2, 2, 0)
    with pytest.raises(ValueError, match="horizon must be an integer"):
        OnlineSchemes(problem, 0)
    learner = OnlineSchemes(problem, 10)
    with pytest.raises(ValueError, match="nothing is on offer"):
        learner.observe(0.5)
    learner.offer()
    with pytest.raises(ValueError, match="an offer is open"):
        learner.offer()
    with pytest.raises(ValueError, match="utility must lie in"):
        learner.observe(math.nan)
