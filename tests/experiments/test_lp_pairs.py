"""Linear programs to measure on: their optima, the recomputed error, a worker's answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from experiments.iterations.lp_instances import (
    Program,
    photograph_flow,
    relative_error,
    road_flow,
    sparse_program,
    transport,
)
from experiments.iterations.lp_pairs import solve


def exact(program: Program) -> Any:
    """Solve with SciPy's HiGHS."""
    run: Any = optimize.linprog
    return run(program.c, A_eq=program.matrix, b_eq=program.b, method="highs")


def draw(kind: str) -> Program:
    """Draw a small program."""
    rng = np.random.default_rng(0)
    if kind == "sparse":
        return sparse_program(50, rng)
    if kind == "transport":
        return transport(8, rng)
    if kind == "roads":
        pytest.importorskip("pygsp")
        return road_flow(5, rng)
    pytest.importorskip("PIL")
    return photograph_flow(8, rng)


@pytest.mark.parametrize("kind", ["sparse", "transport", "roads", "photographs"])
def test_programs_have_an_optimum(kind: str, tmp_path: Path) -> None:
    program = draw(kind)
    program.save(tmp_path / "program.npz")
    again = Program.load(tmp_path / "program.npz")
    assert (again.matrix != program.matrix).nnz == 0
    best = exact(again)
    assert best.status == 0
    assert relative_error(program, best.x, best.eqlin.marginals) < 1e-9
    worse = best.x + 1e-3
    assert relative_error(program, worse, best.eqlin.marginals) > 1e-6
    assert relative_error(program, -best.x, best.eqlin.marginals) > 0.1
    assert relative_error(program, best.x, 1.5 * best.eqlin.marginals) > 1e-3


def test_sides_of_a_transport_agree() -> None:
    program = draw("transport")
    assert program.b[:8].sum() == pytest.approx(program.b[8:].sum())
    assert (program.matrix.sum(axis=0) == 2).all()


def test_a_worker_solves_to_the_tolerance() -> None:
    program = draw("sparse")
    for tolerance in (1e-4, 1e-6):
        answer = solve("lemmata", program, tolerance)
        assert 0 < answer.error <= tolerance
        assert 0 < answer.seconds < 60
