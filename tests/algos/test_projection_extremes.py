"""Project and forget and the metrics at extreme scales, with rounding, and with odd oracles."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial.distance import pdist, squareform

from algos.iterations import (
    correlation_clustering,
    metric_learning,
    metric_nearness,
    project_and_forget,
    sparse_metric_nearness,
)
from algos.iterations._active_rows import Rows
from algos.iterations._sparse_metric_nearness import _Graph, _repaired


def listed(rows: Any, bounds: Any) -> Any:
    """Look the violated rows of a short list up."""
    matrix, limits = sparse.csr_array(np.atleast_2d(np.array(rows, float))), np.array(bounds, float)

    def oracle(x: Any) -> Any:
        violated = matrix @ x > limits
        return matrix[violated], limits[violated]

    return oracle


# --- project and forget ----------------------------------------------------------------------


def test_a_silent_oracle_and_a_repair_that_moves_the_point() -> None:
    """x is a solution itself, so its own divergence is an upper value."""
    silent: Any = sparse.csr_array((0, 2)), []
    result = project_and_forget(lambda x: silent, [1.0, 1.0], repair=lambda x, v: 0.9 * x)
    assert (result.status, result.oracle_calls) == ("converged", 1)
    assert (result.value, result.upper_value) == (0.0, 0.0)


@pytest.mark.parametrize(("small", "shift"), [(5e-13, 4e-9), (5e-13, 1e-8), (1e-13, 1e-8)])
def test_solutions_of_moderate_size_are_not_excluded(small: float, shift: float) -> None:
    """x1 <= (1 + small) x2 + 1 and x2 <= x1 - 1 - shift hold for x2 = 2 shift / small <= 2e5."""
    rows, bounds = [[1, -(1 + small)], [-1, 1]], [1, -1 - shift]
    far = 2 * shift / small
    assert (np.array(rows) @ [far + 1 + 1.5 * shift, far] <= bounds).all()
    result = project_and_forget(listed(rows, bounds), [0.0, 0.0], tolerance=1e-12, max_calls=100)
    assert result.status != "infeasible"


def test_a_certificate_excludes_what_the_text_says() -> None:
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(30):
        rows = rng.integers(-3, 4, (3, 4)).astype(float)
        rows, bounds = np.vstack([rows, -rows.sum(axis=0)]), np.array([1.0, 2, 3, -6.5])
        start = rng.normal(size=4)
        result = project_and_forget(listed(rows, bounds), start, max_calls=300)
        if result.farkas is not None:
            matrix, limits, y = result.farkas
            left = np.abs(matrix.T @ y).max()
            assert -(limits @ y) > 1e8 * (1 + np.abs(result.x).sum()) * left
            found += 1
    assert found >= 15


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e3, 1e9])
@pytest.mark.parametrize("what", ["weights", "rows"])
def test_the_entropy_does_not_depend_on_units(scale: float, what: str) -> None:
    """(3, 1) goes to the simplex, whatever the unit of the weights or of the row."""
    row, weight = (scale, 1.0) if what == "rows" else (1.0, scale)
    result = project_and_forget(
        listed([row, row], [row]),
        [3.0, 1.0],
        weights=[weight, weight],
        generator="entropy",
        tolerance=1e-12 * row,
    )
    assert (result.status, result.oracle_calls) == ("converged", 2)
    assert result.x == pytest.approx([0.75, 0.25], abs=1e-12)
    assert result.dual_value == pytest.approx(weight * (3 - math.log(4)), rel=1e-12)


@pytest.mark.parametrize("scale", [1.0, 1e16, 1e20, 1e99])
def test_rows_with_huge_numbers_are_told_apart(scale: float) -> None:
    result = project_and_forget(
        listed([[1, 0], [0, 1]], [scale, scale]), [2 * scale, 3 * scale], tolerance=1e-6 * scale
    )
    assert (result.status, result.oracle_calls) == ("converged", 2)
    assert result.x.tolist() == [scale, scale]
    matrix = sparse.csr_array([[scale, 0, 1.0], [scale, 0, -1.0], [scale, 1.0, 0]])
    assert len(set(Rows.new(matrix, np.zeros(3)).marks.tolist())) == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, r"must return a pair \(rows, bounds\), got <class 'NoneType'>"),
        ((None, None), "rows of real numbers, got None"),
        ((sparse.csr_array([[1 + 5j, 0]]), [0.0]), "rows of real numbers"),
        ((sparse.csr_array([[1.0, 0]]), np.array([0j])), "bounds of real numbers"),
        ((sparse.csr_array([[1.0, 0]]), ["0.5"]), "bounds of real numbers"),
        (([[1.0, 0], [1.0]], [0.0]), "rows of numbers"),
        ((np.ma.masked_array([[1.0, 0]], [[False, True]]), [0.0]), "rows must not be masked"),
    ],
)
def test_oracles_that_return_something_else_are_refused(answer: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        project_and_forget(lambda x: answer, [1.0, 1.0])


def test_duplicate_entries_of_a_row_are_added_as_numbers() -> None:
    twice = sparse.coo_array(([True, True, True], ([0, 0, 0], [1, 1, 0])), shape=(1, 2))
    result = project_and_forget(lambda x: (twice, [0]), [1.0, 2.0], max_calls=2)
    assert result.rows.toarray().tolist() == [[1.0, 2.0]]
    assert result.x == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x0": [1e160, 0.0]}, "x0's greatest entry must hold .* got 1e\\+160"),
        ({"x0": [1e-170, 0.0]}, "x0's greatest entry must hold .* got 1e-170"),
        ({"weights": [1.0, 5e-324]}, "weights must hold"),
        ({"weights": [1e160, 1.0]}, "weights must hold"),
        ({"row": 1e155}, "the oracle's rows must hold .* got 1e\\+155"),
        ({"row": 1e-162}, "the oracle's rows must hold .* got 1e-162"),
        ({"bound": -1e101}, "the oracle's bounds must hold"),
    ],
)
def test_numbers_whose_squares_leave_the_range_are_refused(
    changes: dict[str, Any], words: str
) -> None:
    options = {"x0": [1.0, 1.0], "row": 1.0, "bound": -1.0, **changes}
    oracle = listed([[options.pop("row"), 0.0]], [options.pop("bound")])
    with pytest.raises(ValueError, match=words):
        project_and_forget(oracle, options.pop("x0"), **options)


@pytest.mark.filterwarnings("ignore:overflow")
def test_an_overflow_is_said() -> None:
    """The data are in range, but x must fall to -1e200, whose square is not a number."""
    result = project_and_forget(listed([1e-100], [-1e100]), [1.0])
    assert (result.status, result.oracle_calls) == ("overflow", 2)
    assert math.isnan(result.violation)


# --- metrics ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_violations_of_rounding_size_are_a_solution(seed: int) -> None:
    """Computed distances of points on a line, on a grid or in the plane are a metric."""
    rng = np.random.default_rng(seed)
    for points in (rng.random((40, 1)), rng.integers(0, 10, (40, 1)) / 10, rng.random((40, 2))):
        distances = squareform(pdist(points, "cityblock"))
        result = metric_nearness(distances)
        assert (result.status, result.projection.oracle_calls) == ("converged", 1)
        assert np.abs(result.distances - distances).max() <= 1e-15


@pytest.mark.parametrize("scale", [1e-90, 1e-12, 1e12, 1e90])
def test_nearness_at_any_scale(scale: float) -> None:
    """The default tolerance is below rounding at 1e12 and above everything at 1e-12."""
    upper = np.triu(np.random.default_rng(0).random((8, 8)), 1)
    unit = metric_nearness(upper + upper.T)
    result = metric_nearness(scale * (upper + upper.T), tolerance=1e-6 * min(scale, 1.0))
    assert result.status == "converged"
    assert 0 <= result.gap <= 1.01e-6 * result.value
    assert result.distances / scale == pytest.approx(unit.distances, abs=3e-3)


def test_dissimilarities_whose_squares_leave_the_range_are_refused() -> None:
    with pytest.raises(ValueError, match="x0's greatest entry must hold"):
        metric_nearness([[0, 1e150], [1e150, 0]])


def assert_shortest(edges: Any, lengths: Any) -> None:
    """Compare every edge with the shortest path."""
    graph = np.full((edges.max() + 1,) * 2, np.inf)
    graph[tuple(edges.T)] = lengths
    shortest = csgraph.floyd_warshall(np.minimum(graph, graph.T))[tuple(edges.T)]
    assert (lengths >= 0).all()
    assert (shortest >= lengths - 1e-12).all()


def test_negative_lengths_are_repaired() -> None:
    """Five edges by hand: the way over 2 counts 0, as that over 3, which is the one reported."""
    edges, x = np.array([(0, 1), (0, 3), (1, 3), (0, 2), (1, 2)]), np.array([1.0, 0, 0, -1, -1])
    rows, bounds = _Graph(edges).shortcuts(x)
    assert (rows @ x - bounds).max() == 1.0
    assert _repaired(x, 1.0).tolist() == [2, 1, 1, 1, 1]
    assert_shortest(edges, _repaired(x, 1.0))
    rng = np.random.default_rng(0)
    for _ in range(200):
        chosen = [pair for pair in itertools.combinations(range(7), 2) if rng.random() < 0.6]
        edges, x = np.array(chosen), rng.integers(-2, 6, len(chosen)).astype(float)
        rows, bounds = _Graph(edges).shortcuts(x)
        assert_shortest(edges, _repaired(x, (rows @ x - bounds).max(initial=0.0)))


def test_the_lower_bound_is_not_negative() -> None:
    """All costs are positive, so 0 is a lower bound before any multiplier is known."""
    for seed in range(20):
        upper = np.triu(10 ** np.random.default_rng(seed).uniform(-8, 8, (6, 6)), 1)
        signs = np.triu(np.random.default_rng(seed + 100).choice([-1, 1], (6, 6)), 1)
        similarity = upper * signs
        result = correlation_clustering(similarity + similarity.T, max_calls=3, rng=0)
        assert 0 <= result.lower_bound <= result.cost * (1 + 1e-12)


# --- metric learning -------------------------------------------------------------------------

SIMILAR, DISSIMILAR = [(0, 1), (2, 3)], [(0, 4), (1, 5)]


@pytest.mark.parametrize("power", [0, 4, 7, 8, 10, 20, 40])
def test_the_learned_certificate_holds_at_any_scale(power: int) -> None:
    """Derive the dual value a second time, and the matrix from the multipliers."""
    points = np.random.default_rng(0).normal(size=(6, 2)) * 10.0**power
    result = metric_learning(points, SIMILAR, DISSIMILAR, near=1, far=4)
    vectors = np.array([points[i] - points[j] for i, j in SIMILAR + DISSIMILAR])
    signed = result.multipliers * [1, 1, -1, -1]
    inverse = np.eye(2) + (vectors.T * signed) @ vectors
    assert result.status == "converged"
    assert result.matrix @ inverse == pytest.approx(np.eye(2), abs=1e-12)
    dual = np.linalg.slogdet(inverse)[1] + np.log1p(-signed * [1, 1, 4, 4]).sum()
    assert result.dual_value == pytest.approx(dual, rel=1e-12)
    assert abs(result.value - result.dual_value) <= 1e-6 * max(1.0, result.value)
    if power >= 7:  # the identity is negligible beside the pairs, so the optimum is affine
        assert result.value == pytest.approx(57.68987 + 4 * math.log(10) * (power - 7), abs=1e-4)


def test_one_long_coordinate() -> None:
    points = np.random.default_rng(1).normal(size=(30, 10))
    similar = [(i, i + 1) for i in range(20)]
    dissimilar = [(i, i + 5) for i in range(20)]
    values = []
    for scale in (1e5, 1e7, 1e10):
        points[:, 0] *= scale
        result = metric_learning(points, similar, dissimilar, near=1, far=4)
        points[:, 0] /= scale
        assert result.status == "converged"
        values.append(result.value - 2 * math.log(scale))
    assert values == pytest.approx([values[0]] * 3, abs=1e-4)


def test_a_metric_that_rounding_hides_is_not_given() -> None:
    """One pair leaves the other direction at 1, beside 1e-20: no such matrix in floating point."""
    pair = [[0.0, 0.0], [1e10, 2e10]]
    result = metric_learning(pair, [(0, 1)], [], near=1, far=4)
    assert (result.status, result.sweeps) == ("ill-conditioned", 1)
    assert (result.value, result.dual_value) == (0.0, 0.0)
    assert result.matrix.tolist() == [[1, 0], [0, 1]]
    assert result.multipliers.tolist() == [0.0]
    assert result.violation == pytest.approx(5e20)


def test_masked_pairs_are_refused() -> None:
    pairs = np.ma.masked_array([[0, 1]], [[False, True]])
    with pytest.raises(TypeError, match="similar must not be masked"):
        metric_learning([[0.0], [1.0]], pairs, [], near=1, far=4)
    with pytest.raises(TypeError, match="edges must not be masked"):
        sparse_metric_nearness(pairs, [1.0])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"points": [[0.0], [1e160], [1.0]]}, "squared distances of pairs must lie in"),
        ({"points": [[0.0], [1e308], [-1e308]]}, "squared distances of pairs must lie in"),
        ({"points": [[0.0], [1e-160], [1.0]]}, "squared distances of pairs must lie in"),
        ({"near": 1e-300}, "near must lie in"),
        ({"slack_weight": 1e300}, "slack_weight must lie in"),
        ({"similar": [(0, 1), (2,)]}, r"similar must be integers of shape \(k, 2\), got \[\(0, 1"),
    ],
)
def test_points_out_of_range_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {"points": [[0.0], [1.0], [2.0]], "similar": [(0, 1)]}
    options |= {"dissimilar": [(0, 2)], "near": 1.0, "far": 4.0, **changes}
    with pytest.raises(ValueError, match=words):
        metric_learning(**options)
