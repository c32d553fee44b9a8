"""Gaussian sketch: S has independent normal entries of variance 1/m."""

from __future__ import annotations

import math
from typing import Any

from accel.counters import normals
from accel.scatter import add_products
from algos.sketching._sketch import Sketch
from algos.sketching._sketch_rows import Reals, parts

__all__ = ["GaussianSketch"]


class GaussianSketch(Sketch):
    """Dense sketch with independent normal entries of mean 0 and variance 1/m.

    The sketch with the best constants, and the dearest: n m numbers are drawn.

    Parameters
    ----------
    size : int
        Rows m of S A.
    rng : int, Generator or None, optional
        Seed of S; sketches that are to be merged need the same integer.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    For U with d orthonormal columns the singular values of S U lie below 1 + √(d/m) + t, and
    above 1 − √(d/m) − t, each with probability at least 1 − exp(−m t² / 2).  Entries of S are
    made from hashes of (seed, i).  O(n m d) time, O(m d) memory besides a block of S; products
    are added up row after row, with the same bits on any number of cores.

    References
    ----------
    K. Davidson, S. Szarek, "Local operator theory, random matrices and Banach spaces", Handbook
    of the Geometry of Banach Spaces 1, 2001, theorem II.13.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import GaussianSketch
    >>> A = np.ones((100, 2))
    >>> GaussianSketch(3, rng=1).apply(A).shape
    (3, 2)
    """

    def _add(self, total: Reals, first: int, rows: Any) -> None:
        """Multiply by blocks of S's columns."""
        for at, part in parts(rows, self.size):
            drawn = normals(self.seed, first + at, len(part), self.size)
            add_products(part, drawn, total)

    def _scaled(self, total: Reals) -> Reals:
        """Bring the variance from 1 to 1/m."""
        return total / math.sqrt(self.size)
