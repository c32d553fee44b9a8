"""Bounds on ℓ_p sensitivities from any positive weights, tight up to d^abs(p/2 − 1) for Lewis'."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from algos.sketching._exact_sensitivities import EPS, Bounds
from algos.sketching._matrix import RowBlocks
from algos.sketching._whitening import triangular_factor, whitening

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
    v = np.exp(exponent * np.log(w / w.max()))
    v /= v.max()
    low, high, zero, rank = _leverage(blocks, v)
    kappa = float((high / w).max()) if rank else 1.0
    total = math.fsum(w[~zero]) if rank else 1.0
    power = p / 2 - 1
    least, most = sorted((total**power, kappa**-power))  # κ W ≥ d ≥ 1
    slack = 1 + (16 + 4 * p) * EPS
    lower = (low / w) ** (p / 2) * w * least / slack
    upper = (high / w) ** (p / 2) * w * most * slack
    upper = np.where(zero, 0.0, np.minimum(upper, 1.0))
    looseness = (kappa * total / max(rank, 1)) ** abs(power)
    return Bounds(np.where(zero, 0.0, lower), upper), rank, looseness


def _leverage(blocks: RowBlocks, v: Reals) -> tuple[Reals, Reals, NDArray[np.bool_], int]:
    """Enclose the leverage scores of diag(v) A; say which rows are zero; give the rank."""
    n = v.size
    size: Reals | None = None
    for _, block in blocks:
        top = np.abs(block).max(axis=0)
        size = top if size is None else np.maximum(size, top)
    assert size is not None
    scale = np.ldexp(1.0, np.minimum(-np.frexp(size.astype(np.float64))[1], 1000))  # exact
    transform = whitening(
        triangular_factor(block * scale * v[k : k + len(block), None] for k, block in blocks), n
    ).transform
    d, rank = transform.shape
    norms, errors, zero = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.bool_)
    gram = np.zeros((rank, rank))
    for k, block in blocks:
        here = slice(k, k + len(block))
        scaled = block * scale * v[here, None]
        rows = scaled @ transform
        norms[here] = np.linalg.norm(rows, axis=1)
        errors[here] = np.linalg.norm(np.abs(scaled) @ np.abs(transform), axis=1)
        zero[here] = ~block.any(axis=1)
        gram += rows.T @ rows
    errors *= (d + rank + 8) * EPS
    away = float(np.linalg.norm(gram - np.eye(rank))) + (n + 2) * EPS * rank
    error = float(np.linalg.norm(errors))
    least, greatest = math.sqrt(max(1 - away, 0.0)) - error, math.sqrt(1 + away) + error
    low = (np.maximum(norms - errors, 0) / greatest) ** 2
    high = np.minimum(((norms + errors) / least) ** 2, 1.0) if least > 0 else np.ones(n)
    return low, high, zero, rank
