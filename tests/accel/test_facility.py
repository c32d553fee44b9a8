"""Facility kernels against NumPy, compiled and not, and where they stop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cdist

from accel.facility import add_surplus, dense_gains, sparse_gains, squared_distances

RNG = np.random.default_rng(0)
COLUMNS: Any = RNG.integers(0, 9, (40, 30)) * RNG.integers(0, 2, (40, 30)) * 0.5
BEST: Any = RNG.integers(0, 4, 30) * 1.0
EXPECTED = np.maximum(COLUMNS - BEST, 0).sum(axis=1)


def both(columns: Any, best: Any, candidates: Any, bounds: Any) -> Any:
    """Run all four: dense and sparse, compiled and plain; give what they agree on."""
    rows = sparse.csr_array(columns)
    parts = rows.indptr, rows.indices, rows.data
    results = [
        dense_gains(columns, best, candidates, bounds),
        dense_gains.py_func(columns, best, candidates, bounds),  # type: ignore[attr-defined]
        sparse_gains(*parts, best, candidates, bounds),
        sparse_gains.py_func(*parts, best, candidates, bounds),  # type: ignore[attr-defined]
    ]
    for result in results[1:]:
        assert result.tolist() == results[0].tolist()
    return results[0]


def test_gains_without_bounds_are_all_of_them() -> None:
    everything = np.arange(40)
    gains = both(COLUMNS, BEST, everything, np.full(40, np.inf))
    assert gains.tolist() == EXPECTED.tolist()
    some = np.array([7, 3, 3, 39])
    assert both(COLUMNS, BEST, some, np.full(4, np.inf)).tolist() == EXPECTED[some].tolist()


def test_they_stop_where_no_bound_can_win() -> None:
    """The bounds are the marginals of the empty set."""
    bounds = COLUMNS.sum(axis=1)
    order = np.lexsort((np.arange(40), -bounds))
    gains = both(COLUMNS, BEST, order, bounds[order])
    stop = len(gains)
    assert gains.tolist() == EXPECTED[order[:stop]].tolist()
    assert stop < 40
    best = min(range(40), key=lambda e: (-EXPECTED[e], e))
    assert best in order[:stop]
    for p in range(1, stop):  # none of them could have been left out
        most = min((-EXPECTED[e], e) for e in order[:p])
        assert most > (-bounds[order[p]], order[p])


def test_ties_with_a_lesser_element_go_on() -> None:
    columns = np.array([[2.0], [2.0], [1.0]])
    best = np.zeros(1)
    assert both(columns, best, np.array([1, 0, 2]), np.array([3.0, 2, 1])).tolist() == [2, 2]
    assert both(columns, best, np.array([0, 1, 2]), np.array([3.0, 2, 1])).tolist() == [2]
    same = np.full((3, 1), 2.0)  # the least of equal ones is compared with the next
    assert both(same, best, np.array([0, 2, 1]), np.array([4.0, 3, 2])).tolist() == [2, 2]


@pytest.mark.parametrize("d", range(1, 10))
def test_squared_distances(d: int) -> None:
    rows = RNG.standard_normal((37, d))
    points = RNG.standard_normal((5, d))
    runs: Any = (squared_distances, squared_distances.py_func)  # type: ignore[attr-defined]
    for run in runs:
        squares = run(np.ascontiguousarray(rows.T), points)
        assert squares == pytest.approx(cdist(points, rows, "sqeuclidean"), rel=1e-13)
        assert run(np.ascontiguousarray(rows[:9].T), points[2:3]).tolist() == [
            squares[2, :9].tolist()
        ]


def test_surplus_is_added() -> None:
    for run in (add_surplus, add_surplus.py_func):  # type: ignore[attr-defined]
        gains = np.full(40, 10.0)
        run(COLUMNS, BEST, gains)
        assert gains.tolist() == (10 + EXPECTED).tolist()
