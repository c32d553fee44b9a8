"""Metrics, clusters and learned metrics: exact cases, other solvers, real and hostile data."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.sparse import csgraph
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import load_wine

from algos.iterations import (
    correlation_clustering,
    metric_learning,
    metric_nearness,
    sparse_metric_nearness,
)

cvxpy: Any = pytest.importorskip("cvxpy")


def excess(d: Any) -> float:
    """Give the greatest violation of a triangle inequality, by looking at all."""
    return float((d[:, None, :] - d[:, :, None] - d[None, :, :]).max())


def uniform(seed: int, n: int) -> Any:
    upper = np.triu(np.random.default_rng(seed).random((n, n)), 1)
    return upper + upper.T


def triangle_rows(n: int) -> Any:
    """Write every triangle inequality down, a @ x <= 0 over the pairs."""
    number = {pair: k for k, pair in enumerate(itertools.combinations(range(n), 2))}
    rows = []
    for corners in itertools.combinations(range(n), 3):
        sides = [number[pair] for pair in itertools.combinations(corners, 2)]
        for side in sides:
            row = np.zeros(len(number))
            row[sides] = -1
            row[side] = 1
            rows.append(row)
    return np.array(rows)


# --- metric nearness -------------------------------------------------------------------------


def test_one_triangle_by_hand() -> None:
    weights = np.array([[0, 1, 1], [1, 0, 2], [1, 2, 0]])  # 5 is cut by z, 1 grows by z and z / 2
    result = metric_nearness([[0, 1, 5], [1, 0, 1], [5, 1, 0]], weights=weights)
    z = 3 / 2.5
    assert result.status == "converged"
    assert result.distances[0].tolist() == pytest.approx([0, 1 + z, 5 - z], abs=1e-12)
    assert result.distances[1, 2] == pytest.approx(1 + z / 2, abs=1e-12)
    assert result.dual_value == pytest.approx((z**2 * 2 + 2 * (z / 2) ** 2) / 2, abs=1e-12)


@given(st.integers(0, 10**6), st.integers(3, 7))
@settings(max_examples=20)
def test_metrics_agree_with_a_solver(seed: int, n: int) -> None:
    given_ = uniform(seed, n)
    x = cvxpy.Variable(n * (n - 1) // 2)
    start = given_[np.triu_indices(n, 1)]
    cost = cvxpy.sum_squares(x - start) / 2
    cvxpy.Problem(cvxpy.Minimize(cost), [triangle_rows(n) @ x <= 0]).solve(solver="CLARABEL")
    result = metric_nearness(given_)
    assert result.status == "converged"
    assert excess(result.distances) <= 1e-14
    assert result.dual_value <= cost.value + 1e-7
    assert result.value >= cost.value - 1e-7
    change = result.distances[np.triu_indices(n, 1)] - x.value
    assert (change**2).sum() / 2 <= result.gap + 1e-7


def test_a_metric_stays_and_two_points_are_one() -> None:
    points = np.random.default_rng(0).normal(size=(20, 3))
    metric = squareform(pdist(points))
    result = metric_nearness(metric)
    assert (result.distances == metric).all()
    assert (result.value, result.dual_value) == (0.0, 0.0)
    assert metric_nearness([[0, 3], [3, 0]]).distances.tolist() == [[0, 3], [3, 0]]


def test_real_dissimilarities_become_a_metric() -> None:
    """1 - correlation of 178 wines over 13 measurements is no metric."""
    table = load_wine().data
    given_ = squareform(pdist((table - table.mean(0)) / table.std(0), "correlation"))
    assert excess(given_) > 0.4
    result = metric_nearness(given_, tolerance=1e-5, gap_tolerance=1e-5)
    assert result.status == "converged"
    assert excess(result.distances) <= 1e-14
    upper = np.triu_indices(len(given_), 1)
    value = ((result.distances - given_)[upper] ** 2).sum() / 2
    assert result.value == pytest.approx(value, rel=1e-12)
    assert 0 < result.gap <= 1e-5 * result.value


# --- sparse metric nearness ------------------------------------------------------------------


def test_the_complete_graph_is_the_dense_problem() -> None:
    given_ = uniform(3, 12)
    upper = np.triu_indices(12, 1)
    dense = metric_nearness(given_, tolerance=1e-9, gap_tolerance=1e-12)
    thin = sparse_metric_nearness(
        np.array(upper).T, given_[upper], tolerance=1e-9, gap_tolerance=1e-12
    )
    assert dense.status == thin.status == "converged"
    assert thin.distances == pytest.approx(dense.distances[upper], abs=1e-6)
    assert max(thin.dual_value, dense.dual_value) <= min(thin.value, dense.value) + 1e-12


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_every_edge_becomes_a_shortest_path(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = np.array([pair for pair in itertools.combinations(range(9), 2) if rng.random() < 0.5])
    result = sparse_metric_nearness(edges + 5, rng.random(len(edges)))
    graph = np.full((9, 9), np.inf)
    graph[tuple(edges.T)] = result.distances
    shortest = csgraph.floyd_warshall(np.minimum(graph, graph.T))
    assert result.status == "converged"
    assert (shortest[tuple(edges.T)] >= result.distances - 1e-12).all()
    assert result.gap <= 1e-6 * result.value


def test_a_tree_stays() -> None:
    result = sparse_metric_nearness([(0, 1), (1, 2), (1, 3)], [4.0, 0.0, 7.0])
    assert result.distances.tolist() == [4.0, 0.0, 7.0]


@pytest.mark.parametrize(
    ("edges", "lengths", "words"),
    [
        ([(0, 0)], [1.0], "two different points"),
        ([(-1, 0)], [1.0], "edges must hold numbers from 0"),
        ([(0, 1), (1, 0)], [1.0, 1.0], "got one twice"),
        ([(0, 1)], [1.0, 2.0], r"edges must have shape \(2, 2\)"),
        ([(0.0, 1.0)], [1.0], "edges must be integers of shape"),
        ([(0, 1)], [-1.0], "lengths must not be negative"),
        ([(0, 1)], [math.nan], "lengths must be finite"),
    ],
)
def test_bad_graphs_are_refused(edges: Any, lengths: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sparse_metric_nearness(edges, lengths)


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ([[0, 1], [2, 0]], "must be symmetric"),
        ([[0, -1], [-1, 0]], "must not be negative"),
        ([[1, 1], [1, 0]], "zero on the diagonal"),
        ([[0, math.nan], [math.nan, 0]], "must be finite"),
        ([[0.0]], r"shape \(n, n\) with n >= 2"),
        ([[0.0, 1.0]], r"shape \(n, n\) with n >= 2"),
    ],
)
def test_bad_dissimilarities_are_refused(given_: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        metric_nearness(given_)


def test_bad_weights_are_refused() -> None:
    for weights, words in (
        ([[0, 0], [0, 0]], "weights must be positive"),
        ([[0.0] * 3] * 3, "must have shape"),
    ):
        with pytest.raises(ValueError, match=words):
            metric_nearness([[0, 1], [1, 0]], weights=weights)


# --- correlation clustering ------------------------------------------------------------------


def test_clusters_without_contradiction_are_found() -> None:
    truth = np.random.default_rng(0).integers(4, size=30)
    similarity = np.where(truth[:, None] == truth, 1.0, -1.0)
    result = correlation_clustering(similarity, rng=1)
    assert result.cost == 0.0
    assert abs(result.lower_bound) <= 1e-9
    assert ((result.labels[:, None] == result.labels) == (truth[:, None] == truth)).all()


@given(st.integers(0, 10**6), st.integers(3, 6), st.sampled_from([1.0, 20.0]))
@settings(max_examples=25)
def test_the_linear_program_lies_between_the_bounds(seed: int, n: int, sharpness: float) -> None:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.normal(size=(n, n)), 1)
    result = correlation_clustering(upper + upper.T, sharpness=sharpness, rng=rng)
    cost, rows = upper[np.triu_indices(n, 1)], triangle_rows(n)
    best = optimize.linprog(cost, rows, np.zeros(len(rows)), bounds=(0, 1))
    optimum = best.fun + np.maximum(-cost, 0).sum()
    assert result.lower_bound <= optimum + 1e-9
    assert result.fractional_cost >= optimum - 1e-9
    weights = np.maximum(np.abs(cost), 0.1 * np.abs(cost).max())
    assert result.fractional_cost <= optimum + weights.sum() / (2 * sharpness) + 0.01
    assert result.cost >= optimum - 1e-9
    apart = result.labels[:, None] != result.labels
    disagreements = (apart * np.maximum(upper, 0) + ~apart * np.maximum(-upper, 0)).sum()
    assert result.cost == pytest.approx(disagreements)
    assert excess(result.fractional) <= 1e-12
    assert result.fractional.min() >= 0
    assert result.fractional.max() <= 1


def test_the_same_seed_gives_the_same_clusters() -> None:
    similarity = uniform(0, 15) - 0.5
    runs = [correlation_clustering(similarity, roundings=3, rng=7).labels for _ in range(2)]
    assert (runs[0] == runs[1]).all()


def test_similarities_that_say_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="must not be zero"):
        correlation_clustering(np.eye(3))
    with pytest.raises(ValueError, match="sharpness must lie in"):
        correlation_clustering([[0, 1], [1, 0]], sharpness=0)


# --- metric learning -------------------------------------------------------------------------


def test_one_pair_by_hand() -> None:
    """1/p + z = 1/t - z/2 at p = 4, t = 1 and slack weight 2: z = 1/2, and both become 4/3."""
    result = metric_learning([[0.0, 0.0], [2.0, 0.0]], [(0, 1)], [], near=1, far=9, slack_weight=2)
    assert result.status == "converged"
    assert result.matrix == pytest.approx(np.diag([1 / 3, 1]))
    assert result.targets.tolist() == pytest.approx([4 / 3])
    assert result.multipliers.tolist() == pytest.approx([0.5])
    expected = 1 / 3 + math.log(3) - 1 + 2 * (4 / 3 - math.log(4 / 3) - 1)
    assert result.value == pytest.approx(expected)


def test_learned_metrics_agree_with_a_conic_solver() -> None:
    points: Any = np.random.default_rng(5).normal(size=(12, 3))
    similar, dissimilar = [(0, 1), (2, 3), (4, 5), (6, 7)], [(0, 8), (1, 9), (2, 10), (3, 11)]
    result = metric_learning(points, similar, dissimilar, near=1, far=8, slack_weight=2)
    a, xi = cvxpy.Variable((3, 3), PSD=True), cvxpy.Variable(8)
    start = np.repeat([1.0, 8.0], 4)
    cost = cvxpy.trace(a) - cvxpy.log_det(a) - 3
    cost += 2 * cvxpy.sum(cvxpy.multiply(xi, 1 / start) - cvxpy.log(xi) + np.log(start) - 1)
    rows = []
    for k, (i, j) in enumerate(similar + dissimilar):
        square = (points[i] - points[j]) @ a @ (points[i] - points[j])
        rows.append(square <= xi[k] if k < 4 else square >= xi[k])
    cvxpy.Problem(cvxpy.Minimize(cost), rows).solve(solver="CLARABEL")
    assert result.status == "converged"
    assert result.dual_value <= cost.value + 1e-6
    assert result.value == pytest.approx(cost.value, rel=1e-5)
    assert result.matrix == pytest.approx(a.value, abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"similar": [], "dissimilar": []}, "at least one pair"),
        ({"similar": [(0, 3)]}, "numbers from 0 to 2"),
        ({"similar": [(0, 0)]}, "different places"),
        ({"similar": [(0.5, 1)]}, "similar must be integers"),
        ({"near": 0}, "near must lie in"),
        ({"slack_weight": math.inf}, "slack_weight must lie in"),
        ({"points": [[math.nan]] * 3}, "points must be finite"),
    ],
)
def test_bad_pairs_are_refused(changes: dict[str, Any], words: str) -> None:
    options: dict[str, Any] = {
        "points": [[0.0], [1], [2]],
        "similar": [(0, 1)],
        "dissimilar": [(0, 2)],
    }
    options |= {"near": 1.0, "far": 2.0, **changes}
    with pytest.raises(ValueError, match=words):
        metric_learning(**options)
