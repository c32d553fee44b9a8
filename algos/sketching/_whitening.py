"""The triangular factor of a tall matrix, and coordinates in which it is orthonormal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from algos.sketching._matrix import Floats

__all__ = ["Whitening", "triangular_factor", "whitening"]


@dataclass(frozen=True, eq=False)
class Whitening:
    """Coordinates T (d × rank) in which A T has orthonormal columns that span A's."""

    transform: NDArray[np.float64]

    @property
    def rank(self) -> int:
        """The rank of A, up to rounding."""
        return int(self.transform.shape[1])

    def squared_norms(self, rows: Floats) -> NDArray[np.float64]:
        """Give ‖aᵀT‖² for each row a: its leverage, where it is a row of A."""
        coordinates = rows @ self.transform
        norms: NDArray[np.float64] = np.einsum("ij,ij->i", coordinates, coordinates)
        return norms


def triangular_factor(blocks: Iterable[Floats]) -> NDArray[np.float64]:
    """Give R (k × d, k ≤ d) with RᵀR = AᵀA, from A's blocks of rows, one after another.

    Householder's factorisation of each block under the factor so far: backward stable, in
    O(d²) memory besides the block.
    """
    factor: NDArray[np.float64] | None = None
    for block in blocks:
        rows = block if factor is None else np.vstack([factor, block])
        factor = np.asarray(np.linalg.qr(rows.astype(np.float64, copy=False), mode="r"))
    assert factor is not None
    return factor


def whitening(factor: NDArray[np.float64], rows: int) -> Whitening:
    """Orthonormalise from a triangular factor; columns of any scale, dependent ones too.

    Directions whose singular value, after every column is scaled to unit norm, is below
    max(rows, d) ε of the greatest are taken for zero.
    """
    scale = np.abs(factor).max(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    scaled = factor / scale
    norms = np.linalg.norm(scaled, axis=0)
    norms = np.where(norms > 0, norms, 1.0)
    _, values, directions = np.linalg.svd(scaled / norms, full_matrices=False)
    kept = values > max(rows, factor.shape[1]) * np.finfo(np.float64).eps * values[0]
    return Whitening((directions[kept].T / values[kept]) / (scale * norms)[:, None])
