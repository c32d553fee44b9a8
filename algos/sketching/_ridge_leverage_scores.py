"""Leverage scores under a quadratic penalty."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_real
from algos.sketching._leverage_scores import squared_norms
from algos.sketching._matrix import Floats, row_blocks
from algos.sketching._whitening import row_whitening

__all__ = ["RidgeLeverageScores", "ridge_leverage_scores"]


@dataclass(frozen=True, eq=False)
class RidgeLeverageScores:
    """Leverage scores under a penalty.

    Attributes
    ----------
    scores : ndarray, shape (n,)
        aᵢᵀ(AᵀA + penalty I)⁺aᵢ for every row.
    effective_dimension : float
        Their sum.
    penalty : float
        As asked for.
    passes : int
        How often A was read.
    """

    scores: NDArray[np.float64]
    effective_dimension: float
    penalty: float
    passes: int


def ridge_leverage_scores(A: Any, penalty: float) -> RidgeLeverageScores:
    """Compute the ridge leverage score of every row of a matrix.

    Parameters
    ----------
    A : array_like, shape (n, d), or blocks of rows
        As for `leverage_scores`.
    penalty : float
        At least 0, in the unit of A squared; 0 gives the leverage scores.

    Returns
    -------
    RidgeLeverageScores
        Scores and effective dimension.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    They are the leverage scores of A's rows in A with √penalty I below it: AᵀA is never formed.
    With A's singular values σ, the effective dimension is Σ σ² / (σ² + penalty), the rank at
    most.  Every score falls as the penalty grows.  Two passes, 4 n d² operations;
    more where A with that below it is ill-conditioned.

    References
    ----------
    A. Alaoui, M. Mahoney, "Fast randomized kernel ridge regression with statistical guarantees",
    NeurIPS 2015.

    Examples
    --------
    >>> from algos.sketching import ridge_leverage_scores
    >>> ridge_leverage_scores([[1.0, 0.0], [0.0, 3.0]], 1.0).scores.round(6).tolist()
    [0.5, 0.9]
    """
    penalty = checked_real("penalty", penalty, 0, math.inf, low_end=True)
    blocks = row_blocks("A", A)

    def penalised() -> Iterator[Floats]:
        columns = 0
        for _, block in blocks:
            columns = block.shape[1]
            yield block
        if penalty > 0:
            yield math.sqrt(penalty) * np.eye(columns)

    found, rows = row_whitening(penalised)
    n = rows - found.transform.shape[0] if penalty > 0 else rows
    scores = squared_norms(blocks, found, n)
    return RidgeLeverageScores(scores, float(scores.sum()), penalty, blocks.passes)
