"""Pairs of buffered Toeplitz counters: what counts as agreement."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.privacy.blt_pairs import BATCHED, COMPILED_STEP, STEP_BY_STEP


@pytest.mark.parametrize("pair", [BATCHED, COMPILED_STEP, STEP_BY_STEP])
def test_noise_of_another_size_is_no_agreement(pair: object) -> None:
    assert isinstance(pair, type(BATCHED))
    work = pair.workload(pair.sizes[0], np.random.default_rng(1))
    sums = pair.ours(work)
    assert pair.agree(work, sums, sums)
    truth = work.events.cumsum(axis=0)
    streams = truth.shape[1]
    factor = 1.1 if streams > 1 else 2.5  # more streams, more to tell by
    for other in (truth + factor * (sums - truth), truth + (sums - truth) / factor, truth):
        assert not pair.agree(work, sums, other)
        assert not pair.agree(work, other, sums)


def test_chunks_are_the_whole() -> None:
    work = BATCHED.workload(600, np.random.default_rng(2))
    assert (BATCHED.ours(work) == STEP_BY_STEP.ours(work)).all()
