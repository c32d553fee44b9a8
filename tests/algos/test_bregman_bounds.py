"""The bounds that Bregman methods report are their theorems' formulas, and never NaN."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos import theorem
from algos.iterations import (
    Entropy,
    Euclidean,
    PNorm,
    accelerated_bregman_proximal_gradient,
    averaged_iteration,
    bregman_proximal_gradient,
    bregman_proximal_point,
    dykstra_bregman,
    mirror_descent,
    sinkhorn,
)

START = [3.0, -1.0]
FAR = 5.0  # D(x*, x0) for x* = 0


def quadratic(x: Any) -> tuple[float, Any]:
    return float(x @ x) / 2, x


def bound(key: str, **values: float) -> Any:
    """Evaluate a theorem's bound."""
    return pytest.approx(theorem(f"iterations/{key}").bound(**values), rel=1e-12)


def residual_bound(steps: int) -> Any:
    """Evaluate the bound on the least divergence of a step, where two were taken."""
    key = "bregman-proximal-gradient/residual"
    return bound(key, steps=steps, divergence=FAR) if steps > 1 else math.inf


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_the_proximal_gradients_bounds_are_the_theorems(steps: int) -> None:
    result = bregman_proximal_gradient(
        quadratic, START, generator=Euclidean(), smoothness=3.0, divergence=FAR,
        max_iterations=steps,
    )  # fmt: skip
    gap = bound("bregman-proximal-gradient/gap", steps=steps, divergence=FAR, smoothness=3.0)
    assert (result.iterations, result.gap_bound) == (steps, gap)
    assert result.bound == residual_bound(steps)


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_the_proximal_points_bounds_are_the_theorems(steps: int) -> None:
    result = bregman_proximal_point(
        lambda x, step: x / (1 + step), START, generator=Euclidean(), step=0.1, divergence=FAR,
        max_iterations=steps,
    )  # fmt: skip
    gap = bound("bregman-proximal-point/gap", steps=steps, divergence=FAR, step=0.1)
    assert (result.iterations, result.gap_bound) == (steps, gap)
    assert result.bound == residual_bound(steps)


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0])
def test_the_accelerated_bound_is_the_theorems(steps: int, exponent: float) -> None:
    result = accelerated_bregman_proximal_gradient(
        quadratic, START, generator=Euclidean(), smoothness=3.0, exponent=exponent,
        divergence=FAR, max_iterations=steps,
    )  # fmt: skip
    gap = bound(
        "accelerated-bregman-proximal-gradient/gap", steps=steps, divergence=FAR, smoothness=3.0,
        exponent=exponent,
    )  # fmt: skip
    assert (result.iterations, result.gap_bound) == (steps, gap)
    assert result.bound == math.inf


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
@pytest.mark.parametrize("h", [Euclidean(), PNorm(1.25), Entropy(total=2)], ids=repr)
def test_mirror_descents_bounds_are_the_theorems(steps: int, h: Any) -> None:
    result = mirror_descent(
        lambda x: (float(x[0]), [1.0, 0.0]), [1.0, 1.0], generator=h, lipschitz=2.0,
        divergence=FAR, iterations=steps,
    )  # fmt: skip
    gap = bound("mirror-descent/gap", steps=steps, divergence=FAR, lipschitz=2.0, modulus=h.modulus)
    assert (result.iterations, result.gap_bound, result.bound) == (steps, gap, gap)
    seen = bound(
        "mirror-descent/gap", steps=steps, divergence=FAR, lipschitz=1.0, modulus=h.modulus
    )
    # With norms of 1 where 2 was declared, the residual is the mean of its bounds for 4 and 1.
    assert result.residual == pytest.approx(gap.expected * 1.25 / 2)
    assert seen.expected < result.residual < gap.expected


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
@pytest.mark.parametrize("shift", [0.5, 2.0])
def test_the_averaged_bound_is_the_theorems(steps: int, shift: float) -> None:
    result = averaged_iteration(
        lambda s: s / 2, START, generator=Euclidean(), contraction=0.25, divergence=FAR,
        weight=lambda t: shift / (t + shift), max_iterations=steps,
    )  # fmt: skip
    far = theorem("iterations/averaged-iteration/divergence").bound(
        steps=steps, divergence=FAR, contraction=0.25, shift=shift
    )
    assert result.iterations == steps
    assert result.divergence_bound == pytest.approx(far, rel=1e-10)
    assert result.bound == math.inf


@pytest.mark.parametrize("sweeps", [0, 1, 2, 7])
def test_dykstras_bound_is_the_theorems_less_the_dual_value(sweeps: int) -> None:
    """Two lines, with an angle between them: the dual value is what the projections take off."""
    line = np.array([math.cos(0.5), math.sin(0.5)])
    result = dykstra_bregman(
        [lambda z: np.array([z[0], 0.0]), lambda z: line @ z * line], START,
        generator=Euclidean(), divergence=7.0, tolerance=0, max_iterations=sweeps,
    )  # fmt: skip
    assert result.dual_value == pytest.approx(FAR - float(result.x @ result.x) / 2)
    left = theorem("iterations/dykstra-bregman/certificate").bound(divergence=7.0)
    assert result.divergence_bound == pytest.approx(left - result.dual_value)
    assert result.divergence_bound >= float(result.x @ result.x) / 2
    if sweeps:
        taken = theorem("iterations/dykstra-bregman/two-lines").bound(
            divergence=4.5, steps=sweeps, angle=0.5
        )
        assert float(result.x @ result.x) / 2 == pytest.approx(taken)  # from (3, 0)


@pytest.mark.parametrize("sweeps", [0, 1, 2, 7])
@pytest.mark.parametrize("mass", [1.0, 3.0])
def test_sinkhorns_bounds_are_the_theorems(sweeps: int, mass: float) -> None:
    a, b = np.array([0.2, 0.3, 0.5]), np.array([0.6, 0.4])
    cost = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 2.0]])
    result = sinkhorn(
        mass * a, mass * b, cost, reg=0.7, tolerance=0, max_iterations=sweeps, certificate=True
    )
    kernel = np.exp(-cost / 0.7)
    first, product = kernel * (b / kernel.sum(axis=0)), np.outer(a, b)
    start = float(np.sum(product * np.log(product / first)))
    error = theorem("iterations/sinkhorn/marginal").bound(divergence=start, steps=sweeps)
    assert result.bound == pytest.approx(mass * error)
    rows = result.x.sum(axis=1) / (mass * a)
    hilbert = math.log(rows.max() / rows.min())
    assert result.hilbert_error == pytest.approx(hilbert)
    logs = -cost / 0.7
    diameter = max(np.ptp(one - other) for one in logs for other in logs)
    rest = theorem("iterations/sinkhorn/contraction").bound(
        steps=np.arange(1, 2000), diameter=diameter, hilbert_error=hilbert
    )
    assert result.potential_bound == pytest.approx(0.7 * (hilbert + rest.sum()))


def test_no_bound_is_nan_where_numbers_are_extreme() -> None:
    options: dict[str, Any] = {"generator": Euclidean(), "max_iterations": 3}
    at_once = averaged_iteration(
        lambda s: 0 * s, [1.0], contraction=0, weight=1, tolerance=0, check=False, **options
    )
    assert at_once.divergence_bound == math.inf
    known = averaged_iteration(
        lambda s: 0 * s, [1.0], contraction=0, weight=1, divergence=0.5, **options
    )
    assert (known.iterations, known.divergence_bound) == (1, 0.0)
    far = bregman_proximal_point(lambda x, step: x / 2, [1.0], step=1e308, **options)
    assert (far.iterations, far.gap_bound) == (3, math.inf)
    near = bregman_proximal_point(
        lambda x, step: x / 2, [1.0], step=1e308, divergence=0.5, **options
    )
    assert near.gap_bound == pytest.approx(0.5e-308 / 3)
    flat = accelerated_bregman_proximal_gradient(
        lambda x: (0.0, 0 * x), [1.0], smoothness=1e-320, tolerance=0, **options
    )
    assert flat.gap_bound == math.inf
    steep = mirror_descent(
        lambda x: (0.0, 0 * x), [1.0], generator=Euclidean(), lipschitz=1e-200, divergence=1e100,
        iterations=2,
    )  # fmt: skip
    assert steep.bound == pytest.approx(1e-150)
    with pytest.raises(ValueError, match="allow no step"):
        mirror_descent(
            lambda x: (0.0, 0 * x), [1.0], generator=Euclidean(), lipschitz=1e-320,
            divergence=1.0, iterations=2,
        )  # fmt: skip
    huge = mirror_descent(
        lambda x: (1e200 * float(x[0]), [1e200]), [1.0], generator=Euclidean(), lipschitz=1e200,
        divergence=1.0, iterations=2,
    )  # fmt: skip
    assert huge.residual == huge.bound == pytest.approx(1e200)
    assert PNorm(1.5).value([1e200, 0.0]) == math.inf
