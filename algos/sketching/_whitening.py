"""The triangular factor of a tall matrix, and coordinates in which it is orthonormal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from accel.reflections import fold_rows
from algos.sketching._matrix import Floats

__all__ = ["EPS", "NOISE", "SAFE", "Whitening", "row_whitening", "triangular_factor", "whitening"]

Reals = NDArray[np.float64]

#: The unit of rounding.
EPS = float(np.finfo(np.float64).eps)
#: Numbers that stay in the cache while they are factorised.
CACHE = 2**16
#: Singular values of columns of unit norm: where all are at least this share of the greatest,
#: rounding leaves every row, however small, its coordinates to 1e-10.
SAFE = 1e-5
#: Norms between these, and zero, are far from overflow and underflow, and so are their inverses.
LEAST, GREATEST = 1e-290, 1e290
#: Rounding of a coordinate Σ aₖ Tₖⱼ, beside Σ abs(aₖ) sₖ, sₖ the size of T's entries in row k.
NOISE = 2.0**12 * EPS
#: Coordinates above this share of their noise may be more than rounding.
DOUBT = 2.0**-6


@dataclass(frozen=True, eq=False)
class Whitening:
    """Coordinates T (d × rank) in which A T has orthonormal columns that span A's.

    Coordinates of a row a that are at most abs(a)ᵀ ``noise`` are taken for zero: a great row
    leaves rounding where a small one has its own direction.
    """

    transform: Reals
    noise: Reals | None = None

    @property
    def rank(self) -> int:
        """The rank of A, up to rounding."""
        return int(self.transform.shape[1])

    def squared_norms(self, rows: Any) -> Reals:
        """Give ‖aᵀT‖² for each row a, dense or compressed: its leverage, where it is one of A."""
        return np.asarray(np.square(self.coordinates(rows)).sum(axis=0))

    def coordinates(self, rows: Any, out: Reals | None = None) -> Reals:
        """Give Tᵀa for each row a, as columns."""
        if sparse.issparse(rows):
            return np.asarray((cast(Any, rows) @ self.transform).T)
        found = np.matmul(self.transform.T, rows.T, out=out)
        if self.noise is not None:
            found[np.abs(found) <= self.noise.T @ np.abs(rows.T)] = 0.0
        return np.asarray(found)

    def doubt(self, rows: Floats) -> float:
        """Add up what of the rows' leverage noise may hide: at most 1 each."""
        if self.noise is None:
            return 0.0
        size, noise = np.abs(rows @ self.transform), np.abs(rows) @ self.noise
        hidden = np.where((size <= noise) & (size > DOUBT * noise), np.minimum(size, 1.0), 0.0)
        return float(np.minimum(np.square(hidden).sum(axis=1), 1.0).sum())

    def moved(self, change: Reals) -> Whitening:
        """Give the coordinates T ``change``, with what their noise becomes."""
        noise = None if self.noise is None else self.noise @ np.abs(change)
        return Whitening(self.transform @ change, noise)


def triangular_factor(blocks: Iterable[Floats]) -> Reals:
    """Give R (d × d) with RᵀR = AᵀA, from A's blocks of rows, one after another.

    Householder's factorisation of each block under the factor so far: backward stable, in
    O(d²) memory besides the block, with the same bits on any number of cores.
    """
    factor, space = np.empty((0, 0)), np.empty(0)
    for block in blocks:
        d = block.shape[1]
        height = max(16, CACHE // d)
        if not len(factor):
            factor, space = np.zeros((d, d)), np.empty(height * d)
        for first in range(0, len(block), height):
            rows = block[first : first + height]
            columns = space[: rows.size].reshape(d, len(rows))
            columns[...] = rows.T
            fold_rows(factor, columns)
    return factor


def whitening(factor: Reals, rows: int) -> Whitening:
    """Orthonormalise from a triangular factor; columns of any scale, dependent ones too.

    Directions whose singular value, after every column is scaled to unit norm, is below
    max(rows, d) ε of the greatest are taken for zero.
    """
    scale, values, directions = _unit_columns(factor)
    kept = values > max(rows, factor.shape[1]) * EPS * values[0]
    return Whitening(directions[kept].T / values[kept] / scale[:, None])


def row_whitening(read: Callable[[], Iterable[Floats]]) -> tuple[Whitening, int]:
    """Orthonormalise A, given by its blocks of rows, and count its rows.

    One pass where A's columns, scaled, are well conditioned; a second one makes up for rounding
    where they have full rank beyond doubt.  Else directions are found from the strongest to the
    weakest, each from the rows that have more than rounding in it: a direction counts if one row
    has, however small that row is beside the others.
    """
    count = 0

    def counted() -> Iterator[Floats]:
        nonlocal count
        for block in read():
            count += len(block)
            yield block

    factor = triangular_factor(counted())
    scale, values, directions = _unit_columns(factor)
    if values[-1] > SAFE * values[0]:
        return Whitening(directions.T / values / scale[:, None]), count
    if values[-1] > NOISE * values[0]:
        transform = directions.T / values / scale[:, None]
        again = triangular_factor(block @ transform for block in read())
        return Whitening(transform @ np.linalg.inv(again), np.zeros(transform.shape)), count
    found = noise = np.empty((len(scale), 0))
    left = np.diag(1 / scale)
    rest = Whitening(left)
    while left.shape[1]:
        _, values, directions = np.linalg.svd(
            triangular_factor(rest.coordinates(block).T for block in read())
        )
        if values[0] == 0:
            break
        strong = values > SAFE * values[0]
        beside = NOISE * np.maximum(1 / scale, np.abs(left).max(axis=1))[:, None]
        found = np.hstack([found, left @ (directions[strong].T / values[strong])])
        noise = np.hstack([noise, beside / values[strong]])
        left = left @ directions[~strong].T
        if left.shape[1]:
            # In exact arithmetic the two are orthogonal in A already.
            one, other = Whitening(found, noise), Whitening(left)
            left = left - found @ sum(
                one.coordinates(block) @ other.coordinates(block).T for block in read()
            )
            beside = NOISE * np.maximum(1 / scale, np.abs(left).max(axis=1))[:, None]
            rest = Whitening(left, np.repeat(beside, left.shape[1], axis=1))
    return Whitening(found, noise), count


def _unit_columns(factor: Reals) -> tuple[Reals, Reals, Reals]:
    """Scale the columns to unit norm: their norms, singular values and right vectors."""
    greatest = np.abs(factor).max(axis=0)
    sound = (greatest == 0) | ((greatest > LEAST) & (greatest < GREATEST))
    for k in np.flatnonzero(~sound)[:1]:
        raise ValueError(
            f"A must have columns that are zero or of norm between {LEAST} and {GREATEST}, got "
            f"{math.hypot(*factor[:, k]):.3g} for column {k}; multiply it by a power of two before"
        )
    scale = np.where(greatest > 0, greatest, 1.0)
    scale *= np.linalg.norm(factor / scale, axis=0)
    scale[greatest == 0] = 1.0
    _, values, directions = np.linalg.svd(factor / scale)
    return scale, values, directions
