"""Leverage scores: how much of a direction one row holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_count, checked_real
from algos.sketching._count_sketch import CountSketch
from algos.sketching._matrix import RowBlocks, row_blocks
from algos.sketching._whitening import Whitening, row_whitening, triangular_factor, whitening

__all__ = ["LeverageScores", "default_size", "leverage_scores", "squared_norms"]

Method = Literal["qr", "sketch"]

#: Numbers in a sketch of the default size, where d is large: 64 MiB.
SKETCHED = 2**23


@dataclass(frozen=True, eq=False)
class LeverageScores:
    """Leverage scores and what is known of their error.

    Attributes
    ----------
    scores : ndarray, shape (n,)
        aᵢᵀ(AᵀA)⁺aᵢ for every row.
    rank : int
        The rank of A, up to rounding.
    method : str
        As asked for.
    size : int
        Rows of the sketch; 0 for ``"qr"``.
    relative_error : float
        ε = √((d² + d) / (size · failure_probability)): every true score lies between (1 − ε) and
        (1 + ε) times the one given, with probability at least 1 − ``failure_probability`` over
        the sketch; inf where that is not below 1 and nothing is proven.  0 for ``"qr"``, up to
        rounding.
    failure_probability : float
        As asked for; 0 for ``"qr"``.
    discrepancy : float
        abs(sum of the scores − rank): rounding for ``"qr"``, the error of the mean for
        ``"sketch"``.  For ``"qr"``, what was taken for zero in the directions found
        and may be more than rounding is added: where this is not small, scores are in doubt.
    passes : int
        How often A was read.
    """

    scores: NDArray[np.float64]
    rank: int
    method: Method
    size: int
    relative_error: float
    failure_probability: float
    discrepancy: float
    passes: int


def leverage_scores(
    A: Any,
    *,
    method: Method = "qr",
    size: int | None = None,
    failure_probability: float = 0.05,
    rng: Any = None,
) -> LeverageScores:
    """Compute the leverage score of every row of a matrix.

    Parameters
    ----------
    A : array_like, shape (n, d), or blocks of rows
        Finite; an array, a memory-mapped one, a sparse matrix, a Dask array, or a function that
        returns an iterator of blocks.
    method : {"qr", "sketch"}, optional
        The triangular factor of A itself, or that of a `CountSketch` of A.
    size : int, optional
        Rows of the sketch; by default 80 (d² + d), which proves ε ≤ 1/2 at the default
        ``failure_probability``, but not more than 64 MiB of them (from d = 47 on) or 10 d, if
        that is more.
    failure_probability : float, optional
        In (0, 1); what may go wrong with ``relative_error``.
    rng : seed or Generator, optional
        Randomness of the sketch.

    Returns
    -------
    LeverageScores
        Scores, rank and error.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The scores lie in [0, 1] and sum to the rank.  ``"qr"`` reads A twice, more often where it
    is ill-conditioned, and takes 4 n d² operations in O(d²) memory besides a block and the
    scores.  ``"sketch"`` saves half of these where n is far above ``size``, and keeps sparse
    rows compressed, in time O(d) a nonzero: many times faster for sparse rows of many columns.
    Its errors are mostly far below ε, which comes from Markov's inequality.

    Let κ be the condition of A's columns, scaled to unit norm.  Up to κ = 1e12, ``"qr"`` has
    relative errors of about κ units of rounding in every score.  Beyond, it takes what a row has
    in a weak direction for zero if it is below 2^12 units of rounding of the row's scaled entries:
    rows of very different scales keep their directions.

    References
    ----------
    K. Clarkson, D. Woodruff, "Low-rank approximation and regression in input sparsity time",
    Journal of the ACM 63, 2017.

    M. Mahoney, "Randomized algorithms for matrices and data", Foundations and Trends in Machine
    Learning 3, 2011.

    Examples
    --------
    >>> from algos.sketching import leverage_scores
    >>> leverage_scores([[1.0, 0.0], [1.0, 0.0], [0.0, 5.0]]).scores.round(6).tolist()
    [0.5, 0.5, 1.0]
    """
    if str(method) not in get_args(Method):
        raise ValueError(f"method must be one of {get_args(Method)}, got {method!r}")
    failure = checked_real("failure_probability", failure_probability, 0, 1)
    rows = None if size is None else checked_count("size", size)
    if method == "sketch":
        return _sketched(row_blocks("A", A, compressed=True), rows, failure, rng)
    if size is not None:
        raise ValueError(f"size must be None where method is 'qr', got {size!r}")
    blocks = row_blocks("A", A)
    found, n = row_whitening(lambda: (block for _, block in blocks))
    scores = squared_norms(blocks, found, n)
    discrepancy = abs(float(scores.sum()) - found.rank)
    if found.noise is not None and found.noise.any():
        discrepancy += sum(found.doubt(block) for _, block in blocks)
    return LeverageScores(scores, found.rank, method, 0, 0.0, 0.0, discrepancy, blocks.passes)


def squared_norms(blocks: RowBlocks, found: Whitening, n: int) -> NDArray[np.float64]:
    """Read a matrix once: every row's squared norm in the coordinates."""
    scores = np.empty(n)
    for first, block in blocks:
        scores[first : first + block.shape[0]] = found.squared_norms(block)
    return scores


def _sketched(blocks: RowBlocks, size: int | None, failure: float, rng: Any) -> LeverageScores:
    """Take the coordinates in which a CountSketch is orthonormal."""
    sketch, sums, n, d = None, np.empty((0, 0)), 0, 0
    for first, block in blocks:
        if sketch is None:
            d = block.shape[1]
            sketch = CountSketch(default_size(d) if size is None else size, rng=rng)
            sums = np.zeros((sketch.size, d))
        sketch._add(sums, first, block)
        n = first + block.shape[0]
    assert sketch is not None
    found = whitening(triangular_factor([sums]), n)
    scores = squared_norms(blocks, found, n)
    error = math.sqrt((d**2 + d) / (sketch.size * failure))
    return LeverageScores(
        scores,
        found.rank,
        "sketch",
        sketch.size,
        error if error < 1 else math.inf,
        failure,
        abs(float(scores.sum()) - found.rank),
        blocks.passes,
    )


def default_size(d: int) -> int:
    """Prove ε ≤ 1/2 with probability 0.95, in `SKETCHED` numbers or 10 d rows at most."""
    return min(80 * (d**2 + d), max(SKETCHED // d, 10 * d))
