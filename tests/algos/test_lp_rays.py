"""Linear programs without an optimum: rays and proofs, recomputed from the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from algos.iterations import LPResult, solve_lp
from tests.algos.test_solve_lp import INF, by_highs, draw_feasible, rows, without_optimum


def check_ray(program: dict[str, Any], result: LPResult) -> None:
    """Verify a certificate in plain NumPy."""
    matrix, side, equalities = rows(program)
    n = len(program["c"])
    lower, upper = (np.broadcast_to(program[k], (n,)) for k in ("lower", "upper"))
    assert result.ray is not None
    assert result.ray_radius >= 1e8
    assert abs(result.ray).max() == 1
    if result.status == "primal infeasible":
        w = -matrix.T @ result.ray
        assert (result.ray[equalities:] <= 0).all()
        box = np.where(w > 0, lower, upper)
        value = side @ result.ray + sum(w[j] * box[j] for j in range(n) if np.isfinite(box[j]))
        loose = max([abs(w[j]) for j in range(n) if np.isinf(box[j])], default=0.0)
        assert value > 0
        assert loose <= 1e-8 * value
    else:
        d = result.ray
        assert program["c"] @ d < 0
        assert (d[np.isfinite(lower)] >= 0).all()
        assert (d[np.isfinite(upper)] <= 0).all()
        moved = matrix @ d
        excess = np.concatenate([abs(moved[:equalities]), np.maximum(moved[equalities:], 0)])
        assert excess.max(initial=0) <= 1e-8 * -(program["c"] @ d)


@pytest.mark.parametrize("seed", range(12))
def test_infeasible_programs_carry_a_proof(seed: int) -> None:
    program = without_optimum(draw_feasible(seed, p=3, m=4))
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 3, 4)
    contradiction = -(weights @ program["G"])  # the weighted rows again, turned round
    program["G"] = np.vstack([program["G"], contradiction])
    program["h"] = np.append(program["h"], -(weights @ program["h"]) - 1)
    assert by_highs(program).status == 2
    result = solve_lp(**program)
    assert result.status == "primal infeasible"
    check_ray(program, result)


@pytest.mark.parametrize("seed", range(12))
def test_unbounded_programs_carry_a_ray(seed: int) -> None:
    program = without_optimum(draw_feasible(seed, p=3, m=4))
    rng = np.random.default_rng(seed)
    direction = rng.integers(0, 3, 12).astype(float) * np.isinf(program["upper"])
    direction[0] = 1.0
    program["upper"] = np.where(direction > 0, INF, program["upper"])
    a = np.asarray(program["A"], float)
    a[:, 0] -= a @ direction  # A d = 0
    g = np.asarray(program["G"], float)
    g[:, 0] -= np.maximum(g @ direction, 0)
    x = np.clip(0.0, program["lower"], program["upper"])
    program.update(A=a, b=a @ x, G=g, h=g @ x + 1)
    program["c"] = program["c"] - direction * (program["c"] @ direction + 1) / (
        direction @ direction
    )
    assert by_highs(program).status in (3, 4)
    result = solve_lp(**program)
    assert result.status == "dual infeasible"
    check_ray(program, result)


def test_the_smallest_infeasible_program() -> None:
    """x + y = 1 and x + y = 2, x and y free: from the literature's two by two."""
    program: dict[str, Any] = {
        "c": np.ones(2),
        "A": np.ones((2, 2)),
        "b": np.array([1.0, 2.0]),
        "lower": -INF,
        "upper": INF,
    }
    result = solve_lp(**program)
    assert result.status == "primal infeasible"
    check_ray(program, result)
    assert result.iterations < 1000


def test_contradictory_empty_rows() -> None:
    kinds: list[dict[str, Any]] = [{"A": [[0, 0]], "b": [1]}, {"G": [[0, 0]], "h": [-1]}]
    for kind in kinds:
        result = solve_lp([1, 1], **kind)
        assert result.status == "primal infeasible"
        assert result.ray_radius == INF


def test_large_solutions_are_not_called_infeasible() -> None:
    for small in (1e-6, 1e-9, 1e-12):
        result = solve_lp([1], A=[[small]], b=[1])
        assert result.status == "converged"
        assert result.objective == pytest.approx(1 / small, rel=1e-5)


@pytest.mark.parametrize("margin", [1.0, 1e-2, 1e-3])
def test_slight_contradictions_are_found(margin: float) -> None:
    for seed in range(5):
        program = without_optimum(draw_feasible(1000 + seed, n=20, p=6, m=8))
        weights = np.random.default_rng(seed).integers(1, 3, 8)
        program["G"] = np.vstack([program["G"], -(weights @ program["G"])])
        program["h"] = np.append(program["h"], -(weights @ program["h"]) - margin)
        result = solve_lp(**program)
        assert result.status == "primal infeasible"
        check_ray(program, result)
