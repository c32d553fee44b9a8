"""Kernels against the NumPy and SciPy that a user would write."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import kl_div, logsumexp

from accel import bernoulli_divergence, mixture_log_wealth
from accel.piecewise import PiecewiseDensity
from experiments.bench import Pair

__all__ = ["DENSITY", "DIVERGENCE", "WEALTH"]

FRACTIONS = np.array([0.05, 0.1, 0.2, 0.4])


def _probabilities(size: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.random(size), rng.uniform(0.01, 0.99, size)


def _close(_work: Any, ours: Any, peer: Any) -> bool:
    return bool(np.allclose(ours, peer, rtol=1e-9, atol=1e-12))


def _textbook_wealth(work: tuple[np.ndarray, np.ndarray]) -> Any:
    """Add up the logarithms of each bet's factors, and average the bets' wealth."""
    losses, levels = work
    factors = np.log1p(FRACTIONS[:, None] * ((losses - levels) / levels))
    return logsumexp(np.cumsum(factors, axis=1), axis=0) - np.log(len(FRACTIONS))


def _updates(size: int, rng: np.random.Generator) -> tuple[int, np.ndarray, np.ndarray]:
    """Draw 50 cuts, and the factors on their sides."""
    return size, rng.integers(0, size, 50), rng.uniform(0.5, 1.5, (50, 2))


def _pieces(work: tuple[int, np.ndarray, np.ndarray]) -> list[int]:
    """Give the median cell after each update."""
    size, cuts, factors = work
    density, medians = PiecewiseDensity(size), []
    for cut, (left, right) in zip(cuts.tolist(), factors.tolist(), strict=True):
        density.scale(cut, left, right)
        medians.append(density.locate(0.5)[0])
    return medians


def _dense(work: tuple[int, np.ndarray, np.ndarray]) -> list[int]:
    """Do the same to an array of all cells."""
    size, cuts, factors = work
    weights, medians = np.full(size, 1 / size), []
    for cut, (left, right) in zip(cuts.tolist(), factors.tolist(), strict=True):
        weights[:cut] *= left
        weights[cut:] *= right
        weights /= weights.sum()
        medians.append(int(np.searchsorted(np.cumsum(weights), 0.5)))
    return medians


def _same_cells(_work: Any, ours: list[int], peer: list[int]) -> bool:
    """Compare medians; rounding may move one to the next cell."""
    return max(abs(a - b) for a, b in zip(ours, peer, strict=True)) <= 1


DIVERGENCE = Pair(
    name="accel/bernoulli divergence",
    peer_name="scipy.special.kl_div, twice",
    sizes=(10**2, 10**4, 10**6),
    size_name="pairs of probabilities",
    workload=_probabilities,
    ours=lambda work: bernoulli_divergence(work[0], work[1]),
    peer=lambda work: kl_div(work[0], work[1]) + kl_div(1 - work[0], 1 - work[1]),
    agree=_close,
)
WEALTH = Pair(
    name="accel/mixture wealth",
    peer_name="numpy.cumsum and logsumexp",
    sizes=(10**2, 10**4, 10**6),
    size_name="losses, four bets",
    workload=_probabilities,
    ours=lambda work: mixture_log_wealth(work[0], work[1], FRACTIONS),
    peer=_textbook_wealth,
    agree=_close,
)
DENSITY = Pair(
    name="accel/piecewise density",
    peer_name="an array, numpy.cumsum",
    sizes=(10**2, 10**4, 10**6),
    size_name="cells, 50 updates",
    workload=_updates,
    ours=_pieces,
    peer=_dense,
    agree=_same_cells,
)
