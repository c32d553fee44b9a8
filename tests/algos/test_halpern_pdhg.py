"""One epoch of Halpern's iteration on a linear program, and what it proves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.iterations import halpern_pdhg, solve_lp
from tests.algos.test_solve_lp import draw_feasible, rows, without_optimum


def test_an_epoch_proves_how_far_solutions_are() -> None:
    program = without_optimum(draw_feasible(1, n=8, p=3, m=3))
    matrix, _, equalities = rows(program)
    exact = solve_lp(**program, tolerance=1e-9)
    solution = (
        exact.x,
        np.concatenate([exact.equality_multipliers, exact.inequality_multipliers]),
    )
    for reflection in (0.0, 1.0):
        for steps in (0, 1, 10, 1000):
            result = halpern_pdhg(**program, steps=steps, reflection=reflection, weight=2.0)
            dx = np.clip(0.0, program["lower"], program["upper"]) - solution[0]
            dy = -solution[1]
            square = dx @ dx / result.primal_step + dy @ dy / result.dual_step
            distance = math.sqrt(square + 2 * dy @ matrix @ dx)
            assert result.distance_floor <= distance * (1 + 1e-6)
            assert (result.image_y[equalities:] <= 0).all()
            assert result.steps == steps
    assert result.residual < 0.1


def test_without_a_solution_the_floor_grows() -> None:
    floors = [halpern_pdhg([1], G=[[1]], h=[-1], steps=k).distance_floor for k in (10, 100, 1000)]
    assert floors[0] < floors[1] / 5 < floors[2] / 25


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"steps": -1}, ValueError, "steps must be an integer from 0"),
        ({"step": 2.0}, ValueError, "step must lie in"),
        ({"step": 1e-300}, ValueError, "step must lie in"),
        ({"weight": 0}, ValueError, "weight must lie in"),
        ({"weight": 1e300}, ValueError, "weight must lie in"),
        ({"weight": 1e-300}, ValueError, "weight must lie in"),
        ({"reflection": 1.5}, ValueError, "reflection must lie in"),
        ({"start": ([0, 0, 0], [0])}, ValueError, r"start\[0\] must have shape"),
        ({"start": 3}, TypeError, r"start must be a pair \(x, y\), got 3"),
        ({"start": ([1, 1],)}, TypeError, r"start must be a pair \(x, y\)"),
    ],
)
def test_bad_arguments_of_an_epoch(
    changes: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        halpern_pdhg(**{"c": [1, 1], "A": [[1, 1]], "b": [1], "steps": 3, **changes})
