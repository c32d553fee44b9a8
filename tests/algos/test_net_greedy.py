"""Maximisers of f − c: by hand, against every set, expectations by recursion, bad input."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    Coverage,
    FacilityLocation,
    NetSelection,
    cost_scaled_greedy,
    distorted_greedy,
    roi_greedy,
    stochastic_distorted_greedy,
    unconstrained_distorted_greedy,
)
from algos.submodular._lazy_net_rounds import lazy_net_rounds
from algos.submodular._net_rounds import net_rounds
from algos.submodular._oracle import Oracle
from algos.submodular._score_rules import CostScaled, Distorted, ReturnOnInvestment, ScoreRule

ALL: list[Callable[..., NetSelection]] = [
    distorted_greedy,
    cost_scaled_greedy,
    roi_greedy,
    unconstrained_distorted_greedy,
    lambda function, costs, **options: stochastic_distorted_greedy(
        function, costs, function.size, **options
    ),
]
WITH_K: list[Callable[..., NetSelection]] = [
    distorted_greedy,
    cost_scaled_greedy,
    stochastic_distorted_greedy,
]


def subsets(n: int, k: int) -> Iterable[tuple[int, ...]]:
    """List all sets of at most k elements."""
    return (T for size in range(k + 1) for T in combinations(range(n), size))


def instance(seed: int) -> tuple[Any, Any]:
    """Draw a function of five elements, and costs with ties and zeros."""
    rng = np.random.default_rng(seed)
    if seed % 2:
        return FacilityLocation(rng.integers(0, 5, (7, 5)) ** 2.0), rng.integers(0, 20, 5) * 1.0
    chances = rng.choice([0, 0, 0.5, 1], (5, 10))
    return Coverage(chances, rng.integers(0, 4, 10)), rng.integers(0, 9, 5) / 2


def exponential(f: float, c: float) -> float:
    """Maximise (1 − e^(−β)) f − β c by trying many β."""
    return float(max((1 - math.exp(-beta)) * f - beta * c for beta in np.linspace(0, 20, 2001)))


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("k", [1, 2, 5])
def test_distorted_beats_every_set_for_every_m(seed: int, k: int) -> None:
    function, costs = instance(seed)
    chosen = distorted_greedy(function, costs, k)
    assert len(chosen.elements) <= k
    for T in subsets(5, k):
        f, c = function.value(T), float(costs[list(T)].sum())
        assert f - c <= chosen.upper_bound + 1e-9
        for m in range(k + 1):
            assert chosen.net >= (1 - (1 - 1 / k) ** m) * f - m / k * c - 1e-9


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("k", [1, 3, 5])
def test_cost_scaled_beats_every_set(seed: int, k: int) -> None:
    function, costs = instance(seed)
    chosen = cost_scaled_greedy(function, costs, k)
    assert len(chosen.elements) <= k
    for T in subsets(5, k):
        f, c = function.value(T), float(costs[list(T)].sum())
        assert f - c <= chosen.upper_bound + 1e-9
        assert chosen.net >= f / 2 - c - 1e-9


@pytest.mark.parametrize("seed", range(30))
def test_return_on_investment_beats_every_set_for_every_beta(seed: int) -> None:
    function, costs = instance(seed)
    chosen = roi_greedy(function, costs)
    for T in subsets(5, 5):
        f, c = function.value(T), float(costs[list(T)].sum())
        assert f - c <= chosen.upper_bound + 1e-9
        assert chosen.net >= exponential(f, c) - 1e-9
        if f >= c > 0:
            assert chosen.net >= f - c - c * math.log(f / c) - 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_the_mean_of_unconstrained_distorted_beats_every_set(seed: int) -> None:
    """The exact mean, by recursion over rounds and sets."""
    function, costs = instance(seed)
    n = function.size

    @cache
    def mean(step: int, S: frozenset[int]) -> float:
        """Give the mean of f − c at the end."""
        if step == n:
            return float(function.value(S) - costs[list(S)].sum())
        total = 0.0
        for e in range(n):
            gain = function.value(S | {e}) - function.value(S)
            joins = (1 - 1 / n) ** (n - 1 - step) * gain - costs[e] > 0
            total += mean(step + 1, S | {e} if joins else S) / n
        return total

    for T in subsets(n, n):
        f, c = function.value(T), float(costs[list(T)].sum())
        for m in range(n + 1):
            assert mean(0, frozenset()) >= (1 - (1 - 1 / n) ** m) * f - m / n * c - 1e-9
    runs = [unconstrained_distorted_greedy(function, costs, rng=seed).net for seed in range(400)]
    error = np.std(runs) / math.sqrt(len(runs))
    assert abs(np.mean(runs) - mean(0, frozenset())) <= 6 * error + 1e-9


def test_small_cases_by_hand() -> None:
    function = Coverage(np.array([[1.0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]))
    one = distorted_greedy(function, [1.0, 0.5, 0.9])
    # weights 4/9, 2/3, 1: rounds score (−1/9, 7/18, <0), (<0, <0), (0, 0.1)
    assert one.elements.tolist() == [1, 2]
    assert one.gains.tolist() == [2, 1]
    assert (one.value, one.cost, one.net) == (3, 1.4, 1.6)
    assert one.upper_bound == pytest.approx(2.1)  # f({1}) + (1 − 1)⁺ + (1 − 0.9)⁺
    assert one.oracle_calls == 3 + 2 + 1  # all; all in the last round; who is left
    two = cost_scaled_greedy(function, [1.0, 0.5, 0.4])
    assert two.elements.tolist() == [1, 2]
    three = roi_greedy(function, [1.0, 0.5, 1.0])  # a return of 1 is not worth it
    assert three.elements.tolist() == [1]


@pytest.mark.parametrize("algorithm", ALL)
def test_without_costs_and_overlap_everything_is_taken(algorithm: Any) -> None:
    chosen = algorithm(Coverage(np.eye(40), np.arange(1.0, 41)), np.zeros(40))
    if algorithm in ALL[:3]:
        assert chosen.net == pytest.approx(820)
    assert chosen.upper_bound >= 820 - 1e-9
    assert chosen.cost == 0
    assert len(set(chosen.elements.tolist())) == len(chosen.elements)


@pytest.mark.parametrize("algorithm", ALL)
def test_what_costs_too_much_is_left(algorithm: Any) -> None:
    chosen = algorithm(Coverage(np.eye(3)), [1.0, 2, 1e308])
    assert chosen.elements.tolist() == []
    assert chosen.gains.shape == (0,)
    assert (chosen.value, chosen.cost, chosen.net, chosen.upper_bound) == (0, 0, 0, 0)


@pytest.mark.parametrize("algorithm", ALL)
def test_one_element(algorithm: Any) -> None:
    taken = algorithm(Coverage([[1.0]], [5.0]), [1.0])
    assert (taken.elements.tolist(), taken.net) == ([0], 4)
    assert algorithm(Coverage([[1.0]], [5.0]), [5.0]).elements.tolist() == []


@pytest.mark.parametrize("algorithm", ALL)
def test_gains_and_costs_add_up(algorithm: Any) -> None:
    function, costs = instance(3)
    before = costs.copy()
    chosen = algorithm(function, costs)
    assert chosen.gains.sum() == pytest.approx(chosen.value)
    assert chosen.value == pytest.approx(function.value(chosen.elements.tolist()))
    assert chosen.cost == costs[chosen.elements].sum()
    assert (costs == before).all()


@pytest.mark.parametrize("algorithm", [stochastic_distorted_greedy, unconstrained_distorted_greedy])
def test_a_seed_repeats_the_run(algorithm: Any) -> None:
    function = FacilityLocation(np.random.default_rng(0).random((30, 60)))
    more = {"k": 10} if algorithm is stochastic_distorted_greedy else {}
    runs = [algorithm(function, np.full(60, 0.5), rng=s, **more) for s in (1, 1, 2)]
    assert runs[0].elements.tolist() == runs[1].elements.tolist() != runs[2].elements.tolist()
    generator = np.random.default_rng(1)
    again = algorithm(function, np.full(60, 0.5), rng=generator, **more)
    assert again.elements.tolist() == runs[0].elements.tolist()


def test_random_rules_ask_for_few_marginals() -> None:
    function = FacilityLocation(np.random.default_rng(0).random((20, 500)))
    some = stochastic_distorted_greedy(function, np.full(500, 0.1), 50, epsilon=0.1, rng=0)
    assert some.oracle_calls <= 50 * math.ceil(10 * math.log(10)) + 500
    few = unconstrained_distorted_greedy(function, np.full(500, 0.1), rng=0)
    assert few.oracle_calls <= 2 * 500


def test_draws_do_not_look_at_costs() -> None:
    """Which elements are asked for in the first round is the same whatever they cost."""
    asked: list[list[int]] = []

    class Spied(Coverage):
        """Notes the candidates."""

        def gains(self, state: Any, candidates: Any) -> Any:
            """Write down, and compute."""
            asked.append(candidates.tolist())
            return super().gains(state, candidates)

    for cost in (0.0, 2.0):
        stochastic_distorted_greedy(Spied(np.eye(50)), np.full(50, cost), 5, epsilon=0.5, rng=7)
    half = len(asked) // 2
    assert asked[0] == asked[half]
    assert all(set(one) <= set(two) for one, two in zip(asked[:5], asked[half:], strict=False))


def seeded(algorithm: Any) -> dict[str, int]:
    """Give a seed to those that take one."""
    return {} if algorithm in ALL[:3] else {"rng": 5}


@pytest.mark.parametrize(
    "rule", [Distorted(6), Distorted(3), CostScaled(6), CostScaled(2), ReturnOnInvestment(6)]
)
@pytest.mark.parametrize("seed", range(40))
def test_lazy_rounds_are_the_plain_ones(rule: ScoreRule, seed: int) -> None:
    rng = np.random.default_rng(seed)
    function = FacilityLocation(rng.integers(0, 4, (5, 6)) ** 2.0)
    costs = rng.integers(0, 12, 6) / 2
    plain, lazy = Oracle(function), Oracle(function)
    walks = net_rounds(plain, costs, rule), lazy_net_rounds(lazy, costs, rule)
    won = ([one for one in walk if one.place is not None] for walk in walks)
    for one, other in zip(*won, strict=True):
        assert (one.step, one.place) == (other.step, other.place)
        assert one.pool.tolist() == other.pool.tolist()
        assert (other.gains >= one.gains).all()
        if one.place is not None:
            assert other.gains[one.place] == one.gains[one.place]
            assert other.scores[one.place] == one.scores[one.place]
    assert lazy.calls <= plain.calls


def test_lazy_rounds_ask_for_few_marginals() -> None:
    rng = np.random.default_rng(0)
    function, costs = FacilityLocation(rng.random((50, 400)) ** 4), rng.random(400)
    for algorithm in (distorted_greedy, cost_scaled_greedy, roi_greedy):
        chosen = algorithm(function, costs)
        assert chosen.oracle_calls <= 400 * (len(chosen.elements) + 1) / 4


@pytest.mark.parametrize("algorithm", [distorted_greedy, cost_scaled_greedy, roi_greedy])
@pytest.mark.parametrize("seed", range(10))
def test_relabelling_relabels_the_answer(algorithm: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    similarities, costs = rng.random((9, 8)), rng.random(8)
    order = rng.permutation(8)
    plain = algorithm(FacilityLocation(similarities), costs).elements
    other = algorithm(FacilityLocation(similarities[:, order]), costs[order]).elements
    assert order[other].tolist() == plain.tolist()


@pytest.mark.parametrize("algorithm", ALL)
def test_the_unit_of_money_does_not_matter(algorithm: Any) -> None:
    similarities = np.random.default_rng(5).integers(0, 5, (7, 5)) ** 2.0
    costs = np.array([3.0, 0, 7, 11, 5])
    one = algorithm(FacilityLocation(similarities), costs, **seeded(algorithm))
    scaled = FacilityLocation(similarities * 2.0**40)
    other = algorithm(scaled, costs * 2.0**40, **seeded(algorithm))
    assert other.elements.tolist() == one.elements.tolist()
    assert other.net == one.net * 2.0**40
    assert other.upper_bound == one.upper_bound * 2.0**40


@pytest.mark.parametrize("algorithm", [distorted_greedy, cost_scaled_greedy, roi_greedy])
@pytest.mark.parametrize("seed", range(30))
def test_rounding_does_not_put_the_bound_below_the_answer(algorithm: Any, seed: int) -> None:
    """The marginals of everything to nothing add up in another order than those of the run."""
    weights = np.random.default_rng(seed).random(9)
    chosen = algorithm(Coverage(np.eye(9), weights), np.zeros(9))
    assert len(chosen.elements) == 9
    assert chosen.upper_bound >= chosen.net


def test_samples_are_asked_for_everyone_once() -> None:
    """With replacement an element may be drawn twice; its marginal counts once."""
    chosen = stochastic_distorted_greedy(Coverage([[1.0], [1.0]]), [9.0, 9.0], 1, epsilon=1e-9)
    assert chosen.oracle_calls == 2 + 2


@pytest.mark.parametrize("k", [1, 2])
def test_the_bound_counts_k_elements(k: int) -> None:
    """Three elements are worth 2 each; no k of them make more than 2 k."""
    function, costs = Coverage(np.eye(3), np.full(3, 2.0)), np.zeros(3)
    for algorithm in (distorted_greedy, cost_scaled_greedy):
        assert algorithm(function, costs, k).upper_bound == 2 * k
