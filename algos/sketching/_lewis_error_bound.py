"""How far weights can be from the Lewis weights, by their residual."""

from __future__ import annotations

import math

from algos._arguments import checked_count, checked_real

__all__ = ["LEAST_P", "MOST_P", "lewis_error_bound"]

#: Exponents between these have a finite 2/p, and finite products of it and of p.
LEAST_P, MOST_P = 1e-300, 1e300


def lewis_error_bound(residual: float, p: float, rank: int) -> float:
    """Bound the distance of weights to the Lewis weights by their residual.

    Parameters
    ----------
    residual : float
        The greatest abs(log(τᵢ / wᵢ)); may be inf.
    p : float
        In [1e-300, 1e300].
    rank : int
        The rank of the matrix.

    Returns
    -------
    float
        The greatest abs(log(wᵢ / true weight)), at most: ``residual`` for p ≤ 2, beyond it the
        lesser of p / (4 − p), for p < 4, and p/2 (1 + (p/2 − 1) √rank), times ``residual``.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Examples
    --------
    >>> from algos.sketching import lewis_error_bound
    >>> lewis_error_bound(0.25, 1.0, 5), lewis_error_bound(0.25, 3.0, 5)
    (0.25, 0.75)
    """
    residual = checked_real("residual", residual, 0, math.inf, low_end=True, high_end=True)
    p = checked_real("p", p, LEAST_P, MOST_P, low_end=True, high_end=True)
    rank = checked_count("rank", rank, least=0)
    if p <= 2 or residual == 0:
        return residual
    factor = p / 2 * (1 + (p / 2 - 1) * math.sqrt(rank))
    return residual * (min(factor, p / (4 - p)) if p < 4 else factor)
