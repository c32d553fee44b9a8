"""CountSketch: each row of A, with a random sign, is added to one random row of S A."""

from __future__ import annotations

from typing import Any

from algos.sketching._sketch import Sketch
from algos.sketching._sketch_rows import Reals, parts, scatter

__all__ = ["CountSketch"]


class CountSketch(Sketch):
    """Sparse sketch with one nonzero, 1 or −1, in every column of S.

    The sketch to take first: S A costs as much as reading A's nonzeros once.  For a rank d and
    size m the failure probability at a distortion of ε is at most (d² + d) / (m ε²).

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
    For U with d orthonormal columns and squared row norms τ_i the mean of ‖(SU)ᵀSU − I‖_F² is
    (d² + d − 2 Σ τ_i²) / m, exactly, where buckets and signs are independent; hashes of
    (seed, i) stand in for these here.  O(number of nonzeros) time, O(size · d) memory.

    References
    ----------
    K. Clarkson, D. Woodruff, "Low-rank approximation and regression in input sparsity time",
    Journal of the ACM 63, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import CountSketch
    >>> A = np.arange(12.0).reshape(6, 2)
    >>> one, two = CountSketch(4, rng=1), CountSketch(4, rng=1)
    >>> one.update(A[:3])
    >>> two.update(A[3:], at=3)
    >>> one.merge(two)
    >>> bool((one.result() == one.apply(A)).all())
    True
    """

    _takes_sparse = True

    def _add(self, total: Reals, first: int, rows: Any) -> None:
        """Add rows, dense or compressed, to their buckets."""
        for at, part in parts(rows, 1):
            scatter(part, first + at, self.seed, 1, total)

    def _scaled(self, total: Reals) -> Reals:
        """Leave the sums as they are: the columns of S have norm 1."""
        return total
