"""Dykstra's algorithm: small cases by hand, a conic solver's answer, certificates, bad sets."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.iterations import Burg, Entropy, Euclidean, dykstra_bregman


def halfspace(a: Any, b: float) -> Any:
    """Project onto ⟨a, x⟩ ≤ b, in the Euclidean norm."""
    normal = np.asarray(a, dtype=float)
    return lambda z: z - max(normal @ z - b, 0) / (normal @ normal) * normal


def total(group: Any, b: float) -> Any:
    """Project onto Σ_group x = b, in relative entropy."""

    def project(z: Any) -> Any:
        x = z.copy()
        x[group] *= b / x[group].sum()
        return x

    return project


def at_most(limit: Any) -> Any:
    """Project onto x ≤ limit, in any separable divergence."""
    return lambda z: np.minimum(z, limit)


def test_a_corner_by_hand() -> None:
    result = dykstra_bregman(
        [halfspace([1, 0], 0), halfspace([0, 1], 0)], [3.0, 4.0], generator=Euclidean()
    )
    assert result.x.tolist() == [0.0, 0.0]
    assert result.dual_value == 12.5
    assert result.status == "converged"
    assert result.corrections.tolist() == [[3.0, 0.0], [0.0, 4.0]]


def test_projecting_in_turn_alone_finds_another_point() -> None:
    """From (2, 1): the disc's and the half-plane's common point nearest to it."""

    def disc(z: Any) -> Any:
        return z / max(np.linalg.norm(z), 1)

    sets = [halfspace([1, 1], 1.0), disc]
    result = dykstra_bregman(sets, [2.0, 0.5], generator=Euclidean(), tolerance=1e-13)
    x = np.array([2.0, 0.5])
    for _ in range(1000):
        for project in sets:
            x = project(x)
    assert np.linalg.norm(result.x - [1, 0]) < 1e-9
    assert result.x == pytest.approx([1, 0], abs=1e-9)
    feasible = np.array([1.0, 0.0])
    assert Euclidean().divergence(feasible, [2.0, 0.5]) <= Euclidean().divergence(x, [2.0, 0.5])


def test_a_capped_transport_plan_agrees_with_a_conic_solver() -> None:
    """Row sums, column sums and upper bounds in relative entropy."""
    cvxpy = pytest.importorskip("cvxpy")
    rng = np.random.default_rng(0)
    start = rng.uniform(0.1, 1, 12)
    rows = [np.arange(4) + 4 * i for i in range(3)]
    columns = [np.arange(0, 12, 4) + j for j in range(4)]
    sets = [*(total(g, 1 / 3) for g in rows), *(total(g, 0.25) for g in columns), at_most(0.12)]
    result = dykstra_bregman(sets, start, generator=Entropy(), tolerance=1e-12)
    assert result.status == "converged"
    x = cvxpy.Variable(12)
    constraints = [cvxpy.sum(x[g]) == 1 / 3 for g in rows] + [
        *(cvxpy.sum(x[g]) == 0.25 for g in columns),
        x <= 0.12,
    ]
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(cvxpy.kl_div(x, start))), constraints)
    problem.solve(solver="CLARABEL")
    assert result.x == pytest.approx(x.value, abs=1e-5)
    assert result.dual_value == pytest.approx(problem.value, abs=1e-8)


def test_random_halfspaces_agree_with_a_conic_solver() -> None:
    cvxpy = pytest.importorskip("cvxpy")
    rng = np.random.default_rng(1)
    normals, start = rng.normal(size=(6, 4)), 3 * rng.normal(size=4)
    limits = rng.uniform(0, 1, 6)
    result = dykstra_bregman(
        [halfspace(a, b) for a, b in zip(normals, limits, strict=True)], start,
        generator=Euclidean(), tolerance=1e-13, max_iterations=20000,
    )  # fmt: skip
    x = cvxpy.Variable(4)
    problem = cvxpy.Problem(
        cvxpy.Minimize(cvxpy.sum_squares(x - start) / 2), [normals @ x <= limits]
    )
    problem.solve(solver="CLARABEL")
    assert result.x == pytest.approx(x.value, abs=1e-5)
    assert result.dual_value == pytest.approx(problem.value, rel=1e-7)


@pytest.mark.parametrize("sweeps", range(1, 12))
def test_the_dual_value_rises_and_bounds_what_is_left(sweeps: int) -> None:
    rng = np.random.default_rng(2)
    start = rng.uniform(0.1, 1, 6)
    sets = [total(np.arange(3), 0.4), at_most(0.3), total(np.array([1, 4, 5]), 0.5)]
    best = dykstra_bregman(sets, start, generator=Entropy(), tolerance=1e-14).x
    far = Entropy().divergence(best, start)
    before = dykstra_bregman(
        sets, start, generator=Entropy(), tolerance=0, max_iterations=sweeps - 1
    )
    now = dykstra_bregman(
        sets, start, generator=Entropy(), tolerance=0, max_iterations=sweeps, divergence=far
    )
    assert before.dual_value <= now.dual_value + 1e-15
    assert now.dual_value <= far + 1e-12
    assert Entropy().divergence(best, now.x) <= now.divergence_bound + 1e-12
    duals = np.log(start) - now.corrections.sum(axis=0)
    assert np.exp(duals) == pytest.approx(now.x)


def test_sets_without_a_common_point_are_refuted() -> None:
    sets = [halfspace([1.0], 0.0), halfspace([-1.0], -1.0)]
    result = dykstra_bregman(sets, [0.5], generator=Euclidean(), divergence=100.0)
    assert result.status == "no fixed point within r"
    assert result.dual_value > 100
    assert dykstra_bregman(sets, [0.5], generator=Euclidean()).status == "iteration limit"


def test_a_projection_of_another_divergence_is_caught() -> None:
    """Cutting off is no projection onto a simplex in relative entropy."""
    start = np.array([0.2, 0.5, 1.0])
    euclid = [halfspace([1, 1, 1], 1.0), halfspace([1.0, -3.0, 1], 0.1)]
    result = dykstra_bregman(euclid, start, generator=Entropy())
    assert result.status in ("precondition violated", "diverged")


def test_a_projection_that_fails_at_call_7_stops_there() -> None:
    calls = 0

    def line(z: Any) -> Any:
        nonlocal calls
        calls += 1
        return np.full(2, math.nan) if calls == 7 else np.array([z.mean(), z.mean()])

    result = dykstra_bregman(
        [line, halfspace([1, 2], 0)], [1.0, 2.0], generator=Euclidean(), tolerance=0
    )
    assert result.status == "non-finite oracle"
    assert (calls, result.iterations, result.oracle_calls) == (7, 6, 13)
    assert result.witness is not None
    assert result.witness.call == 13
    assert np.isfinite(result.x).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"projections": []}, "projections must be a sequence of callables"),
        ({"projections": [3]}, "projections must be a sequence of callables"),
        ({"projections": None}, "projections must be a sequence of callables, got None"),
        ({"x0": [-1.0]}, "x0 must lie inside the domain"),
        ({"generator": None}, "generator must be a Generator"),
    ],
)
def test_bad_arguments_project_nothing(changes: dict[str, Any], words: str) -> None:
    def never(z: Any) -> Any:
        pytest.fail("a projection was called")

    options: dict[str, Any] = {
        "projections": [never], "x0": [1.0], "generator": Burg(), **changes
    }  # fmt: skip
    with pytest.raises((TypeError, ValueError), match=words):
        dykstra_bregman(**options)
