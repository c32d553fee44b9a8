"""Blocks of marginals: what they hold, when they stop, and how much memory they take."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.submodular import (
    ConcaveOverModular,
    Coverage,
    FacilityLocation,
    GraphCut,
    LogDeterminant,
    Mixture,
    OracleError,
    SaturatedCoverage,
    SetFunction,
    from_callable,
    greedy,
    lazy_greedy,
)


def test_wide_sparse_features_come_in_few_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """100 rows of a million columns, and one number each, are one block."""
    blocks: list[int] = []
    added = ConcaveOverModular._added

    def counted(self: ConcaveOverModular, sums: Any, rows: Any) -> Any:
        """Note the size of a block."""
        blocks.append(rows.shape[0])
        return added(self, sums, rows)

    monkeypatch.setattr(ConcaveOverModular, "_added", counted)
    columns = np.arange(100) * 10**4
    features = sparse.csr_array((np.ones(100), (np.arange(100), columns)), shape=(100, 10**6))
    function = ConcaveOverModular(features)
    assert function.gains(function.start(), np.arange(100)).tolist() == [1] * 100
    assert blocks == [100]


@pytest.mark.parametrize("name", ["concave", "saturated"])
def test_blocks_take_little_memory(name: str) -> None:
    matrix = np.random.default_rng(0).random((1000, 1000))
    function = {"concave": ConcaveOverModular, "saturated": SaturatedCoverage}[name](matrix)
    state = function.start()
    tracemalloc.start()
    function.gains(state, np.arange(1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4.5 * 2**20


LARGE: dict[str, Callable[[], SetFunction]] = {
    "cut": lambda: GraphCut(np.random.default_rng(0).integers(0, 3, (70, 70)), 0.2),
    "concave": lambda: ConcaveOverModular(np.random.default_rng(0).integers(0, 2, (70, 9))),
    "callable": lambda: ConcaveOverModular(
        np.random.default_rng(0).integers(0, 2, (70, 9)), lambda x: x**0.3
    ),
    "saturated": lambda: SaturatedCoverage(np.random.default_rng(0).integers(0, 3, (9, 70)), 0.1),
    "mixture": lambda: Mixture([LARGE["cut"](), LARGE["coverage"](), LARGE["facility"]()]),
    "slow mixture": lambda: Mixture([LARGE["cut"](), LARGE["callable"]()], [1, 0.5]),
    "coverage": lambda: Coverage(np.random.default_rng(0).integers(0, 2, (70, 9))),
    "facility": lambda: FacilityLocation(np.random.default_rng(0).integers(0, 3, (9, 70))),
    "determinant": lambda: LogDeterminant(np.minimum.outer(np.arange(70) % 7, np.arange(70) % 7)),
}


@pytest.mark.parametrize("name", LARGE)
def test_blocks_of_marginals_hold_the_greatest(name: str) -> None:
    """Lazy greedy chooses what greedy does, where many marginals tie."""
    one, other = greedy(LARGE[name](), 25), lazy_greedy(LARGE[name](), 25)
    assert other.elements.tolist() == one.elements.tolist()
    assert other.gains.tolist() == one.gains.tolist()
    assert 94 <= other.oracle_calls <= one.oracle_calls


def test_elements_without_features() -> None:
    features = sparse.csr_array(([4.0], ([1], [0])), shape=(3, 2))
    function = ConcaveOverModular(features)
    for candidates, gains in (([0, 1, 2], [0, 2, 0]), ([0, 2], [0, 0]), ([1], [2])):
        assert function.gains(function.start(), np.array(candidates)).tolist() == gains


def test_blocks_stop_where_they_may() -> None:
    function = ConcaveOverModular(np.diag(np.arange(100.0, 0, -1)) ** 2)
    order = np.arange(100)
    state = function.start()
    exact = function.gains(state, order)
    known = function.gains_until(state, order, exact)
    assert known is not None
    assert known.tolist() == exact[:16].tolist()
    bounds = np.where(order < 20, np.inf, 1.0)
    known = function.gains_until(state, order, bounds)
    assert known is not None
    assert known.tolist() == exact[:20].tolist()
    known = function.gains_until(state, order, np.full(100, 1e9))
    assert known is not None
    assert known.tolist() == exact.tolist()
    mine = ConcaveOverModular([[1.0]], np.sqrt)
    assert mine.gains_until(mine.start(), order[:1], bounds[:1]) is None


@pytest.mark.parametrize(("rival", "known"), [(0, 17), (22, 16), (40, 16)])
def test_of_equal_marginals_blocks_stop_only_before_greater_elements(
    rival: int, known: int
) -> None:
    """The least of the block is 20, and its last."""
    function = ConcaveOverModular(np.eye(41))
    block = [e for e in range(36, 19, -1) if e != rival][-16:]
    order = np.array([*block, rival])
    bounds = np.append(np.full(16, 2.0), 1.0)
    gains = function.gains_until(function.start(), order, bounds)
    assert gains is not None
    assert len(gains) == known


def test_parts_that_somebody_must_look_at_get_no_blocks() -> None:
    falling = from_callable(lambda S: len(S) * (8 - len(S)), 20, verify=0)
    with pytest.raises(OracleError, match="function must be monotone"):
        lazy_greedy(Mixture([falling, GraphCut(np.zeros((20, 20)))]), 10)
