"""What the benchmarks and experiments of metric nearness are made of."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from experiments.iterations.dissimilarities import repair_trial
from experiments.iterations.metric_pairs import Work


def test_all_inequalities_are_written_down_once() -> None:
    given = np.random.default_rng(0).random((5, 5))
    given = np.triu(given, 1) + np.triu(given, 1).T
    work = Work(given)
    rows = work.triangles()
    assert rows.shape == (30, 10)
    expected = {
        given[i, j] - given[i, k] - given[k, j]
        for i, j in itertools.combinations(range(5), 2)
        for k in set(range(5)) - {i, j}
    }
    assert sorted(rows @ work.pairs) == pytest.approx(sorted(expected))
    greatest = max(0.0, *expected)
    assert work.objective(work.pairs) == pytest.approx(10 * greatest**2 / 2)


@pytest.mark.parametrize("table", ["wine", "tumours", "digits"])
def test_real_tables_become_metrics(table: str) -> None:
    shown = repair_trial({"n": 20, "table": table}, np.random.default_rng(1))
    assert shown["converged"]
    assert 0 < shown["shortcuts"] < 1
    assert 0 < shown["change"] < 0.1
    assert shown["gap"] <= 1e-4
