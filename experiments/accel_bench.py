"""Kernels against the NumPy and SciPy that a user would write."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import kl_div, logsumexp

from accel import bernoulli_divergence, mixture_log_wealth
from experiments.bench import Pair

__all__ = ["DIVERGENCE", "WEALTH"]

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
