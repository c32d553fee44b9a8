"""Householder's factorisation, rows after rows: against LAPACK, and at extreme scales."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from accel.reflections import fold_rows


def factorised(A: Any, height: int) -> Any:
    """Fold the rows of a matrix into its triangular factor, some at a time."""
    factor = np.zeros((A.shape[1], A.shape[1]))
    for first in range(0, len(A), height):
        fold_rows(factor, A[first : first + height].T.copy())
    return factor


@pytest.mark.parametrize("height", [1, 3, 64, 1000])
@pytest.mark.parametrize("d", [1, 2, 7, 33])
def test_lapack_agrees(d: int, height: int) -> None:
    A = np.random.default_rng(d).normal(size=(150, d))
    R = factorised(A, height)
    assert (np.tril(R, -1) == 0).all()
    assert np.abs(R) == pytest.approx(np.abs(np.linalg.qr(A, mode="r")), rel=1e-11, abs=1e-12)
    np.testing.assert_allclose(R.T @ R, A.T @ A, rtol=1e-12, atol=1e-11)


def test_rows_given_as_a_triangle_come_back() -> None:
    rows = np.triu(np.arange(1.0, 17.0).reshape(4, 4))
    assert np.abs(factorised(rows, 1)) == pytest.approx(rows, rel=1e-15)


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
def test_no_square_overflows_or_vanishes(scale: float) -> None:
    A = np.random.default_rng(0).normal(size=(50, 4))
    assert factorised(scale * A, 20) == pytest.approx(scale * factorised(A, 20), rel=1e-12)
    columns = scale ** np.array([0, 1, 0, -1.0])
    assert factorised(A * columns, 20) == pytest.approx(factorised(A, 20) * columns, rel=1e-12)


def test_a_row_far_greater_than_the_others_leaves_their_factor() -> None:
    A = np.random.default_rng(1).normal(size=(40, 2))
    A[20] = [1e200, 0.0]
    R = factorised(A, 7)
    assert abs(R[0, 0]) == pytest.approx(1e200)
    others = np.delete(A, 20, axis=0)[:, 1]
    assert abs(R[1, 1]) == pytest.approx(np.linalg.norm(others), rel=1e-13)


def test_backward_stability_for_many_small_blocks() -> None:
    """Of a Hilbert-like matrix: ‖A − QR‖ is judged by RᵀR − AᵀA, column by column."""
    A = 1 / (1.0 + np.arange(3000)[:, None] + np.arange(8))
    R, norms = factorised(A, 16), np.linalg.norm(A, axis=0)
    assert (np.abs(R.T @ R - A.T @ A) <= 1e-13 * np.outer(norms, norms)).all()
    least = np.linalg.svd(A, compute_uv=False)[-1]
    assert np.linalg.svd(R, compute_uv=False)[-1] == pytest.approx(least, rel=1e-4)


def test_zero_and_dependent_columns() -> None:
    assert factorised(np.zeros((5, 3)), 2).tolist() == np.zeros((3, 3)).tolist()
    A = np.random.default_rng(2).normal(size=(30, 3))
    A[:, 1] = 0.0
    R = factorised(A, 11)
    assert np.abs(R[:, 1]).max() == 0
    assert np.linalg.matrix_rank(R) == 2
    np.testing.assert_allclose(R.T @ R, A.T @ A, atol=1e-12)
