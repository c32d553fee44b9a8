"""Loops of buffered Toeplitz matrices: against the matrices, and interpreted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.linalg import toeplitz

from accel.buffers import decode, encode

GAPS, WEIGHTS = np.array([2.0**-10, 0.25, 0.75]), np.array([0.0625, 0.25, 0.125])


def matrix(n: int) -> np.ndarray[Any, Any]:
    """Give C."""
    column = [1.0, *(float((WEIGHTS * (1 - GAPS) ** k).sum()) for k in range(n - 1))]
    return np.asarray(np.tril(toeplitz(column)))


@pytest.mark.parametrize("interpreted", [False, True])
@pytest.mark.parametrize("dimension", [1, 5])
def test_encode_multiplies_by_the_matrix(dimension: int, interpreted: bool) -> None:
    run: Any = encode.py_func if interpreted else encode  # type: ignore[attr-defined]
    events = np.random.default_rng(1).integers(-50, 51, (40, dimension)).astype(float)
    high, low = np.zeros((3, dimension)), np.zeros((3, dimension))
    products = np.concatenate(
        [run(part, GAPS, WEIGHTS, high, low) for part in np.split(events, [7, 7, 30])]
    )
    assert abs(products - matrix(40) @ events).max() <= 1e-12


@pytest.mark.parametrize("interpreted", [False, True])
@pytest.mark.parametrize("dimension", [1, 5])
def test_decode_sums_what_the_inverse_gives(dimension: int, interpreted: bool) -> None:
    run: Any = decode.py_func if interpreted else decode  # type: ignore[attr-defined]
    codes = np.random.default_rng(2).integers(-(2**40), 2**40, (40, dimension)).astype(float)
    buffers, total = np.zeros((3, dimension)), np.zeros(dimension)
    sums = np.concatenate(
        [run(part, 1 - GAPS, WEIGHTS, buffers, total) for part in np.split(codes, [7, 7, 30])]
    )
    exact = np.linalg.solve(matrix(40), codes).cumsum(axis=0)
    assert sums == pytest.approx(exact, rel=1e-11, abs=1e-2)
    assert (total == sums[-1]).all()


def test_long_sums_keep_every_digit() -> None:
    """Sums of 2^45 in units of 2^−7: with one number a buffer, codes would be some 10 off."""
    n, bits = 100_000, 7
    gaps, weights = np.array([2.0**-24]), np.array([0.5])
    events = np.random.default_rng(3).integers(0, 2**28, (n, 1))
    products = encode(events.astype(float), gaps, weights, np.zeros((1, 1)), np.zeros((1, 1)))
    codes = np.rint(2.0**bits * products).astype(np.int64)[:, 0].tolist()
    buffer = 0  # in units of 2^−128
    for x, code in zip(events[:, 0].tolist(), codes, strict=True):
        exact = (x << 128) + (buffer >> 1)
        assert abs((code << 128) - (exact << bits)) <= 2**128
        buffer += (x << 128) - (buffer >> 24)
