"""The linear-programming solver: against HiGHS, hand-solved and hostile programs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import optimize, sparse

from algos.iterations import LPResult, solve_lp

INF = math.inf


def draw_feasible(seed: int, **shape: Any) -> dict[str, Any]:
    """Plant an optimal pair: the program has an optimum, of a value that is known."""
    rng = np.random.default_rng(seed)
    n, p, m = shape.get("n", 12), shape.get("p", 4), shape.get("m", 5)
    a, g = rng.integers(-3, 4, (p, n)), rng.integers(-3, 4, (m, n))
    x = rng.integers(-2, 5, n).astype(float)
    kind = rng.integers(0, 4, n)  # at its lower bound, at its upper bound, between, free
    lower = np.where(kind == 0, x, np.where(kind == 3, -INF, x - rng.integers(1, 4, n)))
    upper = np.where(kind == 1, x, np.where(kind == 3, INF, x + rng.integers(1, 4, n)))
    z = np.where(kind == 0, 1.0, np.where(kind == 1, -1.0, 0.0)) * rng.integers(0, 4, n)
    y, tight = rng.integers(-3, 4, p), rng.integers(0, 2, m)
    w = -tight * rng.integers(0, 4, m)
    h = g @ x + (1 - tight) * rng.integers(0, 4, m)
    c = a.T @ y + g.T @ w + z
    program = {"c": c, "A": a, "b": a @ x, "G": g, "h": h, "lower": lower, "upper": upper}
    return {**program, "optimum": float(c @ x)}


def without_optimum(program: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments alone."""
    return {name: value for name, value in program.items() if name != "optimum"}


def by_highs(program: dict[str, Any]) -> Any:
    """Solve with SciPy's HiGHS."""
    n = len(program["c"])
    lower, upper = (np.broadcast_to(program[k], (n,)) for k in ("lower", "upper"))
    solve: Any = optimize.linprog
    return solve(
        program["c"],
        program.get("G"),
        program.get("h"),
        program.get("A"),
        program.get("b"),
        np.column_stack([lower, upper]),
        method="highs",
    )


def rows(program: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, int]:
    """Stack the rows: matrix, right-hand side, number of equalities."""
    n = len(program["c"])
    a, g = (np.reshape(program.get(k, np.zeros((0, n))), (-1, n)) for k in ("A", "G"))
    sides = [np.asarray(program.get(k, np.zeros(0)), float) for k in ("b", "h")]
    return np.vstack([a, g]), np.concatenate(sides), len(a)


def assert_optimal(program: dict[str, Any], result: LPResult, optimum: float) -> None:
    """Derive the errors a second time, and compare the objective."""
    assert result.status == "converged"
    matrix, side, equalities = rows(program)
    n = len(program["c"])
    lower, upper = (np.broadcast_to(program[k], (n,)) for k in ("lower", "upper"))
    y = np.concatenate([result.equality_multipliers, result.inequality_multipliers])
    assert (result.inequality_multipliers <= 0).all()
    assert (lower <= result.x).all()
    assert (result.x <= upper).all()
    excess = matrix @ result.x - side
    excess[equalities:] = np.maximum(excess[equalities:], 0)
    z = np.asarray(program["c"]) - matrix.T @ y
    assert result.reduced_costs == pytest.approx(z, abs=1e-9)
    lost = np.where(np.isinf(lower), np.maximum(z, 0), 0) + np.where(
        np.isinf(upper), np.minimum(z, 0), 0
    )
    primal = np.linalg.norm(excess) / (1 + np.linalg.norm(side))
    dual = np.linalg.norm(lost) / (1 + np.linalg.norm(program["c"]))
    assert primal == pytest.approx(result.primal_error, abs=1e-12)
    assert dual == pytest.approx(result.dual_error, abs=1e-12)
    assert max(float(primal), float(dual), result.gap) <= 1e-6
    assert result.objective == pytest.approx(optimum, abs=2e-4, rel=2e-5)
    assert result.dual_bound <= optimum


@pytest.mark.parametrize("seed", range(12))
def test_planted_programs_are_solved(seed: int) -> None:
    program = draw_feasible(seed)
    result = solve_lp(**without_optimum(program))
    assert_optimal(program, result, program["optimum"])
    assert by_highs(program).fun == pytest.approx(program["optimum"], abs=1e-7)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("p", "m"), [(0, 6), (4, 0)])
def test_equations_or_inequalities_alone(seed: int, p: int, m: int) -> None:
    program = draw_feasible(100 + seed, p=p, m=m)
    kept = {k: v for k, v in program.items() if k not in (("A", "b") if p == 0 else ("G", "h"))}
    assert_optimal(kept, solve_lp(**without_optimum(kept)), program["optimum"])


def test_multipliers_are_those_of_highs() -> None:
    program: dict[str, Any] = {
        "c": [-1.0, -2.0],
        "G": [[1, 1], [1, 3]],
        "h": [4, 6],
        "lower": 0,
        "upper": INF,
    }
    result, peer = solve_lp(**program, tolerance=1e-9), by_highs(program)
    assert result.x == pytest.approx(peer.x, abs=1e-6)
    assert result.inequality_multipliers == pytest.approx(peer.ineqlin.marginals, abs=1e-6)
    assert result.reduced_costs == pytest.approx(peer.lower.marginals, abs=1e-6)


def test_degenerate_assignment_and_redundant_rows() -> None:
    n = 6
    cost = np.arange(n * n).reshape(n, n) % 7 + 1.0
    eye, ones = np.eye(n), np.ones((1, n))
    a = np.vstack([np.kron(eye, ones), np.kron(ones, eye), np.kron(ones, ones)])
    b = np.concatenate([np.ones(2 * n), [n]])
    program: dict[str, Any] = {"c": cost.ravel(), "A": a, "b": b, "lower": 0.0, "upper": INF}
    optimum = cost[optimize.linear_sum_assignment(cost)].sum()
    result = solve_lp(**program)
    assert_optimal(program, result, optimum)
    assert result.dual_bound >= optimum - 1e-4  # all costs are positive: the bound is finite


def test_a_bound_that_is_a_proof() -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        program = draw_feasible(int(rng.integers(10**6)))
        program["lower"] = np.maximum(program["lower"], -50)
        program["upper"] = np.minimum(program["upper"], 50)
        for limit in (1, 40, 100_000):
            result = solve_lp(**without_optimum(program), max_iterations=limit)
            assert -INF < result.dual_bound <= program["optimum"]
        assert result.dual_bound >= program["optimum"] - 1e-2


def test_plain_steps_take_about_twice_as_many() -> None:
    ratios = []
    for seed in range(5):
        program = without_optimum(draw_feasible(seed, n=80, p=30, m=20))
        fast, slow = (solve_lp(**program, reflection=r) for r in (True, False))
        assert fast.status == slow.status == "converged"
        ratios.append(slow.iterations / fast.iterations)
    assert 1.2 < np.median(ratios) < 3


def test_programs_without_rows() -> None:
    result = solve_lp([1.0, -1.0, 0.0], lower=[-2, -2, 1], upper=[3, 3, INF])
    assert result.status == "converged"
    assert result.x.tolist() == [-2, 3, 1]
    assert result.iterations == 0
    assert result.dual_bound == pytest.approx(-5)
    result = solve_lp([1.0, -1.0])
    assert result.status == "dual infeasible"
    assert result.ray is not None
    assert result.ray.tolist() == [0, 1]
    assert result.ray_radius == INF


def test_empty_rows_and_columns_and_fixed_variables() -> None:
    program: dict[str, Any] = {
        "c": [1.0, -1.0, 1.0, 2.0],
        "A": [[1, 0, 1, 0], [0, 0, 0, 0]],
        "b": [2, 0],
        "G": [[0, 0, 0, 0], [1, 0, -1, 0]],
        "h": [1, 5],
        "lower": [0, 0, 0, -1e6],
        "upper": [INF, 1e5, 0.5, 7],
    }
    result = solve_lp(**program)
    assert_optimal(program, result, by_highs(program).fun)
    assert result.x[[1, 3]].tolist() == [1e5, -1e6]
    fixed = solve_lp([1, 1], A=[[1, 1]], b=[3], lower=[1, 0], upper=[1, 9])
    assert fixed.x == pytest.approx([1, 2], abs=1e-5)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"])
def test_sparse_formats_and_dense_arrays_agree(form: Any) -> None:
    program = without_optimum(draw_feasible(3))
    expected = solve_lp(**program)
    shaped = {k: sparse.csr_array(program[k]).asformat(form) for k in ("A", "G")}
    result = solve_lp(**{**program, **shaped})
    assert result.x.tolist() == expected.x.tolist()
    matrix = {k: sparse.csr_matrix(program[k]) for k in ("A", "G")}
    assert solve_lp(**{**program, **matrix}).x.tolist() == expected.x.tolist()


def test_arguments_are_not_modified_and_answers_repeat() -> None:
    program = without_optimum(draw_feasible(4))
    program["A"] = sparse.csr_array(program["A"].astype(float))
    kept = {k: v.copy() for k, v in program.items()}
    first, second = solve_lp(**program), solve_lp(**program)
    assert first.x.tobytes() == second.x.tobytes()
    assert first.iterations == second.iterations
    for name, value in kept.items():
        same = program[name] - value if sparse.issparse(value) else program[name] == value
        assert same.nnz == 0 if sparse.issparse(value) else same.all()


@pytest.mark.parametrize("backend", ["generic", "python"])
def test_paths_agree(backend: Any) -> None:
    program = without_optimum(draw_feasible(6))
    expected = solve_lp(**program, max_iterations=400)
    result = solve_lp(**program, max_iterations=400, backend=backend)
    assert result.x == pytest.approx(expected.x, abs=1e-7)
    assert result.iterations == expected.iterations


def test_limits_are_kept() -> None:
    program = without_optimum(draw_feasible(7, n=60, p=20, m=20))
    result = solve_lp(**program, max_iterations=50)
    assert result.status == "iteration limit"
    assert result.iterations == 50
    assert max(result.primal_error, result.dual_error, result.gap) > 1e-6
    assert solve_lp(**program, time_limit=1e-9).status == "time limit"


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"c": [1, math.nan]}, ValueError, "c must be finite, got nan at"),
        ({"c": [[1, 1]]}, ValueError, r"c must have shape"),
        ({"c": ["a", "b"]}, TypeError, "c must be an array of real numbers"),
        ({"A": [[1, INF]]}, ValueError, "A must be finite"),
        ({"A": sparse.csr_array([[1, math.nan]])}, ValueError, "A must be finite"),
        ({"A": [[1j, 1]]}, TypeError, "A must be an array of real numbers"),
        ({"A": sparse.csr_array([[1j, 1]])}, TypeError, "A must hold real numbers"),
        ({"A": [[1, 1, 1]]}, ValueError, r"A must have shape \(m, 2\), got \(1, 3\)"),
        ({"A": [1, 1]}, ValueError, r"A must have shape \(m, 2\)"),
        ({"b": [1, 2]}, ValueError, r"b must have shape \(1\), got \(2,\)"),
        ({"b": [math.nan]}, ValueError, "b must be finite"),
        ({"b": None}, TypeError, "A and b must be given together"),
        ({"h": [1]}, TypeError, "G and h must be given together"),
        ({"lower": math.nan}, ValueError, "lower must hold no NaN"),
        ({"lower": [0, 0, 0]}, ValueError, r"lower must be a number or have shape \(2,\)"),
        ({"lower": [0, 2], "upper": 1}, ValueError, "lower must not exceed upper, got 2 > 1 at 1"),
        ({"lower": INF}, ValueError, "lower must be below inf"),
        ({"upper": "much"}, TypeError, "upper must hold real numbers"),
        ({"c": [1e200, 1]}, ValueError, "c must hold zeros and numbers from 1e-100 to 1e\\+100"),
        ({"A": [[1, 1e-300]]}, ValueError, "A must hold zeros and numbers.* got 1e-300"),
        ({"b": [1e101]}, ValueError, "b must hold zeros and numbers"),
        ({"tolerance": 0}, ValueError, r"tolerance must lie in \(0, 1\), got 0"),
        ({"tolerance": math.nan}, ValueError, r"tolerance must lie in \(0, 1\)"),
        ({"max_iterations": 0}, ValueError, "max_iterations must be an integer from 1"),
        ({"time_limit": -1}, ValueError, "time_limit must lie in"),
        ({"backend": "magic"}, ValueError, "backend must be auto"),
    ],
)
def test_bad_arguments(changes: dict[str, Any], kind: type[Exception], words: str) -> None:
    program: dict[str, Any] = {"c": [1, 1], "A": [[1, 1]], "b": [1]}
    with pytest.raises(kind, match=words):
        solve_lp(**{**program, **changes})


def test_wild_magnitudes_give_finite_answers() -> None:
    rng = np.random.default_rng(0)
    for _ in range(60):
        size = 10.0 ** rng.integers(-40, 40, (5, 4)) * (rng.random((5, 4)) < 0.7)
        data = rng.standard_normal((5, 4)) * size
        upper = np.where(data[4] > 0, INF, abs(data[4]))
        result = solve_lp(
            data[0],
            data[1:3],
            data[:2, 0],
            data[3:4],
            data[3, :1],
            -upper,
            upper,
            max_iterations=500,
        )
        assert np.isfinite(result.x).all()
        numbers = (result.objective, result.dual_objective, result.dual_bound, result.gap)
        assert not np.isnan(numbers).any()
