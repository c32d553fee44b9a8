"""Bregman methods near the end of what rounding allows: no false alarms, no false arrivals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import special

from algos.iterations import (
    Burg,
    Entropy,
    Euclidean,
    Generator,
    Mahalanobis,
    PNorm,
    accelerated_bregman_proximal_gradient,
    averaged_iteration,
    bregman_proximal_gradient,
    bregman_proximal_point,
    dykstra_bregman,
)

FINE = ("converged", "iteration limit")
COSTS = np.array([1.0, 2.0, 3.0])


def linear(x: Any) -> tuple[float, Any]:
    return float(COSTS @ x), COSTS


@pytest.mark.parametrize("h", [Entropy(total=1), PNorm(1.5), Burg()], ids=repr)
@pytest.mark.parametrize(
    "method", [bregman_proximal_gradient, accelerated_bregman_proximal_gradient]
)
def test_a_tiny_step_is_no_arrival(method: Any, h: Generator) -> None:
    more = {"exponent": 1.0} if method is accelerated_bregman_proximal_gradient else {}
    result = method(linear, np.ones(3) / 3, generator=h, smoothness=1e9, max_iterations=3, **more)
    assert (result.status, result.iterations) == ("iteration limit", 3)
    moved = h.divergence(np.ones(3) / 3, result.x)
    assert 0 < result.residual < moved < 1e-16


@pytest.mark.parametrize("h", [Entropy(total=1), PNorm(1.5)], ids=repr)
def test_a_tiny_proximal_step_is_no_arrival(h: Generator) -> None:
    result = bregman_proximal_point(
        lambda x, step: h.inverse_gradient(h.gradient(x) - step * COSTS), np.ones(3) / 3,
        generator=h, step=1e-9, max_iterations=3,
    )  # fmt: skip
    assert (result.status, result.iterations) == ("iteration limit", 3)
    assert result.residual > 0


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("h", [Entropy(), PNorm(1.5), PNorm(1.1), Burg(), Euclidean()], ids=repr)
def test_contractions_are_believed_down_to_rounding(h: Generator, seed: int) -> None:
    rng = np.random.default_rng(seed)
    fixed = rng.lognormal(size=5)

    def roots(s: Any) -> Any:
        return np.sqrt(s * fixed)

    def halves(s: Any) -> Any:
        return fixed + 0.5 * (s - fixed)

    maps = [halves] if isinstance(h, (PNorm, Burg, Euclidean)) else [roots, halves]
    for operator in maps:
        result = averaged_iteration(
            operator, fixed * rng.uniform(0.5, 2, 5), generator=h, contraction=0.9, weight=1.0,
            fixed_point=fixed, max_iterations=300,
        )  # fmt: skip
        assert result.status in FINE, result.witness
        assert result.x == pytest.approx(fixed, rel=1e-14)


@pytest.mark.parametrize("h", [Entropy(), PNorm(1.5)], ids=repr)
def test_contractions_that_are_none_are_caught_close_by(h: Generator) -> None:
    fixed = np.array([0.3, 2.0])
    result = averaged_iteration(
        lambda s: fixed + 0.99 * (s - fixed), fixed * (1 + 1e-9), generator=h, contraction=0.9,
        weight=1.0, fixed_point=fixed,
    )  # fmt: skip
    assert result.status == "precondition violated"


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("near", [1e-3, 1e-7, 1e-9])
def test_near_projections_are_not_refuted(seed: int, size: float, near: float) -> None:
    """The start is as near to the common points as rounding lets it be seen."""
    rng = np.random.default_rng(seed)
    best = size * rng.uniform(0.5, 1.5, 6)
    start = best * (1 + near * rng.normal(size=6))

    def scaled(z: Any) -> Any:
        return z * (best.sum() / z.sum())

    def shifted(z: Any) -> Any:
        return z + (best.sum() - z.sum()) / 6

    def capped(z: Any) -> Any:
        return np.minimum(z, np.maximum(best, 0.9 * size))

    for h, onto_sum in ((Entropy(), scaled), (Euclidean(), shifted)):
        sets = [onto_sum, capped]
        x = dykstra_bregman(sets, start, generator=h, tolerance=0, max_iterations=300).x
        result = dykstra_bregman(
            sets, start, generator=h, tolerance=0, max_iterations=300,
            divergence=h.divergence(x, start),
        )  # fmt: skip
        assert result.status in FINE, (h, result)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
def test_a_set_that_never_matters_is_no_false_projection(seed: int, size: float) -> None:
    """Its normals are rounding alone, while the points go far."""
    rng = np.random.default_rng(seed)
    start = size * rng.lognormal(size=6)
    sets = [lambda z: z, lambda z: z * (3 * size / z.sum()), lambda z: np.minimum(z, 0.7 * size)]
    for h in (Entropy(), Burg()):
        used = sets if isinstance(h, Entropy) else [sets[0], sets[2]]
        result = dykstra_bregman(used, start, generator=h, tolerance=0, max_iterations=100)
        assert result.status in FINE, (h, result.witness)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("near", [1.0, 1e-3, 1e-6])
def test_an_ill_conditioned_generator_raises_no_alarm(seed: int, size: float, near: float) -> None:
    """Projections onto planes, and onto all of space, in a norm of condition 1e6."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    h = Mahalanobis(turn * np.logspace(-3, 3, 4) @ turn.T)
    best = size * rng.normal(size=4)
    start = best + near * size * rng.normal(size=4)

    def plane(normal: Any) -> Any:
        towards = h.inverse_gradient(normal)
        return lambda z: z - normal @ (z - best) / (normal @ towards) * towards

    normals = rng.normal(size=(2, 4))
    moves = np.linalg.solve(h.matrix, normals.T)
    x = start + moves @ np.linalg.solve(normals @ moves, normals @ (best - start))
    result = dykstra_bregman(
        [lambda z: z, *map(plane, normals)], start, generator=h, tolerance=0, max_iterations=300,
        divergence=h.divergence(x, start),
    )  # fmt: skip
    assert result.status in FINE, result.witness


@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
def test_a_divergence_that_is_too_small_by_a_tenth_is_refuted_at_every_scale(size: float) -> None:
    start = size * np.array([1.0, 2.0])
    for h in (Euclidean(), Entropy()):
        far = h.divergence(np.minimum(start, 1.5 * size), start)
        result = dykstra_bregman(
            [lambda z: np.minimum(z, 1.5 * size)], start, generator=h, divergence=0.9 * far
        )
        assert result.status == "no fixed point within r"


@pytest.mark.parametrize("seed", range(20))
def test_a_proximal_point_run_ends_without_a_false_alarm(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, b = rng.normal(size=(10, 10)), rng.normal(size=10)
    matrix = rows.T @ rows

    def proximal(x: Any, step: float) -> Any:
        return np.linalg.solve(np.eye(10) + step * matrix, x + step * b)

    result = bregman_proximal_point(
        proximal, np.zeros(10), generator=Euclidean(), step=100.0, max_iterations=1000
    )
    assert result.status in FINE, result.witness


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "method", [bregman_proximal_gradient, accelerated_bregman_proximal_gradient]
)
def test_an_objective_that_cancels_is_convex(method: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, best = rng.normal(size=(8, 5)), 10 * rng.normal(size=5)
    hessian = rows.T @ rows
    slope = hessian @ best
    least = float(best @ slope) / 2

    def function(x: Any) -> tuple[float, Any]:
        return float(x @ hessian @ x / 2 - slope @ x + least), hessian @ x - slope

    result = method(
        function, np.zeros(5), generator=Euclidean(),
        smoothness=float(np.linalg.eigvalsh(hessian)[-1]), max_iterations=2000,
    )  # fmt: skip
    assert result.status in FINE, result.witness


@pytest.mark.parametrize("seed", range(20))
def test_a_relative_entropy_that_cancels_is_convex(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, best = rng.uniform(0.1, 1, (6, 4)), rng.lognormal(size=4)
    goal = rows @ best

    def function(x: Any) -> tuple[float, Any]:
        means = rows @ x
        return float(special.kl_div(means, goal).sum()), rows.T @ np.log(means / goal)

    result = bregman_proximal_gradient(
        function, np.ones(4), generator=Entropy(), smoothness=float(rows.sum(axis=0).max()),
        max_iterations=3000,
    )  # fmt: skip
    assert result.status in FINE, result.witness
