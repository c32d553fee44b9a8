"""Scores that rows are drawn by, against sensitivities and closed forms."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import linalg

from algos.sketching import sensitivity_sample
from algos.sketching._sampling_scores import (
    leverage_rounds,
    quadratic_scores,
)
from proofs_checks.sketching.matrices import KINDS, Tall
from tests.algos.test_sensitivity_sample import scores_of


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


def test_scores_of_the_callers() -> None:
    A = Tall("gaussian", 10, 2).array
    scores = np.arange(10.0)
    sample = sensitivity_sample(A, 1, scores=scores, size=1000, rng=1)
    assert 0 not in sample.rows
    assert sample.total == 45
    assert sample.probabilities == pytest.approx(scores[sample.rows] / 45)
