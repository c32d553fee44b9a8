"""Halpern iterations on finite sums: exact small cases, counts, constraints, resolvents."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from algos.iterations import (
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


def test_a_turn_is_monotone_but_not_cocoercive() -> None:
    options: dict[str, Any] = {"n": 9, "lipschitz": 2, "rng": 0, "tolerance": 1e-3}
    cocoercive = variance_reduced_halpern(lambda i, z: TURN @ (z - 1), np.zeros(2), **options)
    assert cocoercive.status == "precondition violated"
    monotone = variance_reduced_proximal_halpern(
        lambda i, z: TURN @ (z - 1), np.zeros(2), **options
    )
    assert monotone.status == "converged"
    assert monotone.preconditions == ("2-Lipschitz", "monotone")


def test_batches_and_renewals_are_those_of_the_paper() -> None:
    """Replays the generator: 4 / (min(k, √n) + 5), and ⌈√n⌉ components in between."""
    for n, batch in ((1, 1), (9, 3), (10, 4), (16, 4), (17, 5)):
        seen: list[int] = []

        def counting(indices: Any, x: Vector, seen: list[int] = seen) -> Vector:
            seen.append(len(indices))
            return x - 1

        variance_reduced_halpern(
            counting, np.zeros(1), n=n, lipschitz=2, tolerance=0, max_iterations=90, rng=n
        )
        rng, expected = np.random.default_rng(n), [n]
        for k in range(1, 90):
            if rng.random() < 4 / (min(k, math.sqrt(n)) + 5):
                expected.append(n)
            else:
                rng.integers(n, size=batch)
                expected += [batch, batch]
        assert seen == [*expected, n]


def turns(seen: list[Vector], n: int) -> Callable[..., Vector]:
    """Components that all turn around (1, 1), which note where the whole sum is evaluated."""

    def mean(indices: Any, z: Vector) -> Vector:
        if np.array_equal(indices, np.arange(n)):
            seen.append(z.copy())
        return np.asarray(TURN @ (z - 1))

    return mean


@pytest.mark.parametrize(("n", "steps"), [(1, 150), (4, 150), (9, 3), (16, 0)])
def test_resolvents_are_accepted_when_their_errors_fit_the_budget(n: int, steps: int) -> None:
    seen: list[Vector] = []
    result = variance_reduced_proximal_halpern(
        turns(seen, n), np.zeros(2), n=n, lipschitz=1, tolerance=0, max_iterations=steps,
        distance=math.sqrt(2), rng=n,
    )  # fmt: skip
    step, u, k, spent, first = math.sqrt(n), np.zeros(2), 0, 0.0, 0.0
    left = iter(seen)
    for w in left:
        value = TURN @ (w - 1)
        size, change = float(np.linalg.norm(u)), float(np.linalg.norm(value))
        rounding = 1e-12 * (size + step * (size + change))
        found = float(np.linalg.norm(w + step * value - u))
        error = found + rounding
        if k == 0:
            first = float(np.linalg.norm(u - w)) - error
        budget = first / 20 / ((k + 1) ** 2 * (k + 2))
        assert rounding < max(budget, 1e-9)
        if found <= budget:
            if k == steps:
                break
            spent += (k + 1) * error
            k += 1
            u = k / (k + 1) * (2 * w - u)
    assert next(left, None) is None
    assert result.iterations == k == steps
    assert result.x.tolist() == seen[-1].tolist()
    assert result.residual == pytest.approx(change)
    bound = ((math.sqrt(2) + 2 * spent) / (k + 1) + 2 * error) / step
    assert result.bound == pytest.approx(bound, rel=1e-12)
    assert result.residual <= bound
    assert bound <= math.sqrt(2) / step * (1.1 / (k + 1) + 0.1 / (k + 1) ** 2 / (k + 2))


def test_inner_steps_by_hand() -> None:
    seen: list[Vector] = []
    result = variance_reduced_proximal_halpern(
        turns(seen, 1), np.zeros(2), n=1, lipschitz=1, tolerance=0, max_evaluations=3
    )
    first = TURN @ np.array([-1.0, -1.0])
    second = -first / 3 / (4 / 3)
    value = TURN @ (second - 1)
    third = (second - (2 * value - first) / 3) / (4 / 3)
    assert np.array(seen) == pytest.approx(np.array([np.zeros(2), second, third]), abs=1e-15)
    assert result.oracle_calls == 3
    assert result.bound == math.inf


@pytest.mark.parametrize(
    ("components", "start", "tolerance"),
    [
        (lambda i, z: TURN @ (z - 1e8), np.full(2, 1e8 + 1), 1e-6),
        (
            lambda i, z: (TURN @ (z.astype(np.float32) - 1e4)).astype(np.float32),
            np.full(2, 1e4 + 1),
            1e-2,
        ),
    ],
)
def test_rounding_does_not_stop_the_steps(components: Any, start: Vector, tolerance: float) -> None:
    result = variance_reduced_proximal_halpern(
        components, start, n=4, lipschitz=1, tolerance=tolerance, distance=1.5, rng=0,
        max_evaluations=200_000,
    )  # fmt: skip
    assert result.status == "converged"
    assert result.residual <= result.bound


def test_steps_go_on_at_a_solution() -> None:
    start = np.array([0.3, 0.1]) / 0.7 * (1 + 3e-16)
    result = variance_reduced_proximal_halpern(
        lambda i, z: 0.7 * (TURN @ z) - np.array([0.1, -0.3]), start, n=4, lipschitz=1,
        tolerance=0, max_iterations=100, max_evaluations=10**5, distance=1, rng=0,
    )  # fmt: skip
    assert result.iterations == 100 or result.residual == 0
