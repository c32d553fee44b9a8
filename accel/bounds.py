"""Elements in the order of upper bounds on what they add: host only.

An element comes before another if its bound is greater, or equal and its number less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["before", "reinsert"]

Reals = NDArray[np.float64]
Indices = NDArray[np.intp]


@compiled
def before(bound: float, element: int, other_bound: float, other: int) -> bool:
    """Tell whether an element comes before another.

    Parameters
    ----------
    bound, other_bound : float
        Not NaN.
    element, other : int
        Their numbers.

    Returns
    -------
    bool
        Whether the first comes first.
    """
    return bound > other_bound or (bound == other_bound and element < other)


@compiled
def reinsert(order: Indices, bounds: Reals, passed: int, elements: Indices, lower: Reals) -> None:
    """Take the first element out, and put the others that were looked at where they belong now.

    Parameters
    ----------
    order : array, shape (n,)
        All elements; ``order[1:]`` holds those that are left, in order, afterwards.
    bounds : array, shape (n,)
        Of ``order``, in order from ``passed`` on; changes like it.
    passed : int
        How many were looked at, the first of ``order``.
    elements : array, shape (passed - 1,)
        Those of them that are left, in the order of ``lower``.
    lower : array, shape (passed - 1,)
        Their new bounds.
    """
    rest, to = passed, 1
    for i in range(passed - 1):
        while rest < order.size and before(bounds[rest], order[rest], lower[i], elements[i]):
            order[to], bounds[to] = order[rest], bounds[rest]
            rest += 1
            to += 1
        order[to], bounds[to] = elements[i], lower[i]
        to += 1
