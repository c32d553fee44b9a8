"""Between which ratios a weighted sample keeps every ‖Ax‖_p: computed, with proof."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import BLOCK, Floats
from algos.sketching._sampling_scores import Blocks
from algos.sketching._whitening import Whitening

__all__ = ["eigenvalue_ratios", "grid_ratios"]

Reals = NDArray[np.float64]


def eigenvalue_ratios(
    coordinates: Whitening, matrix: Floats, weights: Reals
) -> tuple[float, float]:
    """Give the least and greatest ‖SAx‖₂/‖Ax‖₂, in coordinates where A is orthonormal."""
    sample = np.sqrt(weights)[:, None] * (matrix @ coordinates.transform)
    values = np.linalg.svd(sample, compute_uv=False)
    least = float(values[-1]) if len(sample) >= coordinates.rank else 0.0
    return least, float(values[0])


def grid_ratios(
    blocks: Blocks,
    coordinates: Whitening,
    matrix: Floats,
    weights: Reals,
    p: float,
    directions: int,
) -> tuple[float, float]:
    """Enclose all ‖SAx‖_p/‖Ax‖_p, or for p < 1 the ratios of the p-th powers; rank at most 3.

    Both sides are (p-)norms of y = T⁻x: between a grid's points they change by at most
    h^min(p, 1) times their maximum, which is at most the grid's over 1 − h^min(p, 1).
    """
    grid, mesh = unit_directions(coordinates.rank, directions)
    points = coordinates.transform @ grid.T
    root, step = 1 / max(p, 1.0), mesh ** min(p, 1.0)
    whole = sum(_powers(rows, None, points, p) for _, rows in blocks) ** root
    sample = _powers(matrix, weights, points, p) ** root
    slack_whole, slack_sample = (step / (1 - step) * v.max() for v in (whole, sample))
    lower = np.maximum(sample - slack_sample, 0.0) / (whole + slack_whole)
    below = whole - slack_whole
    upper = np.divide(
        sample + slack_sample, below, out=np.full(len(below), math.inf), where=below > 0
    )
    return float(lower.min()), float(upper.max())


def unit_directions(rank: int, directions: int) -> tuple[Reals, float]:
    """Spread directions over a half-sphere, and give the distance to the nearest at most."""
    if rank == 1:
        return np.ones((1, 1)), 0.0
    if rank == 2:
        angles = np.pi * np.arange(directions) / directions
        return np.stack([np.cos(angles), np.sin(angles)], axis=1), 2 * math.sin(
            math.pi / (4 * directions)
        )
    side = max(2, math.ceil(math.sqrt(directions / 3)))
    ticks = (2 * np.arange(side) + 1) / side - 1
    u, v = (part.ravel() for part in np.meshgrid(ticks, ticks))
    face = np.stack([np.ones_like(u), u, v], axis=1)
    cube = np.vstack([np.roll(face, shift, axis=1) for shift in range(3)])
    return cube / np.linalg.norm(cube, axis=1, keepdims=True), math.sqrt(2) / side


def _powers(rows: Floats, weights: Reals | None, points: Reals, p: float) -> Reals:
    """Add up weights · |row · point|^p for each point."""
    sums = np.zeros(points.shape[1])
    height = max(1, BLOCK // points.shape[1])
    for first in range(0, len(rows), height):
        powers = np.abs(rows[first : first + height] @ points) ** p
        sums += powers.sum(axis=0) if weights is None else weights[first : first + height] @ powers
    return sums
