"""Leverage scores: how much of a direction one row holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_count, checked_real
from algos.sketching._matrix import RowBlocks, row_blocks
from algos.sketching._whitening import Whitening, row_whitening, triangular_factor, whitening

__all__ = ["LeverageScores", "leverage_scores"]

Method = Literal["qr", "sketch"]


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
        ε: every true score lies between (1 − ε) and (1 + ε) times the one given, with probability
        at least 1 − ``failure_probability`` over the sketch; inf where nothing is proven.  0 for
        ``"qr"``, up to rounding.
    failure_probability : float
        As asked for; 0 for ``"qr"``.
    discrepancy : float
        abs(sum of the scores − rank): rounding for ``"qr"``, the error of the mean for
        ``"sketch"``.
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
        The triangular factor of A itself, or that of a Gaussian sketch of A.
    size : int, optional
        Rows of the sketch; by default 40 d + 300, which proves ε ≤ 1/2 at the default
        ``failure_probability``.
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
    The scores lie in [0, 1] and sum to the rank.  ``"qr"`` reads A twice and takes 4 n d²
    operations in O(d²) memory besides a block and the scores.

    References
    ----------
    M. Mahoney, "Randomized algorithms for matrices and data", Foundations and Trends in Machine
    Learning 3, 2011.

    Examples
    --------
    >>> from algos.sketching import leverage_scores
    >>> leverage_scores([[1.0, 0.0], [1.0, 0.0], [0.0, 5.0]]).scores.round(6).tolist()
    [0.5, 0.5, 1.0]
    """
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {get_args(Method)}, got {method!r}")
    failure = checked_real("failure_probability", failure_probability, 0, 1)
    rows = None if size is None else checked_count("size", size)
    blocks = row_blocks("A", A)
    if method == "sketch":
        return _sketched(blocks, rows, failure, np.random.default_rng(rng))
    if size is not None:
        raise ValueError(f"size must be None where method is 'qr', got {size!r}")
    found, n = row_whitening(lambda: (block for _, block in blocks))
    scores = squared_norms(blocks, found, n)
    discrepancy = abs(float(scores.sum()) - found.rank)
    return LeverageScores(scores, found.rank, method, 0, 0.0, 0.0, discrepancy, blocks.passes)


def squared_norms(blocks: RowBlocks, found: Whitening, n: int) -> NDArray[np.float64]:
    """Read a matrix once: every row's squared norm in the coordinates."""
    scores = np.empty(n)
    for first, block in blocks:
        scores[first : first + len(block)] = found.squared_norms(block)
    return scores


def _sketched(
    blocks: RowBlocks, size: int | None, failure: float, rng: np.random.Generator
) -> LeverageScores:
    """Take the coordinates in which a Gaussian sketch is orthonormal."""
    sketch, n, m = None, 0, 0
    for first, block in blocks:
        if sketch is None:
            m = 40 * block.shape[1] + 300 if size is None else size
            sketch = np.zeros((m, block.shape[1]))
        sketch += rng.normal(size=(m, len(block))) @ block
        n = first + len(block)
    assert sketch is not None
    found = whitening(triangular_factor([sketch / math.sqrt(m)]), n)
    scores = squared_norms(blocks, found, n)
    error = gaussian_distortion(m, found.rank, failure)
    discrepancy = abs(float(scores.sum()) - found.rank)
    return LeverageScores(
        scores, found.rank, "sketch", m, error, failure, discrepancy, blocks.passes
    )


def gaussian_distortion(size: int, rank: int, failure_probability: float) -> float:
    """Bound the distortion of squared norms by a Gaussian sketch of a subspace.

    Parameters
    ----------
    size : int
        Rows of the sketch.
    rank : int
        Dimension of the subspace.
    failure_probability : float
        In (0, 1).

    Returns
    -------
    float
        (1 + √(rank / size) + t)² − 1 with t = √(2 ln(2 / failure_probability) / size); inf
        where the lower side 1 − √(rank / size) − t is not positive.
    """
    t = math.sqrt(rank / size) + math.sqrt(2 * math.log(2 / failure_probability) / size)
    return t * (2 + t) if t < 1 else math.inf
