"""ℓ_p sensitivities: small cases by hand, second derivations of every bound, hostile input."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import optimize, sparse

from algos.sketching import lp_sensitivities
from proofs_checks.sketching.matrices import HARD, Tall

ULP = 1e-12


def by_vertices(A: Any, p: float) -> Any:
    """Maximise over the points where d − 1 independent rows vanish; A of full rank, p ≤ 1."""
    best = np.zeros(len(A))
    for some in combinations(range(len(A)), A.shape[1] - 1):
        _, values, right = np.linalg.svd(A[list(some)])
        if values.min(initial=1.0) > 1e-9 * values.max(initial=0.0):
            z = np.abs(A @ right[-1])
            z[z < 1e-12 * z.max()] = 0
            best = np.maximum(best, z**p / (z**p).sum())
    return best


def by_linear_programs(A: Any) -> Any:
    """Solve min ‖A x‖_1 with a_i·x = 1 for every row."""
    n, d = A.shape
    found = np.zeros(n)
    for i in range(n):
        if A[i].any():
            result = optimize.linprog(
                np.concatenate([np.zeros(d), np.ones(n)]),
                A_ub=np.block([[A, -np.eye(n)], [-A, -np.eye(n)]]),
                b_ub=np.zeros(2 * n),
                A_eq=np.concatenate([A[i], np.zeros(n)])[None],
                b_eq=[1.0],
                bounds=[(None, None)] * d + [(0, None)] * n,
            )
            assert result.fun is not None
            found[i] = 1 / result.fun
    return found


def encloses(result: Any, truth: Any, rtol: float = 1e-9) -> bool:
    """Say whether the truth, known up to rtol, lies between the bounds."""
    below = (result.lower <= truth * (1 + rtol)).all()
    return bool(below and (truth <= result.upper * (1 + rtol)).all())


@pytest.mark.parametrize("p", [0.1, 0.5, 1, 1.02, 1.5, 2, 2.5, 4, 10, 100])
@pytest.mark.parametrize("method", ["exact", "lewis"])
def test_orthogonal_blocks_by_hand(p: float, method: Any) -> None:
    """m copies of e_k: each has sensitivity 1/m; a row of its own 1; zero 0."""
    A = [[1.0, 0, 0]] * 4 + [[0, 3.0, 0]] + [[0, 0, 0]] + [[0, 0, -2.0]] * 2
    result = lp_sensitivities(A, p, method=method)
    truth = np.array([0.25] * 4 + [1, 0, 0.5, 0.5])
    assert encloses(result, truth)
    assert result.lower[5] == result.upper[5] == 0
    assert result.rank == 3
    assert result.total_lower <= 3 <= result.total_upper
    if method == "exact":
        assert result.status == "converged"
        assert result.upper == pytest.approx(truth, rel=1e-6)
        assert (result.gap <= 1e-6).all()


@pytest.mark.parametrize("p", [0.3, 0.5, 1.0])
@pytest.mark.parametrize(("rows", "columns"), [(9, 1), (9, 2), (8, 3), (7, 4)])
def test_vertices(p: float, rows: int, columns: int) -> None:
    A = Tall("gaussian", rows, columns, seed=3).array
    result = lp_sensitivities(A, p)
    assert result.upper == pytest.approx(by_vertices(A, p), rel=1e-6)
    assert encloses(result, by_vertices(A, p))


@pytest.mark.parametrize(("name", "tall"), HARD)
def test_linear_programs(name: str, tall: Tall) -> None:
    result = lp_sensitivities(tall.array, 1)
    truth = by_linear_programs(tall.array / np.abs(tall.array).max(axis=0))
    assert result.status == "converged"
    assert encloses(result, truth, 1e-6)


@pytest.mark.parametrize(("name", "tall"), HARD)
def test_leverage_scores(name: str, tall: Tall) -> None:
    U, values, _ = np.linalg.svd(tall.array / np.abs(tall.array).max(axis=0), full_matrices=False)
    truth = (U[:, values > 1e-12 * values[0]] ** 2).sum(axis=1)
    for method in ("exact", "lewis"):
        result = lp_sensitivities(tall.array, 2, method=method)
        assert encloses(result, truth, 1e-10)
        assert result.upper == pytest.approx(truth, rel=1e-6)


@pytest.mark.parametrize("p", [1.1, 1.5, 3.0, 7.0])
@pytest.mark.parametrize("kind", ["gaussian", "integers", "cauchy", "one dominating row"])
def test_a_convex_solver(p: float, kind: str) -> None:
    cvxpy = pytest.importorskip("cvxpy")
    A = Tall(kind, 12, 3, seed=5).array
    A = A / np.abs(A).max(axis=0)
    result = lp_sensitivities(A, p)
    for i in (0, 1, 7):
        if A[i].any():
            x = cvxpy.Variable(3)
            problem = cvxpy.Problem(cvxpy.Maximize(A[i] @ x), [cvxpy.pnorm(A @ x, p) <= 1])
            problem.solve(solver="CLARABEL")
            point = np.asarray(x.value)
            reached = abs(A[i] @ point) ** p / (np.abs(A @ point) ** p).sum()
            assert reached <= result.upper[i] * (1 + ULP)
            assert float(problem.value) ** p == pytest.approx(result.lower[i], rel=1e-3)


@pytest.mark.parametrize("p", [0.4, 1, 1.05, 1.3, 2, 3, 8, 40])
@pytest.mark.parametrize(("name", "tall"), HARD)
def test_methods_agree(p: float, name: str, tall: Tall) -> None:
    exact = lp_sensitivities(tall.array, p, tolerance=1e-5)
    lewis = lp_sensitivities(tall.array, p, method="lewis")
    assert (lewis.lower <= exact.upper).all()
    assert (exact.lower <= lewis.upper).all()
    assert exact.rank == lewis.rank
    assert lewis.status == "converged"
    factor = float(exact.rank) ** abs(1 - p / 2)
    assert (lewis.upper <= 1.01 * factor * lewis.lower).all()
    low, high = sorted((exact.rank, exact.rank ** (p / 2)))
    assert low * (1 - ULP) <= exact.total_lower <= exact.total_upper <= high * (1 + ULP)


def test_random_points_stay_below() -> None:
    rng = np.random.default_rng(0)
    for kind in ("gaussian", "cauchy", "duplicated rows"):
        A = Tall(kind, 30, 4).array
        for p in (0.5, 1, 1.2, 3, 9):
            z = np.abs(A @ rng.normal(size=(4, 2000))) ** p
            seen = (z / z.sum(axis=0)).max(axis=1)
            assert (seen <= lp_sensitivities(A, p, tolerance=1e-4).upper * (1 + ULP)).all()


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3])
def test_right_multiplication_changes_nothing(p: float) -> None:
    A = Tall("gaussian", 15, 3).array
    mixed = A @ np.random.default_rng(1).normal(size=(3, 3))
    one, other = lp_sensitivities(A, p), lp_sensitivities(mixed, p)
    assert one.upper == pytest.approx(other.upper, rel=1e-6)


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3])
@pytest.mark.parametrize("method", ["exact", "lewis"])
def test_huge_and_tiny_scales(p: float, method: Any) -> None:
    A = Tall("gaussian", 12, 2).array
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        plain = lp_sensitivities(A, p, method=method)
        for scales in ([1e150, 1e150], [1e-150, 1e-150], [1e150, 1e-150]):
            scaled = lp_sensitivities(A * scales, p, method=method)
            assert scaled.upper == pytest.approx(plain.upper, rel=1e-6)
            assert scaled.lower == pytest.approx(plain.lower, rel=1e-6)


@pytest.mark.parametrize("method", ["lewis", "subsampled"])
def test_the_greatest_exponent(method: Any) -> None:
    found = lp_sensitivities(Tall("gaussian", 40, 3).array, 1e300, method=method, rng=0)
    assert (found.lower <= found.upper).all()
    assert 1 <= found.total_lower <= found.total_upper


def test_rows_of_all_scales() -> None:
    A = Tall("gaussian", 40, 3).array * 10.0 ** np.linspace(-300, 300, 40)[:, None]
    found = lp_sensitivities(A, 2)  # without warnings
    assert (found.lower <= found.upper).all()


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3])
def test_some_rows(p: float) -> None:
    A = Tall("gaussian", 10, 3).array
    whole, some = lp_sensitivities(A, p), lp_sensitivities(A, p, rows=[7, 2, 2])
    assert some.rows.tolist() == [7, 2, 2]
    assert some.upper == pytest.approx(whole.upper[[7, 2, 2]], rel=1e-6)
    assert some.total_lower <= whole.total_upper
    assert some.total_upper >= whole.total_lower
    none = lp_sensitivities(A, p, rows=[])
    assert none.upper.size == none.lower.size == 0
    assert none.total_lower == pytest.approx(min(3, 3 ** (p / 2)))


@pytest.mark.parametrize("method", ["exact", "lewis"])
def test_forms_of_the_matrix(method: Any) -> None:
    A = Tall("integers", 12, 3).array
    truth = lp_sensitivities(A, 1.5, method=method).upper
    read_only = np.asfortranarray(A)
    read_only.setflags(write=False)
    forms = [read_only, A.astype(np.float32), A.astype(int), A.tolist(), A[::-1][::-1]]
    for one in forms:
        assert lp_sensitivities(one, 1.5, method=method).upper == pytest.approx(truth, rel=1e-6)
    booleans = lp_sensitivities(A > 0, 1.5, method=method)
    assert np.isfinite(booleans.upper).all()


def test_blocks_of_rows() -> None:
    A = Tall("gaussian", 20, 3).array
    truth = lp_sensitivities(A, 1, method="lewis")

    def blocks() -> Any:
        return iter([A[:7], A[7:8], A[8:]])

    for one in (blocks, sparse.csr_array(A)):
        result = lp_sensitivities(one, 1, method="lewis")
        assert result.upper == pytest.approx(truth.upper, rel=1e-9)
        with pytest.raises(TypeError, match="dense"):
            lp_sensitivities(one, 1)
    with pytest.raises(TypeError, match="pass a function"):
        lp_sensitivities(blocks(), 1, method="lewis")


@pytest.mark.parametrize("method", ["exact", "lewis"])
@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3])
def test_small_shapes(method: Any, p: float) -> None:
    one = lp_sensitivities([[2.0, 1.0]], p, method=method)
    assert one.rank == 1
    assert one.upper == pytest.approx([1])
    assert one.lower == pytest.approx([1])
    wide = lp_sensitivities(np.random.default_rng(0).normal(size=(2, 4)), p, method=method)
    assert wide.rank == 2
    assert wide.upper == pytest.approx([1, 1])
    least = 1 if method == "exact" or p >= 2 else 2 ** (p / 2 - 1)
    assert wide.lower == pytest.approx([least, least])
    zero = lp_sensitivities(np.zeros((3, 2)), p, method=method)
    assert zero.rank == 0
    assert zero.upper.tolist() == zero.lower.tolist() == [0, 0, 0]
    assert zero.total_lower == zero.total_upper == 0


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        (([[1.0, math.nan]], 1), {}, ValueError, "finite"),
        (([[1.0, math.inf]], 1), {}, ValueError, "finite"),
        (([], 1), {}, ValueError, "matrix"),
        (([1.0, 2.0], 1), {}, ValueError, "matrix"),
        ((np.zeros((0, 3)), 1), {}, ValueError, "at least one row"),
        ((np.zeros((3, 0)), 1), {}, ValueError, "at least one column"),
        (([[1j]], 1), {}, TypeError, "real numbers"),
        (([["a"]], 1), {}, TypeError, "real numbers"),
        ((sparse.csr_array(np.eye(2)), 1), {}, TypeError, "dense"),
        (([[1.0]], 0), {}, ValueError, "p must lie in"),
        (([[1.0]], -1), {}, ValueError, "p must lie in"),
        (([[1.0]], 5e-324), {}, ValueError, "p must lie in"),
        (([[1.0]], math.nan), {}, ValueError, "p must lie in"),
        (([[1.0]], math.inf), {}, ValueError, "p must lie in"),
        (([[1.0]], 1e308), {"method": "lewis"}, ValueError, "p must lie in"),
        (([[1.0]], 1e308), {"method": "subsampled"}, ValueError, "p must lie in"),
        (([[1.0]], "1"), {}, TypeError, "p must be a number"),
        (([[1.0]], 1), {"method": "fast"}, ValueError, "method must be one of"),
        (([[1.0]], 1), {"method": np.ones(2)}, ValueError, "method must be one of"),
        (([[1.0]], 1), {"tolerance": 0}, ValueError, "tolerance must lie in"),
        (([[1.0]], 1), {"rows": [1]}, ValueError, "rows must lie in"),
        (([[1.0]], 1), {"rows": [0.0]}, TypeError, "rows must be"),
        (([[1.0]], 1), {"rows": [True]}, TypeError, "rows must be"),
        (([[1.0]], 1), {"rows": [[0], [0, 0]]}, TypeError, "rows must be a sequence of integers"),
        (([[1.0]], 1), {"max_vertices": 0}, ValueError, "max_vertices must be"),
    ],
)
def test_bad_arguments(arguments: Any, options: Any, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        lp_sensitivities(*arguments, **options)


def test_too_many_vertices_name_the_other_method() -> None:
    A = Tall("gaussian", 40, 4).array
    with pytest.raises(ValueError, match='method="lewis"'):
        lp_sensitivities(A, 0.5, max_vertices=9879)
    assert lp_sensitivities(A, 0.5, max_vertices=9880).steps == 9880  # 40 choose 3


def test_the_matrix_is_not_written_to() -> None:
    A = Tall("gaussian", 10, 3).array.copy()
    before = A.copy()
    for p in (0.5, 1, 1.5, 2, 3):
        for method in ("exact", "lewis"):
            lp_sensitivities(A, p, method=method)
    assert np.array_equal(A, before)
