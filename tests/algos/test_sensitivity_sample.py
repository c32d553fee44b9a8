"""Sampling by sensitivities: scores, sizes, chunks, certificates and hostile input."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import linalg, sparse

from algos.sketching import sample_size, sensitivity_sample
from algos.sketching._sample_size import guaranteed_distortion, guaranteed_error
from algos.sketching._sampling_cones import cones
from algos.sketching._sampling_distortion import unit_directions
from algos.sketching._sampling_draw import draw
from algos.sketching._sampling_scores import (
    RowScores,
    even_blocks,
    leverage_rounds,
    quadratic_scores,
)
from proofs_checks.sketching.matrices import HARD, KINDS, Tall


def sensitivities(A: Any, p: float) -> Any:
    """Maximise over all x orthogonal to d − 1 rows (exact for p ≤ 1), and some more."""
    d = A.shape[1]
    rows = np.unique(A, axis=0)
    xs = [
        linalg.null_space(rows[list(k)]).T for k in itertools.combinations(range(len(rows)), d - 1)
    ]
    x = np.vstack([*xs, np.random.default_rng(0).normal(size=(2000, d)), np.linalg.pinv(A).T])
    values = np.abs(A @ x.T) ** p
    return (values / values.sum(axis=0)).max(axis=1)


def scores_of(A: Any, p: float, **options: Any) -> Any:
    """Give all rows' scores."""
    return quadratic_scores([(0, A)], p, **options).of(0, A)


@pytest.mark.parametrize("p", [0.5, 1.0, 1.5, 2.0, 3.0, 6.0])
@pytest.mark.parametrize("rounds", [1, 2, None])
@pytest.mark.parametrize("kind", ["gaussian", "one dominating row", "cauchy", "integers"])
def test_the_scores_of_every_round_bound_the_sensitivities(
    p: float, rounds: int | None, kind: str
) -> None:
    A = Tall(kind, 14, 3).array
    assert (scores_of(A, p, rounds=rounds) >= sensitivities(A, p) * (1 - 1e-9)).all()


@pytest.mark.parametrize("p", [0.5, 1.0, 1.7, 2.0, 3.0, 4.0, 8.0])
@pytest.mark.parametrize("kind", KINDS)
def test_the_total_is_near_its_limit(p: float, kind: str) -> None:
    scores = quadratic_scores([(0, Tall(kind, 200, 4).array)], p)
    limit = scores.coordinates.rank ** max(1.0, p / 2)
    assert 1 <= scores.total <= 1.05 * limit


def test_a_weight_counts_as_so_many_rows() -> None:
    A = Tall("gaussian", 20, 3).array
    weights = np.arange(1.0, 21)
    copies = A.repeat(np.arange(1, 21), axis=0)
    for p in (0.5, 1.0, 3.0):
        weighted = scores_of(A, p, weights=weights) / weights
        assert weighted.repeat(np.arange(1, 21)) == pytest.approx(scores_of(copies, p), rel=1e-6)


def test_leverages_to_the_power_and_their_rounds() -> None:
    A = Tall("cauchy", 300, 4, 1).array
    leverage = (np.linalg.qr(A)[0] ** 2).sum(axis=1)
    sample = sensitivity_sample(A, 1, scores="root_leverage", size=50, rng=0)
    q = np.sqrt(leverage) / np.sqrt(leverage).sum()
    assert sample.probabilities == pytest.approx(q[sample.rows])
    assert sample.total <= math.sqrt(300 * 4)
    assert leverage_rounds(300, 4, 1.0) == 3
    again = sensitivity_sample(A, 1, scores="recursive_root_leverage", size=50, rng=0)
    assert again.total <= math.e * 4


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


def test_scores_of_the_callers() -> None:
    A = Tall("gaussian", 10, 2).array
    scores = np.arange(10.0)
    sample = sensitivity_sample(A, 1, scores=scores, size=1000, rng=1)
    assert 0 not in sample.rows
    assert sample.total == 45
    assert sample.probabilities == pytest.approx(scores[sample.rows] / 45)


@pytest.mark.parametrize("p", [0.5, 1.0, 1.5, 2.0, 3.0])
def test_exact_sensitivities_and_what_is_added_to_them(p: float) -> None:
    A = Tall("cauchy", 12, 2, 3).array
    exact = sensitivities(A, p)
    sample = sensitivity_sample(A, p, scores="sensitivity", size=40, rng=1)
    assert sample.total == pytest.approx(exact.sum(), rel=1e-2)
    assert sample.probabilities == pytest.approx(exact[sample.rows] / exact.sum(), rel=2e-2)
    if p >= 1:
        kind: Any = "l2_augmented" if p <= 2 else "leverage_plus_sensitivity"
        more = sensitivity_sample(A, p, scores=kind, size=40, rng=1)
        assert more.total == pytest.approx(sample.total + 2)
        both = exact + (np.linalg.qr(A)[0] ** 2).sum(axis=1)
        assert more.probabilities == pytest.approx(both[more.rows] / both.sum(), rel=2e-2)


def test_sensitivities_need_the_whole_matrix() -> None:
    with pytest.raises(TypeError, match="A must be a whole matrix for scores by sensitivity"):
        sensitivity_sample(lambda: iter([np.eye(2)]), 1, scores="sensitivity", size=3)


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


@pytest.mark.parametrize(("name", "case"), HARD)
def test_the_eigenvalues_are_the_generalised_ones(name: str, case: Tall) -> None:
    A = np.array(case.array)
    if name == "rank deficient":
        A = A[:, :-1]
    if name == "badly scaled columns":
        A = A / np.linalg.norm(A, axis=0)
    sample = sensitivity_sample(A, 2, size=30, rng=1)
    gram = sample.matrix.T @ (sample.weights[:, None] * sample.matrix)
    values = linalg.eigh(gram, A.T @ A, eigvals_only=True)
    assert sample.ratios == pytest.approx(np.sqrt([values[0], values[-1]]), rel=1e-6)
    assert sample.certificate == "eigenvalues"


@pytest.mark.parametrize("p", [0.5, 1.0, 1.5, 3.0])
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["gaussian", "cauchy", "stacked identities"])
def test_the_grid_encloses_what_random_directions_show(p: float, rank: int, kind: str) -> None:
    A = Tall(kind, 60, rank).array
    sample = sensitivity_sample(A, p, size=40, rng=1, directions=3000)
    assert sample.ratios is not None
    x = np.random.default_rng(2).normal(size=(rank, 5000))
    whole = (np.abs(A @ x) ** p).sum(axis=0)
    ratios = (sample.weights @ np.abs(sample.matrix @ x) ** p / whole) ** (1 / max(p, 1))
    assert sample.ratios[0] <= ratios.min() + 1e-12
    assert ratios.max() <= sample.ratios[1] + 1e-12
    if p >= 1:
        assert sample.ratios == pytest.approx((ratios.min(), ratios.max()), rel=0.1)


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 10.0])
@pytest.mark.parametrize("seed", range(20))
def test_the_ratios_enclose_rounding_as_well(p: float, seed: int) -> None:
    """Columns that nearly depend on each other, judged in extended precision."""
    rng = np.random.default_rng(seed)
    d, n = rng.integers(1, 4), rng.integers(5, 60)
    u, _, v = np.linalg.svd(rng.normal(size=(d, d)))
    A = rng.normal(size=(n, d)) @ (u * np.geomspace(1, 10.0 ** -rng.uniform(0, 13), d)) @ v
    sample = sensitivity_sample(A, p, size=int(rng.integers(3, 80)), rng=seed, directions=500)
    assert sample.rank == d
    assert sample.ratios is not None
    x = (np.linalg.inv(np.linalg.qr(A)[1]) @ rng.normal(size=(d, 2000))).astype(np.longdouble)
    whole = (np.abs(A @ x) ** p).sum(axis=0)
    ratios = (sample.weights @ np.abs(sample.matrix @ x) ** p / whole) ** (1 / max(p, 1))
    assert sample.ratios[0] <= ratios.min()
    assert ratios.max() <= sample.ratios[1]


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0])
def test_rounding_widens_the_ratios(p: float, monkeypatch: pytest.MonkeyPatch) -> None:
    A = Tall("gaussian", 60, 1).array
    before = sensitivity_sample(A, p, size=40, rng=1).ratios
    for module in ("_sampling_cones", "_sampling_distortion"):
        monkeypatch.setattr(f"algos.sketching.{module}.rounding", lambda coordinates: 0.01)
    after = sensitivity_sample(A, p, size=40, rng=1).ratios
    assert before is not None
    assert after is not None
    assert after[0] < before[0] * 0.99
    assert after[1] > before[1] * 1.01


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


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_no_direction_is_farther_from_the_grid_than_told(rank: int) -> None:
    grid, mesh = unit_directions(rank, 48)
    x = np.random.default_rng(0).normal(size=(4000, rank))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    squares = np.maximum(2 - 2 * np.abs(x @ grid.T), 0).min(axis=1)
    assert np.sqrt(squares.max()) <= mesh + 1e-7
    assert np.linalg.norm(grid, axis=1) == pytest.approx(np.ones(len(grid)))


@pytest.mark.parametrize("rank", [2, 3])
def test_the_cones_cover_a_half_space(rank: int) -> None:
    edges, cells = cones(rank, 30)
    simplices = [cells] if rank == 2 else [cells[:, :3], cells[:, 1:]]  # halves of squares
    inverses = np.linalg.inv(edges[np.vstack(simplices)])
    y = np.random.default_rng(0).normal(size=(2000, rank))
    shares = np.einsum("yr,srk->ysk", y, inverses)
    inside = (shares >= -1e-12).all(axis=2) | (shares <= 1e-12).all(axis=2)
    assert inside.any(axis=1).all()


def test_beyond_rank_three_there_is_a_reason_instead() -> None:
    A = Tall("gaussian", 60, 4).array
    sample = sensitivity_sample(A, 1, size=40, rng=1)
    assert sample.ratios is None
    assert "rank 4 exceeds 3" in sample.certificate
    asked = sensitivity_sample(A[:, :3], 1, size=40, rng=1, directions=0)
    assert asked.ratios is None
    assert sensitivity_sample(A, 2, size=40, rng=1).ratios is not None


@pytest.mark.parametrize("p", [0.5, 1.0, 1.5, 2.0, 3.0])
def test_the_size_suffices_by_hand(p: float) -> None:
    """The net's constants, looked through one by one."""
    eps, delta, total, d = 0.4, 0.1, 5.0, 3
    power = max(p, 1.0)
    best = math.inf
    for e in np.linspace(0.005, 0.995, 400):
        for eta in eps * np.geomspace(1e-3, 0.5, 150):
            upper = (1 + e) ** (1 / power) / (1 - eta)
            if upper <= 1 + eps and (1 - e) ** (1 / power) - eta * upper >= 1 - eps:
                points = d / min(p, 1) * math.log(1 + 2 / eta)
                best = min(best, 2 * total * (1 + e / 3) / e**2 * (points + math.log(2 / delta)))
    if p == 2:
        e = 2 * eps - eps**2
        best = 2 * total * (1 + e / 3) / e**2 * math.log(2 * d / delta)
    size = sample_size(total, d, p, distortion=eps, failure_probability=delta)
    assert size == pytest.approx(best, rel=0.02)


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 3.0])
def test_the_guarantee_inverts_the_size(p: float) -> None:
    size = sample_size(4.0, 3, p, distortion=0.3, failure_probability=0.01)
    assert guaranteed_distortion(4.0, 3, p, size, 0.01) == pytest.approx(0.3, abs=2e-3)
    assert guaranteed_distortion(4.0, 3, p, 2, 0.01) == math.inf
    error = guaranteed_error(4.0, size, 0.01)
    tail = 2 * math.exp(-size * error**2 / (8 * (1 + error / 3)))
    assert tail == pytest.approx(0.01)


def test_a_wanted_distortion_sets_the_size() -> None:
    A = Tall("gaussian", 100, 3).array
    sample = sensitivity_sample(A, 1, distortion=0.5, rng=1)
    assert sample.size == sample_size(sample.total, 3, 1, distortion=0.5)
    assert sample.distortion == pytest.approx(0.5, abs=1e-2)
    assert sample.size > 100  # with replacement: more draws than rows


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


def test_an_iterator_is_refused_with_the_way_out() -> None:
    with pytest.raises(TypeError, match="or feed the blocks to a Coreset"):
        sensitivity_sample(iter([np.eye(2)]), 1, size=3)


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
        ({"directions": -1}, ValueError, "directions must be an integer from 0"),
    ],
)
def test_bad_arguments_are_refused(
    changes: dict[str, Any], kind: type[Exception], words: str
) -> None:
    options: dict[str, Any] = {"A": [[1.0, 0.0], [0.0, 1.0]], "p": 1.0, "size": 5, **changes}
    with pytest.raises(kind, match=words):
        sensitivity_sample(**options)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"total": 0.5}, "total must lie in"),
        ({"dimension": 0}, "dimension must be an integer"),
        ({"p": 0}, "p must lie in"),
        ({"distortion": 1}, "distortion must lie in"),
        ({"failure_probability": 1.0}, "failure_probability must lie in"),
        ({"distortion": 1e-200}, "fewer than 2\\^62 draws"),
        ({"total": 1e300}, "fewer than 2\\^62 draws"),
    ],
)
def test_bad_sizes_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {"total": 3, "dimension": 3, "p": 1, "distortion": 0.5, **changes}
    with pytest.raises(ValueError, match=words):
        sample_size(**options)
