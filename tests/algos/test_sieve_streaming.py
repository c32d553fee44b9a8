"""Sieves: any order, any batches, merges, memory."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest

from algos.submodular import Coverage, GraphCut, OracleError, SieveStreaming, from_callable
from proofs_checks.submodular.instances import KINDS, all_values, by_size


def problem(seed: int) -> tuple[Any, int, Any, float, Any]:
    """Draw a function, a number, and an order; give all values and the optimum as well."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 8))
    function = KINDS[sorted(KINDS)[seed % 2]](size, rng)
    values, k = all_values(function), int(rng.integers(1, size + 1))
    return function, k, values, by_size(values, k), rng.permutation(size)


def place(elements: Any) -> int:
    """Give the place of a set among all values."""
    return sum(1 << int(e) for e in elements)


def most_held(k: int, epsilon: float) -> float:
    """Bound the number of elements that are held."""
    return k * (math.ceil(math.log(2 * k) / math.log1p(epsilon)) + 1) + 1


@pytest.mark.parametrize("epsilon", [0.01, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(40))
def test_every_stream_against_every_set(seed: int, epsilon: float) -> None:
    function, k, values, optimum, order = problem(seed)
    sieve = SieveStreaming(function, k, epsilon=epsilon)
    for seen, element in enumerate(order, 1):
        sieve.update(int(element))
        inside = np.array([mask & ~place(order[:seen]) == 0 for mask in range(len(values))])
        best = by_size(np.where(inside, values, 0), k)
        chosen = sieve.result()
        assert chosen.upper_bound >= best - 1e-9
        assert chosen.value >= chosen.upper_bound / (2 + epsilon) - 1e-9
    assert best == optimum
    assert len(set(chosen.elements.tolist())) == len(chosen.elements) <= k
    assert chosen.value == pytest.approx(values[place(chosen.elements)])
    assert chosen.value == pytest.approx(chosen.gains.sum())
    assert sieve.held <= most_held(k, epsilon)


@pytest.mark.parametrize("seed", range(30))
def test_batches_are_the_same_as_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    function = Coverage(rng.integers(0, 2, (60, 40)) * (rng.random((60, 40)) < 0.2))
    stream, k = rng.integers(0, 60, 100), int(rng.integers(1, 10))
    one, many = (SieveStreaming(function, k, epsilon=0.2) for _ in range(2))
    for element in stream.tolist():
        one.update(element)
    for batch in np.split(stream, np.sort(rng.integers(0, 100, 3))):
        many.update_many(batch)
    assert {i: s.elements for i, s in one._sieves.items()} == {
        i: s.elements for i, s in many._sieves.items()
    }
    assert one.result().elements.tolist() == many.result().elements.tolist()
    assert many.result().upper_bound >= one.result().upper_bound - 1e-9  # older marginals
    assert many.result().value >= many.result().upper_bound / 2.2 - 1e-9


@pytest.mark.parametrize("parts", [2, 3, 4])
@pytest.mark.parametrize("epsilon", [0.01, 1.0])
@pytest.mark.parametrize("seed", range(25))
def test_merged_streams(seed: int, epsilon: float, parts: int) -> None:
    function, k, values, optimum, order = problem(seed)
    sieves = [SieveStreaming(function, k, epsilon=epsilon) for _ in range(parts)]
    for sieve, part in zip(sieves, np.array_split(order, parts), strict=True):
        sieve.update_many(part)
    before = [copy.deepcopy(sieve) for sieve in sieves]
    calls = sum(sieve.oracle_calls for sieve in sieves)
    sieves[-2].merge(sieves[-1])
    for sieve in sieves[1:-1]:
        sieves[0].merge(sieve)
    chosen = sieves[0].result()
    assert sieves[-1].result().elements.tolist() == before[-1].result().elements.tolist()
    assert sieves[-1].parts == 1
    assert sieves[0].parts == parts
    assert sieves[0].oracle_calls >= calls
    assert chosen.value == pytest.approx(values[place(chosen.elements)])
    assert len(chosen.elements) <= k
    assert chosen.upper_bound >= optimum - 1e-9
    assert chosen.value >= chosen.upper_bound / (1 + parts * (1 + epsilon)) - 1e-9
    assert sieves[0].held <= most_held(k, epsilon)
    assert chosen.value >= max(sieve.result().value for sieve in before) / 2 - 1e-9


def test_a_merge_of_empty_streams_is_empty_and_goes_on() -> None:
    function = Coverage(np.eye(4))
    one, other = (SieveStreaming(function, 2, epsilon=0.5) for _ in range(2))
    one.merge(other)
    assert one.result().elements.tolist() == []
    other.update_many([0, 1])
    one.merge(other)
    assert one.result().value == 2.0
    one.update_many([2, 3])
    assert one.result().value == 2.0
    assert one.parts == 3


def test_sieves_travel() -> None:
    function = Coverage(np.eye(4))
    one, other = (SieveStreaming(function, 2, epsilon=0.5) for _ in range(2))
    one.update(0)
    other.update(1)
    one.merge(pickle.loads(pickle.dumps(other)))
    assert sorted(one.result().elements.tolist()) == [0, 1]


def test_a_sieve_that_opens_late_has_missed_nothing() -> None:
    """Values rise, and fill the sieves of small guesses before the best come."""
    values = [1.0, 1 / 3, 1 / 3, 1 / 3, 1.99, 1.99, 1.99, 1.99, 2.0]
    sieve = SieveStreaming(Coverage(np.eye(9), values), 4, epsilon=1.0)
    sieve.update_many(range(9))
    assert sieve.result().value >= 7.97 / 3


def test_marginals_are_few() -> None:
    rng = np.random.default_rng(0)
    function = Coverage(rng.random((20_000, 60)) < 0.05)
    sieve = SieveStreaming(function, 10, epsilon=0.5)
    sieve.update_many(np.arange(20_000))
    sieves = math.ceil(math.log(20) / math.log(1.5)) + 1
    assert sieve.oracle_calls <= 20_000 * (1 + 2 * sieves)
    one = SieveStreaming(function, 10, epsilon=0.5)
    for element in range(500):
        one.update(element)
    assert one.oracle_calls <= 500 * (1 + sieves)


def test_nothing_and_worthless() -> None:
    sieve = SieveStreaming(Coverage(np.zeros((3, 1))), 2)
    assert (sieve.result().value, sieve.result().upper_bound, sieve.held) == (0.0, 0.0, 0)
    sieve.update_many([])
    sieve.update_many(range(3))
    assert sieve.result().elements.tolist() == []
    assert sieve.result().elements.dtype == np.intp
    assert sieve.result().upper_bound == 0.0


def test_one_element_is_exact() -> None:
    sieve = SieveStreaming(Coverage(np.eye(5), [1.0, 3, 2, 3, 1]), 1)
    sieve.update_many(range(5))
    assert (sieve.result().elements.tolist(), sieve.result().value) == ([1], 3.0)


@pytest.mark.parametrize("elements", [[3], [-1], [True], np.array([0, 3]), np.array([-1])])
def test_bad_elements_are_refused_before_any_work(elements: Any) -> None:
    sieve = SieveStreaming(Coverage(np.eye(3)), 2)
    with pytest.raises(ValueError, match="elements must be an integer from 0 to 2"):
        sieve.update_many(elements)
    assert sieve.oracle_calls == 0
    with pytest.raises(TypeError, match="elements must be an integer"):
        sieve.update_many(np.array([0.0]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"k": 0}, "k must be an integer from 1 to 2"),
        ({"k": 3}, "k must be an integer from 1 to 2"),
        ({"epsilon": 0.0}, "epsilon must lie in"),
        ({"epsilon": math.nan}, "epsilon must lie in"),
        ({"epsilon": 1.5}, "epsilon must lie in"),
        ({"function": GraphCut([[0.0, 1], [1, 0]])}, "function must be monotone"),
    ],
)
def test_bad_arguments_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {"function": Coverage(np.eye(2)), "k": 1, "epsilon": 0.1, **changes}
    with pytest.raises(ValueError, match=words):
        SieveStreaming(options.pop("function"), options.pop("k"), **options)


def test_other_sieves_are_refused() -> None:
    sieve = SieveStreaming(Coverage(np.eye(3)), 2, epsilon=0.1)
    with pytest.raises(TypeError, match="other must be a SieveStreaming"):
        sieve.merge(3)  # type: ignore[arg-type]
    for other in (
        sieve,
        SieveStreaming(Coverage(np.eye(4)), 2, epsilon=0.1),
        SieveStreaming(Coverage(np.eye(3)), 1, epsilon=0.1),
        SieveStreaming(Coverage(np.eye(3)), 2, epsilon=0.2),
    ):
        with pytest.raises(ValueError, match="other must be another stream's"):
            sieve.merge(other)


@pytest.mark.parametrize("elements", [None, 3, np.ma.masked_array([0, 1], mask=[True, False])])
def test_what_holds_no_elements_is_refused(elements: Any) -> None:
    with pytest.raises(TypeError, match="elements must"):
        SieveStreaming(Coverage(np.eye(3)), 2).update_many(elements)


@pytest.mark.parametrize("seed", range(6))
def test_rounding_is_no_growth(seed: int) -> None:
    """Differences of great values leave late marginals that rise by rounding."""
    weights = 10.0 ** np.random.default_rng(seed).integers(-6, 7, 12)
    logs = from_callable(lambda S: math.log1p(weights[list(S)].sum()) * 9, 12, verify=0)
    for epsilon in (0.01, 0.1, 1.0):
        sieve = SieveStreaming(logs, 12, epsilon=epsilon)
        sieve.update_many([*range(12), *range(12)])
        assert sieve.result().value >= sieve.result().upper_bound / (2 + epsilon)


def test_growing_marginals_are_named() -> None:
    with pytest.raises(OracleError, match="function must be submodular, got for element 1"):
        SieveStreaming(from_callable(lambda S: len(S) ** 2.0, 3, verify=0), 3).update_many(range(3))


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -1.0])
def test_impossible_marginals_are_named(wrong: float) -> None:
    class Broken(Coverage):
        def gains(self, state: Any, candidates: Any) -> Any:
            return np.where(candidates == 1, wrong, 1.0)

    with pytest.raises(OracleError, match="element 1"):
        SieveStreaming(Broken(np.eye(3)), 2).update_many(range(3))


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e9, 1e299])
def test_any_scale(scale: float) -> None:
    sieve = SieveStreaming(Coverage(np.eye(4), np.full(4, scale)), 3, epsilon=0.3)
    sieve.update_many(range(4))
    assert sieve.result().value == pytest.approx(3 * scale)


def test_values_near_overflow_are_refused() -> None:
    with pytest.raises(OracleError, match="scaled down"):
        SieveStreaming(Coverage([[1.0]], [1e307]), 1).update(0)
