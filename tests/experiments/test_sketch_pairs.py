"""The sketches' benchmark pairs: what counts as agreement."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.bench import Pair
from experiments.sketching.sketch_pairs import SKETCHES, Work


def test_a_sketch_agrees_and_a_wrong_one_does_not() -> None:
    work = Work(np.random.default_rng(0).standard_normal((2000, 20)), 400, 1)
    S = np.random.default_rng(1).standard_normal((400, 2000)) / 20
    assert work.keeps(S @ work.A)
    assert not work.keeps(2 * S @ work.A)
    assert not work.keeps(0 * S @ work.A)
    assert not work.keeps((S @ work.A)[:-1])


@pytest.mark.parametrize("pair", SKETCHES, ids=[pair.name for pair in SKETCHES])
def test_both_sides_agree_on_little_work_and_nonsense_does_not(pair: Pair) -> None:
    work = pair.workload(pair.sizes[0], np.random.default_rng(0))
    one, other = pair.ours(work), pair.peer(work)
    assert pair.agree(work, one, other)
    assert not pair.agree(work, 2 * one, other)
