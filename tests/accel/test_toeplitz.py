"""Toeplitz loops against dense matrices, and in parts."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.linalg import toeplitz

from accel.toeplitz import convolve, divide


@pytest.mark.parametrize("bands", [1, 2, 7, 40])
@pytest.mark.parametrize("first", [0, 1, 13])
def test_a_convolution_is_a_product_with_a_toeplitz_matrix(bands: int, first: int) -> None:
    rng = np.random.default_rng(bands)
    inputs, c = rng.standard_normal((3, 30)), rng.standard_normal(bands)
    column = np.zeros(30)
    column[: min(bands, 30)] = c[:30]
    matrix = toeplitz(column, np.zeros(30))
    outputs = np.ones((3, 30 - first))
    convolve(inputs, c, first, outputs)
    assert np.allclose(outputs, 1 + (inputs @ matrix.T)[:, first:], rtol=0, atol=1e-12)


def test_a_convolution_in_parts_is_the_same_to_the_last_digit() -> None:
    rng = np.random.default_rng(0)
    inputs, c = rng.standard_normal((2, 50)), rng.standard_normal(20)
    whole = np.zeros((2, 50))
    convolve(inputs, c, 0, whole)
    for sizes in ([50], [1] * 50, [7, 20, 1, 22]):
        parts, at = [], 0
        for size in sizes:
            part = np.zeros((2, size))
            convolve(np.ascontiguousarray(inputs[:, : at + size]), c, at, part)
            parts.append(part)
            at += size
        assert (np.hstack(parts) == whole).all()


@pytest.mark.parametrize("bands", [1, 2, 7])
def test_a_division_undoes_a_convolution(bands: int) -> None:
    rng = np.random.default_rng(bands)
    c = np.concatenate([[2.0], 0.3 * rng.standard_normal(bands - 1)])
    x = rng.standard_normal((3, bands - 1 + 25))
    past = x[:, : bands - 1]
    z = np.zeros((3, 25))
    convolve(x, c, bands - 1, z)
    series = np.hstack([past, z])
    divide(c, series)
    assert np.allclose(series, x, rtol=0, atol=1e-12)
    half = np.hstack([past, z[:, :10]])
    divide(c, half)
    rest = np.hstack([half[:, 10:], z[:, 10:]])
    divide(c, rest)
    assert (rest == series[:, 10:]).all()


def test_small_cases_by_hand() -> None:
    outputs = np.zeros((1, 3))
    convolve(np.array([[1.0, 2.0, 3.0]]), np.array([1.0, 0.5]), 0, outputs)
    assert outputs.tolist() == [[1.0, 2.5, 4.0]]
    series = np.array([[0.0, 1.0, 2.5, 4.0]])
    divide(np.array([1.0, 0.5]), series)
    assert series.tolist() == [[0.0, 1.0, 2.0, 3.0]]
    long = np.zeros((1, 200))
    one = np.zeros((1, 200))
    one[0, 0] = 1.0
    convolve(one, np.ones(500), 0, long)
    assert (long == 1).all()
    assert Fraction(float(long.sum())) == 200
