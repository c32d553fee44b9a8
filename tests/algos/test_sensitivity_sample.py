"""Sampling by sensitivities: draws, weights, forms of the matrix and hostile input."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.sketching import sensitivity_sample
from algos.sketching._sampling_draw import draw
from algos.sketching._sampling_scores import (
    RowScores,
    even_blocks,
    quadratic_scores,
)
from proofs_checks.sketching.matrices import KINDS, Tall


def scores_of(A: Any, p: float, **options: Any) -> Any:
    """Give all rows' scores."""
    return quadratic_scores([(0, A)], p, **options).of(0, A)


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 2.5])
def test_weights_are_counts_over_expected_counts(p: float) -> None:
    A = Tall("gaussian", 100, 3).array
    sample = sensitivity_sample(A, p, size=80, rng=3)
    scores = scores_of(A, p)
    assert sample.counts.sum() == sample.size == 80
    assert sample.probabilities == pytest.approx(scores[sample.rows] / scores.sum())
    assert sample.weights == pytest.approx(sample.counts / (80 * sample.probabilities))
    assert (sample.matrix == A[sample.rows]).all()
    assert (np.diff(sample.rows) > 0).all()
    assert sample.p == p


def test_the_draws_are_the_places_of_sorted_uniforms() -> None:
    A = Tall("gaussian", 50, 2).array
    sample = sensitivity_sample(A, 1, size=30, rng=5)
    cumulated = np.cumsum(scores_of(A, 1.0))
    rows = np.searchsorted(cumulated, np.random.default_rng(5).random(30) * cumulated[-1])
    assert sample.rows.repeat(sample.counts).tolist() == sorted(rows.tolist())


def test_a_row_alone_is_drawn_always() -> None:
    sample = sensitivity_sample([[2.0]], 1.5, size=7, rng=0)
    assert sample.rows.tolist() == [0]
    assert sample.counts.tolist() == [7]
    assert sample.weights == pytest.approx([1.0])
    assert sample.ratios == pytest.approx((1.0, 1.0))


def test_zero_rows_are_never_drawn() -> None:
    A = np.zeros((40, 2))
    A[[7, 31]] = np.eye(2)
    for p in (0.5, 1, 2, 4):
        sample = sensitivity_sample(A, p, size=100, rng=1)
        assert sample.rows.tolist() == [7, 31]


def chunked(A: Any, heights: list[int]) -> Any:
    """Give a function that returns blocks of these heights, again and again."""

    def blocks() -> Any:
        first = 0
        for height in itertools.cycle(heights):
            if first >= len(A):
                return
            yield A[first : first + height]
            first += height

    return blocks


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
def test_the_same_seed_gives_the_same_rows_however_they_come(p: float, tmp_path: Path) -> None:
    da = pytest.importorskip("dask.array")
    A = Tall("cauchy", 3000, 5).array
    np.save(tmp_path / "A.npy", A)
    forms = [
        A,
        np.asfortranarray(A),
        np.load(tmp_path / "A.npy", mmap_mode="r"),
        da.from_array(A, chunks=(701, 5)),
        da.from_array(A, chunks=(1000, 2)),
        sparse.csr_array(A),
        chunked(A, [1, 2, 3, 500]),
        chunked(A, [2999]),
        A.tolist(),
    ]
    samples = [sensitivity_sample(form, p, size=200, rng=11) for form in forms]
    for sample in samples[1:]:
        assert (sample.rows == samples[0].rows).all()
        assert (sample.weights == samples[0].weights).all()
        assert (sample.matrix == samples[0].matrix).all()


def test_blocks_are_cut_anew_without_losing_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("algos.sketching._sampling_scores.BLOCK", 20)
    A = np.arange(106.0).reshape(53, 2)
    for heights in ([53], [1], [3, 7], [10], [11], [25]):
        blocks = [(0, block) for block in chunked(A, heights)()]
        even = list(even_blocks(blocks))
        assert [first for first, _ in even] == [0, 10, 20, 30, 40, 50]
        assert (np.vstack([rows for _, rows in even]) == A).all()


def test_blocks_may_be_written_over_by_the_next() -> None:
    A = Tall("gaussian", 98, 3).array

    def blocks() -> Any:
        space = np.empty((7, 3))
        for first in range(0, len(A), 7):
            space[:] = A[first : first + 7]
            yield space

    one, other = (sensitivity_sample(form, 1, size=50, rng=1) for form in (A, blocks))
    assert (one.rows == other.rows).all()
    assert (one.weights == other.weights).all()


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0])
def test_small_rows_with_a_direction_of_their_own_are_not_lost(p: float) -> None:
    A = np.ones((1001, 2))
    A[1000] = 0, 1e-14
    sample = sensitivity_sample(A, p, size=100, rng=1)
    assert sample.rank == 2
    assert sample.rows[-1] == 1000
    assert sample.probabilities[-1] * sample.total >= 1 - 1e-9


def test_single_precision_stays() -> None:
    A = Tall("gaussian", 200, 3).array.astype(np.float32)
    sample = sensitivity_sample(A, 1, size=50, rng=1)
    assert sample.matrix.dtype == np.float32
    assert sample.weights.dtype == np.float64
    assert (sample.matrix == A[sample.rows]).all()


@pytest.mark.parametrize("p", [1 / 64, 64.0])
@pytest.mark.parametrize("kind", KINDS)
def test_extreme_exponents(p: float, kind: str) -> None:
    A = Tall(kind, 500, 3).array
    with np.errstate(all="raise", under="ignore"):
        sample = sensitivity_sample(A, p, size=100, rng=1, directions=100)
    assert np.isfinite(sample.weights).all()
    assert sample.total >= 1


@pytest.mark.parametrize("scale", [1e-150, 1e150])
@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0])
def test_scales_do_not_matter(scale: float, p: float) -> None:
    A = Tall("gaussian", 100, 3).array
    one, other = (sensitivity_sample(B, p, size=60, rng=2, directions=30) for B in (A, A * scale))
    assert (one.rows == other.rows).all()
    assert one.weights == pytest.approx(other.weights)
    assert one.ratios is not None
    assert other.ratios == pytest.approx(one.ratios)


def test_places_that_rounding_leaves_beyond_the_sum_belong_to_the_last_row() -> None:
    class Places:
        def random(self, size: int) -> Any:
            return np.array([0.1, 0.9, 1 - 1e-8])[:size]

    blocks = [(0, np.eye(3))]
    coordinates = quadratic_scores(blocks, 1.0).coordinates
    given = np.array([1.0, 1.0, 0.0])
    scores = RowScores(coordinates, 1.0, 0.0, 2 * (1 + 9e-7), 3, given=given)
    rng: Any = Places()
    rows, counts, chances, _ = draw(blocks, scores, 3, rng)
    assert (rows.tolist(), counts.tolist()) == ([0, 1], [1, 2])
    assert chances == pytest.approx([0.5, 0.5], rel=1e-5)


def test_the_callers_array_is_left_alone() -> None:
    A = Tall("gaussian", 30, 3).array.copy()
    before = A.copy()
    sample = sensitivity_sample(A, 1, size=10, rng=1)
    sample.matrix[:] = 0
    assert np.array_equal(A, before)


def test_integers_and_booleans_are_numbers() -> None:
    for A in (np.eye(3, dtype=int).repeat(4, axis=0), np.eye(3, dtype=bool).repeat(4, axis=0)):
        sample = sensitivity_sample(A, 1, size=10, rng=1)
        assert sample.matrix.dtype == np.float64


def test_a_function_that_changes_its_mind_is_refused() -> None:
    calls = itertools.count(1)

    def blocks() -> Any:
        k = next(calls)
        yield np.eye(2) if k < 3 else np.diag([1.0, 5.0])

    with pytest.raises(ValueError, match="A must be the same at every pass"):
        sensitivity_sample(blocks, 1, size=3)


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"A": [[math.nan, 1.0]]}, ValueError, r"A must be finite, got nan at \(0, 0\)"),
        ({"A": [[1.0], [math.inf]]}, ValueError, r"A must be finite, got inf at \(1, 0\)"),
        ({"A": np.zeros((0, 3))}, ValueError, "A must have at least one row"),
        ({"A": np.zeros((3, 0))}, ValueError, "A must have at least one column"),
        ({"A": [1.0, 2.0]}, ValueError, "A must be a matrix"),
        ({"A": np.zeros((3, 2))}, ValueError, "A must hold a number other than 0"),
        ({"A": [[1j]]}, TypeError, "A must be a matrix of real numbers"),
        ({"A": [["a"]]}, TypeError, "A must be a matrix of real numbers"),
        ({"A": [[object()]]}, TypeError, "A must be a matrix of real numbers"),
        ({"p": 0}, ValueError, "p must lie in"),
        ({"p": -1.0}, ValueError, "p must lie in"),
        ({"p": math.inf}, ValueError, "p must lie in"),
        ({"p": 65}, ValueError, "p must lie in"),
        ({"p": 0.01}, ValueError, "p must lie in"),
        ({"p": math.nan}, ValueError, "p must lie in"),
        ({"p": "1"}, TypeError, "p must be a number"),
        ({"size": 0}, ValueError, "size must be an integer from 1"),
        ({"size": 2.5}, TypeError, "size must be an integer"),
        ({"size": None}, ValueError, "one of size and distortion must be given"),
        ({"distortion": 0.5}, ValueError, "one of size and distortion must be given"),
        ({"size": None, "distortion": 1.0}, ValueError, "distortion must lie in"),
        ({"failure_probability": 0}, ValueError, "failure_probability must lie in"),
        ({"scores": "uniform"}, ValueError, "scores must be one of lewis"),
        ({"scores": "root_leverage", "p": 2}, ValueError, "need p < 2"),
        ({"scores": "recursive_root_leverage", "p": 3}, ValueError, "need p < 2"),
        ({"scores": "l2_augmented", "p": 3}, ValueError, r"need p in \[1, 2\]"),
        ({"scores": "leverage_plus_sensitivity", "p": 2}, ValueError, "need p > 2"),
        ({"scores": [1.0]}, ValueError, "scores must have one number a row, 2, got 1"),
        ({"scores": [1.0, -1.0]}, ValueError, "scores must be at least 0"),
        ({"scores": [0.0, 0.0]}, ValueError, "scores must be at least 0"),
        ({"scores": [0.4, 0.5]}, ValueError, "sum to at least 1 .*, got the sum 0.9"),
        ({"scores": [1e308, 1e308]}, ValueError, "got the sum inf"),
        ({"size": 10**12}, ValueError, "size must be an integer from 1 to 268435456"),
        (
            {"size": None, "distortion": 1e-5},
            ValueError,
            "distortion must be one that 268435456 draws reach, got 1e-05, which takes",
        ),
        ({"scores": [math.nan, 1.0]}, ValueError, "scores must be finite"),
        ({"directions": -1}, ValueError, "directions must be an integer from 0 to 1048576"),
        ({"directions": 2**31}, ValueError, "directions must be an integer from 0 to 1048576"),
    ],
)
def test_bad_arguments_are_refused(
    changes: dict[str, Any], kind: type[Exception], words: str
) -> None:
    options: dict[str, Any] = {"A": [[1.0, 0.0], [0.0, 1.0]], "p": 1.0, "size": 5, **changes}
    with pytest.raises(kind, match=words):
        sensitivity_sample(**options)
