"""Project and forget: exact cases, known optima, infeasible sets, hostile oracles."""

from __future__ import annotations

import math
from typing import Any

import clarabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from algos.iterations import project_and_forget


def listed(rows: Any, bounds: Any) -> Any:
    """Look the violated rows of a short list up."""
    matrix, limits = sparse.csr_array(np.atleast_2d(np.array(rows, float))), np.array(bounds, float)

    def oracle(x: Any) -> Any:
        violated = matrix @ x > limits
        return matrix[violated], limits[violated]

    return oracle


def by_clarabel(matrix: Any, bounds: Any, x0: Any, weights: Any) -> Any:
    """Solve the quadratic program with an interior-point method."""
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
    solver = clarabel.DefaultSolver(
        sparse.csc_matrix(np.diag(weights)),
        -weights * x0,
        sparse.csc_matrix(matrix),
        bounds,
        [clarabel.NonnegativeConeT(len(bounds))],
        settings,
    )
    return np.array(solver.solve().x)


def test_one_half_space_by_hand() -> None:
    result = project_and_forget(listed([1, 2], [2]), [3.0, 1.0], weights=[1.0, 4.0])
    assert result.status == "converged"
    assert result.x.tolist() == [1.5, 0.25]
    assert result.value == result.dual_value == (1.5**2 + 4 * 0.75**2) / 2
    assert result.multipliers.tolist() == [1.5]
    assert (result.oracle_calls, result.forgotten) == (2, 0)
    assert result.violations.tolist() == [3.0, 0.0]


def test_the_entropy_of_a_simplex_by_hand() -> None:
    result = project_and_forget(listed([1, 1], [1]), [3.0, 1.0], generator="entropy")
    assert result.x == pytest.approx([0.75, 0.25], abs=1e-12)
    assert result.dual_value == pytest.approx(3 - math.log(4), abs=1e-12)


def test_a_solution_stays() -> None:
    result = project_and_forget(listed([1, 1], [1]), [0.0, 0.5])
    assert result.x.tolist() == [0.0, 0.5]
    assert (result.status, result.value, result.dual_value) == ("converged", 0.0, 0.0)
    assert result.oracle_calls == 1


def test_a_row_that_stops_to_matter_is_forgotten() -> None:
    result = project_and_forget(listed([[1, 0], [1, 0.5]], [1, 0]), [3.0, 0.0], sweeps=50)
    assert result.x == pytest.approx([3 - 12 / 5, -6 / 5], abs=1e-9)
    assert result.bounds.tolist() == [0.0]
    assert result.forgotten == 1


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 12))
def test_optima_agree_with_an_interior_point_method(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    matrix, x0, weights = rng.normal(size=(m, n)), rng.normal(size=n), rng.uniform(0.5, 2, n)
    inside = rng.normal(size=n)
    bounds = matrix @ inside + rng.uniform(0.1, 1, m)
    best = by_clarabel(matrix, bounds, x0, weights)
    optimum = float(weights @ (best - x0) ** 2 / 2)

    def repair(x: Any, violation: float) -> Any:
        share = violation / (violation + float((bounds - matrix @ inside).min()))
        return (1 - share) * x + share * inside

    result = project_and_forget(
        listed(matrix, bounds), x0, weights=weights, repair=repair, tolerance=1e-7
    )
    assert result.status == "converged"
    assert result.dual_value <= optimum + 1e-8
    assert result.upper_value >= optimum - 1e-8
    assert result.gap <= 1e-6 * max(result.value, 1e-8)
    assert weights @ (best - result.x) ** 2 / 2 <= result.gap + 1e-8
    assert (matrix @ result.x - bounds).max() <= 1e-7


@given(st.integers(0, 10**6), st.sampled_from(["squares", "entropy"]))
def test_sets_without_interior_are_not_called_empty(seed: int, generator: Any) -> None:
    """Equalities, each as two inequalities whose bounds are rounded."""
    rng = np.random.default_rng(seed)
    half = rng.integers(-2, 3, (2, 5)).astype(float)
    half = half[half.any(axis=1)]
    inside = rng.uniform(0.5, 2, 5)
    rows, bounds = np.vstack([half, -half]), np.concatenate([half @ inside, -(half @ inside)])
    start = rng.uniform(0.5, 2, 5)
    result = project_and_forget(listed(rows, bounds), start, generator=generator, max_calls=200)
    assert result.status in ("converged", "iteration limit")
    if generator == "squares":
        expected = start + np.linalg.pinv(half) @ (half @ inside - half @ start)
        assert result.x == pytest.approx(expected, abs=1e-4)


@given(st.integers(0, 10**6))
def test_the_dual_value_is_derived_a_second_time(seed: int) -> None:
    """-|A^T z|^2 / 2 + z (A x0 - b), without x, after two calls of any run."""
    rng = np.random.default_rng(seed)
    matrix, x0, bounds = rng.normal(size=(9, 4)), rng.normal(size=4), rng.uniform(-1, 1, 9)
    result = project_and_forget(listed(matrix, bounds), x0, sweeps=1, max_calls=2)
    rows, z = result.rows.toarray(), result.multipliers
    if result.status != "infeasible":
        expected = z @ (rows @ x0 - result.bounds) - ((rows.T @ z) ** 2).sum() / 2
        assert result.dual_value == pytest.approx(expected, abs=1e-12)
        assert result.x == pytest.approx(x0 - rows.T @ z, abs=1e-12)


@pytest.mark.parametrize("generator", ["squares", "entropy"])
def test_empty_sets_have_a_certificate(generator: Any) -> None:
    """x1 + x2 <= 1, x1 >= x2 + 1, x2 >= 1."""
    rows, bounds = [[1, 1], [-1, 1], [0, -1]], [1, -1, -1]
    result = project_and_forget(listed(rows, bounds), [0.5, 0.5], generator=generator)
    assert result.status == "infeasible"
    assert result.farkas is not None
    matrix, limits, y = result.farkas
    assert (y >= 0).all()
    pull = matrix.T @ y
    assert (np.minimum(pull, 0) if generator == "entropy" else np.abs(pull)).max() < 1e-9
    assert limits @ y < -0.1


def test_a_set_without_positive_points_is_empty_for_the_entropy_alone() -> None:
    oracle = listed([1, 1], [-1])
    assert project_and_forget(oracle, [1.0, 1.0], generator="entropy").status == "infeasible"
    assert project_and_forget(oracle, [1.0, 1.0]).status == "converged"


def test_a_limit_ends_the_run_with_valid_bounds() -> None:
    matrix = np.random.default_rng(0).normal(size=(40, 6))
    result = project_and_forget(
        listed(matrix, np.zeros(40)), np.ones(6), sweeps=1, max_calls=3, tolerance=1e-12
    )
    assert (result.status, result.oracle_calls) == ("iteration limit", 3)
    assert result.violation > 1e-12
    assert 0 < result.dual_value <= 3  # the origin is a solution


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("where", ["rows", "bounds"])
def test_a_non_finite_oracle_stops_at_its_call(bad: float, where: str) -> None:
    calls = 0

    def oracle(x: Any) -> Any:
        nonlocal calls
        calls += 1
        row, bound = np.ones((1, 2)), np.array([-float(calls)])
        if calls == 7:
            (row if where == "rows" else bound).fill(bad)
        return sparse.csr_array(row), bound

    result = project_and_forget(oracle, [0.0, 0.0])
    assert (result.status, result.oracle_calls, calls) == ("non-finite oracle", 7, 7)
    assert np.isfinite(result.x).all()
    assert result.x == pytest.approx([-3.0, -3.0])
    assert len(result.violations) == 6
    assert math.isnan(result.violation)
    assert result.value == pytest.approx(9.0)
    assert result.dual_value <= 9.0 + 1e-9


def test_what_the_caller_owns_is_not_changed_and_may_be_changed() -> None:
    row, bound, start = sparse.csr_array([[1.0, 0.0, 1.0]]), np.array([1.0]), np.array([2.0, 0, 2])

    def oracle(x: Any) -> Any:
        given = row[row @ x > bound], bound[row @ x > bound]
        x[:] = math.nan
        return given

    result = project_and_forget(oracle, start)
    assert result.x.tolist() == [0.5, 0.0, 0.5]
    assert start.tolist() == [2.0, 0.0, 2.0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x0": [math.nan]}, "x0 must be finite"),
        ({"x0": [[1.0]]}, "x0 must have shape"),
        ({"weights": [1.0]}, "weights must have shape"),
        ({"weights": [1.0, 0.0]}, "weights must be positive"),
        ({"generator": "burg"}, "generator must be"),
        ({"generator": "entropy", "x0": [0.0, 1.0]}, "x0 must be positive"),
        ({"tolerance": 0}, "tolerance must lie in"),
        ({"gap_tolerance": math.nan}, "gap_tolerance must lie in"),
        ({"sweeps": 0}, "sweeps must be an integer"),
        ({"max_calls": 0}, "max_calls must be an integer"),
    ],
)
def test_bad_arguments_ask_nothing(changes: dict[str, Any], words: str) -> None:
    def never(x: Any) -> Any:
        pytest.fail("the oracle was called")

    arguments = {"x0": [1.0, 1.0], **changes}
    with pytest.raises(ValueError, match=words):
        project_and_forget(never, arguments.pop("x0"), **arguments)


@pytest.mark.parametrize(
    "given",
    [
        (sparse.csr_array((1, 3)), [1.0]),
        (sparse.csr_array([[1.0, 1.0]]), [1.0, 2.0]),
        (sparse.csr_array((1, 2)), [-1.0]),
    ],
)
def test_malformed_rows_are_refused(given: Any) -> None:
    with pytest.raises(ValueError, match="the oracle must return rows"):
        project_and_forget(lambda x: given, [1.0, 1.0])


def test_a_repair_that_is_no_point_is_refused() -> None:
    with pytest.raises(ValueError, match="what repair returns must"):
        project_and_forget(listed([1.0], [0.0]), [1.0], repair=lambda x, v: x * math.nan)
