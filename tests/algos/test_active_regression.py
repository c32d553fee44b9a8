"""Active regression: labels, certificates, hostile labels and matrices."""

from __future__ import annotations

import pickle
from typing import Any, Literal

import numpy as np
import pandas
import pytest
from scipy import sparse

from algos.sketching import LabelError, active_regression

METHODS: tuple[Literal["pivotal", "independent"], ...] = ("pivotal", "independent")


class Labels:
    """Labels that count how often they are asked for."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values, dtype=float)
        self.asked: list[Any] = []

    def __call__(self, rows: Any) -> Any:
        self.asked.append(rows)
        return self.values[rows]


def problem(rows: int = 200, columns: int = 4, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    A = rng.standard_t(3, size=(rows, columns))
    return A, A @ np.arange(1.0, columns + 1) + rng.normal(size=rows)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("budget", [4, 10, 60, 200])
def test_labels_are_asked_once_and_within_the_budget(method: Any, budget: int) -> None:
    A, b = problem()
    for seed in range(5):
        labels = Labels(b)
        fit = active_regression(A, labels, budget, method=method, rng=seed)
        (asked,) = labels.asked
        assert np.unique(asked).tolist() == asked.tolist() == fit.rows.tolist()
        assert fit.labels_used == len(asked) <= budget
        assert method == "independent" or len(asked) == budget
        assert fit.labels.tolist() == b[asked].tolist()


@pytest.mark.parametrize("method", METHODS)
def test_the_fit_is_the_weighted_one(method: Any) -> None:
    A, b = problem()
    fit = active_regression(A, Labels(b), 40, method=method, rng=1)
    roots = np.sqrt(fit.weights)
    wanted = np.linalg.lstsq(roots[:, None] * A[fit.rows], roots * b[fit.rows])[0]
    np.testing.assert_allclose(fit.coefficients, wanted, rtol=1e-9)
    U = np.linalg.qr(A)[0]
    values = np.linalg.svd(roots[:, None] * U[fit.rows], compute_uv=False)
    assert fit.smallest_singular_value == pytest.approx(values[-1])
    leverage = (U**2).sum(axis=1)
    if method == "pivotal":
        np.testing.assert_allclose(fit.weights, 1 / fit.probabilities[fit.rows])
        assert fit.probabilities.sum() == pytest.approx(40)
        below = fit.probabilities < 1
        np.testing.assert_allclose(np.ptp(fit.probabilities[below] / leverage[below]), 0, atol=1e-9)
    else:
        np.testing.assert_allclose(fit.probabilities, leverage / 4)
        draws = fit.weights * 40 * fit.probabilities[fit.rows]
        np.testing.assert_allclose(draws, np.rint(draws))
        assert draws.sum() == pytest.approx(40)


@pytest.mark.parametrize("method", METHODS)
def test_the_distortion_is_the_worst_over_all_labels(method: Any) -> None:
    A, b = problem(60, 3)
    for seed in range(10):
        fit = active_regression(A, Labels(b), 6, method=method, rng=seed)
        solve = np.zeros((3, 60))  # from labels to coefficients
        roots = np.sqrt(fit.weights)
        solve[:, fit.rows] = np.linalg.pinv(roots[:, None] * A[fit.rows]) * roots
        least = np.linalg.norm(b - A @ np.linalg.lstsq(A, b)[0])
        excess = np.linalg.norm(b - A @ fit.coefficients)
        assert excess**2 <= fit.distortion * least**2
        wrong = A @ solve - np.eye(60)
        _, values, right = np.linalg.svd(wrong)
        assert fit.distortion == pytest.approx(values[0] ** 2)
        hard = right[0]  # labels that attain it
        other = active_regression(A, Labels(hard), 6, method=method, rng=seed)
        least = np.linalg.norm(hard - A @ np.linalg.lstsq(A, hard)[0])
        excess = np.linalg.norm(hard - A @ other.coefficients)
        assert excess**2 == pytest.approx(fit.distortion * least**2)


def test_all_labels_give_least_squares() -> None:
    A, b = problem()
    fit = active_regression(A, Labels(b), 200)
    np.testing.assert_allclose(fit.coefficients, np.linalg.lstsq(A, b)[0])
    assert fit.distortion == pytest.approx(1)
    assert fit.smallest_singular_value == pytest.approx(1)


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_scales(scale: float) -> None:
    A, b = problem()
    plain = active_regression(A, Labels(b), 20, rng=0)
    fit = active_regression(A * scale, Labels(b * scale), 20, rng=0)
    np.testing.assert_allclose(fit.coefficients, plain.coefficients, rtol=1e-8)
    assert fit.rows.tolist() == plain.rows.tolist()


def test_every_form_of_the_matrix_gives_the_same_fit() -> None:
    A, b = problem()
    A.setflags(write=False)
    wanted = active_regression(A, Labels(b), 20, tree="order", rng=0)
    for form in (
        np.asfortranarray(A),
        sparse.csr_array(A),
        A.tolist(),
        lambda: iter([A[:33], A[33:150], A[150:]]),
    ):
        fit = active_regression(form, Labels(b), 20, tree="order", rng=0)
        np.testing.assert_allclose(fit.coefficients, wanted.coefficients, rtol=1e-9)
        assert fit.rows.tolist() == wanted.rows.tolist()
    single = active_regression(A.astype(np.float32), Labels(b), 20, tree="order", rng=0)
    np.testing.assert_allclose(single.coefficients, wanted.coefficients, rtol=1e-4)


def test_integers_and_booleans_are_numbers() -> None:
    rng = np.random.default_rng(0)
    for A in (rng.integers(-3, 4, (50, 3)), rng.random((50, 3)) < 0.5):
        b = A @ [1.0, 2.0, 3.0]
        for method in METHODS:
            fit = active_regression(A, Labels(b), 20, method=method, rng=0)
            np.testing.assert_allclose(fit.coefficients, [1, 2, 3])


def test_rank_deficient_samples_say_so() -> None:
    A, b = problem()
    for method in METHODS:
        fit = active_regression(A, Labels(b), 3, method=method, rng=0)
        assert fit.status == "rank deficient"
        assert fit.distortion == np.inf
        assert fit.smallest_singular_value == 0
        assert np.isfinite(fit.coefficients).all()


def test_rows_that_are_alike_up_to_rounding_determine_one_direction() -> None:
    A = np.random.default_rng(0).normal(size=(2, 2))[np.arange(40) % 2]
    found = set()
    for seed in range(20):
        fit = active_regression(A, Labels(np.ones(40)), 3, method="independent", rng=seed)
        wanted = "solved" if len({*(fit.rows % 2)}) == 2 else "rank deficient"
        assert fit.status == wanted
        found.add(wanted)
    assert len(found) == 2


def test_the_callback_may_write_on_its_indices() -> None:
    def labels(rows: Any) -> Any:
        given = b[rows]
        rows[:] = -1
        return given

    A, b = problem()
    wanted = active_regression(A, Labels(b), 20, rng=0)
    assert active_regression(A, labels, 20, rng=0).rows.tolist() == wanted.rows.tolist()


def test_dependent_columns_and_zero_rows() -> None:
    A, b = problem()
    A = np.vstack([np.column_stack([A, A[:, 0]]), np.zeros((50, 5))])
    b = np.concatenate([b, np.ones(50)])
    for method in METHODS:
        fit = active_regression(A, Labels(b), 30, method=method, rng=0)
        assert (fit.rank, fit.status) == (4, "solved")
        assert fit.rows.max() < 200
        best = np.linalg.norm(b - A @ np.linalg.lstsq(A, b)[0]) ** 2
        assert best <= np.linalg.norm(b - A @ fit.coefficients) ** 2 <= fit.distortion * best


def test_a_zero_matrix_needs_no_labels() -> None:
    labels = Labels(np.ones(9))
    for method in METHODS:
        fit = active_regression(np.zeros((9, 2)), labels, 5, method=method)
        assert fit.coefficients.tolist() == [0, 0]
        assert (fit.status, fit.distortion, labels.asked) == ("solved", 1, [])


def test_one_row_and_one_dominating_row() -> None:
    fit = active_regression([[2.0]], Labels([3.0]), 1)
    assert fit.coefficients.tolist() == [1.5]
    A = np.ones((50, 1))
    A[7] = 1e9
    for seed in range(5):
        assert 7 in active_regression(A, Labels(np.ones(50)), 3, rng=seed).rows


@pytest.mark.parametrize(
    "answer",
    [
        lambda rows: np.full(len(rows), np.nan),
        lambda rows: np.ones(len(rows) + 1),
        lambda rows: np.ones((len(rows), 1)),
        lambda rows: 1.0,
        lambda rows: None,
        lambda rows: [1j] * len(rows),
        lambda rows: ["a"] * len(rows),
    ],
)
def test_labels_that_cannot_be_used(answer: Any) -> None:
    A, _ = problem()
    with pytest.raises(LabelError, match="the indices are") as caught:
        active_regression(A, answer, 7, rng=0)
    assert len(caught.value.indices) == 7
    assert len(str(LabelError("wrong", np.arange(10**6), None))) < 200


def test_label_errors_survive_pickling() -> None:
    error = LabelError("no labels", np.array([3, 5]), "nothing")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "no labels; the indices are [3 5]"
    assert (copy.indices.tolist(), copy.values) == ([3, 5], "nothing")


def test_fits_that_overflow_say_so() -> None:
    A, _ = problem()
    for signs in (np.ones(200), (-1.0) ** np.arange(200)):
        with pytest.raises(LabelError, match="overflows"):
            active_regression(1e-3 * A, Labels(1e308 * signs), 10, rng=0)


@pytest.mark.parametrize("heights", [(200, 190), (200, 210), (200, 200, 100)])
@pytest.mark.parametrize("method", METHODS)
def test_rows_that_come_and_go_are_noticed(heights: tuple[int, ...], method: Any) -> None:
    A, b = np.tile(problem()[0], (2, 1)), np.ones(400)
    passes = iter(heights)
    labels = Labels(b)
    with pytest.raises(ValueError, match="A must have 200 rows whenever it is read"):
        active_regression(lambda: iter([A[: next(passes)]]), labels, 150, method=method, rng=0)
    assert labels.asked == []


def test_tables_are_split_like_arrays() -> None:
    A, b = problem()
    wanted = active_regression(A, Labels(b), 20, tree="pca", rng=0)
    found = active_regression(pandas.DataFrame(A), Labels(b), 20, tree="pca", rng=0)
    assert found.rows.tolist() == wanted.rows.tolist()


def test_errors_of_the_callback_pass_through() -> None:
    def labels(rows: Any) -> Any:
        rows[:] = -1
        raise RuntimeError("no label today")

    with pytest.raises(RuntimeError, match="no label today"):
        active_regression(problem()[0], labels, 7)


@pytest.mark.parametrize(
    ("A", "options", "error", "match"),
    [
        ([[np.nan]], {}, ValueError, "A must be finite"),
        ([[np.inf]], {}, ValueError, "A must be finite"),
        (np.ones((0, 2)), {}, ValueError, "at least one row"),
        (np.ones(3), {}, ValueError, "single column"),
        (np.ones((3, 1)) * 1j, {}, TypeError, "real numbers"),
        ([[None]], {}, TypeError, "real numbers"),
        (np.ones((3, 1)), {"budget": 0}, ValueError, "budget must be"),
        (np.ones((3, 1)), {"budget": 4}, ValueError, "at most the number of rows, 3, got 4"),
        (np.ones((3, 1)), {"budget": 1.5}, TypeError, "budget must be an integer"),
        (np.ones((3, 1)), {"budget": True}, ValueError, "budget must be"),
        (np.ones((3, 1)), {"method": "lucky"}, ValueError, "method must be"),
        (np.ones((3, 1)), {"labels": 3}, TypeError, "labels must be a function"),
        (np.ones((3, 1)), {"tree": "oak"}, ValueError, "tree must be"),
        (np.ones((3, 1)), {"tree": "oak", "method": "independent"}, ValueError, "tree must be"),
        (np.zeros((3, 1)), {"tree": "oak"}, ValueError, "tree must be"),
        (np.ones((3, 1)), {"coordinates": np.ones((2, 1))}, ValueError, "must have 3 rows"),
        (iter([np.ones((3, 1))]), {}, TypeError, "returns a new iterator"),
        (lambda: iter([np.ones((3, 1))]), {"tree": "pca"}, ValueError, "needs coordinates"),
    ],
)
def test_bad_arguments(A: Any, options: Any, error: type[Exception], match: str) -> None:
    labels = Labels(np.ones(3))
    options = {"labels": labels, "budget": 1, **options}
    with pytest.raises(error, match=match):
        active_regression(A, **options)
    assert labels.asked == []
