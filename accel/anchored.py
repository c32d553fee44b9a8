"""One step of an anchored iteration, and the inner products of two oracle answers."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["anchored_step", "pair_products"]

Vector = NDArray[np.float64]


@partial(compiled, reorder=True)
def anchored_step(
    anchor: Vector, x: Vector, image: Vector, weight: float, out: Vector
) -> tuple[float, float, float]:
    """Write ``weight * anchor + (1 - weight) * image`` to ``out``, in one pass.

    Parameters
    ----------
    anchor, x, image : ndarray, shape (n,)
        The anchor, the iterate and its image; C-contiguous.
    weight : float
        Of the anchor.
    out : ndarray, shape (n,)
        The next iterate; other memory than ``anchor`` and ``image``.

    Returns
    -------
    tuple of float
        With g = x − image: ``(‖g‖, ⟨g, anchor − x⟩, ‖g‖ / 2 + ⟨g, anchor − x⟩ / ‖g‖)``;
        the last is 0 where the squares have lost digits.
    """
    square = along = 0.0
    rest = 1.0 - weight
    for i in range(x.size):
        gap = x[i] - image[i]
        square += gap * gap
        along += gap * (anchor[i] - x[i])
        out[i] = weight * anchor[i] + rest * image[i]
    residual = math.sqrt(square)
    reach = residual / 2 + along / residual if square > 1e-280 else 0.0
    return residual, along, reach


@partial(compiled, reorder=True)
def pair_products(
    x: Vector, value: Vector, other_x: Vector, other_value: Vector
) -> tuple[float, float, float]:
    """Multiply the differences of two points and of an operator's values there.

    Parameters
    ----------
    x, value, other_x, other_value : ndarray, shape (n,)
        Two points, each followed by the operator's value; C-contiguous.

    Returns
    -------
    tuple of float
        With d = x − other_x and e = value − other_value: ``(⟨d, d⟩, ⟨d, e⟩, ⟨e, e⟩)``.
    """
    points = products = values = 0.0
    for i in range(x.size):
        step = x[i] - other_x[i]
        change = value[i] - other_value[i]
        points += step * step
        products += step * change
        values += change * change
    return points, products, values
