"""Lewis weights of rows of very different scales: what rounding does, and what is said of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.sketching import lewis_weights
from algos.sketching._lewis_rounding import Rounding
from algos.sketching._whitening import Whitening
from tests.algos.test_lewis_weights import POWERS


def exact_weights(A: Any, p: float, steps: int) -> Any:
    """Iterate the fixed point in 250 digits."""
    mp = pytest.importorskip("mpmath")
    n, d = A.shape
    with mp.workdps(250):
        rows = [mp.matrix(A[i].tolist()) for i in range(n)]
        w = [mp.mpf(1)] * n
        for _ in range(steps):
            gram = mp.zeros(d)
            for row, one in zip(rows, w, strict=True):
                gram += one ** (1 - 2 / mp.mpf(p)) * row * row.T
            inverse = gram**-1
            w = [(row.T * inverse * row)[0] ** (mp.mpf(p) / 2) for row in rows]
            w = [one * d / sum(w) for one in w]
        return np.array([float(one) for one in w])


@pytest.mark.parametrize("p", [1.0, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_rows_of_very_different_scales(seed: int, p: float) -> None:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(7, 2))
    if seed % 2:
        A[:3] = A[0]
    A *= 2.0 ** rng.integers(-330, 330, size=(7, 1))
    result = lewis_weights(A, p, tolerance=1e-11)
    assert result.status == "converged"
    assert result.weights == pytest.approx(exact_weights(A, p, 35), rel=1e-8, abs=1e-30)


@pytest.mark.parametrize("p", POWERS)
def test_rows_of_very_different_scales_at_any_power(p: float) -> None:
    rng = np.random.default_rng(3)
    A = rng.normal(size=(40, 4)) * 10.0 ** rng.uniform(-100, 100, size=(40, 1))
    result = lewis_weights(A, p)
    assert result.status == "converged"
    assert result.rank == 4
    assert result.weights.sum() == pytest.approx(4, rel=1e-8)


def test_the_underflow_of_a_square_is_no_zero_row() -> None:
    a = np.array([[1e100], [1e-90]])
    result = lewis_weights(a, 0.5)
    assert result.weights[1] == pytest.approx(1e-95, rel=1e-6)


def exact_residual(A: Any, w: Any, p: float) -> float:
    """Give the greatest abs(log(τ / w)) in 300 digits."""
    mp = pytest.importorskip("mpmath")
    with mp.workdps(300):
        rows = [mp.matrix(one.tolist()) for one in A]
        v = [mp.mpf(one) ** (1 - 2 / mp.mpf(p)) for one in w]
        gram = mp.zeros(A.shape[1])
        for one, row in zip(v, rows, strict=True):
            gram += one * row * row.T
        inverse = gram**-1
        logs = [
            mp.log(one * (row.T * inverse * row)[0] / mp.mpf(weight))
            for one, row, weight in zip(v, rows, w, strict=True)
        ]
        return float(max(abs(one) for one in logs))


@pytest.mark.parametrize("p", [0.03, 0.05, 0.1, 0.5])
@pytest.mark.parametrize("noise", [0.0, 1e-12, 1e-6])
@pytest.mark.parametrize("steps", [5, 30, 1000])
def test_rounding_is_part_of_the_residual(p: float, noise: float, steps: int) -> None:
    """Copies of three rows, 1, 5 and 70 times: W^(1−2/p) has entries from 1 to 70^(2/p−1)."""
    rng = np.random.default_rng(1)
    A = np.repeat(rng.normal(size=(3, 3)), [70, 5, 1], axis=0)
    A += noise * rng.normal(size=A.shape)
    result = lewis_weights(A, p, max_iterations=steps)
    true = exact_residual(A, result.weights, p)
    assert true <= result.residual * (1 + 1e-6) + 1e-12 / p
    assert (result.status == "converged") == (result.residual <= 1e-9)


def test_rounding_that_hides_rows_is_no_residual() -> None:
    rng = np.random.default_rng(1)
    A = np.repeat(rng.normal(size=(3, 3)), [7, 4, 1], axis=0)
    result = lewis_weights(A, 0.03)
    assert (result.status, result.residual, result.error_bound) == ("stopped", math.inf, math.inf)
    assert result.iterations < 1000


def test_the_bound_on_rounding_by_hand() -> None:
    """Three columns, T = I: a coordinate of a unit row is known to 5 units of rounding."""
    unit = 5 * np.finfo(float).eps

    def bound(coordinates: Any, exponents: Any = 0.0) -> float:
        errors = Rounding(Whitening(np.eye(3)))
        errors.add(np.eye(3), coordinates, np.full(3, exponents))
        return errors.bound()

    exact = 2 * math.sqrt(3) * unit + 2 * unit
    assert bound(np.eye(3)) == pytest.approx(exact, rel=1e-6)
    assert bound(np.eye(3) * 1e-3, math.log(1e3)) == pytest.approx(
        2 * math.sqrt(3) * 1e3 * unit + 2e3 * unit, rel=1e-3
    )
    assert bound(np.eye(3) * math.sqrt(1.2)) == pytest.approx(-math.log(0.8))
    assert bound(np.eye(3) * math.sqrt(2.1)) == math.inf
    small = np.diag([1.0, 1.0, 2 * unit])
    assert bound(small) == math.inf  # the third direction is lost
    hidden = Rounding(Whitening(np.eye(3)))
    hidden.add(np.eye(3), np.eye(3), np.zeros(3))
    hidden.add(np.eye(3), np.eye(3) * unit / 2, np.zeros(3))
    assert hidden.bound() == math.inf  # coordinates smaller than their rounding
    great = Rounding(Whitening(np.eye(3)))
    great.add(np.eye(3), np.eye(3), np.full(3, 800.0))
    assert great.bound() == math.inf


def test_weights_below_the_least_double_are_zero() -> None:
    result = lewis_weights([[1.0], [1e-10]], 50)
    assert result.weights.tolist() == [1.0, 0.0]
    assert result.status == "converged"
