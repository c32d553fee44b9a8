"""Halpern iterations on finite sums: exact small cases, counts, constraints, bad components."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from algos.iterations import (
    OracleError,
    variance_reduced_halpern,
    variance_reduced_proximal_halpern,
)

FINITE_SUMS = [variance_reduced_halpern, variance_reduced_proximal_halpern]
Vector = NDArray[np.float64]
TURN: Vector = np.array([[0.0, 1.0], [-1.0, 0.0]])


def squares(n: int, dimension: int = 3) -> tuple[Callable[..., Vector], Vector]:
    """Components a (⟨a, x⟩ − b) with unit rows, and their solution."""
    rng = np.random.default_rng(n)
    rows = rng.standard_normal((n, dimension))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    solution = rng.standard_normal(dimension)

    def mean(indices: Any, x: Vector) -> Vector:
        some = rows[indices]
        return np.asarray(some.T @ (some @ (x - solution)) / len(indices))

    return mean, solution


def test_one_component_is_the_anchored_iteration() -> None:
    result = variance_reduced_halpern(
        [lambda x: x - 1], [0.0], lipschitz=1, tolerance=0, max_iterations=5, distance=1
    )
    u = 0.0
    for k in range(5):
        u = (1 - 2 / (k + 4)) * u - (u - 1) / 4
    assert result.x[0] == pytest.approx(u, abs=1e-15)
    assert result.residual == pytest.approx(1 - u)
    assert result.bound == pytest.approx(16 / 9)
    moved = 6 - result.full_evaluations  # in two points each
    assert result.oracle_calls == result.full_evaluations + 2 * moved


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_evaluations_are_counted_exactly(method: Any) -> None:
    mean, _ = squares(50)
    seen = whole = 0

    def counting(indices: Any, x: Vector) -> Vector:
        nonlocal seen, whole
        seen += len(indices)
        whole += len(indices) == 50
        assert indices.min() >= 0
        assert indices.max() < 50
        return mean(indices, x)

    result = method(
        counting, np.zeros(3), n=50, lipschitz=1, tolerance=1e-9, max_iterations=30, rng=1
    )
    assert result.oracle_calls == seen
    assert result.full_evaluations == whole


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_single_operators_and_a_callable_agree(method: Any) -> None:
    mean, solution = squares(20)
    single = [lambda x, i=i: mean(np.array([i]), x) for i in range(20)]
    options: dict[str, Any] = {"lipschitz": 1, "tolerance": 1e-2, "max_iterations": 10_000}
    one = method(single, np.zeros(3), rng=3, **options)
    other = method(mean, np.zeros(3), n=20, rng=3, **options)
    assert one.status == "converged"
    assert one.oracle_calls == other.oracle_calls
    assert one.x == pytest.approx(other.x, abs=1e-9)
    assert one.x == pytest.approx(solution, abs=0.1)


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_the_residual_is_the_whole_sums(method: Any) -> None:
    mean, _ = squares(30)
    result = method(mean, np.zeros(3), n=30, lipschitz=1, tolerance=0, max_iterations=9, rng=2)
    assert result.status == "iteration limit"
    assert result.residual == pytest.approx(np.linalg.norm(mean(np.arange(30), result.x)))


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_a_constraint_is_kept_and_its_normal_is_found(method: Any) -> None:
    mean, solution = squares(40)
    radius = float(np.linalg.norm(solution)) / 2

    def project(x: Vector, step: float) -> Vector:
        return np.asarray(x / max(1.0, float(np.linalg.norm(x)) / radius))

    result = method(
        mean, np.zeros(3), n=40, lipschitz=1, resolvent=project, tolerance=1e-3, rng=0,
        max_iterations=100_000,
    )  # fmt: skip
    assert result.status == "converged"
    assert np.linalg.norm(result.x) == pytest.approx(radius)
    gradient = mean(np.arange(40), result.x)
    normal = result.x / radius
    inward = -float(gradient @ normal)
    assert inward > 0
    assert np.linalg.norm(gradient + inward * normal) <= 1e-3 * (1 + 1e-9)


def test_monotone_sums_that_are_not_cocoercive() -> None:
    rng = np.random.default_rng(0)
    factors = rng.uniform(0, 2, 60)
    lipschitz = float(np.sqrt(np.mean(factors**2)))

    def mean(indices: Any, z: Vector) -> Vector:
        return np.asarray(factors[indices].mean() * TURN @ (z - 1))

    for seed in range(5):
        result = variance_reduced_proximal_halpern(
            mean, np.zeros(2), n=60, lipschitz=lipschitz, tolerance=1e-4, distance=math.sqrt(2),
            rng=seed,
        )  # fmt: skip
        assert result.status == "converged"
        assert result.residual <= result.bound


def test_a_solution_further_away_than_said_is_noticed() -> None:
    result = variance_reduced_proximal_halpern(
        lambda indices, z: TURN @ (z - 10), np.zeros(2), n=4, lipschitz=1, distance=1, rng=0
    )
    assert result.status == "no fixed point within r"


def test_an_operator_that_is_not_monotone_does_not_pass() -> None:
    for method in FINITE_SUMS:
        result = method(lambda indices, z: 1 - z, np.zeros(2), n=100, lipschitz=1, rng=0)
        assert result.status == "precondition violated"
        assert result.witness is not None
        x, y = result.witness.points
        assert float((x - y) @ (x - y)) > 0
        unseen = method(
            lambda indices, z: 1 - z, np.zeros(2), n=100, lipschitz=1, rng=0, check=False
        )
        assert unseen.status in ("diverged", "non-finite oracle")
        assert np.isfinite(unseen.x).all()


def test_a_turn_is_monotone_but_not_cocoercive() -> None:
    options: dict[str, Any] = {"n": 9, "lipschitz": 2, "rng": 0, "tolerance": 1e-3}
    cocoercive = variance_reduced_halpern(lambda i, z: TURN @ (z - 1), np.zeros(2), **options)
    assert cocoercive.status == "precondition violated"
    monotone = variance_reduced_proximal_halpern(
        lambda i, z: TURN @ (z - 1), np.zeros(2), **options
    )
    assert monotone.status == "converged"
    assert monotone.preconditions == ("2-Lipschitz", "monotone")


@pytest.mark.parametrize("method", FINITE_SUMS)
def test_bad_components(method: Any) -> None:
    calls = 0

    def broken(indices: Any, x: Vector) -> Vector:
        nonlocal calls
        calls += 1
        return np.full(2, math.nan) if calls == 7 else x + 1

    result = method(broken, np.zeros(2), n=9, lipschitz=1, rng=0)
    assert result.status == "non-finite oracle"
    assert result.witness.call == 7
    assert np.isfinite(result.x).all()
    with pytest.raises(ValueError, match="must return shape"):
        method(lambda indices, x: np.zeros(3), np.zeros(2), n=9, lipschitz=1)
    with pytest.raises(OracleError, match="ZeroDivisionError at call 1"):
        method(lambda indices, x: 1 / 0, np.zeros(2), n=9, lipschitz=1)
    with pytest.raises(TypeError, match="n must be given"):
        method(broken, np.zeros(2), lipschitz=1)
    with pytest.raises(ValueError, match="number of operators, 1, got 2"):
        method([lambda x: x], np.zeros(2), n=2, lipschitz=1)
    for bad in (0, -1, math.nan):
        with pytest.raises(ValueError, match="lipschitz must lie in"):
            method(broken, np.zeros(2), n=9, lipschitz=bad)
