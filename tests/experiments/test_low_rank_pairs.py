"""Pairs of the randomized SVD: errors are recomputed, wrong factors are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from algos.sketching import randomized_svd
from experiments.sketching.low_rank_pairs import LOW_RANK, Decomposition

PAIR = LOW_RANK[0]


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_errors_are_those_of_the_factors(form: type) -> None:
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    A = rng.normal(size=(60, 40)) * np.arange(1, 41) ** -1.0
    work = Decomposition(form(A), 5)
    mine, other = PAIR.ours(work), PAIR.peer(work)
    for U, s, V in (mine, other, (mine[0] + 0.1, mine[1], mine[2])):
        error = float(np.linalg.norm(A - U * s @ V)) ** 2
        assert work.squared_error((U, s, V)) == pytest.approx(error, rel=1e-9)
    assert PAIR.agree(work, mine, other)
    assert not PAIR.agree(work, (mine[0], 1.1 * mine[1], mine[2]), other)
    assert not PAIR.agree(work, (mine[0][:, :4], mine[1][:4], mine[2][:4]), other)


def test_a_worse_decomposition_is_no_equal_one() -> None:
    pytest.importorskip("sklearn")
    work = PAIR.workload(300, np.random.default_rng(0))
    other = PAIR.peer(work)
    assert PAIR.agree(work, PAIR.ours(work), other)
    rough = randomized_svd(work.matrix, work.rank, power_iterations=2, rng=0)
    assert not PAIR.agree(work, (rough.U, rough.s, rough.Vt), other)
