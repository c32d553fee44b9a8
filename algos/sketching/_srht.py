"""Subsampled randomized Hadamard transform: signs, a fast transform, some of its rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accel.counters import signed_buckets, words
from accel.hadamard import hadamard_transform
from algos._arguments import checked_count
from algos.sketching._sketch import Sketch
from algos.sketching._sketch_rows import Reals

__all__ = ["SRHT"]


class SRHT(Sketch):
    """Sketch √(N/m) R H D: random signs D, the Hadamard transform H, m of its N rows.

    A dense sketch in n log m operations a column instead of n m, where the number of rows is
    bounded beforehand.

    Parameters
    ----------
    size : int
        Rows m of S A, at most N.
    rows : int
        A has at most so many rows; N is the next power of two.
    rng : int, Generator or None, optional
        Seed of S; sketches that are to be merged need the same integer.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The m rows are drawn without replacement.  For U with d orthonormal columns and squared row
    norms τ_i the mean of ‖(SU)ᵀSU − I‖_F² is (d² + d − 2 Σ τ_i²) / m · (N − m) / (N − 1),
    exactly, where signs and rows are independent and uniform; hashes of the seed stand in for
    both.

    Rows come in aligned blocks of 2^b: the entries of H at (k, o + j), with o a multiple of 2^b
    and j below it, are those at (k, o) times those at (k mod 2^b, j), so that a block is
    transformed alone and m entries of it are read.  A read in other pieces falls into other
    blocks, and S A is the same up to rounding alone.  O((n + m) d log m) time for rows in one
    piece, O(m d) memory.

    References
    ----------
    J. Tropp, "Improved analysis of the subsampled randomized Hadamard transform", Advances in
    Adaptive Data Analysis 3, 2011.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import SRHT
    >>> S = SRHT(8, rows=8, rng=1).apply(np.eye(8))  # all rows: an orthogonal matrix
    >>> bool(np.allclose(S.T @ S, np.eye(8)))
    True
    """

    _options = ("rows",)

    def __init__(self, size: int, *, rows: int, rng: Any = None) -> None:
        super().__init__(size, rng=rng)
        self.rows = checked_count("rows", rows)
        self._length = 1 << (self.rows - 1).bit_length()  # N
        if self.size > self._length:
            raise ValueError(
                f"size must be at most {self._length}, the power of two from rows = {self.rows} "
                f"on, got {self.size}; make the sketch with more rows, or take a smaller size"
            )

    @cached_property
    def _sampled(self) -> NDArray[np.int64]:
        """The rows of the transform that are kept, by Floyd's algorithm: all sets alike."""
        kept: set[int] = set()
        for last, word in enumerate(words(self.seed, self.size).tolist(), self._length - self.size):
            row = word * (last + 1) >> 64
            kept.add(last if row in kept else row)
        return np.array(sorted(kept))

    def _check_end(self, stop: int) -> None:
        """Refuse rows beyond those that were announced."""
        if stop > self.rows:
            raise ValueError(
                f"A must have at most rows = {self.rows} rows, got one numbered {stop - 1}; "
                "make the sketch with more rows"
            )

    def _add(self, total: Reals, first: int, rows: Any) -> None:
        """Transform aligned blocks, and read the sampled entries off."""
        stop = first + len(rows)
        for offset, length in _aligned(first, stop, 1 << (self.size - 1).bit_length()):
            _, signs = signed_buckets(self.seed, offset, length, 1, 1)
            block = rows[offset - first : offset - first + length].astype(np.float64, order="C")
            block *= signs
            hadamard_transform(block)
            odd = np.bitwise_count(self._sampled & offset) & 1
            total += (1.0 - 2.0 * odd)[:, None] * block[self._sampled & (length - 1)]

    def _scaled(self, total: Reals) -> Reals:
        """Divide by √m: the columns of S have norm 1."""
        return total / math.sqrt(self.size)


def _aligned(first: int, stop: int, longest: int) -> Iterator[tuple[int, int]]:
    """Cut [first, stop) into blocks, powers of two that divide their offsets."""
    while first < stop:
        length = min(longest, first & -first or longest)
        while first + length > stop:
            length //= 2
        yield first, length
        first += length
