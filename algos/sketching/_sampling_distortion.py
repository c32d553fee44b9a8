"""Between which ratios a weighted sample keeps every ‖Ax‖_p: computed, rounding included."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import BLOCK, Floats
from algos.sketching._sampling_scores import Blocks, Coordinates

__all__ = ["EPS", "eigenvalue_ratios", "grid_ratios", "lengths", "rounding"]

Reals = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)


def eigenvalue_ratios(
    blocks: Blocks, coordinates: Coordinates, matrix: Floats, weights: Reals
) -> tuple[float, float]:
    """Enclose all ‖SAx‖₂/‖Ax‖₂ by singular values, in coordinates where A is orthonormal."""
    rank = coordinates.rank
    gram, squares, count = np.zeros((rank, rank)), 0.0, 0
    for first, block in blocks:
        rows, errors = _transformed(block, coordinates)
        gram += rows.T @ rows
        squares += float(errors @ errors)
        count = first + len(block)
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
    """Enclose all ‖SAx‖_p/‖Ax‖_p, or for p < 1 the ratios of the p-th powers; rank at most 3.

    Both sides are (p-)norms of coordinates y: between a grid's points they change by at most
    h^min(p, 1) times their maximum, which is at most the grid's over 1 − h^min(p, 1).
    """
    grid, mesh = unit_directions(coordinates.rank, directions)
    step = mesh ** min(p, 1.0)
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
    """Enclose a norm around each direction of a grid, between it and its neighbours."""
    points = coordinates.transform @ grid.T
    sums, count = np.zeros(len(grid) + 1), 0
    height = max(1, BLOCK // len(sums))
    for first, block in blocks:
        for start in range(0, len(block), height):
            rows = block[start : start + height]
            sizes = lengths(rows, coordinates)[:, None]
            powers = np.hstack([np.abs(rows @ points), sizes]) ** p
            mine = np.ones(len(rows)) if weights is None else weights[start : start + height]
            sums += mine @ powers
        count = first + len(block)
    *norms, size = sums ** (1 / max(p, 1.0))
    found, lost = np.array(norms), size * rounding(coordinates) ** min(p, 1.0)
    change = step * (found.max() + lost) / (1 - step) + lost
    off = (count + 100) * EPS
    return np.maximum(found - change, 0.0) * (1 - off), (found + change) * (1 + off)


def unit_directions(rank: int, directions: int) -> tuple[Reals, float]:
    """Spread directions over a half-sphere, and give the distance to the nearest at most."""
    if rank == 1:
        return np.ones((1, 1)), 0.0
    if rank == 2:
        angles = np.pi * np.arange(directions) / directions
        mesh = 2 * math.sin(math.pi / (4 * directions))
        return np.stack([np.cos(angles), np.sin(angles)], axis=1), mesh + 8 * EPS
    side = max(2, math.ceil(math.sqrt(directions / 3)))
    ticks = (2 * np.arange(side) + 1) / side - 1
    u, v = (part.ravel() for part in np.meshgrid(ticks, ticks))
    face = np.stack([np.ones_like(u), u, v], axis=1)
    cube = np.vstack([np.roll(face, shift, axis=1) for shift in range(3)])
    return cube / np.linalg.norm(cube, axis=1, keepdims=True), math.sqrt(2) / side + 8 * EPS


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
