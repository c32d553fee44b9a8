"""Bounds on ℓ_p sensitivities from any positive weights, tight up to d^abs(p/2 − 1) for Lewis'."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from algos.sketching._enclosed_coordinates import EnclosedRows, lengths
from algos.sketching._exact_sensitivities import Bounds
from algos.sketching._matrix import RowBlocks
from algos.sketching._whitening import EPS

__all__ = ["weighted_bounds"]

Reals = NDArray[np.float64]


def weighted_bounds(blocks: RowBlocks, weights: Reals, p: float) -> tuple[Bounds, int, float]:
    """Bound every sensitivity from positive weights; give the rank and the weights' looseness.

    With v = w^(1/2 − 1/p), τ the leverage scores of diag(v) A, s = τ^(p/2) w^(1 − p/2),
    κ = max τ / w and W = Σ w, sensitivities lie between W^(p/2 − 1) s and κ^(1 − p/2) s.
    """
    exponent = 0.5 - 1 / p
    floor = weights.max() * 10.0 ** -min(200.0, 150 / max(abs(exponent), 0.01))  # any will do
    w = np.maximum(weights, floor if floor > 0 else 1.0)
    logs = np.log(w)
    v = exponent * logs
    enclosed = EnclosedRows(blocks, np.exp(v - v.max()))
    if enclosed.rank == 0:
        return Bounds(np.zeros(w.size), np.zeros(w.size)), 0, 1.0
    low, high = _leverage(enclosed)  # logarithms
    some = np.isfinite(high)  # rows that are not zero
    kappa, total = float((high - logs)[some].max()), math.log(math.fsum(w[some]))
    least, most = sorted(((p / 2 - 1) * total, (1 - p / 2) * kappa))  # κ W ≥ d ≥ 1
    slack = (16 + 2000 * p) * EPS
    with np.errstate(over="ignore", invalid="ignore"):
        lower = np.exp(p / 2 * (low - logs) + logs + least - slack)
        upper = np.exp(p / 2 * (high - logs) + logs + most + slack)
    looseness = abs(p / 2 - 1) * (kappa + total - math.log(enclosed.rank))
    return Bounds(lower, upper).clipped(some), enclosed.rank, math.exp(min(looseness, 700))


def _leverage(enclosed: EnclosedRows) -> tuple[Reals, Reals]:
    """Enclose the logarithms of leverage scores."""
    low, high = np.zeros(enclosed.n), np.zeros(enclosed.n)
    for here, rows, errors in enclosed:
        sizes = lengths(rows)
        low[here] = np.maximum(sizes - errors, 0.0) / enclosed.greatest
        high[here] = sizes + errors
    if enclosed.least > 0:
        high = np.minimum(high / enclosed.least, 1.0)
    else:
        high = np.where(high > 0, 1.0, 0.0)
    with np.errstate(divide="ignore"):
        return 2 * np.log(low), 2 * np.log(high)
