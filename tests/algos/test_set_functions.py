"""Set functions against formulas over whole sets, and bad input."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.submodular import (
    ConcaveOverModular,
    GraphCut,
    LogDeterminant,
    Mixture,
    SaturatedCoverage,
    SetFunction,
    check_submodular,
)

RNG = np.random.default_rng(7)
N = 6
WEIGHTS = RNG.integers(0, 5, (N, N)).astype(float)
FEATURES = RNG.integers(0, 4, (N, 3)).astype(float)
SIMILARITIES = RNG.random((4, N))
VECTORS = RNG.normal(size=(N, 3))
KERNEL = VECTORS @ VECTORS.T
PRICES = np.array([1.0, 0.0, 2.5])


def cut(S: list[int]) -> float:
    """Sum the edges out of a set."""
    rest = [v for v in range(N) if v not in S]
    return float(WEIGHTS[np.ix_(S, rest)].sum())


def redundant(S: list[int]) -> float:
    """Be similar to all, less what is similar inside."""
    return float(WEIGHTS[S].sum() - 0.3 * WEIGHTS[np.ix_(S, S)].sum())


def roots(S: list[int]) -> float:
    """Weigh the roots of sums."""
    return float(np.sqrt(FEATURES[S].sum(axis=0)) @ PRICES)


def logarithms(S: list[int]) -> float:
    """Take logarithms of sums."""
    return float(np.log(1 + FEATURES[S].sum(axis=0)).sum())


def capped(S: list[int]) -> float:
    """Cut sums off."""
    return float(np.minimum(FEATURES[S].sum(axis=0), 2.5).sum())


def powers(S: list[int]) -> float:
    """Take a power of sums."""
    return float((FEATURES[S].sum(axis=0) ** 0.3).sum())


def saturated(S: list[int]) -> float:
    """Cut rows off at a part of what they could have."""
    return float(np.minimum(SIMILARITIES[:, S].sum(axis=1), 0.4 * SIMILARITIES.sum(axis=1)).sum())


def determinant(S: list[int]) -> float:
    """Take the logarithm of a determinant."""
    return float(np.linalg.slogdet(np.eye(len(S)) + KERNEL[np.ix_(S, S)])[1])


def mixed(S: list[int]) -> float:
    """Mix two."""
    return 2 * cut(S) + 0.5 * roots(S)


CASES: dict[str, tuple[Callable[[], SetFunction], Callable[[list[int]], float], bool]] = {
    "cut": (lambda: GraphCut(WEIGHTS), cut, False),
    "cut, sparse": (lambda: GraphCut(sparse.csr_matrix(WEIGHTS)), cut, False),
    "redundant": (lambda: GraphCut(WEIGHTS, 0.3), redundant, True),
    "redundant, sparse": (lambda: GraphCut(sparse.coo_array(WEIGHTS), 0.3), redundant, True),
    "roots": (lambda: ConcaveOverModular(FEATURES, "sqrt", PRICES), roots, True),
    "roots, sparse": (
        lambda: ConcaveOverModular(sparse.csc_array(FEATURES), weights=PRICES), roots, True),
    "logarithms": (lambda: ConcaveOverModular(FEATURES, "log1p"), logarithms, True),
    "capped": (lambda: ConcaveOverModular(FEATURES, 2.5), capped, True),
    "capped, sparse": (
        lambda: ConcaveOverModular(sparse.csr_array(FEATURES), 2.5), capped, True),
    "callable": (lambda: ConcaveOverModular(FEATURES, lambda x: x**0.3), powers, True),
    "saturated": (lambda: SaturatedCoverage(SIMILARITIES, 0.4), saturated, True),
    "determinant": (lambda: LogDeterminant(KERNEL), determinant, True),
    "determinant of features": (
        lambda: LogDeterminant.from_features(VECTORS), determinant, True),
    "mixture": (
        lambda: Mixture([GraphCut(WEIGHTS), ConcaveOverModular(FEATURES, weights=PRICES)],
                        [2, 0.5]), mixed, False),
}  # fmt: skip


def subsets(n: int) -> list[list[int]]:
    """List all sets."""
    return [[e for e in range(n) if mask >> e & 1] for mask in range(2**n)]


@pytest.mark.parametrize("name", CASES)
def test_all_values_and_marginals_are_those_of_the_formula(name: str) -> None:
    make, formula, monotone = CASES[name]
    function = make()
    assert function.size == N
    assert function.monotone is monotone
    everything = np.arange(N)
    for S in subsets(N):
        assert function.value(S[::-1]) == pytest.approx(formula(S), rel=1e-12, abs=1e-12)
        state = function.start()
        for element in S:
            function.push(state, element)
        marginals = [formula(sorted({*S, e})) - formula(S) for e in range(N)]
        gains = function.gains(state, everything)
        assert gains == pytest.approx(marginals, rel=1e-9, abs=1e-12)
        assert gains[S].tolist() == [0] * len(S)
        assert function.gains(state, everything[:0]).shape == (0,)


@pytest.mark.parametrize("name", CASES)
def test_every_square_is_submodular(name: str) -> None:
    report = check_submodular(CASES[name][0](), trials=1000)
    assert report.violation is None
    assert report.exhaustive
    assert report.squares == N * (N - 1) * 2 ** (N - 3)


@pytest.mark.parametrize("name", CASES)
def test_copies_go_their_own_way_and_a_second_push_changes_nothing(name: str) -> None:
    function = CASES[name][0]()
    everything = np.arange(N)
    state = function.start()
    function.push(state, 2)
    other = function.copy(state)
    before = function.gains(state, everything)
    function.push(other, 4)
    function.push(state, 2)
    assert function.gains(state, everything).tolist() == before.tolist()
    function.push(state, 4)
    assert function.gains(state, everything).tolist() == function.gains(other, everything).tolist()


@pytest.mark.parametrize("name", CASES)
def test_blocks_and_order_of_candidates_do_not_matter(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates = np.array([5, 0, 3, 3])
    at_once = CASES[name][0]().gains(CASES[name][0]().start(), candidates)
    for module in ("_concave_over_modular", "_saturated_coverage"):
        monkeypatch.setattr(f"algos.submodular.{module}.BLOCK", 4)
    function = CASES[name][0]()
    assert function.gains(function.start(), candidates) == pytest.approx(at_once, rel=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_a_marginal_is_the_same_bits_in_any_company(name: str) -> None:
    function = CASES[name][0]()
    state = function.start()
    for element in (2, 5):
        function.push(state, element)
        together = function.gains(state, np.arange(N))
        alone = [function.gains(state, np.array([e]))[0] for e in range(N)]
        assert together.tolist() == alone


def test_a_callable_may_keep_and_change_its_array() -> None:
    function = ConcaveOverModular([[2.0], [3.0]], lambda x: np.sqrt(x, out=x))
    state = function.start()
    function.push(state, 0)
    for _ in range(2):
        assert function.gains(state, np.array([1]))[0] == pytest.approx(5**0.5 - 2**0.5)


@pytest.mark.parametrize("name", [name for name in CASES if name != "callable"])
def test_functions_travel_to_other_processes(name: str) -> None:
    function = CASES[name][0]()
    assert pickle.loads(pickle.dumps(function)).value([0, 3]) == function.value([0, 3])


def test_arguments_are_left_as_they_are() -> None:
    weights, kernel = WEIGHTS.copy(), KERNEL.copy()
    for function in (GraphCut(weights), LogDeterminant(kernel), ConcaveOverModular(weights)):
        function.value(range(N))
    assert (weights == WEIGHTS).all()
    assert (kernel == KERNEL).all()
    graph = sparse.csr_array(WEIGHTS)
    GraphCut(graph).value(range(N))
    assert (graph.toarray() == WEIGHTS).all()


@pytest.mark.parametrize("kind", [GraphCut, ConcaveOverModular])
def test_entries_that_come_twice_add_up_and_stay_with_the_caller(kind: Any) -> None:
    data, columns, starts = np.array([1.0, 2, 3, 0]), np.array([2, 0, 2, 1]), np.array([0, 3, 4, 4])
    graph = sparse.csr_array((data, columns, starts), shape=(3, 3))
    for S in subsets(3):
        assert kind(graph).value(S) == kind(graph.toarray()).value(S)
    assert graph.data.tolist() == [1, 2, 3, 0]
    assert graph.indices.tolist() == [2, 0, 2, 1]


def test_loops_and_the_redundancy_decide_who_is_monotone() -> None:
    loop = [[5.0, 0.0], [0.0, 0.0]]
    assert GraphCut(loop).value([0]) == 0
    assert GraphCut(loop, 0.25).value([0]) == 3.75
    assert GraphCut(loop).monotone
    symmetric = 1 - np.eye(4)
    assert GraphCut(symmetric, 0.5).monotone
    assert not GraphCut(symmetric, 0.51).monotone
    assert GraphCut(np.zeros((3, 3))).monotone
    assert GraphCut([[0, 3], [0, 0]]).value([0]) == 3
    assert GraphCut([[0, 3], [0, 0]]).value([1]) == 0


def test_a_mixture_is_as_monotone_as_its_parts_with_weight() -> None:
    parts = [GraphCut(WEIGHTS), SaturatedCoverage(SIMILARITIES)]
    assert not Mixture(parts).monotone
    assert Mixture(parts, [0, 1]).monotone


def test_one_element() -> None:
    assert GraphCut([[2.0]], 0).value([0, 0]) == 2
    assert ConcaveOverModular([[4.0]]).value([0]) == 2
    assert SaturatedCoverage([[4.0]]).value([0]) == 1
    assert LogDeterminant([[1.0]]).value([0]) == math.log(2)
