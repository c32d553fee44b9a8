"""The coverage kernel and the order of bounds, against NumPy, compiled and not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from accel.bounds import before, reinsert
from accel.coverage import covered

RNG = np.random.default_rng(0)
CHANCES = RNG.integers(0, 3, (40, 30)) * RNG.integers(0, 2, (40, 30)) * 0.5
LEFT = RNG.integers(0, 4, 30) * 1.0
CHOSEN = RNG.random(40) < 0.2
EXPECTED = np.where(CHOSEN, 0, CHANCES @ LEFT)
RUNS: Any = [covered, covered.py_func]  # type: ignore[attr-defined]


def run(kernel: Any, candidates: Any, bounds: Any) -> Any:
    """Cover with all of the matrix."""
    rows = sparse.csr_array(CHANCES)
    return kernel(rows.indptr, rows.indices, rows.data, LEFT, CHOSEN, candidates, bounds)


@pytest.mark.parametrize("kernel", RUNS)
def test_gains_without_bounds_are_all_of_them(kernel: Any) -> None:
    gains = run(kernel, np.arange(40)[::-1], np.full(40, np.inf))
    assert gains.tolist() == EXPECTED[::-1].tolist()


@pytest.mark.parametrize("kernel", RUNS)
def test_it_stops_where_no_bound_can_win(kernel: Any) -> None:
    bounds = CHANCES.sum(axis=1) * 3
    order = np.lexsort((np.arange(40), -bounds))
    gains = run(kernel, order, bounds[order])
    stop = len(gains)
    assert gains.tolist() == EXPECTED[order[:stop]].tolist()
    assert 1 < stop < 40
    most = min((-EXPECTED[e], e) for e in order[:stop])
    assert most == min((-EXPECTED[e], e) for e in range(40))


@pytest.mark.parametrize("kernel", RUNS)
def test_the_least_of_equal_ones_is_compared_with_the_next(kernel: Any) -> None:
    rows = sparse.csr_array(np.ones((3, 1)))
    parts = rows.indptr, rows.indices, rows.data, np.array([2.0]), np.zeros(3, dtype=bool)
    for order, expected in (([0, 2, 1], [2, 2]), ([2, 1, 0], [2, 2, 2])):
        assert kernel(*parts, np.array(order), np.array([4.0, 3, 2])).tolist() == expected


def test_before_is_a_strict_order() -> None:
    for compare in (before, before.py_func):  # type: ignore[attr-defined]
        assert compare(2.0, 5, 1.0, 3)
        assert not compare(1.0, 3, 2.0, 5)
        assert compare(1.0, 3, 1.0, 5)
        assert not compare(1.0, 5, 1.0, 3)
        assert not compare(1.0, 3, 1.0, 3)
        assert not compare(-1.0, -1, np.inf, 0)


@pytest.mark.parametrize("merge", [reinsert, reinsert.py_func])  # type: ignore[attr-defined]
def test_reinserted_elements_stand_in_order(merge: Any) -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        n = int(rng.integers(1, 12))
        values = rng.integers(0, 4, n) * 1.0
        order = np.lexsort((np.arange(n), -values))
        bounds, passed = values[order], int(rng.integers(1, n + 1))
        kept = np.delete(order[:passed], rng.integers(passed))
        values[kept] = np.maximum(values[kept] - rng.integers(0, 3, passed - 1), 0)
        kept = kept[np.lexsort((kept, -values[kept]))]
        rest = np.concatenate([kept, order[passed:]])
        merge(order, bounds, passed, kept, values[kept])
        expected = rest[np.lexsort((rest, -values[rest]))]
        assert order[1:].tolist() == expected.tolist()
        assert bounds[1:].tolist() == values[expected].tolist()
