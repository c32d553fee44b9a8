"""Sinkhorn: small plans by hand, a linear program's limit, bounds and bad histograms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from algos.iterations import projective_diameter, sinkhorn


def histograms(n: int, m: int, seed: int = 0) -> tuple[Any, Any, Any]:
    """Draw two histograms on a line and squared distances."""
    rng = np.random.default_rng(seed)
    a, b = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m))
    return a, b, (np.linspace(0, 1, n)[:, None] - np.linspace(0, 1, m)) ** 2


def plainly(a: Any, b: Any, cost: Any, reg: float, sweeps: int) -> Any:
    """Scale rows and columns without logarithms."""
    kernel = np.exp(-cost / reg)
    plan = kernel * (b / kernel.sum(axis=0))
    for _ in range(sweeps):
        plan = plan * (a / plan.sum(axis=1))[:, None]
        plan = plan * (b / plan.sum(axis=0))
    return plan


@pytest.mark.parametrize("sweeps", [0, 1, 2, 7])
def test_sweeps_agree_with_plain_scaling(sweeps: int) -> None:
    a, b, cost = histograms(5, 8)
    result = sinkhorn(a, b, cost, reg=0.1, tolerance=0, max_iterations=sweeps)
    plan = plainly(a, b, cost, 0.1, sweeps)
    assert result.x == pytest.approx(plan, rel=1e-12)
    assert result.iterations == sweeps
    errors = np.abs(plan.sum(axis=1) - a).sum() + np.abs(plan.sum(axis=0) - b).sum()
    assert result.residual == pytest.approx(errors, abs=1e-15)
    f, g = result.potentials
    assert np.exp((f[:, None] + g - cost) / 0.1) == pytest.approx(plan, rel=1e-12)
    assert result.transport_cost == pytest.approx(float(np.sum(plan * cost)))


def test_two_by_two_by_hand() -> None:
    """The optimal plan has p (1/2 − q) … = e^(−2/reg) as its cross ratio."""
    result = sinkhorn([0.5, 0.5], [0.5, 0.5], [[0.0, 1.0], [1.0, 0.0]], reg=1.0)
    p = 0.5 / (1 + math.exp(-1))
    assert result.x == pytest.approx(np.array([[p, 0.5 - p], [0.5 - p, p]]))
    assert result.status == "converged"


@pytest.mark.parametrize("reg", [1e-1, 1e-2, 1e-3, 1e-4, 1e-6])
def test_small_reg_never_makes_nan_and_keeps_the_bound(reg: float) -> None:
    a, b, cost = histograms(40, 30)
    with np.errstate(all="raise", under="ignore"):
        result = sinkhorn(a, b, cost, reg=reg, tolerance=1e-8, max_iterations=300)
    assert np.isfinite(result.x).all()
    assert np.isfinite(result.potentials[0]).all()
    assert result.x.sum() == pytest.approx(1)
    assert result.residual <= result.bound + 1e-12


def test_small_reg_comes_close_to_the_linear_program() -> None:
    a, b, cost = histograms(12, 12)
    rows = np.kron(np.eye(12), np.ones(12))
    columns = np.kron(np.ones(12), np.eye(12))
    exact = optimize.linprog(
        cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=np.concatenate([a, b])
    ).fun
    assert exact is not None
    result = sinkhorn(a, b, cost, reg=1e-4, tolerance=1e-6, max_iterations=50000)
    assert result.status == "converged"
    assert exact - 1e-6 <= result.transport_cost <= exact + 1e-4 * math.log(144)


def test_the_bound_holds_at_every_sweep_and_is_the_theorems() -> None:
    a, b, cost = histograms(9, 9, 1)
    first = plainly(a, b, cost, 0.02, 0)
    start = float(np.sum(np.outer(a, b) * np.log(np.outer(a, b) / first)))
    for sweeps in range(30):
        result = sinkhorn(a, b, cost, reg=0.02, tolerance=0, max_iterations=sweeps)
        assert result.bound == pytest.approx(math.sqrt(2 * start / (sweeps + 1)))
        assert result.residual <= result.bound


def test_the_certificate_bounds_the_potential() -> None:
    a, b, cost = histograms(6, 7, 2)
    best = sinkhorn(a, b, cost, reg=0.3, tolerance=1e-15, max_iterations=2000).potentials[0]
    last = math.inf
    for sweeps in range(6):
        result = sinkhorn(a, b, cost, reg=0.3, tolerance=0, max_iterations=sweeps, certificate=True)
        assert np.ptp(result.potentials[0] - best) <= result.potential_bound + 1e-12
        assert result.hilbert_error <= last * result.contraction + 1e-12
        last = result.hilbert_error
    assert result.contraction == math.tanh(projective_diameter(-cost / 0.3) / 4) ** 2


def test_the_projective_diameter_agrees_with_all_quadruples() -> None:
    logs = np.random.default_rng(0).normal(size=(4, 6))
    quadruples = [
        logs[i, j] + logs[k, m] - logs[k, j] - logs[i, m]
        for i in range(4) for k in range(4) for j in range(6) for m in range(6)
    ]  # fmt: skip
    assert projective_diameter(logs) == pytest.approx(max(quadruples))
    assert projective_diameter(logs.T) == pytest.approx(max(quadruples))


def test_empty_bins_get_nothing() -> None:
    a, b, cost = histograms(5, 4)
    a[2], b[0] = 0, 0
    result = sinkhorn(a / a.sum(), b / b.sum(), cost, reg=0.01)
    assert result.status == "converged"
    assert result.x[2].tolist() == [0] * 4
    assert result.x[:, 0].tolist() == [0] * 5
    assert result.potentials[0][2] == -math.inf


def test_masses_need_not_sum_to_one() -> None:
    a, b, cost = histograms(5, 4)
    one = sinkhorn(a, b, cost, reg=0.1)
    many = sinkhorn(1000 * a, 1000 * b, cost, reg=0.1, tolerance=1e-6)
    assert many.x == pytest.approx(1000 * one.x, rel=1e-6)
    f, g = many.potentials
    assert np.exp((f[:, None] + g - cost) / 0.1) == pytest.approx(many.x, rel=1e-9)


def test_masses_that_vanish_beside_the_others_are_empty_bins() -> None:
    cost = [[0.0, 1.0], [1.0, 0.0]]
    result = sinkhorn([5e-324, 2.0], [1.0, 1.0], cost, reg=0.1)
    assert result.status == "converged"
    assert result.x[1].tolist() == pytest.approx([1.0, 1.0])
    assert result.residual <= 1e-15
    assert 0 <= result.bound <= 1e-7
    tiny = sinkhorn([1e-310, 2.0], [1.0, 1.0], cost, reg=0.1)
    assert tiny.status == "converged"
    assert np.isfinite([tiny.bound, *tiny.potentials[0]]).all()


@pytest.mark.parametrize("reg", [1.0, 0.1, 0.01, 1e-3])
@pytest.mark.parametrize("tolerance", [1e-3, 1e-9, 1e-12, 1e-14, 1e-16, 0.0])
@pytest.mark.parametrize("apart", [0.0, 1e-13])
def test_converged_means_that_the_residual_is_at_most_the_tolerance(
    reg: float, tolerance: float, apart: float
) -> None:
    a, b, cost = histograms(7, 9, 3)
    result = sinkhorn(a, b * (1 + apart), cost, reg=reg, tolerance=tolerance, max_iterations=3000)
    plan = result.x
    error = np.abs(plan.sum(axis=1) - a).sum() + np.abs(plan.sum(axis=0) - b * (1 + apart)).sum()
    assert result.residual == error
    assert (result.status == "converged") == (error <= tolerance)
    assert result.status == "converged" or result.iterations == 3000


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"a": [0.5, 0.4]}, "a and b must have the same sum"),
        ({"b": [0.5, 0.5 + 1e-9], "tolerance": 1e-13}, "a and b must have the same sum"),
        ({"b": [0.5, 0.5 + 1e-8], "tolerance": 1.0}, "a and b must have the same sum"),
        ({"a": [1.5, -0.5]}, "a must hold masses of at least 0"),
        ({"b": [0.0, 0.0]}, "b must hold masses of at least 0"),
        ({"a": [1e308, 1e308]}, "a must hold masses of at least 0 with a positive, finite sum"),
        ({"a": [math.nan, 1.0]}, "a must be finite"),
        ({"cost": [[0.0, math.inf], [1.0, 0.0]]}, "cost must be finite"),
        ({"cost": [[0.0, 1.0]]}, "cost must have shape"),
        ({"reg": 0}, "reg must lie in"),
        ({"reg": 1e-320, "cost": [[0.0, 1e10], [1.0, 0.0]]}, "cost / reg must be finite"),
        ({"max_iterations": -1}, "max_iterations must be an integer"),
    ],
)
def test_bad_arguments_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {
        "a": [0.5, 0.5], "b": [0.5, 0.5], "cost": [[0.0, 1.0], [1.0, 0.0]], "reg": 0.1, **changes
    }  # fmt: skip
    with pytest.raises(ValueError, match=words):
        sinkhorn(**options)
