"""Hiring: the price of a right report, other behaviour, what is not worth its cost, bad numbers."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from algos.mechanisms import OnlineContracts, best_contract

IDLE = [[0.5, 0.5], [0.5, 0.5]]


def work(accuracy: float) -> list[list[float]]:
    """Show the state with some probability, the other one otherwise."""
    return [[accuracy, 1 - accuracy], [1 - accuracy, accuracy]]


@pytest.mark.parametrize(("accuracy", "cost"), [(0.75, 0.1), (1.0, 0.2), (0.6, 0.05)])
def test_the_price_of_a_right_report(accuracy: float, cost: float) -> None:
    hired = best_contract([0.5, 0.5], [IDLE, work(accuracy)], [0, cost], 10 * np.eye(2))
    assert hired.effort == 1
    assert hired.expected_payment == pytest.approx(cost * accuracy / (accuracy - 0.5))
    assert hired.profit == pytest.approx(10 * accuracy - hired.expected_payment)
    assert hired.profits == pytest.approx([5, hired.profit])
    assert (hired.payments >= 0).all()
    assert (hired.payments <= 1).all()


def test_work_that_costs_too_much_is_not_bought() -> None:
    hired = best_contract([0.5, 0.5], [IDLE, work(0.75)], [0, 0.1], 0.5 * np.eye(2))
    assert hired.effort == 0
    assert hired.expected_payment == 0
    assert hired.profits[1] < hired.profits[0] == hired.profit == 0.25
    tight = best_contract([0.5, 0.5], [IDLE, work(0.75)], [0, 0.1], 9 * np.eye(2), most=0.39)
    assert tight.effort == 0
    assert tight.profits[1] == -math.inf
    assert best_contract([0.5, 0.5], [IDLE, work(0.75)], [0, 0.1], 9 * np.eye(2), most=0.4).effort


def test_an_effort_that_is_a_worse_bargain_is_out_of_reach() -> None:
    """Effort 2 shows no more than effort 1 and costs more: no payments bring it about."""
    hired = best_contract([0.5, 0.5], [IDLE, work(0.8), work(0.8)], [0, 0.1, 0.2], 9 * np.eye(2))
    assert hired.effort == 1
    assert hired.profits[2] == -math.inf


@pytest.mark.parametrize("seed", range(8))
def test_nothing_else_is_better_for_the_agent(seed: int) -> None:
    """All efforts with all ways of reporting, one by one."""
    rng = np.random.default_rng(seed)
    efforts, states, signals = 3, 2 + seed % 2, 3
    prior = rng.dirichlet(np.ones(states))
    shown = rng.dirichlet(np.ones(signals), (efforts, states))
    costs = np.array([0, 0.02, 0.05])
    hired = best_contract(prior, shown, costs, 5 * np.eye(states), most=2)

    def utility(effort: int, told: tuple[int, ...]) -> float:
        paid = sum(
            prior[w] * shown[effort, w, s] * hired.payments[told[s], w]
            for s in range(signals)
            for w in range(states)
        )
        return float(paid - costs[effort])

    honest = utility(hired.effort, tuple(range(signals)))
    assert honest >= -1e-7
    assert honest + costs[hired.effort] == pytest.approx(hired.expected_payment)
    for effort in range(efforts):
        for told in itertools.product(range(signals), repeat=signals):
            assert utility(effort, told) <= honest + 1e-6


def test_two_signals_against_a_grid_of_payments() -> None:
    """Derived once more: all payments on a grid, the agent's best answer to each."""
    prior, cost = np.array([0.4, 0.6]), 0.1
    shown = np.array([IDLE, [[0.9, 0.1], [0.3, 0.7]]])
    joint = np.swapaxes(shown, 1, 2) * prior
    hired = best_contract(prior, shown, [0, cost], 20 * np.eye(2))
    least = math.inf
    for entries in itertools.product(np.linspace(0, 1, 13), repeat=4):
        payments = np.reshape(entries, (2, 2))
        reports = np.einsum("jsw,rw->jsr", joint, payments)
        honest = np.trace(reports[1]) - cost
        if honest >= max(reports[1].max(axis=1).sum() - cost, reports[0].max(axis=1).sum()) - 1e-9:
            least = min(least, honest + cost)
    assert hired.effort == 1
    assert hired.expected_payment - 1e-7 <= least <= hired.expected_payment + 0.1


@pytest.mark.parametrize("cost", [1e-3, 1e-8, 1e-300])
@pytest.mark.parametrize("most", [1.0, 1e6, 1e300])
def test_costs_far_below_the_greatest_payment(cost: float, most: float) -> None:
    """The price of a right report is in proportion to its cost, whatever the range."""
    hired = best_contract([0.5, 0.5], [IDLE, work(0.75)], [0, cost], np.eye(2), most=most)
    assert hired.effort == 1
    assert hired.expected_payment == pytest.approx(3 * cost, rel=1e-6)


def test_signals_that_rounding_cannot_tell_apart_are_refused() -> None:
    """Likelihoods that differ by some 1e-8, and payments of any size."""
    rng = np.random.default_rng(146)
    shown = rng.dirichlet(np.full(3, 0.5), (3, 2))
    nearly = shown[:1] + 10 ** rng.uniform(-9, -6) * (shown - shown[:1])
    with pytest.raises(ValueError, match="likelihoods must tell effort 2 from the others"):
        best_contract([0.3, 0.7], nearly, [0, 1, 1.5], np.eye(2), most=1e12)


def test_one_of_everything() -> None:
    hired = best_contract([1.0], [[[1.0]]], [0.0], [[3.0]])
    assert (hired.effort, hired.profit, hired.expected_payment) == (0, 3.0, 0.0)


def test_callers_arrays_stay() -> None:
    prior, shown = np.array([0.5, 0.5]), np.array([IDLE, work(0.75)])
    best_contract(prior, shown, [0, 0.1], np.eye(2))
    assert prior.tolist() == [0.5, 0.5]
    assert shown[1].tolist() == work(0.75)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prior": [0.5, 0.6]}, "prior must be probabilities"),
        ({"prior": [0.5, math.nan]}, "prior must be finite"),
        ({"likelihoods": [IDLE, [[0.9, 0.2], [0.1, 0.9]]]}, "likelihoods must be at least 0"),
        ({"likelihoods": [IDLE, [[1.1, -0.1], [0.1, 0.9]]]}, "likelihoods must be at least 0"),
        ({"likelihoods": [IDLE]}, "costs must have shape"),
        ({"likelihoods": IDLE}, "likelihoods must have shape"),
        ({"costs": [0.1, 0.2]}, "costs must be at least 0, and 0 for"),
        ({"costs": [0.0, -0.2]}, "costs must be at least 0, and 0 for"),
        ({"costs": [0.0, math.inf]}, "costs must be finite"),
        ({"utilities": [[1.0]]}, "utilities must have shape"),
        ({"utilities": []}, "utilities must have shape"),
        ({"most": 0}, "most must lie in"),
        ({"most": math.nan}, "most must lie in"),
    ],
)
def test_bad_arguments_are_refused(changes: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {
        "prior": [0.5, 0.5],
        "likelihoods": [IDLE, work(0.75)],
        "costs": [0.0, 0.1],
        "utilities": np.eye(2),
        **changes,
    }
    with pytest.raises(ValueError, match=words):
        best_contract(**arguments)


@pytest.mark.parametrize("costs", [["a", "b"], None, [1j, 0]])
def test_costs_that_are_no_numbers_are_refused(costs: Any) -> None:
    with pytest.raises(TypeError, match="costs must be an array of"):
        best_contract([0.5, 0.5], [IDLE, work(0.75)], costs, np.eye(2))


def test_scales_and_their_number() -> None:
    learner = OnlineContracts(np.eye(2), 1000, low=0, high=1, rng=0)
    assert len(learner.scales) == math.ceil((1000 / math.log(1000)) ** (1 / 3))
    assert learner.scales[-1] == 1
    assert learner.probabilities == pytest.approx(np.full(6, 1 / 6))
    offer = learner.offer()
    assert offer == pytest.approx(learner.scale * np.eye(2))
    learner.observe(1.0)
    assert learner.probabilities.sum() == pytest.approx(1)
    assert learner.probabilities.max() > 1 / 6


def test_learners_find_the_scale_that_works() -> None:
    """Agents work at 0.6 or more; the principal then has 0.9, less half the scale."""
    learner = OnlineContracts(np.eye(2), 4000, low=-1, high=1, rng=1)
    for _ in range(4000):
        works = learner.offer()[0, 0] >= 0.6
        learner.observe(0.9 - learner.scale / 2 if works else -learner.scale / 2)
    best = learner.scales[learner.scales >= 0.6].min()
    assert learner.scales[learner.probabilities.argmax()] == best


def test_the_same_seed_offers_the_same() -> None:
    one, two = (OnlineContracts(np.eye(2), 50, low=0, high=1, rng=3) for _ in range(2))
    for _ in range(20):
        assert (one.offer() == two.offer()).all()
        one.observe(0.5)
        two.observe(0.5)


def test_only_the_place_of_profits_in_their_range_counts() -> None:
    one = OnlineContracts(np.eye(2), 50, low=0, high=1, rng=3)
    two = OnlineContracts(np.eye(2), 50, low=-4, high=12, rng=3)
    for profit in (0.0, 0.25, 1.0, 0.5):
        one.offer()
        two.offer()
        one.observe(profit)
        two.observe(16 * profit - 4)
    assert two.probabilities == pytest.approx(one.probabilities, rel=1e-12)


def test_offers_and_profits_take_turns() -> None:
    learner = OnlineContracts(np.eye(2), 50, low=0, high=1)
    with pytest.raises(ValueError, match="nothing is on offer"):
        learner.observe(0.5)
    with pytest.raises(ValueError, match="nothing is on offer"):
        _ = learner.scale
    learner.offer()
    with pytest.raises(ValueError, match="an offer is open"):
        learner.offer()
    for profit in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="profit must lie in"):
            learner.observe(profit)
    learner.observe(1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"payments": [[-1.0]]}, "payments must be at least 0"),
        ({"payments": [1.0]}, "payments must have shape"),
        ({"payments": [[math.nan]]}, "payments must be finite"),
        ({"horizon": 1}, "horizon must be an integer"),
        ({"low": math.inf}, "low must lie in"),
        ({"low": 1, "high": 1}, "high must lie in"),
        ({"low": -1e308, "high": 1e308}, "high must not be above low by more"),
    ],
)
def test_bad_learners_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {"payments": np.eye(2), "horizon": 9, "low": 0, "high": 1, **changes}
    with pytest.raises(ValueError, match=words):
        OnlineContracts(options.pop("payments"), **options)
