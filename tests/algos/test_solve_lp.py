"""The linear-programming solver: against HiGHS, certificates, hand-solved and hostile programs."""

from __future__ import annotations

import math
import sys
import types
from typing import Any

import numpy as np
import pytest
from scipy import optimize, sparse

from algos.iterations import LPResult, halpern_pdhg, solve_lp

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
    ("changes", "words"),
    [
        ({"steps": -1}, "steps must be an integer from 0"),
        ({"step": 2.0}, "step must lie in"),
        ({"weight": 0}, "weight must lie in"),
        ({"reflection": 1.5}, "reflection must lie in"),
        ({"start": ([0, 0, 0], [0])}, r"start\[0\] must have shape"),
    ],
)
def test_bad_arguments_of_an_epoch(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        halpern_pdhg(**{"c": [1, 1], "A": [[1, 1]], "b": [1], "steps": 3, **changes})


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


class DeviceArray(np.ndarray):
    """A stand-in for CuPy's array, which refuses to meet NumPy's as CuPy does."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        for one in (*inputs, *options.get("out", ())):
            if type(one) is np.ndarray and one.ndim:
                raise TypeError("implicit conversion to a NumPy array is not allowed")
        plain = [one.view(np.ndarray) if isinstance(one, DeviceArray) else one for one in inputs]
        options["out"] = tuple(one.view(np.ndarray) for one in options.pop("out", ())) or None
        result = getattr(ufunc, method)(*plain, **options)
        return np.asarray(result).view(DeviceArray)

    def get(self) -> np.ndarray:
        """Copy to the host."""
        return np.array(self.view(np.ndarray))


class DeviceMatrix:
    """A stand-in for a CSR matrix on the device."""

    def __init__(self, parts: Any, shape: tuple[int, int]) -> None:
        assert all(isinstance(one, DeviceArray) for one in parts)
        self.matrix = sparse.csr_array(tuple(one.get() for one in parts), shape=shape)

    def __matmul__(self, vector: Any) -> Any:
        assert isinstance(vector, DeviceArray)
        return (self.matrix @ vector.get()).view(DeviceArray)


def test_arrays_on_a_device_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps never mix host and device; a stand-in for CuPy raises where they do."""
    DeviceArray.__module__ = "cupy"
    cupy, library = types.ModuleType("cupy"), types.ModuleType("cupyx.scipy.sparse")
    vars(cupy).update(ndarray=DeviceArray, asarray=lambda a: np.array(a).view(DeviceArray))
    vars(library).update(csr_matrix=DeviceMatrix)
    for name, module in (("cupy", cupy), ("cupyx.scipy.sparse", library)):
        monkeypatch.setitem(sys.modules, name, module)
    program = without_optimum(draw_feasible(2))
    expected = solve_lp(**program)
    program["c"] = np.array(program["c"], float).view(DeviceArray)
    result = solve_lp(**program)
    for name in ("x", "equality_multipliers", "inequality_multipliers", "reduced_costs"):
        assert isinstance(getattr(result, name), DeviceArray)
    assert result.status == "converged"
    assert result.x.get() == pytest.approx(expected.x, abs=1e-4)
    program["A"] = np.vstack([program["A"], np.zeros(12)])
    program["b"] = np.append(program["b"], 1.0)
    result = solve_lp(**program)
    assert result.status == "primal infeasible"
    assert isinstance(result.ray, DeviceArray)
