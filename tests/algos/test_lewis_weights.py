"""Lewis weights: by hand, by convex programs, certificates, hostile matrices."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.sketching import leverage_scores, lewis_error_bound, lewis_weights
from proofs_checks.sketching.matrices import HARD, Tall

POWERS = (0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 3.9, 4.0, 6.0, 20.0, 50.0)


def leverage_of(A: Any, weights: Any, p: float) -> Any:
    """Give the leverage scores of W^(1/2−1/p) A by a singular value decomposition."""
    some = weights > 0
    rows = weights[some, None] ** (0.5 - 1 / p) * A[some]
    rows = rows / np.linalg.norm(rows, axis=0)
    left, values, _ = np.linalg.svd(rows, full_matrices=False)
    scores = np.zeros(len(A))
    scores[some] = (left[:, values > 1e-10 * values[0]] ** 2).sum(axis=1)
    return scores


@pytest.mark.parametrize("p", POWERS)
def test_one_column_has_the_powers_of_its_entries(p: float) -> None:
    """For d = 1 the weights are abs(a_i)^p over their sum."""
    a = np.array([1.0, -2.0, 0.5, 0.0, 1.0])
    result = lewis_weights(a[:, None], p, tolerance=1e-12)
    assert result.weights == pytest.approx(abs(a) ** p / (abs(a) ** p).sum(), rel=1e-10)
    assert result.status == "converged"


@pytest.mark.parametrize("p", POWERS)
def test_orthogonal_blocks_are_weighed_apart(p: float) -> None:
    A = np.zeros((6, 2))
    A[:4, 0], A[4:, 1] = [1.0, 2.0, 3.0, 1.0], [5.0, 1e-3]
    result = lewis_weights(A, p, tolerance=1e-12)
    wanted = np.concatenate([A[:4, 0] ** p / (A[:4, 0] ** p).sum(),
                             A[4:, 1] ** p / (A[4:, 1] ** p).sum()])  # fmt: skip
    assert result.weights == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("p", POWERS)
@pytest.mark.parametrize(("kind", "tall"), HARD)
def test_the_fixed_point_holds(kind: str, tall: Tall, p: float) -> None:
    result = lewis_weights(tall.array, p)
    assert result.status == "converged"
    assert result.residual <= 1e-9
    assert result.weights.sum() == pytest.approx(result.rank, rel=1e-8)
    assert result.weights == pytest.approx(leverage_of(tall.array, result.weights, p), rel=1e-5)
    assert result.residuals[-1] == result.residual
    assert len(result.residuals) == result.iterations + 1
    assert result.passes >= result.iterations + 2


@pytest.mark.parametrize(("kind", "tall"), HARD)
def test_p_two_gives_the_leverage_scores(kind: str, tall: Tall) -> None:
    result = lewis_weights(tall.array, 2)
    assert result.iterations == 1
    assert result.weights == pytest.approx(leverage_scores(tall.array).scores, rel=1e-9)


@pytest.mark.parametrize("p", [1.0, 1.3, 3.0, 6.0])
def test_a_convex_program_agrees(p: float) -> None:
    """Lewis's ellipsoid: the Q of the greatest determinant with Σ ‖Q aᵢ‖^p ≤ d."""
    cp = pytest.importorskip("cvxpy")
    A = np.random.default_rng(5).normal(size=(12, 3))
    Q = cp.Variable((3, 3), PSD=True)
    lengths = cp.norm(A @ Q, axis=1)
    program = cp.Problem(
        cp.Maximize(cp.log_det(Q)), [cp.sum(cp.power(lengths, p, approx=False)) <= 3]
    )
    program.solve(solver="CLARABEL", tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
    weights = np.linalg.norm(A @ Q.value, axis=1) ** p
    assert lewis_weights(A, p).weights == pytest.approx(weights, rel=1e-4)


@pytest.mark.parametrize("p", [0.5, 1.0, 3.0, 3.9, 4.0, 10.0])
@pytest.mark.parametrize("accelerated", [True, False])
def test_the_error_bound_holds_at_every_iterate(p: float, accelerated: bool) -> None:
    A = Tall("cauchy", 30, 3).array
    best = lewis_weights(A, p, tolerance=1e-13, max_iterations=5000)
    for steps in (0, 1, 2, 5, 10, 20):
        result = lewis_weights(A, p, tolerance=0, max_iterations=steps, accelerated=accelerated)
        assert result.iterations == steps
        assert result.status == "stopped"
        off = np.abs(np.log(result.weights / best.weights)).max()
        assert off <= result.error_bound + best.error_bound + 1e-12


@pytest.mark.parametrize("p", [0.5, 1.0, 1.5, 3.0, 3.9])
def test_plain_steps_contract(p: float) -> None:
    A = Tall("one dominating row", 24, 3).array
    residuals = lewis_weights(A, p, tolerance=1e-12, accelerated=False).residuals
    factor = 1 - p / 2 if p < 2 else 2 - 4 / p
    assert (residuals[1:] <= factor * residuals[:-1] + 1e-12).all()


def test_the_plain_fixed_point_is_the_textbooks() -> None:
    A, p = Tall("gaussian", 24, 3).array, 1.2
    w = np.ones(24)
    for _ in range(6):
        gram = A.T @ (w[:, None] ** (1 - 2 / p) * A)
        w = np.einsum("ij,jk,ik->i", A, np.linalg.inv(gram), A) ** (p / 2)
    result = lewis_weights(A, p, tolerance=0, max_iterations=6, accelerated=False)
    assert result.weights == pytest.approx(w, rel=1e-12)


@pytest.mark.parametrize("p", POWERS)
def test_nearly_machine_precision_is_reached(p: float) -> None:
    A = Tall("gaussian", 60, 4).array
    result = lewis_weights(A, p, tolerance=1e-14, max_iterations=5000)
    assert result.status == "converged"


def test_blocks_of_rows_give_the_same() -> None:
    A = Tall("cauchy", 40, 3).array

    def read() -> Iterator[Any]:
        yield A[:1]
        yield A[1:17]
        yield A[17:]

    one, other = lewis_weights(A, 1), lewis_weights(read, 1)
    assert other.weights == pytest.approx(one.weights, rel=1e-9)
    assert other.iterations == one.iterations


def test_rows_may_not_come_and_go() -> None:
    A, calls = np.eye(3), 0

    def read() -> Iterator[Any]:
        nonlocal calls
        calls += 1
        yield A[: 4 - calls]

    with pytest.raises(ValueError, match="A must have 3 rows whenever it is read, got 2"):
        lewis_weights(read, 1)
    with pytest.raises(TypeError, match="pass a function that returns a new iterator"):
        lewis_weights(iter([A]), 1)


@pytest.mark.parametrize("p", POWERS)
def test_scales_of_the_matrix_and_of_its_columns_are_immaterial(p: float) -> None:
    A = np.random.default_rng(0).normal(size=(30, 3))
    wanted = lewis_weights(A, p, tolerance=1e-11).weights
    for scale in (1e-150, 1e150, np.array([1e-140, 1.0, 1e140])):
        result = lewis_weights(A * scale, p, tolerance=1e-11)
        assert result.weights == pytest.approx(wanted, rel=1e-8)


@pytest.mark.parametrize("p", POWERS)
def test_zero_rows_duplicates_and_dependent_columns(p: float) -> None:
    A = np.random.default_rng(1).normal(size=(20, 3))
    A[:, 2] = A[:, 0] - A[:, 1]
    A[4], A[9] = 0.0, A[10]
    result = lewis_weights(A, p)
    assert result.rank == 2
    assert result.status == "converged"
    assert result.weights[4] == 0
    assert result.weights[9] == result.weights[10]
    assert result.weights.sum() == pytest.approx(2)


def test_degenerate_matrices() -> None:
    zero = lewis_weights(np.zeros((4, 2)), 1)
    assert (zero.weights.tolist(), zero.rank, zero.status) == ([0.0] * 4, 0, "converged")
    assert lewis_weights([[3.0, 4.0]], 0.7).weights == pytest.approx([1.0])
    assert lewis_weights(np.eye(4)[:3], 5).weights == pytest.approx([1.0] * 3)


def test_kinds_of_input() -> None:
    A = np.random.default_rng(1).integers(-3, 4, size=(20, 3))
    wanted = lewis_weights(A.astype(float), 1).weights
    locked = A.astype(float)
    locked.setflags(write=False)
    for one in (A, np.asfortranarray(A), locked, A.tolist(), sparse.csr_array(A)):
        assert lewis_weights(one, 1).weights == pytest.approx(wanted, rel=1e-9)
    assert lewis_weights(A.astype(np.float32), 1).weights == pytest.approx(wanted, rel=1e-5)


def test_the_error_bound_by_hand() -> None:
    assert lewis_error_bound(0.1, 0.5, 9) == 0.1
    assert lewis_error_bound(0.1, 3.0, 9) == pytest.approx(0.1 * 3)
    assert lewis_error_bound(0.1, 3.9, 4) == pytest.approx(0.1 * 1.95 * (1 + 0.95 * 2))
    assert lewis_error_bound(0.1, 6.0, 9) == pytest.approx(0.1 * 3 * 7)
    assert lewis_error_bound(math.inf, 3.0, 9) == math.inf
    assert lewis_error_bound(0.0, 1e300, 9) == 0
    assert lewis_weights([[1.0]], 1e300).error_bound == 0


@pytest.mark.parametrize(
    ("residual", "p", "rank", "kind", "words"),
    [
        (-1.0, 1, 1, ValueError, "residual must lie in"),
        (math.nan, 1, 1, ValueError, "residual must lie in"),
        (0.1, 0, 1, ValueError, "p must lie in"),
        (0.1, 5, -1, ValueError, "rank must be an integer from 0"),
        (0.1, 5, 1.5, TypeError, "rank must be an integer"),
    ],
)
def test_bad_arguments_of_the_error_bound_are_refused(
    residual: float, p: float, rank: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        lewis_error_bound(residual, p, rank)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"p": 0}, "p must lie in"),
        ({"p": -1.0}, "p must lie in"),
        ({"p": math.inf}, "p must lie in"),
        ({"p": math.nan}, "p must lie in"),
        ({"tolerance": -1e-9}, "tolerance must lie in"),
        ({"p": 5e-324}, r"p must lie in \[1e-300, 1e\+300\]"),
        ({"p": 1e308}, "p must lie in"),
        ({"max_iterations": -1}, "max_iterations must be an integer"),
        ({"A": [[1.0, math.nan]]}, "A must be finite"),
        ({"A": [1.0, 2.0]}, "A must be a matrix"),
        ({"A": np.empty((0, 2))}, "A must have at least one row"),
    ],
)
def test_bad_arguments_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {"A": np.eye(3), "p": 1.0, **changes}
    with pytest.raises(ValueError, match=words):
        lewis_weights(options.pop("A"), options.pop("p"), **options)


def test_the_matrix_is_never_held() -> None:
    """32 MB pass by, in blocks of 0.3 MB; four vectors of n entries stay."""
    n, d, height = 200_000, 20, 2_000
    row = np.random.default_rng(0).normal(size=(height, d))

    def read() -> Iterator[Any]:
        for k in range(n // height):
            yield row * (1 + k % 7)

    tracemalloc.start()
    result = lewis_weights(read, 1, tolerance=1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.status == "converged"
    assert peak < 10e6
