"""Sparse sign sketch: each row of A is added, with random signs, to several rows of S A."""

from __future__ import annotations

import math
from typing import Any

from algos._arguments import checked_count
from algos.sketching._sketch import Sketch
from algos.sketching._sketch_rows import Reals, parts, scatter

__all__ = ["SparseSignSketch"]


class SparseSignSketch(Sketch):
    """Sparse sketch with s nonzeros ±1/√s, at random distinct places, in every column of S.

    Between `CountSketch` (s = 1) and a dense sketch: s times the work of the former, and rows
    of great leverage no longer collide as a whole.

    Parameters
    ----------
    size : int
        Rows m of S A.
    nonzeros : int, optional
        Number s of nonzeros a column, at most ``size``; min(8, ``size``) by default.
    rng : int, Generator or None, optional
        Seed of S; sketches that are to be merged need the same integer.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The mean of ‖(SU)ᵀSU − I‖_F² is (d² + d − 2 Σ τ_i²) / m for U with d orthonormal columns and
    squared row norms τ_i, whatever s: the same as CountSketch's.  What s makes smaller are the
    higher moments.  Hashes of (seed, i) stand in for the theorem's independent choices.
    O(s · number of nonzeros of A + s² · number of rows) time, O(size · d) memory.

    References
    ----------
    P.-G. Martinsson, J. Tropp, "Randomized numerical linear algebra: foundations and
    algorithms", Acta Numerica 29, 2020, section 9.2.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import SparseSignSketch
    >>> S = SparseSignSketch(20, nonzeros=4, rng=1).apply(np.eye(5))
    >>> (S != 0).sum(axis=0).tolist(), (S**2).sum(axis=0).tolist()
    ([4, 4, 4, 4, 4], [1.0, 1.0, 1.0, 1.0, 1.0])
    """

    _options = ("nonzeros",)
    _takes_sparse = True

    def __init__(self, size: int, *, nonzeros: int | None = None, rng: Any = None) -> None:
        super().__init__(size, rng=rng)
        nonzeros = min(8, self.size) if nonzeros is None else nonzeros
        self.nonzeros = checked_count("nonzeros", nonzeros, most=self.size)

    def _add(self, total: Reals, first: int, rows: Any) -> None:
        """Add rows, dense or compressed, to their buckets."""
        for at, part in parts(rows, self.nonzeros):
            scatter(part, first + at, self.seed, self.nonzeros, total)

    def _scaled(self, total: Reals) -> Reals:
        """Divide by √s: the columns of S have norm 1."""
        return total / math.sqrt(self.nonzeros)
