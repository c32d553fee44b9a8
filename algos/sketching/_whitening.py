"""The triangular factor of a tall matrix, and coordinates in which it is orthonormal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats

__all__ = ["Whitening", "row_whitening", "triangular_factor", "whitening"]

Reals = NDArray[np.float64]

#: Numbers that stay in the cache while they are factorised.
CACHE = 2**15
#: Singular values of columns of unit norm: where all are at least this share of the greatest,
#: rounding leaves every row, however small, its coordinates to 1e-10.
SAFE = 1e-5
#: Rounding of a coordinate Σ aₖ Tₖⱼ, beside Σ abs(aₖ Tₖⱼ).
NOISE = 2.0**16 * np.finfo(np.float64).eps


@dataclass(frozen=True, eq=False)
class Whitening:
    """Coordinates T (d × rank) in which A T has orthonormal columns that span A's.

    Coordinates of a row below ``noise`` times the sum of absolute values that cancel in them
    are taken for zero: a great row leaves rounding where a small one has its own direction.
    """

    transform: Reals
    noise: float = 0.0

    @property
    def rank(self) -> int:
        """The rank of A, up to rounding."""
        return int(self.transform.shape[1])

    def squared_norms(self, rows: Floats) -> Reals:
        """Give ‖aᵀT‖² for each row a: its leverage, where it is a row of A."""
        return np.asarray(np.square(self.coordinates(rows)).sum(axis=0))

    def coordinates(self, rows: Floats, out: Reals | None = None) -> Reals:
        """Give Tᵀa for each row a, as columns."""
        found = np.matmul(self.transform.T, rows.T, out=out)
        if self.noise:
            found[np.abs(found) <= self.noise * (np.abs(self.transform.T) @ np.abs(rows.T))] = 0.0
        return np.asarray(found)


def triangular_factor(blocks: Iterable[Floats]) -> Reals:
    """Give R (k × d, k ≤ d) with RᵀR = AᵀA, from A's blocks of rows, one after another.

    Householder's factorisation of each block under the factor so far: backward stable, in
    O(d²) memory besides the block.
    """
    factor: Reals | None = None
    for block in blocks:
        height = max(4 * block.shape[1], CACHE // block.shape[1])
        for first in range(0, len(block), height):
            rows = block[first : first + height].astype(np.float64, copy=False)
            stacked = rows if factor is None else np.vstack([factor, rows])
            factor = np.asarray(np.linalg.qr(stacked, mode="r"))
    assert factor is not None
    return factor


def whitening(factor: Reals, rows: int) -> Whitening:
    """Orthonormalise from a triangular factor; columns of any scale, dependent ones too.

    Directions whose singular value, after every column is scaled to unit norm, is below
    max(rows, d) ε of the greatest are taken for zero.
    """
    scale, values, directions = _unit_columns(factor)
    kept = values > max(rows, factor.shape[1]) * np.finfo(np.float64).eps * values[0]
    return Whitening(directions[kept].T / values[kept] / scale[:, None])


def row_whitening(read: Callable[[], Iterable[Floats]]) -> tuple[Whitening, int]:
    """Orthonormalise A, given by its blocks of rows, and count its rows.

    One pass where A's columns, scaled, are well conditioned.  Else directions are found from
    the strongest to the weakest, each from the rows that have more than rounding in it: a
    direction counts if one row has, however small that row is beside the others.
    """
    count = 0

    def counted() -> Iterator[Floats]:
        nonlocal count
        for block in read():
            count += len(block)
            yield block

    factor = triangular_factor(counted())
    scale, values, directions = _unit_columns(factor)
    if values[-1] > SAFE * values[0] and len(values) == len(scale):
        return Whitening(directions.T / values / scale[:, None]), count
    found = np.empty((len(scale), 0))
    left = np.diag(1 / scale)
    while left.shape[1]:
        rest = Whitening(left, NOISE)
        _, values, directions = np.linalg.svd(
            triangular_factor(rest.coordinates(block).T for block in read())
        )
        if values[0] == 0:
            break
        strong = np.zeros(left.shape[1], dtype=bool)
        strong[: len(values)] = values > SAFE * values[0]
        found = np.hstack([found, left @ (directions[strong].T / values[strong[: len(values)]])])
        left = left @ directions[~strong].T
        if left.shape[1]:
            # In exact arithmetic the two are orthogonal in A already.
            one, other = Whitening(found, NOISE), Whitening(left)
            left = left - found @ sum(
                one.coordinates(block) @ other.coordinates(block).T for block in read()
            )
    return Whitening(found, NOISE), count


def _unit_columns(factor: Reals) -> tuple[Reals, Reals, Reals]:
    """Scale the columns to unit norm: their norms, singular values and right vectors."""
    scale = np.abs(factor).max(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    norms = np.linalg.norm(factor / scale, axis=0)
    scale = scale * np.where(norms > 0, norms, 1.0)
    _, values, directions = np.linalg.svd(factor / scale, full_matrices=False)
    return scale, values, directions
