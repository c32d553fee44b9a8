"""The rows of A for the regressions, dense or compressed, in orthonormal coordinates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from algos.sketching._matrix import BLOCK, RowBlocks, row_blocks
from algos.sketching._norm import Reals, Tangent
from algos.sketching._regression_basis import EPS, exact_basis, sketched_basis

__all__ = ["Rows"]

#: Sparse matrices with a greater share of nonzeros are read as dense blocks.
SPARSE = 0.2
#: Rows whose products are summed at a time where rounding is accounted for.
CHUNK = 512
#: Random directions that leverage is estimated in.
DIRECTIONS = 16


class Rows:
    """The rows of A in coordinates y in which its columns are orthonormal: x = T y.

    ``proven`` tells whether A T's least singular value is at least 1/2, and what T leaves out of
    A no more than rounding in every row.
    """

    def __init__(self, A: Any) -> None:
        self.passes, self.dense, self.proven = 0, True, True
        self._blocks = row_blocks("A", A)
        found = None
        matrix = _canonical(A) if sparse.issparse(A) else None
        if matrix is not None and matrix.nnz <= SPARSE * matrix.shape[0] * matrix.shape[1]:
            self._blocks = RowBlocks("A", lambda: _cut(matrix), compressed=True)
            found = sketched_basis(matrix.shape[0], lambda: (block for _, block in self))
            if found is None:
                self._blocks = row_blocks("A", matrix)
            else:
                self.dense, self.count = False, matrix.shape[0]
        if found is None:
            found, self.proven, self.count = exact_basis(lambda: (block for _, block in self))
        if not np.isfinite(found).all():
            raise ValueError("A must not be so small that 1 / A overflows; multiply its columns")
        self.transform, (self.columns, self.rank) = found, found.shape

    def __iter__(self) -> Iterator[tuple[slice, Any]]:
        """Read the blocks again, dense or compressed, in double precision."""
        self.passes += 1
        for first, block in self._blocks:
            yield slice(first, first + block.shape[0]), block.astype(np.float64, copy=False)

    def apply(self, y: Reals) -> Reals:
        """Give A T y."""
        x, image = self.transform @ y, np.empty(self.count)
        for rows, block in self:
            image[rows] = block @ x
        return image

    def adjoint(self, w: Reals) -> Reals:
        """Give Tᵀ Aᵀ w."""
        total = np.zeros(self.columns)
        for rows, block in self:
            total += w[rows] @ block
        return np.asarray(self.transform.T @ total)

    def coordinates(self, chosen: NDArray[np.intp]) -> Reals:
        """Give some rows of A T; the row numbers must not fall."""
        parts = [np.empty((0, self.rank))]
        for rows, block in self:
            low, high = np.searchsorted(chosen, [rows.start, rows.stop])
            parts.append(block[chosen[low:high] - rows.start] @ self.transform)
        return np.concatenate(parts)

    def leverage(self, rng: np.random.Generator) -> Reals:
        """Give the squared norm of each row of A T, or of its image in random directions."""
        few, scores = self.transform, np.empty(self.count)
        if self.rank > DIRECTIONS:
            few = few @ rng.normal(size=(self.rank, DIRECTIONS)) / DIRECTIONS**0.5
        for rows, block in self:
            u = block @ few
            scores[rows] = np.einsum("ij,ij->i", u, u)
        return scores

    def normal(self, at: Tangent) -> tuple[Reals, Reals]:
        """Give the gradient and the curvature of the smoothed norm in y, in one pass."""
        total = np.zeros(self.columns)
        matrix = np.zeros((self.rank, self.rank))
        sums = np.zeros((len(at.groups), self.columns))
        squares: Reals = np.zeros((self.columns, self.columns))
        for rows, block in self:
            total += at.gradient[rows] @ block
            curved = np.flatnonzero(at.curvature[rows])
            part, own = block[curved], at.curvature[rows][curved, None]
            if self.dense:
                u = part @ self.transform
                matrix += u.T @ (u * own)
            else:
                squares += (part.T @ part.multiply(own).tocsr()).toarray()
            for k, (members, signs, _) in enumerate(at.groups):
                low, high = np.searchsorted(members, [rows.start, rows.stop])
                sums[k] += signs[low:high] @ block[members[low:high] - rows.start]
        if not self.dense:
            matrix = self.transform.T @ squares @ self.transform
        for (members, _, curvature), one in zip(at.groups, sums @ self.transform, strict=True):
            matrix -= np.outer(one, one) * (curvature / len(members))
        return self.transform.T @ total, matrix

    def checked(self, b: Reals, x: Reals, w: Reals) -> tuple[Reals, Reals, float]:
        """Give b − A x, what each entry may be off by, and at least ‖Tᵀ Aᵀ w‖₂ / σ(A T).

        All rounding is accounted for; σ, the least singular value, is taken for 1/2.
        """
        residual, errors = np.empty(self.count), np.empty(self.count)
        left, sizes = np.zeros(self.columns), np.zeros(self.columns)
        chain = blocks = 0  # of additions
        for rows, block in self:
            v, magnitudes = w[rows], abs(block)
            residual[rows] = b[rows] - block @ x
            errors[rows] = np.abs(b[rows]) + magnitudes @ np.abs(x)
            sizes += np.abs(v) @ magnitudes
            height = CHUNK if isinstance(block, np.ndarray) else len(v)
            starts = range(0, len(v), height)
            left += np.sum([v[k : k + height] @ block[k : k + height] for k in starts], axis=0)
            chain, blocks = max(chain, min(height, len(v)) + len(starts)), blocks + 1
        errors *= (self.columns + 3) * EPS
        rounding = (chain + blocks + self.columns) * EPS * (sizes @ np.abs(self.transform))
        leftover = np.linalg.norm(left @ self.transform) + np.linalg.norm(rounding)
        return residual, errors, 2 * float(leftover)


def _canonical(A: Any) -> Any:
    """Give a sparse matrix by rows, each entry once."""
    rows = sparse.csr_array(A)
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    return rows


def _cut(matrix: Any) -> Iterator[Any]:
    """Cut into blocks of rows, in which a product with a few columns has the size of a block."""
    rows, columns = matrix.shape
    height = max(1, 8 * BLOCK // max(columns, 128))
    return (matrix[first : first + height] for first in range(0, rows, height))
