"""Multilinear extensions and continuous greedy: enumeration, rounding, brute force, bad input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    Box,
    Coverage,
    CoverageExtension,
    FacilityLocation,
    GraphCut,
    GraphicMatroid,
    MultilinearExtension,
    OracleError,
    PartitionMatroid,
    SetFunction,
    UniformMatroid,
    continuous_greedy,
    dr_maximize,
)
from algos.submodular._continuous_greedy import _merge
from proofs_checks.submodular.instances import all_values

RNG = np.random.default_rng(0)
CHANCES = RNG.random((5, 6))
FACILITY = FacilityLocation(RNG.random((7, 5)))


def test_the_extension_of_coverage_has_its_closed_form() -> None:
    table, closed = MultilinearExtension(Coverage(CHANCES)), CoverageExtension(CHANCES)
    for x in [*np.random.default_rng(1).random((10, 5)), np.zeros(5), np.ones(5)]:
        assert table.value(x) == pytest.approx(closed.value(x))
        assert table.gradient(x) == pytest.approx(closed.gradient(x))
    assert table.smoothness <= closed.smoothness + 1e-12


def test_the_extension_agrees_with_the_sum_over_all_sets() -> None:
    extension, values = MultilinearExtension(FACILITY), all_values(FACILITY)
    x = np.array([0.1, 0.9, 0.5, 0.0, 1.0])
    chances = [
        math.prod(p if mask >> e & 1 else 1 - p for e, p in enumerate(x)) for mask in range(32)
    ]
    assert extension.value(x) == pytest.approx(float(values @ chances))
    for mask in range(32):
        corner = np.array([mask >> e & 1 for e in range(5)], dtype=float)
        assert extension.value(corner) == pytest.approx(values[mask])


MATROIDS = [
    UniformMatroid(5, 2),
    PartitionMatroid([0, 0, 1, 1, 1], [1, 1]),
    GraphicMatroid([(0, 1), (1, 2), (0, 2), (2, 3), (1, 3)]),
]


@pytest.mark.parametrize("samples", [None, 20])
@pytest.mark.parametrize("matroid", MATROIDS)
def test_sets_are_independent_and_near_the_best(matroid: Any, samples: Any) -> None:
    """The bound is on a mean; single runs with fixed seeds keep 0.7 of the best with room."""
    for seed in range(8):
        function = FacilityLocation(np.random.default_rng(seed).random((6, 5)) ** 4)
        values = all_values(function)
        best = max(
            values[mask]
            for mask in range(32)
            if matroid.independent([e for e in range(5) if mask >> e & 1])
        )
        chosen = continuous_greedy(function, matroid, steps=10, samples=samples, rng=seed)
        assert matroid.independent(chosen.elements.tolist())
        assert chosen.value == pytest.approx(function.value(chosen.elements.tolist()))
        assert 0.7 * best <= chosen.value <= best + 1e-12
        assert chosen.oracle_calls == 5 * (200 if samples else 16) + len(chosen.elements)
        assert chosen.x.sum() == pytest.approx(len(chosen.elements))


@pytest.mark.parametrize("matroid", MATROIDS)
def test_swaps_keep_the_marginals(matroid: Any) -> None:
    """An element is in the merged base as often as its share says; 6 standard errors."""
    bases = [{0, 2}, {1, 4}] if not isinstance(matroid, GraphicMatroid) else [{0, 1, 3}, {1, 2, 4}]
    counts, runs = np.zeros(5), 3000
    rng = np.random.default_rng(2)
    for _ in range(runs):
        merged = _merge(matroid, bases[0], bases[1], 0.3, rng)
        assert matroid.independent(merged)
        counts[list(merged)] += 1
    expected = [0.3 * (e in bases[0]) + 0.7 * (e in bases[1]) for e in range(5)]
    assert np.abs(counts / runs - expected).max() <= 6 * math.sqrt(0.25 / runs)


def test_extensions_of_cuts_are_maximised_without_being_monotone() -> None:
    """A path of three vertices: its middle cuts both edges."""
    extension = MultilinearExtension(GraphCut([[0, 1, 0], [1, 0, 1], [0, 1, 0]]))
    assert not extension.monotone
    found = dr_maximize(extension, Box([1, 1, 1]), steps=100)
    assert 2 / math.e - 0.1 <= found.value <= 2 <= found.upper_bound
    assert extension.value(np.array([0, 1, 0])) == 2


class Counting(SetFunction):
    """Another function, whose marginals are counted from outside."""

    def __init__(self, function: SetFunction) -> None:
        super().__init__(function.size)
        self.function, self.calls = function, 0

    def start(self) -> Any:
        return self.function.start()

    def gains(self, state: Any, candidates: Any) -> Any:
        self.calls += len(candidates)
        return self.function.gains(state, candidates)

    def push(self, state: Any, element: int) -> None:
        self.function.push(state, element)


@pytest.mark.parametrize("samples", [None, 3])
def test_all_marginals_are_counted(samples: Any) -> None:
    function = Counting(FACILITY)
    chosen = continuous_greedy(function, MATROIDS[0], steps=4, samples=samples, rng=0)
    assert chosen.oracle_calls == function.calls


class Table(SetFunction):
    """Any function of two elements."""

    def __init__(self, values: Any, *, monotone: bool) -> None:
        super().__init__(2)
        self.values, self.monotone = np.array(values, dtype=float), monotone

    def start(self) -> list[int]:
        return [0]

    def gains(self, state: list[int], candidates: Any) -> Any:
        return self.values[state[0] | 1 << candidates] - self.values[state[0]]

    def push(self, state: list[int], element: int) -> None:
        state[0] |= 1 << element


@pytest.mark.parametrize(
    ("values", "monotone", "words"),
    [
        ([0, 1, 2, 4], True, r"a marginal of element 1 to {} that grows by 1 when element 0 joins"),
        ([0, 1, 1, -3], False, r"at least 0, got -3 for {0, 1}"),
    ],
)
def test_extensions_look_at_all_values(values: Any, monotone: bool, words: str) -> None:
    with pytest.raises(OracleError, match=words):
        MultilinearExtension(Table(values, monotone=monotone))


class NoMatroid(UniformMatroid):
    """Pairs, only some of which are independent."""

    def __init__(self) -> None:
        super().__init__(4, 2)

    def addable(self, state: Any, candidates: Any) -> Any:
        return np.array([self.independent([*self.held, int(e)]) for e in candidates], dtype=bool)

    def start(self) -> Any:
        self.held: list[int] = []

    def push(self, state: Any, element: int) -> None:
        self.held.append(element)

    def independent(self, subset: Any) -> bool:
        return len(set(subset)) < 2 or set(subset) in ({0, 1}, {2, 3})


def test_sets_that_do_not_swap_are_refused() -> None:
    with pytest.raises(OracleError, match=r"swap elements, got \{0, 1\} and \{2, 3\}"):
        _merge(NoMatroid(), {0, 1}, {2, 3}, 0.5, np.random.default_rng(0))


def test_a_seed_decides_all() -> None:
    one = continuous_greedy(FACILITY, MATROIDS[0], rng=3)
    two = continuous_greedy(FACILITY, MATROIDS[0], rng=np.random.default_rng(3))
    assert one.elements.tolist() == two.elements.tolist()
    assert one.x.tolist() == two.x.tolist()


class Wrong(SetFunction):
    """Marginals of anybody's making."""

    def __init__(self, gain: float, size: int = 2) -> None:
        super().__init__(size)
        self.gain = gain

    def start(self) -> None:
        return None

    def gains(self, state: Any, candidates: Any) -> Any:
        return np.full(len(candidates), self.gain)

    def push(self, state: Any, element: int) -> None:
        return None


@pytest.mark.parametrize("gain", [math.nan, math.inf, -1.0])
def test_impossible_marginals_are_refused(gain: float) -> None:
    with pytest.raises(OracleError):
        continuous_greedy(Wrong(gain), UniformMatroid(2, 1))
    with pytest.raises(OracleError):
        MultilinearExtension(Wrong(gain))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: continuous_greedy(FACILITY, 2), TypeError, "matroid must be a Matroid"),  # type: ignore[arg-type]
        (
            lambda: continuous_greedy(FACILITY, UniformMatroid(4, 2)),
            ValueError,
            "matroid must have the size 5",
        ),
        (
            lambda: continuous_greedy(FACILITY, MATROIDS[0], steps=0),
            ValueError,
            "steps must be an integer",
        ),
        (
            lambda: continuous_greedy(FACILITY, MATROIDS[0], samples=True),
            ValueError,
            "samples must be an integer",
        ),
        (
            lambda: continuous_greedy(GraphCut([[0, 1], [1, 0]]), UniformMatroid(2, 1)),
            ValueError,
            "function must be monotone",
        ),
        (lambda: MultilinearExtension(Wrong(1.0, 17)), ValueError, "at most 16 elements, got 17"),
        (lambda: MultilinearExtension(len), TypeError, "function must be a SetFunction"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make()
