"""Bounds on ℓ_p sensitivities from fewer problems than there are rows, p ≥ 1."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from algos.sketching._enclosed_coordinates import Coordinates
from algos.sketching._exact_sensitivities import Bounds, exact_bounds
from algos.sketching._whitening import EPS

__all__ = ["Subsampled", "signings", "subsampled_bounds"]

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Subsampled:
    """Bounds that hold with the probability asked for, and what they cost."""

    bounds: Bounds
    total_lower: float
    total_upper: float
    solves: int
    gap: float  # the widest of a problem


def signings(n: int, failure_probability: float) -> int:
    """Count the random signs a block needs, so that no row of n is missed by all of them."""
    return math.ceil(math.log2(2 * n) - math.log2(failure_probability))


def subsampled_bounds(
    where: Coordinates,
    sure: Bounds,
    p: float,
    *,
    tolerance: float,
    block_size: int,
    failure_probability: float,
    rng: np.random.Generator,
) -> Subsampled:
    """Narrow sure bounds, by one problem for every block of rows and signs, and for some rows."""
    n = len(where.rows)
    block_size = min(block_size, n)
    count = signings(n, failure_probability)
    block = rng.permutation(n) // block_size  # the block of every row
    blocks = int(block.max()) + 1
    norms = np.linalg.norm(where.rows, axis=1)
    sums, errors = np.zeros((count, blocks, where.rank)), np.zeros(blocks)
    np.add.at(errors, block, where.errors + block_size * EPS * norms)
    for k in range(count):
        np.add.at(sums[k], block, rng.choice([-1.0, 1.0], n)[:, None] * where.rows)
    targets = sums.reshape(-1, where.rank)
    signed = exact_bounds(where, targets, np.tile(2 * errors, count), p, tolerance)
    upper = signed.upper.reshape(count, blocks).max(axis=0)
    lower, upper = sure.lower.copy(), np.minimum(sure.upper, upper[block])
    chance = sure.upper / sure.upper.sum()
    drawn = rng.choice(n, count * blocks, p=chance)
    rows, times = np.unique(drawn, return_counts=True)
    found = exact_bounds(where, where.rows[rows], where.errors[rows], p, tolerance)
    lower[rows] = np.maximum(found.lower, lower[rows])
    upper[rows] = np.minimum(found.upper, sure.upper[rows])
    share = times / drawn.size / chance[rows]
    spread = float(sure.upper.sum() * (1 - (sure.lower[chance > 0] / sure.upper[chance > 0]).min()))
    away = spread * math.sqrt((math.log(4) - math.log(failure_probability)) / (2 * drawn.size))
    return Subsampled(
        Bounds(lower, upper, signed.steps + found.steps),
        total_lower=float(share @ lower[rows]) - away,
        total_upper=float(share @ upper[rows]) + away,
        solves=count * blocks + rows.size,
        gap=float(max(signed.gaps.max(), found.gaps.max())),
    )
