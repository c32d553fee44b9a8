"""The loops behind ℓ_p sensitivities: optimality, degenerate matrices, the plain functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import linalg

from accel._powers import powers
from accel._vertices import vertices
from accel.sensitivities import absolute_points, power_points
from proofs_checks.sketching.matrices import KINDS, Tall


def python(loop: Any) -> Any:
    """Give the function that Numba compiled."""
    return loop.py_func


def problem(kind: str, rows: int = 40, columns: int = 4) -> tuple[Any, Any, Any]:
    """Make an orthonormal basis of a hard matrix, its nonzero rows and independent ones."""
    A = Tall(kind, rows, columns).array
    left, values, _ = np.linalg.svd(A / np.abs(A).max(axis=0), full_matrices=False)
    U = np.ascontiguousarray(left[:, values > 1e-12 * values[0]])
    start = linalg.qr(U.T, mode="r", pivoting=True)[1][: U.shape[1]].astype(np.int64)
    targets = U[np.linalg.norm(U, axis=1) > 1e-13]
    return U, targets / np.linalg.norm(targets, axis=1)[:, None], start


@pytest.mark.parametrize("kind", KINDS)
def test_vertices_are_optimal(kind: str) -> None:
    """Equal norms of a point and of a feasible dual vector prove both optimal."""
    U, targets, start = problem(kind)
    points, duals, steps = absolute_points(U, targets, start, pivots=500)
    assert np.einsum("ij,ij->i", points, targets) == pytest.approx(1, rel=1e-9)
    assert duals @ U == pytest.approx(targets, abs=1e-9)
    norms = np.abs(points @ U.T).sum(axis=1)
    assert np.abs(duals).max(axis=1) == pytest.approx(1 / norms, rel=1e-9)
    assert 0 <= steps <= 500 * len(targets)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("p", [1.2, 1.5, 2.0, 2.5, 4.0, 9.0, 30.0])
def test_points_are_optimal(kind: str, p: float) -> None:
    U, targets, _ = problem(kind)
    points, duals, _ = power_points(U, targets, p, stop=1e-14, iterations=200)
    assert np.einsum("ij,ij->i", points, targets) == pytest.approx(1, rel=1e-9)
    assert duals @ U == pytest.approx(targets, abs=1e-7)
    q = p / (p - 1)
    norms = (np.abs(points @ U.T) ** p).sum(axis=1) ** (1 / p)
    assert (np.abs(duals) ** q).sum(axis=1) ** (1 / q) == pytest.approx(1 / norms, rel=1e-6)


def test_one_column() -> None:
    U = np.full((4, 1), 0.5)
    points, duals, steps = absolute_points(U, np.ones((2, 1)), np.array([0]), pivots=9)
    assert points.tolist() == [[1.0], [1.0]]
    assert duals == pytest.approx(np.full((2, 4), 0.5))
    assert steps == 0
    points, duals, steps = power_points(U, np.ones((1, 1)), 3.0, stop=1e-12, iterations=9)
    assert points.tolist() == [[1.0]]
    assert duals == pytest.approx(np.full((1, 4), 0.5))


def test_a_limit_ends_a_run_early() -> None:
    U, targets, start = problem("gaussian", 200, 5)
    points, duals, steps = absolute_points(U, targets[:1], start, pivots=2)
    assert steps == 2
    assert points @ targets[0] == pytest.approx(1)
    assert duals @ U == pytest.approx(targets[:1], abs=1e-12)
    points, duals, steps = power_points(U, targets[:1], 1.3, stop=0.0, iterations=2)
    assert steps == 2
    assert points @ targets[0] == pytest.approx(1)
    assert duals @ U == pytest.approx(targets[:1], abs=1e-12)


@pytest.mark.parametrize("kind", ["gaussian", "cauchy"])
def test_plain_loops_agree(kind: str) -> None:
    U, targets, start = problem(kind, 12, 3)
    plain = python(vertices)(U, targets, start, 100)
    fast = absolute_points(U, targets, start, pivots=100)
    assert plain[0] == pytest.approx(fast[0], rel=1e-9, abs=1e-12)
    assert plain[2] == fast[2]
    slow = python(powers)(U, targets, 1.5, 1e-12, 50)
    assert slow[0] == pytest.approx(power_points(U, targets, 1.5, stop=1e-12, iterations=50)[0])
