"""The fast transform against the matrix."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import hadamard

from accel.hadamard import hadamard_transform


@pytest.mark.parametrize("n", [1, 2, 4, 8, 16, 64, 512])
@pytest.mark.parametrize("d", [1, 2, 9])
def test_it_is_the_product_with_the_hadamard_matrix(n: int, d: int) -> None:
    x = np.random.default_rng(n).integers(-99, 99, (n, d)).astype(float)
    expected = hadamard(n) @ x
    hadamard_transform(x)
    assert (x == expected).all()


def test_twice_is_n_times_the_identity() -> None:
    x = np.random.default_rng(0).normal(size=(4096, 3))
    y = x.copy()
    hadamard_transform(y)
    hadamard_transform(y)
    assert y / 4096 == pytest.approx(x, abs=1e-12)
