"""How many rows a sample needs, and what a sample of given size guarantees."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_count, checked_real
from algos.sketching._sampling_scores import LEAST_P, MOST_P

__all__ = ["guaranteed_distortion", "guaranteed_error", "sample_size"]

Reals = NDArray[np.float64]

#: Steps of a bisection of (0, 1).
HALVINGS = 45
#: No more draws are asked for.
MOST_DRAWS = 2.0**62


def sample_size(
    total: float,
    dimension: int,
    p: float,
    *,
    distortion: float,
    failure_probability: float = 0.05,
) -> int:
    """Compute how many draws preserve all of ‖Ax‖_p, by a bound without hidden constants.

    Parameters
    ----------
    total : float
        Sum of the scores that the rows are drawn by, each at least its row's l_p sensitivity;
        at least 1.
    dimension : int
        Rank of A, at least 1.
    p : float
        In [1/64, 64].
    distortion : float
        In (0, 1).  For p ≥ 1 every ‖Ax‖_p is wanted within a factor of 1 ± distortion, for
        p < 1 every ‖Ax‖_p^p.
    failure_probability : float, optional
        In (0, 1).

    Returns
    -------
    int
        Draws, with replacement.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    m draws estimate a single ‖Ax‖_p^p within 1 ± e except with probability
    2 exp(−m e² / (2 total (1 + e/3))), by Bernstein's inequality.  For p ≠ 2 a union over a net of
    (1 + 2/η)^(dimension / min(p, 1)) points extends it to all x; e and η are chosen so that m is
    least.  For p = 2 the matrix Bernstein inequality gives
    2 dimension exp(−m e² / (2 total (1 + e/3))) for all x at once; one dimension needs no net.
    m grows like total · dimension / distortion²; sharper bounds are known up to unspecified
    constants alone.

    References
    ----------
    Proof of this library, docs/theory/sketching_sampling.md, "All x at once".

    J. Tropp, "User-friendly tail bounds for sums of random matrices", Foundations of
    Computational Mathematics 12, 2012, Theorem 1.6.

    Examples
    --------
    >>> from algos.sketching import sample_size
    >>> sample_size(3, 3, 2, distortion=0.5), sample_size(3, 3, 1, distortion=0.5)
    (64, 546)
    """
    total = checked_real("total", total, 1, math.inf, low_end=True)
    dimension = checked_count("dimension", dimension)
    p = checked_real("p", p, LEAST_P, MOST_P, low_end=True, high_end=True)
    distortion = checked_real("distortion", distortion, 0, 1)
    failure = checked_real("failure_probability", failure_probability, 0, 1)
    draws = _draws(total, dimension, p, distortion, failure)
    if draws > MOST_DRAWS:
        raise ValueError(
            f"distortion must be one that fewer than 2^62 draws reach, got {distortion!r} with "
            f"failure_probability {failure!r}, total {total!r} and dimension {dimension}"
        )
    return math.ceil(draws)


def guaranteed_error(total: float, size: int, failure_probability: float) -> float:
    """Give e such that one ‖Ax‖_p^p is estimated within 1 ± e, except with that probability."""
    share = total * math.log(2 / failure_probability) / size
    return share / 3 + math.sqrt(share * share / 9 + 2 * share)  # m e² = 2 share m (1 + e/3)


def guaranteed_distortion(
    total: float, dimension: int, p: float, size: int, failure_probability: float
) -> float:
    """Give the least distortion for which `size` draws suffice; inf where none below 1 does."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle > 0 and _draws(total, dimension, p, middle, failure_probability) <= size:
            high = middle
        else:
            low = middle
    return high if high < 1 else math.inf


def _draws(total: float, dimension: int, p: float, distortion: float, failure: float) -> float:
    """Compute the draws before they are rounded up."""
    power = max(p, 1.0)
    with np.errstate(divide="ignore", over="ignore"):  # an error of 0 takes infinitely many
        if p == 2 or dimension == 1:
            error = np.array([1 - (1 - distortion) ** power])
            log_points = np.log([float(dimension)])
        else:
            net = distortion * np.geomspace(1e-4, 0.5, 200)
            error = _largest_error(net, power, distortion)
            log_points = dimension / min(p, 1.0) * np.log1p(2 / net)
        draws = 2 * total * (1 + error / 3) / error**2 * (log_points + math.log(2 / failure))
    return float(draws.min())


def _largest_error(net: Reals, power: float, distortion: float) -> Reals:
    """Find how far the net's points may be off, for each fineness of the net."""
    low, high = np.zeros_like(net), np.ones_like(net)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        upper = (1 + middle) ** (1 / power) / (1 - net)
        lower = (1 - middle) ** (1 / power) - net * upper
        fits = (upper <= 1 + distortion) & (lower >= 1 - distortion)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return low
