"""Matroids: axioms by search; greedy: every independent set."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import chain, combinations
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    Coverage,
    GraphCut,
    GraphicMatroid,
    LaminarMatroid,
    Matroid,
    OracleError,
    PartitionMatroid,
    TransversalMatroid,
    UniformMatroid,
    from_callable,
    greedy,
    matroid_greedy,
)
from proofs_checks.submodular.instances import KINDS, all_values


def laminar(size: int, rng: np.random.Generator) -> Matroid:
    """Nest halves in a whole."""
    halves = [range(size // 2), range(size // 2, size), range(size // 4)]
    return LaminarMatroid([range(size), *halves], [size - 1, *rng.integers(0, 3, 3)], size)


MAKERS: dict[str, Callable[[int, np.random.Generator], Matroid]] = {
    "uniform": lambda size, rng: UniformMatroid(size, int(rng.integers(1, size + 1))),
    "partition": lambda size, rng: PartitionMatroid(
        rng.integers(0, 3, size), rng.integers(0, 3, 3)
    ),
    "laminar": laminar,
    "graphic": lambda size, rng: GraphicMatroid(rng.integers(0, 4, (size, 2))),
    "transversal": lambda size, rng: TransversalMatroid(rng.random((size, 4)) < 0.4),
}


def subsets(size: int) -> list[tuple[int, ...]]:
    """List all of them; the place of each has its elements as bits."""
    return [tuple(e for e in range(size) if mask >> e & 1) for mask in range(2**size)]


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("seed", range(12))
def test_axioms(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 7))
    matroid = MAKERS[kind](size, rng)
    independent = {frozenset(s) for s in subsets(size) if matroid.independent(s)}
    assert frozenset() in independent
    for one in independent:
        assert all(one - {e} in independent for e in one)
        assert matroid.independent(rng.permutation(sorted(one)).tolist())
        for other in independent:
            if len(one) < len(other):
                assert any(one | {e} in independent for e in other - one)
    weights = rng.normal(size=size)
    heaviest = max(sum(weights[list(s)]) for s in independent)
    assert matroid.heaviest(weights) == pytest.approx(heaviest)


@pytest.mark.parametrize("seed", range(20))
def test_graphic_and_transversal_by_other_means(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges, fits = rng.integers(0, 4, (5, 2)), rng.random((5, 3)) < 0.5
    for subset in subsets(5):
        chosen = list(subset)
        incidence = np.zeros((len(chosen), 4))
        for row, (u, v) in zip(incidence, edges[chosen], strict=True):
            row[u] += 1
            row[v] -= 1
        acyclic = np.linalg.matrix_rank(incidence) == len(chosen) if chosen else True
        assert GraphicMatroid(edges).independent(chosen) == acyclic
        hall = all(
            fits[list(some)].any(axis=0).sum() >= len(some)
            for some in chain.from_iterable(combinations(chosen, r) for r in range(len(chosen) + 1))
        )
        assert TransversalMatroid(fits).independent(chosen) == hall


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("seed", range(20))
def test_greedy_against_every_independent_set(seed: int, count: int) -> None:
    rng = np.random.default_rng([seed, count])
    size = int(rng.integers(1, 7))
    function = KINDS[sorted(KINDS)[seed % 2]](size, rng)
    kinds = rng.choice(list(MAKERS), count)
    matroids = [MAKERS[kind](size, rng) for kind in kinds]
    values = all_values(function)
    feasible = np.array([all(m.independent(s) for m in matroids) for s in subsets(size)])
    optimum = values[feasible].max()
    chosen = matroid_greedy(function, matroids)
    place = sum(1 << int(e) for e in chosen.elements)
    assert feasible[place]
    assert chosen.value == pytest.approx(values[place])
    assert chosen.value >= optimum / (count + 1) - 1e-9
    assert chosen.upper_bound >= optimum - 1e-9


def test_half_is_attained() -> None:
    function = Coverage([[1, 0], [0, 1], [1, 0]])
    chosen = matroid_greedy(function, PartitionMatroid([0, 0, 1]))
    assert (chosen.elements.tolist(), chosen.value) == ([0], 1.0)
    assert chosen.upper_bound == 2.0


def test_one_uniform_matroid_is_greedy() -> None:
    function = KINDS["facility"](9, np.random.default_rng(3))
    one, other = matroid_greedy(function, UniformMatroid(9, 4)), greedy(function, 4)
    assert one.elements.tolist() == other.elements[: len(one.elements)].tolist()
    assert one.value == other.value
    assert one.upper_bound <= other.upper_bound + 1e-9


def test_nothing_is_independent_but_the_empty_set() -> None:
    loops = GraphicMatroid([[0, 0], [1, 1]])
    chosen = matroid_greedy(Coverage(np.eye(2)), loops)
    assert (chosen.elements.tolist(), chosen.value, chosen.upper_bound) == ([], 0.0, 0.0)
    closed = matroid_greedy(Coverage(np.eye(2)), PartitionMatroid([0, 0], 0))
    assert closed.elements.tolist() == []


def test_ties_go_to_the_least_element_and_marginals_are_counted() -> None:
    chosen = matroid_greedy(Coverage(np.eye(4)), UniformMatroid(4, 2))
    assert (chosen.elements.tolist(), chosen.oracle_calls) == ([0, 1], 4 + 3 + 2)


def test_transversal_chains_are_long() -> None:
    """Each element fits its place and the next one; the last needs all others to move."""
    n = 3000
    fits = np.zeros((n, n), dtype=bool)
    fits[np.arange(n), np.arange(n)] = True
    fits[np.arange(n - 1), np.arange(1, n)] = True
    fits[n - 1] = False
    fits[n - 1, 0] = True
    matroid = TransversalMatroid(fits)
    state = matroid.start()
    for element in range(n):
        matroid.push(state, element)
    assert sorted(state.tolist()) == list(range(n))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: UniformMatroid(0, 1), "size must be"),
        (lambda: UniformMatroid(3, 0), "rank must be"),
        (lambda: PartitionMatroid([]), "parts must"),
        (lambda: PartitionMatroid([0.5]), "parts must hold integers"),
        (lambda: PartitionMatroid([-1]), "parts must hold integers"),
        (lambda: PartitionMatroid([math.nan]), "parts must be finite"),
        (lambda: PartitionMatroid([0, 2], [1, 1]), "capacities must have one for each part"),
        (lambda: PartitionMatroid([0], [-1]), "capacities must hold integers"),
        (lambda: LaminarMatroid([[0, 1], [1, 2]], [1, 1], 3), "groups must be nested or disjoint"),
        (lambda: LaminarMatroid([[0, 3]], [1], 3), "subset must be an integer from 0 to 2"),
        (lambda: LaminarMatroid([[0]], [1, 1], 3), "capacities must have shape"),
        (lambda: GraphicMatroid([[0, 1, 2]]), "edges must have shape"),
        (lambda: GraphicMatroid([[0, -1]]), "edges must hold integers"),
        (lambda: TransversalMatroid([True]), "fits must have shape"),
        (lambda: matroid_greedy(Coverage(np.eye(2)), []), "matroids must hold at least one"),
        (
            lambda: matroid_greedy(Coverage(np.eye(2)), UniformMatroid(3, 1)),
            "matroids must have the function's 2 elements",
        ),
        (
            lambda: matroid_greedy(GraphCut([[0.0, 1], [1, 0]]), UniformMatroid(2, 1)),
            "function must be monotone",
        ),
    ],
)
def test_bad_arguments_are_refused(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_numbers_of_parts_and_vertices_take_no_memory() -> None:
    parts = PartitionMatroid([0, 2**31, 2**31])
    assert [parts.independent(s) for s in ([0, 1], [1, 2])] == [True, False]
    edges = GraphicMatroid([[0, 2**31], [2**31, 0], [5, 2**31]])
    assert [edges.independent(s) for s in ([0, 2], [0, 1])] == [True, False]
    assert len(edges.start()) == 3


def test_groups_may_be_empty_equal_or_closed() -> None:
    matroid = LaminarMatroid([[], [0, 1], [1, 0, 0], [2]], [0, 2, 1, 0], 4)
    assert [matroid.independent(s) for s in ([0, 3], [0, 1], [2], [])] == [True, False, False, True]


@pytest.mark.parametrize("weights", [[1.0], [1.0, 2.0, 3.0], [1.0, math.nan], [1.0, math.inf]])
@pytest.mark.parametrize("matroid", [UniformMatroid(2, 1), TransversalMatroid(np.eye(2))])
def test_bad_weights_are_refused(matroid: Matroid, weights: Any) -> None:
    with pytest.raises(ValueError, match="weights must"):
        matroid.heaviest(weights)


def test_many_elements_that_compete_for_places() -> None:
    """A search from every element in every round takes half a minute."""
    rng = np.random.default_rng(0)
    function = Coverage(rng.random((400, 900)) < 0.02)
    places = TransversalMatroid(rng.random((400, 40)) < 0.1)
    chosen = matroid_greedy(function, places)
    assert places.independent(chosen.elements)
    assert len(chosen.elements) == 40
    assert chosen.value >= chosen.upper_bound / 2


def test_wrong_types_are_refused() -> None:
    for wrong in (None, 3):
        with pytest.raises(TypeError, match="matroids must be of Matroid"):
            matroid_greedy(Coverage(np.eye(2)), wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="groups must be sets of integers, got None"):
        LaminarMatroid(None, [1], 2)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="matroids must be of Matroid"):
        matroid_greedy(Coverage(np.eye(2)), [2])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        PartitionMatroid(["a"])
    with pytest.raises(TypeError, match="SetFunction"):
        matroid_greedy(len, UniformMatroid(2, 1))  # type: ignore[arg-type]


def test_growing_marginals_are_named() -> None:
    with pytest.raises(OracleError, match="function must be submodular, got for element 1"):
        matroid_greedy(from_callable(lambda S: len(S) ** 2.0, 3, verify=0), UniformMatroid(3, 2))


@pytest.mark.parametrize("seed", range(6))
def test_rounding_is_no_growth(seed: int) -> None:
    """Differences of great values leave late marginals that rise by rounding."""
    weights = 10.0 ** np.random.default_rng(seed).integers(-6, 7, 12)
    logs = from_callable(lambda S: math.log1p(weights[list(S)].sum()) * 9, 12, verify=0)
    chosen = matroid_greedy(logs, UniformMatroid(12, 12))
    assert chosen.value == pytest.approx(logs.value(range(12)))


@pytest.mark.parametrize("seed", range(20))
def test_the_upper_bound_is_never_below_the_value(seed: int) -> None:
    function = Coverage(np.eye(12), np.random.default_rng(seed).random(12) * 1e7)
    chosen = matroid_greedy(function, UniformMatroid(12, 12))
    assert chosen.upper_bound >= chosen.value


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -1.0])
def test_impossible_marginals_are_named(wrong: float) -> None:
    class Broken(Coverage):
        def gains(self, state: Any, candidates: Any) -> Any:
            return np.where(candidates == 1, wrong, 1.0)

    with pytest.raises(OracleError, match="element 1"):
        matroid_greedy(Broken(np.eye(3)), UniformMatroid(3, 2))
