"""One facility on the line from 0 to 1: medians among reports and phantoms, and a lottery."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_array

__all__ = [
    "average_of_phantoms",
    "checked_places",
    "median",
    "phantom_median",
    "random_rank",
    "uniform_phantom",
]

Reals = NDArray[np.float64]


def checked_places(name: str, places: ArrayLike) -> Reals:
    """Copy places on the line."""
    checked = checked_array(name, places)
    if checked.min() < 0 or checked.max() > 1:
        where = tuple(int(k) for k in np.argwhere((checked < 0) | (checked > 1))[0])
        raise ValueError(f"{name} must lie in [0, 1], got {checked[where]} at {where}; rescale")
    return checked


def _reports(reports: ArrayLike) -> Reals:
    """Validate what is reported."""
    checked = checked_places("reports", reports)
    if checked.ndim != 1:
        raise ValueError(f"reports must have shape (n,), got {checked.shape}")
    return checked


def _middle(reports: Reals, phantoms: Reals) -> float:
    """Find the median of an odd number of points."""
    points = np.sort(np.concatenate([reports, phantoms]))
    return float(points[len(points) // 2])


def phantom_median(reports: ArrayLike, phantoms: ArrayLike) -> float:
    """Build at the median of the reports and of fixed points, the phantoms.

    Parameters
    ----------
    reports : array_like, shape (n,)
        Where everybody wants the facility, in [0, 1].
    phantoms : array_like, shape (n - 1,) or (n + 1,)
        Fixed points in [0, 1], chosen before anybody reports. With n − 1 of them the place lies
        between the least and the greatest report.

    Returns
    -------
    float
        The place.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Truth is a best answer for everybody who wants a place close to home, whatever the phantoms
    are; and every anonymous mechanism of which that is true for all single-peaked preferences is
    of this kind with n + 1 phantoms. O(n log n).

    References
    ----------
    H. Moulin, "On strategy-proofness and single peakedness", Public Choice 35, 1980.

    Examples
    --------
    >>> from algos.mechanisms import phantom_median
    >>> phantom_median([0.1, 0.2, 0.9], [0.5, 0.5])
    0.5
    """
    places = _reports(reports)
    n = len(places)
    # one report, no phantoms: an empty array holds no bad number either
    fixed = (
        np.zeros(0) if n == 1 and np.size(phantoms) == 0 else checked_places("phantoms", phantoms)
    )
    if fixed.ndim != 1 or len(fixed) not in (n - 1, n + 1):
        raise ValueError(f"phantoms must have shape ({n - 1},) or ({n + 1},), got {fixed.shape}")
    return _middle(places, fixed)


def uniform_phantom(reports: ArrayLike) -> float:
    """Build at the median of the reports and of 1/n, …, (n − 1)/n.

    Parameters
    ----------
    reports : array_like, shape (n,)
        Where everybody wants the facility, in [0, 1].

    Returns
    -------
    float
        The place.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Truthful, and fair in proportion: s people within a distance r of each other have
    the facility within 1 − s/n + r. The sum of distances is at most n − 1 times the least one,
    the welfare Σ (1 − distance) at least 2√2 − 2 = 0.828 of the best; both are attained.
    O(n log n).

    References
    ----------
    H. Aziz, A. Lam, B. E. Lee, T. Walsh, "Proportionality-based fairness and strategyproofness
    in the facility location problem", Journal of Mathematical Economics 119, 2025.

    Examples
    --------
    >>> from algos.mechanisms import uniform_phantom
    >>> uniform_phantom([0, 0, 0, 1])
    0.25
    """
    places = _reports(reports)
    n = len(places)
    return _middle(places, np.arange(1, n) / n)


def median(reports: ArrayLike) -> float:
    """Build at the median report; the lower one of two.

    Parameters
    ----------
    reports : array_like, shape (n,)
        Where everybody wants the facility, in [0, 1].

    Returns
    -------
    float
        The place.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Truthful, and the sum of distances is least; but a minority, however large, gets
    nothing. O(n).

    References
    ----------
    H. Moulin, "On strategy-proofness and single peakedness", Public Choice 35, 1980.

    Examples
    --------
    >>> from algos.mechanisms import median
    >>> median([0.1, 0.2, 0.8, 0.9])
    0.2
    """
    places = _reports(reports)
    rank = (len(places) - 1) // 2
    return float(np.partition(places, rank)[rank])


def average_of_phantoms(reports: ArrayLike, phantoms: ArrayLike) -> float:
    """Build at the mean of the medians of the reports with several sets of phantoms.

    Parameters
    ----------
    reports : array_like, shape (n,)
        Where everybody wants the facility, in [0, 1].
    phantoms : array_like, shape (m, n - 1) or (m, n + 1)
        Sets of phantoms, one a row.

    Returns
    -------
    float
        The place.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Not truthful unless the rows agree: one may pull the mean towards home. It is what a lottery
    over the rows, which is truthful, builds on average. As distances are convex it keeps every
    bound on distances that all rows keep. With the n rows of j zeros and n − 1 − j ones it
    is the mean report. O(m n log n).

    Examples
    --------
    >>> from algos.mechanisms import average_of_phantoms
    >>> round(average_of_phantoms([0.1, 0.2, 0.9], [[0, 0], [0, 1], [1, 1]]), 9)
    0.4
    """
    places = _reports(reports)
    n = len(places)
    if n == 1 and np.shape(phantoms)[1:] == (0,):
        return float(places[0])
    rows = checked_places("phantoms", phantoms)
    if rows.ndim != 2 or rows.shape[1] not in (n - 1, n + 1):
        raise ValueError(f"phantoms must have shape (m, {n - 1}) or (m, {n + 1}), got {rows.shape}")
    return float(np.mean([_middle(places, row) for row in rows]))


def random_rank(reports: ArrayLike, rng: np.random.Generator | int | None = None) -> float:
    """Build at the k-th lowest report, for a k drawn uniformly.

    Parameters
    ----------
    reports : array_like, shape (n,)
        Where everybody wants the facility, in [0, 1].
    rng : Generator, int or None, optional
        Draws the rank, before the reports are looked at.

    Returns
    -------
    float
        The place.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Truthful whatever the coins show. The expected place is the mean report, so that two groups
    at two places bear the same expected total distance. The expected sum of distances
    is at most 2 − 2/n times the least one, which is attained. O(n).

    References
    ----------
    H. Aziz, A. Lam, M. Suzuki, T. Walsh, "Random Rank: the one and only strategyproof and
    proportionally fair randomized facility location mechanism", arXiv:2205.14798, 2022.

    Examples
    --------
    >>> from algos.mechanisms import random_rank
    >>> random_rank([0.3, 0.1, 0.8], rng=0)
    0.8
    """
    places = _reports(reports)
    rank = int(np.random.default_rng(rng).integers(len(places)))
    return float(np.partition(places, rank)[rank])
