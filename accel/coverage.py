"""What elements cover of the weight that is left: host only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from accel.bounds import before
from accel.loops import compiled

__all__ = ["covered"]

Reals = NDArray[np.float64]
Indices = NDArray[np.intp]


def _covered(
    starts: NDArray[Any],
    items: NDArray[Any],
    chances: Reals,
    left: Reals,
    chosen: NDArray[np.bool_],
    candidates: Indices,
    bounds: Reals,
) -> Reals:
    """Sum what each candidate covers, until no other can cover more than the greatest.

    Parameters
    ----------
    starts, items, chances : array
        With which probability every element covers items, in compressed form.
    left : array, shape (items,)
        Weight that is not covered.
    chosen : array, shape (n,)
        Elements that cover nothing more.
    candidates : array, shape (m,)
        Elements, in the order of their bounds.
    bounds : array, shape (m,)
        No candidate covers more.

    Returns
    -------
    array
        What the first candidates cover; each sum is taken in one order.
    """
    gains = np.empty(candidates.size)
    most, first = -1.0, -1
    for j in range(candidates.size):
        element = candidates[j]
        if before(most, first, bounds[j], element):
            return gains[:j]
        total = 0.0
        stop = starts[element] if chosen[element] else starts[element + 1]
        for p in range(starts[element], stop):
            total += chances[p] * left[items[p]]
        gains[j] = total
        if before(total, element, most, first):
            most, first = total, element
    return gains


covered = compiled(_covered, reorder=True)
