"""Knapsack greedy and knapsack streams: every set within the budget, bad costs, ties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    Coverage,
    GraphCut,
    KnapsackStreaming,
    OracleError,
    from_callable,
    greedy,
    knapsack_greedy,
)
from proofs_checks.submodular.instances import KINDS, all_values

LEAST = {0: 1 - math.exp(-0.5), 1: 0.5, 2: 1 - 1 / math.e, 3: 1 - 1 / math.e}


def problem(seed: int, *, least: int = 0) -> tuple[Any, Any, float, Any, float]:
    """Draw a function, costs and a budget; give all values and the optimum as well."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 7))
    function = KINDS[sorted(KINDS)[seed % 2]](size, rng)
    costs, budget = rng.integers(least, 6, size) * 1.0, float(rng.integers(least, 12))
    values = all_values(function)
    members = (np.arange(len(values))[:, None] >> np.arange(size)) & 1
    return function, costs, budget, values, float(values[members @ costs <= budget].max())


def modular(weights: Any) -> Coverage:
    """Make a function that adds weights up."""
    return Coverage(np.eye(len(weights)), weights)


def mask(elements: Any) -> int:
    """Give the place of a set among all values."""
    return sum(1 << int(e) for e in elements)


@pytest.mark.parametrize("enumeration", [0, 1, 2, 3])
@pytest.mark.parametrize("seed", range(30))
def test_greedy_against_every_set_within_the_budget(seed: int, enumeration: int) -> None:
    function, costs, budget, values, optimum = problem(seed)
    chosen = knapsack_greedy(function, costs, budget, enumeration=enumeration)
    assert costs[chosen.elements].sum() <= budget
    assert len(set(chosen.elements.tolist())) == len(chosen.elements)
    assert chosen.value == pytest.approx(values[mask(chosen.elements)])
    assert chosen.value == pytest.approx(chosen.gains.sum())
    assert chosen.value >= LEAST[enumeration] * optimum - 1e-9
    assert chosen.upper_bound >= optimum - 1e-9


@pytest.mark.parametrize("epsilon", [0.01, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(30))
def test_streams_against_every_set_within_the_budget(seed: int, epsilon: float) -> None:
    function, costs, budget, values, optimum = problem(seed, least=1)
    order = np.random.default_rng(seed).permutation(function.size)
    one = KnapsackStreaming(function, budget, epsilon=epsilon)
    many = KnapsackStreaming(function, budget, epsilon=epsilon)
    for element in order:
        one.update(int(element), costs[element])
    many.update_many(order, costs[order])
    chosen, other = one.result(), many.result()
    assert chosen.elements.tolist() == other.elements.tolist()
    assert chosen.upper_bound == pytest.approx(other.upper_bound)
    assert costs[chosen.elements].sum() <= budget
    assert chosen.value == pytest.approx(values[mask(chosen.elements)])
    assert chosen.upper_bound >= optimum - 1e-9
    assert chosen.value >= chosen.upper_bound / (3 + 2 * epsilon) - 1e-9


def test_a_mite_does_not_hide_a_whale() -> None:
    chosen = knapsack_greedy(modular([0.02, 1.0]), [0.01, 1.0], 1.0)
    assert chosen.elements.tolist() == [1]
    assert chosen.upper_bound == pytest.approx(0.02 + 0.99)
    stream = KnapsackStreaming(modular([0.02, 1.0]), 1.0)
    stream.update_many([0, 1], [0.01, 1.0])
    assert stream.result().elements.tolist() == [1]


def test_enumeration_reaches_what_ratios_miss() -> None:
    function, costs = modular([0.011, 0.5, 0.5]), [0.01, 0.5, 0.5]
    values = [knapsack_greedy(function, costs, 1.0, enumeration=q).value for q in range(4)]
    assert values == pytest.approx([0.511, 0.511, 1.0, 1.0])


def test_what_costs_nothing_comes_first_and_what_adds_nothing_never() -> None:
    chosen = knapsack_greedy(modular([0.0, 3.0, 1.0, 0.0]), [0.0, 1.0, 0.0, 1.0], 1.0)
    assert chosen.elements.tolist() == [2, 1]
    assert chosen.value == chosen.upper_bound == 4.0


def test_ties_go_to_the_least_element() -> None:
    chosen = knapsack_greedy(modular([2.0, 1.0, 2.0]), [2.0, 1.0, 2.0], 3.0)
    assert chosen.elements.tolist() == [0, 1]


@pytest.mark.parametrize("enumeration", [0, 1, 2, 3])
def test_nothing_fits(enumeration: int) -> None:
    chosen = knapsack_greedy(modular([1.0, 1.0]), [2.0, 3.0], 1.0, enumeration=enumeration)
    assert chosen.elements.dtype == np.intp
    assert (len(chosen.elements), chosen.value, chosen.upper_bound) == (0, 0.0, 0.0)


def test_equal_costs_are_a_number_of_elements() -> None:
    rng = np.random.default_rng(5)
    function = KINDS["coverage"](9, rng)
    one, other = knapsack_greedy(function, np.full(9, 0.1), 0.4000001), greedy(function, 4)
    assert one.elements.tolist() == other.elements.tolist()
    assert one.upper_bound <= other.upper_bound  # made at the last set as well


def test_marginals_are_counted() -> None:
    function = modular([1.0, 1.0, 1.0])
    assert knapsack_greedy(function, [1.0, 1.0, 1.0], 3.0).oracle_calls == 3 + 2 + 1 + 3
    stream = KnapsackStreaming(function, 3.0)
    stream.update(0, 1.0)
    assert stream.oracle_calls == stream.result().oracle_calls >= 1


def test_arguments_are_not_modified() -> None:
    costs = np.array([1.0, 2.0])
    knapsack_greedy(modular([1.0, 1.0]), costs, 2.0)
    assert costs.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"costs": [1.0, -1.0]}, "costs must be at least 0, got -1.0 for element 1"),
        ({"costs": [1.0, math.nan]}, "costs must be finite"),
        ({"costs": [1.0, math.inf]}, "costs must be finite"),
        ({"costs": [1.0]}, "costs must have shape"),
        ({"costs": [[1.0, 2.0]]}, "costs must have shape"),
        ({"budget": -1.0}, "budget must lie in"),
        ({"budget": math.nan}, "budget must lie in"),
        ({"budget": math.inf}, "budget must lie in"),
        ({"enumeration": 4}, "enumeration must be an integer from 0 to 3"),
        ({"enumeration": True}, "enumeration must be an integer from 0 to 3"),
        ({"function": GraphCut([[0.0, 1.0], [1.0, 0.0]])}, "function must be monotone"),
    ],
)
def test_bad_arguments_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {
        "function": modular([1.0, 1.0]), "costs": [1.0, 1.0], "budget": 1.0, **changes
    }  # fmt: skip
    with pytest.raises(ValueError, match=words):
        knapsack_greedy(**options)


@pytest.mark.parametrize(
    "changes", [{"costs": [1.0, "x"]}, {"costs": [1, None]}, {"budget": "1"}, {"enumeration": 1.0}]
)
def test_wrong_types_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        knapsack_greedy(
            **{"function": modular([1.0, 1.0]), "costs": [1.0, 1.0], "budget": 1.0, **changes}
        )
    with pytest.raises(TypeError, match="SetFunction"):
        knapsack_greedy(len, [1.0], 1.0)  # type: ignore[arg-type]


def test_growing_marginals_are_named() -> None:
    squares = from_callable(lambda S: len(S) ** 2.0, 3, verify=0)
    with pytest.raises(OracleError, match="function must be submodular, got for element 1"):
        knapsack_greedy(squares, np.ones(3), 2.0)
    with pytest.raises(OracleError, match="function must be submodular, got for element 1"):
        KnapsackStreaming(squares, 3.0).update_many(range(3), np.ones(3))


@pytest.mark.parametrize("seed", range(6))
def test_rounding_is_no_growth(seed: int) -> None:
    """Differences of great values leave late marginals that rise by rounding."""
    weights = 10.0 ** np.random.default_rng(seed).integers(-6, 7, 12)
    logs = from_callable(lambda S: math.log1p(weights[list(S)].sum()) * 9, 12, verify=0)
    costs = np.random.default_rng(seed).random(12) + 0.05
    assert knapsack_greedy(logs, costs, 20.0).value == pytest.approx(logs.value(range(12)))
    stream = KnapsackStreaming(logs, 20.0)
    stream.update_many([*range(12), *range(12)], np.tile(costs, 2))
    assert stream.result().value >= stream.result().upper_bound / 3.2


@pytest.mark.parametrize("seed", range(20))
def test_the_upper_bound_is_never_below_the_value(seed: int) -> None:
    rng = np.random.default_rng(seed)
    function = Coverage(np.eye(12), rng.random(12) * 1e7)
    chosen = knapsack_greedy(function, rng.random(12), 12.0)
    assert chosen.upper_bound >= chosen.value


def test_costs_may_overflow_together() -> None:
    for enumeration in range(4):
        chosen = knapsack_greedy(modular([1, 1, 1]), [1e308] * 3, 1e308, enumeration=enumeration)
        assert (chosen.elements.tolist(), chosen.upper_bound) == ([0], 1.0)


@pytest.mark.parametrize(
    ("weight", "budget", "cost"), [(1e100, 1.0, 1e-300), (1e308, 1.0, 0.5), (1.0, 1e-320, 1e-321)]
)
def test_ratios_near_overflow_are_refused(weight: float, budget: float, cost: float) -> None:
    stream = KnapsackStreaming(modular([weight / 2, weight]), budget)
    with pytest.raises(ValueError, match="costs must be larger, or function smaller, got"):
        stream.update_many([1, 0], [cost, cost])
    small = KnapsackStreaming(modular([5e-324, 5e-324]), 1.7e308)
    small.update_many([1, 0], [1.7e308, 0.5])
    assert small.result().upper_bound >= 5e-324


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -1.0])
def test_impossible_marginals_are_named(wrong: float) -> None:
    class Broken(Coverage):
        def gains(self, state: Any, candidates: Any) -> Any:
            return np.where(candidates == 1, wrong, 1.0)

    with pytest.raises(OracleError, match="element 1"):
        knapsack_greedy(Broken(np.eye(3)), [1.0, 1.0, 1.0], 2.0)
    with pytest.raises(OracleError, match="element 1"):
        KnapsackStreaming(Broken(np.eye(3)), 2.0).update_many([0, 1], [1.0, 1.0])


def test_streams_refuse_bad_costs_and_elements() -> None:
    stream = KnapsackStreaming(modular([1.0, 1.0]), 1.0)
    with pytest.raises(ValueError, match=r"costs must be above 0, got 0.0 for element 1"):
        stream.update_many([0, 1], [1.0, 0.0])
    with pytest.raises(ValueError, match="costs must have shape"):
        stream.update_many([0, 1], [1.0])
    with pytest.raises(ValueError, match="elements must be an integer from 0 to 1"):
        stream.update(2, 1.0)
    with pytest.raises(TypeError, match="elements must be an integer"):
        stream.update_many([0.5], [1.0])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="budget must lie in"):
        KnapsackStreaming(modular([1.0]), 0.0)
    with pytest.raises(ValueError, match="epsilon must lie in"):
        KnapsackStreaming(modular([1.0]), 1.0, epsilon=0.0)
    with pytest.raises(ValueError, match="monotone"):
        KnapsackStreaming(GraphCut([[0.0, 1.0], [1.0, 0.0]]), 1.0)
    assert stream.result().elements.tolist() == []
    stream.update_many([], [])
    assert (stream.result().value, stream.result().upper_bound, stream.held) == (0.0, 0.0, 0)


def test_streams_hold_few_elements() -> None:
    rng = np.random.default_rng(0)
    stream = KnapsackStreaming(Coverage(rng.random((500, 40)) < 0.1), 5.0, epsilon=0.2)
    stream.update_many(rng.permutation(500), rng.uniform(0.5, 2, 500))
    sieves = math.log(5 / (2 * 0.5)) / math.log(1.2) + 1
    assert stream.held <= sieves * 10 + 1
