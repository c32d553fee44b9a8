"""The benchmarks of selection: what counts as agreement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from algos.submodular import Coverage, greedy, lazy_greedy
from experiments.bench import Pair, measure
from experiments.submodular.selection_pairs import (
    APRICOT_COVERAGE,
    APRICOT_LAZY,
    APRICOT_NAIVE,
    SUBMODLIB_LAZY,
    SUBMODLIB_NAIVE,
    Work,
    both_greedy,
    facility,
    same_value,
)


def test_sets_of_another_value_or_size_do_not_agree() -> None:
    work = facility(60, np.random.default_rng(0))
    ours = greedy(work.function, work.k)
    chosen = ours.elements.tolist()
    assert same_value(work, ours, chosen[::-1])
    assert not same_value(work, ours, chosen[:-1])
    assert not same_value(work, ours, [chosen[0]] * work.k)
    other = next(e for e in range(60) if e not in chosen)
    assert not same_value(work, ours, [*chosen[:-1], other])


def test_ties_may_go_either_way_but_every_step_must_be_greedy() -> None:
    matrix = sparse.csr_matrix(np.array([[1.0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 1, 1]]))
    work = Work(matrix, 2, Coverage(matrix))
    ours = lazy_greedy(work.function, 2)
    assert ours.elements.tolist() == [0, 3]
    assert both_greedy(work, ours, [0, 3])
    assert both_greedy(work, ours, [3, 0])
    assert both_greedy(work, ours, [1, 0])
    assert not both_greedy(work, ours, [0, 2])
    assert not both_greedy(work, ours, [0, 0])


@pytest.mark.parametrize("one", [SUBMODLIB_LAZY, SUBMODLIB_NAIVE])
def test_submodlib_agrees_on_few_points(one: Pair) -> None:
    pytest.importorskip("submodlib")
    assert measure(replace(one, sizes=(100,)), repetitions=1).status == "measured"


@pytest.mark.parametrize("one", [APRICOT_COVERAGE, APRICOT_LAZY, APRICOT_NAIVE])
def test_apricot_agrees_on_few_points(one: Pair) -> None:
    pytest.importorskip("apricot")
    work = one.workload(100, np.random.default_rng(1))
    assert one.agree(work, one.ours(work), one.peer(work))
