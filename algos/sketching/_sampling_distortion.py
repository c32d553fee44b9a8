"""Between which ratios a weighted sample keeps every ‖Ax‖_p: computed, rounding included."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import BLOCK, Floats
from algos.sketching._sampling_scores import Blocks, Coordinates
from algos.sketching._whitening import EPS

__all__ = [
    "cube",
    "eigenvalue_ratios",
    "grid_ratios",
    "half_circle",
    "lengths",
    "rounding",
    "short_blocks",
    "unit_directions",
]

Reals = NDArray[np.float64]


def eigenvalue_ratios(
    blocks: Blocks, coordinates: Coordinates, matrix: Floats, weights: Reals
) -> tuple[float, float]:
    """Enclose all ‖SAx‖₂/‖Ax‖₂ by singular values, in coordinates where A is orthonormal."""
    rank = coordinates.rank
    gram, squares, count = np.zeros((rank, rank)), 0.0, 0
    with np.errstate(over="ignore", invalid="ignore"):  # looked at
        for first, block in blocks:
            rows, errors = _transformed(block, coordinates)
            gram += rows.T @ rows
            squares += float(errors @ errors)
            count = first + len(block)
    if not (np.isfinite(gram).all() and np.isfinite(squares)):
        return 0.0, math.inf
    values, off = np.linalg.eigvalsh(gram), (count + 10 * rank) * EPS * np.trace(gram)
    least = math.sqrt(max(values[0] - off, 0.0)) - math.sqrt(squares)
    greatest = math.sqrt(values[-1] + off) + math.sqrt(squares)

    rows, errors = _transformed(matrix, coordinates)
    sample = np.sqrt(weights)[:, None] * rows
    values = np.linalg.svd(sample, compute_uv=False)
    lost = 10 * sum(sample.shape) * EPS * np.linalg.norm(sample)
    lost += np.linalg.norm(np.sqrt(weights) * errors)
    low = max(float(values[-1] - lost), 0.0) if len(sample) >= rank else 0.0
    return low / greatest, float(values[0] + lost) / least if least > 0 else math.inf


def grid_ratios(
    blocks: Blocks,
    coordinates: Coordinates,
    matrix: Floats,
    weights: Reals,
    p: float,
    directions: int,
) -> tuple[float, float]:
    """Enclose all ‖SAx‖_p^p/‖Ax‖_p^p for p < 1 and rank at most 3.

    Both sides are subadditive in the coordinates y: between a grid's points they change by at most
    h^p times their maximum, which is at most the grid's over 1 − h^p.
    """
    grid, mesh = unit_directions(coordinates.rank, directions)
    step = mesh**p
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        low_whole, high_whole = _norms(blocks, None, coordinates, grid, p, step)
        low_sample, high_sample = _norms([(0, matrix)], weights, coordinates, grid, p, step)
        lower = np.nan_to_num(low_sample / high_whole, nan=0.0)
        upper = high_sample / low_whole
    return float(lower.min()), float(np.nan_to_num(upper, nan=math.inf).max())


def _norms(
    blocks: Blocks,
    weights: Reals | None,
    coordinates: Coordinates,
    grid: Reals,
    p: float,
    step: float,
) -> tuple[Reals, Reals]:
    """Enclose ‖ATy‖_p^p around each direction of a grid, between it and its neighbours."""
    points = coordinates.transform @ grid.T
    sums, count = np.zeros(len(grid) + 1), 0
    for rows, mine in short_blocks(blocks, weights, len(sums)):
        sizes = lengths(rows, coordinates)[:, None]
        sums += mine @ np.hstack([np.abs(rows @ points), sizes]) ** p
        count += len(rows)
    found, lost = sums[:-1], sums[-1] * rounding(coordinates) ** p
    change = step * (found.max() + lost) / (1 - step) + lost
    off = (count + 100) * EPS
    return np.maximum(found - change, 0.0) * (1 - off), (found + change) * (1 + off)


def short_blocks(
    blocks: Blocks, weights: Reals | None, directions: int
) -> Iterator[tuple[Floats, Reals]]:
    """Give rows and their weights, so few at a time that `directions` numbers a row fit a block."""
    height = max(1, BLOCK // directions)
    for first, block in blocks:
        for start in range(0, len(block), height):
            rows = block[start : start + height]
            here = slice(first + start, first + start + len(rows))
            yield rows, np.ones(len(rows)) if weights is None else weights[here]


def half_circle(angles: Reals) -> Reals:
    """Give unit vectors of these angles."""
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def cube(ticks: Reals) -> Reals:
    """Lay a grid on the three faces of the cube [−1, 1]³ that have a coordinate 1."""
    u, v = (part.ravel() for part in np.meshgrid(ticks, ticks))
    face = np.stack([np.ones_like(u), u, v], axis=1)
    return np.vstack([np.roll(face, shift, axis=1) for shift in range(3)])


def unit_directions(rank: int, directions: int) -> tuple[Reals, float]:
    """Spread directions over a half-sphere, and give the distance to the nearest at most."""
    if rank == 1:
        return np.ones((1, 1)), 0.0
    if rank == 2:
        angles = np.pi * np.arange(directions) / directions
        mesh = 2 * math.sin(math.pi / (4 * directions))
        return half_circle(angles), mesh + 8 * EPS
    side = max(2, math.ceil(math.sqrt(directions / 3)))
    centres = cube((2 * np.arange(side) + 1) / side - 1)
    return centres / np.linalg.norm(centres, axis=1, keepdims=True), math.sqrt(2) / side + 8 * EPS


def _transformed(rows: Floats, coordinates: Coordinates) -> tuple[Reals, Reals]:
    """Give rows in the coordinates, and how far rounding moved each at most."""
    errors = rounding(coordinates) * lengths(rows, coordinates)
    return rows @ coordinates.transform, errors


def lengths(rows: Floats, coordinates: Coordinates) -> Reals:
    """Give ‖ |a| |T| ‖ for each row a."""
    size = np.abs(rows) @ np.abs(coordinates.transform)
    return np.asarray(np.linalg.norm(size, axis=1))


def rounding(coordinates: Coordinates) -> float:
    """Bound the error of a row's product with T and a unit vector, beside ‖ |a| |T| ‖."""
    return 2 * (sum(coordinates.transform.shape) + 4) * EPS
