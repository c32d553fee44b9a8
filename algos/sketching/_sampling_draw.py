"""Draws of rows in proportion to their scores, in one pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats
from algos.sketching._sampling_scores import Blocks, RowScores

__all__ = ["draw"]

Reals = NDArray[np.float64]


def draw(
    blocks: Blocks, scores: RowScores, size: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], Reals, Floats]:
    """Draw rows in proportion to their scores, with replacement, in one pass.

    Gives the distinct rows' numbers, how often each was drawn, its probability, and the rows.
    """
    places = rng.random(size)
    places.sort()
    places *= scores.total
    numbers, counts, chances, rows = [], [], [], []
    reached, passed = 0.0, 0
    last: tuple[int, float, Floats] | None = None
    for first, block in blocks:
        mine = scores.of(first, block)
        cumulated = reached + np.cumsum(mine)
        below = np.searchsorted(places, cumulated, side="left")
        hits = np.diff(below, prepend=passed)
        drawn = np.flatnonzero(hits)
        numbers.append(first + drawn)
        counts.append(hits[drawn])
        chances.append(mine[drawn] / scores.total)
        rows.append(block[drawn])
        reached, passed = float(cumulated[-1]), int(below[-1])
        some = np.flatnonzero(mine)
        if some.size:
            last = first + int(some[-1]), float(mine[some[-1]]), block[some[-1:]]
    if last is None or abs(reached - scores.total) > 1e-6 * scores.total:
        raise ValueError(
            "A must be the same at every pass, got scores of sum "
            f"{reached!r} in one and {scores.total!r} in another"
        )
    if passed < size:  # rounding of the sum: the last places belong to the last row
        numbers.append(np.array([last[0]]))
        counts.append(np.array([size - passed]))
        chances.append(np.array([last[1] / scores.total]))
        rows.append(last[2])
    return _merged(
        np.concatenate(numbers), np.concatenate(counts), np.concatenate(chances), np.vstack(rows)
    )


def _merged(
    numbers: NDArray[np.int64], counts: NDArray[np.int64], chances: Reals, rows: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64], Reals, Floats]:
    """Count the last row once, where it was drawn on both ways."""
    if len(numbers) > 1 and numbers[-1] == numbers[-2]:
        counts[-2] += counts[-1]
        numbers, counts, chances, rows = numbers[:-1], counts[:-1], chances[:-1], rows[:-1]
    return numbers.astype(np.int64), counts.astype(np.int64), chances, rows
