"""The triangular factor of a tall matrix, and coordinates in which it is orthonormal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from accel.reflections import fold_rows
from algos.sketching._matrix import Floats

__all__ = ["NOISE", "SAFE", "Whitening", "row_whitening", "triangular_factor", "whitening"]

Reals = NDArray[np.float64]

#: Numbers that stay in the cache while they are factorised.
CACHE = 2**16
#: Singular values of columns of unit norm: where all are at least this share of the greatest,
#: rounding leaves every row, however small, its coordinates to 1e-10.
SAFE = 1e-5
#: Norms between these, and zero, are far from overflow and underflow, and so are their inverses.
LEAST, GREATEST = 1e-290, 1e290
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

    def squared_norms(self, rows: Any) -> Reals:
        """Give ‖aᵀT‖² for each row a, dense or compressed: its leverage, where it is one of A."""
        return np.asarray(np.square(self.coordinates(rows)).sum(axis=0))

    def coordinates(self, rows: Any, out: Reals | None = None) -> Reals:
        """Give Tᵀa for each row a, as columns."""
        if sparse.issparse(rows):
            return np.asarray((cast(Any, rows) @ self.transform).T)
        found = np.matmul(self.transform.T, rows.T, out=out)
        if self.noise:
            found[np.abs(found) <= self.noise * (np.abs(self.transform.T) @ np.abs(rows.T))] = 0.0
        return np.asarray(found)


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
    if values[-1] > SAFE * values[0]:
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
        strong = values > SAFE * values[0]
        found = np.hstack([found, left @ (directions[strong].T / values[strong])])
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
    greatest = np.abs(factor).max(axis=0)
    if not ((greatest == 0) | ((greatest > LEAST) & (greatest < GREATEST))).all():
        raise ValueError(
            f"every column must be zero or have a norm between {LEAST} and {GREATEST}; multiply "
            "columns by powers of two before"
        )
    scale = np.where(greatest > 0, greatest, 1.0)
    scale *= np.linalg.norm(factor / scale, axis=0)
    scale[greatest == 0] = 1.0
    _, values, directions = np.linalg.svd(factor / scale)
    return scale, values, directions
