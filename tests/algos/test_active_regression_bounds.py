"""Active regression: the probabilities, second derivations of the bounds."""

from __future__ import annotations

import numpy as np
import pytest

from algos.sketching import active_regression
from algos.sketching._active_regression import capped_probabilities
from algos.sketching.theorems import ACTIVE_EXCESS, ACTIVE_RANK


@pytest.mark.parametrize("total", [1, 2, 5, 9])
def test_capped_probabilities(total: int) -> None:
    scores = np.array([5.0, 1e-3, 3.0, 0.0, 1.0, 1.0, 0.5, 0.25, 0.1, 1e-9])
    chances = capped_probabilities(scores, total)
    assert chances.sum() == pytest.approx(total, rel=1e-15)
    below = (chances < 1) & (scores > 0)
    if below.any():
        factors = chances[below] / scores[below]
        np.testing.assert_allclose(factors, factors[0])
        assert (scores[chances == 1] * factors[0] >= 1).all()
    assert chances[3] == 0


def test_tiny_scores_do_not_exceed_the_budget() -> None:
    assert capped_probabilities(np.array([1.0, 1e-320, 1e-320]), 2).tolist() == [1, 0.5, 0.5]
    A = np.array([[1.0], [1e-160], [1e-160]])
    for seed in range(5):
        fit = active_regression(A, lambda rows: np.ones(len(rows)), 2, rng=seed)
        assert fit.labels_used == len(fit.rows) == 2


def test_the_mean_product_is_exact() -> None:
    """E‖(SU)ᵀ S e‖² = rank / m ‖e‖², by enumeration of all pairs of draws."""
    rng = np.random.default_rng(2)
    U = np.linalg.qr(rng.normal(size=(7, 3)))[0]
    e = rng.normal(size=7)
    e -= U @ (U.T @ e)
    q = (U**2).sum(axis=1) / 3
    mean = sum(
        q[i] * q[j] * np.sum(((U[i] * e[i] / q[i] + U[j] * e[j] / q[j]) / 2) ** 2)
        for i in range(7)
        for j in range(7)
    )
    assert mean == pytest.approx(3 / 2 * (e @ e))


def test_the_tail_is_tropps() -> None:
    """The bound exp(−m ε² / (2 r)) is above the one with ε and 1 − ε in the exponent."""
    for epsilon in np.linspace(0.01, 0.99, 99):
        exact = np.exp(-epsilon) / (1 - epsilon) ** (1 - epsilon)
        assert exact <= np.exp(-(epsilon**2) / 2)
        shown = ACTIVE_RANK.bound(rank=3, budget=60, epsilon=epsilon)
        assert 3 * exact**20 <= shown == pytest.approx(3 * np.exp(-10 * epsilon**2))
        excess = ACTIVE_EXCESS.bound(rank=3, budget=60, epsilon=epsilon, cut=4)
        assert excess == pytest.approx(3 / 60 / (1 - epsilon) ** 2 + 4 * shown)
