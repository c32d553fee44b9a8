"""The benchmark pairs of least absolute deviations agree, and would notice if they did not."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.bench import Pair
from experiments.sketching.regression_pairs import REGRESSION, Work


@pytest.mark.parametrize("pair", REGRESSION, ids=lambda pair: pair.name)
def test_both_sides_reach_the_same_objective(pair: Pair) -> None:
    for module in pair.requires:
        pytest.importorskip(module)
    work = pair.workload(400, np.random.default_rng(0))
    ours, peer = pair.ours(work), pair.peer(work)
    assert pair.agree(work, ours, peer)
    assert work.objective(ours) == pytest.approx(work.objective(peer), rel=0.01)
    assert not pair.agree(work, ours + 10, peer)


def test_the_objective_by_hand() -> None:
    work = Work(np.array([[1.0], [2.0]]), np.array([1.0, 0.0]), 0)
    assert work.objective(np.array([2.0])) == 5
