"""What no factorisation of the prefix sums goes below."""

from __future__ import annotations

import math

import numpy as np

from algos._arguments import checked_count

__all__ = ["factorization_lower_bound"]

#: Terms that are added up at a time.
BLOCK = 2**20


def factorization_lower_bound(horizon: int) -> float:
    """Bound error times sensitivity of every factorisation from below.

    Parameters
    ----------
    horizon : int
        Number of events n, from 1 to 2^32.

    Returns
    -------
    float
        (1/n) Σ_j 1 / (2 sin((2j − 1) π / (4n + 2))), j = 1, …, n.

    Raises
    ------
    TypeError, ValueError
        The horizon is not what it must be.

    Notes
    -----
    For B C = A, the matrix of prefix sums, it bounds the greatest norm of a column of C times
    the root of the mean squared norm of B's rows, and so times the greatest: noise of that
    sensitivity has at least this standard deviation, for Gaussian noise at ρ = 1/2 and a change
    of 1. The sum is that of A's singular values. O(n) time.

    References
    ----------
    J. Matoušek, A. Nikolov, K. Talwar, "Factorization norms and hereditary discrepancy",
    International Mathematics Research Notices 2020.

    Examples
    --------
    >>> from algos.privacy import factorization_lower_bound
    >>> round(factorization_lower_bound(65536), 3)
    4.232
    """
    n = checked_count("horizon", horizon, most=2**32)
    total = 0.0
    for first in range(1, n + 1, BLOCK):
        j = np.arange(first, min(first + BLOCK, n + 1))
        total += float((1 / (2 * np.sin((2 * j - 1) * math.pi / (4 * n + 2)))).sum())
    return total / n
