"""Between which ratios a weighted sample keeps every ‖Ax‖_p, p ≥ 1: convexity on cones."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats
from algos.sketching._sampling_distortion import (
    cube,
    half_circle,
    lengths,
    rounding,
    short_blocks,
)
from algos.sketching._sampling_scores import Blocks, Coordinates
from algos.sketching._whitening import EPS

__all__ = ["cone_ratios", "cones"]

Reals = NDArray[np.float64]


def cone_ratios(
    blocks: Blocks,
    coordinates: Coordinates,
    matrix: Floats,
    weights: Reals,
    p: float,
    directions: int,
) -> tuple[float, float]:
    """Enclose all ‖SAx‖_p/‖Ax‖_p for p ≥ 1 and rank at most 3.

    On a cone of directions a norm is at most the linear function with its values at the edges,
    and at least its tangent at any of them.
    """
    edges, cells = cones(coordinates.rank, directions)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        above_whole, below_whole = _bounds(blocks, None, coordinates, edges, cells, p)
        above_sample, below_sample = _bounds([(0, matrix)], weights, coordinates, edges, cells, p)
        lower = below_sample / above_whole[cells][:, None, :]
        upper = above_sample[cells][:, None, :] / below_whole
    lower = np.nan_to_num(lower, nan=0.0).min(axis=2).max(axis=1)
    upper = np.nan_to_num(upper, nan=math.inf).max(axis=2).min(axis=1)
    return float(lower.min()), float(upper.max())


def cones(rank: int, directions: int) -> tuple[Reals, NDArray[np.int64]]:
    """Cut a half-space into cones: their edges, and which of them each cone has."""
    if rank == 1:
        return np.ones((1, 1)), np.zeros((1, 1), dtype=np.int64)
    if rank == 2:
        edges = half_circle(np.pi * np.arange(directions + 1) / directions)
        edges[-1] = -edges[0]
        return edges, np.stack([np.arange(directions), np.arange(1, directions + 1)], axis=1)
    side = max(2, math.ceil(math.sqrt(directions / 3)))
    numbers = np.arange((side + 1) ** 2).reshape(side + 1, side + 1)
    corners = [numbers[:-1, :-1], numbers[1:, :-1], numbers[:-1, 1:], numbers[1:, 1:]]
    cells = np.stack([one.ravel() for one in corners], axis=1)
    faces = [cells + number * numbers.size for number in range(3)]
    return cube(2 * np.arange(side + 1) / side - 1), np.vstack(faces)


def _bounds(
    blocks: Blocks,
    weights: Reals | None,
    coordinates: Coordinates,
    edges: Reals,
    cells: NDArray[np.int64],
    p: float,
) -> tuple[Reals, Reals]:
    """Bound a norm at the edges from above; and on each cone, by each edge's tangent, from below.

    The tangent is ⟨z, ATy⟩ with ‖z‖ = 1 in the dual norm, whatever rounding does to z.
    """
    sums, size, count = np.zeros(len(edges)), 0.0, 0
    slopes = np.zeros_like(edges)
    for rows, mine in short_blocks(blocks, weights, len(edges)):
        size += float(mine @ lengths(rows, coordinates) ** p)
        moved = rows @ coordinates.transform
        values = moved @ edges.T
        slants = np.sign(values) * np.abs(values) ** (p - 1) * mine[:, None]
        sums += (slants * values).sum(axis=0)
        slopes += slants.T @ moved
        count += len(rows)
    norms = sums ** (1 / p)
    tangents = np.einsum("cir,cjr->cij", (slopes / norms[:, None] ** (p - 1))[cells], edges[cells])
    share = (count + 100) * EPS
    long = np.linalg.norm(edges, axis=1)
    lost = size ** (1 / p) * (rounding(coordinates) + share) * long
    return (norms + lost) * (1 + share), np.maximum(tangents - lost[cells][:, None, :], 0.0) * (
        1 - share
    )
