"""Streams of counters that publish sums of intervals of a tree, host only.

Events are rows of integers of shape (k, d), noise has one row for every interval, in the order in
which intervals are complete. A row that an array has behind those in use stays zero: it stands for
the empty prefix. Arrays named so are changed in place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["balanced", "dyadic", "from_below", "signed_digits"]

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled
def _lowest(step: int, levels: int) -> int:
    """Give the place of the lowest digit 1, or the highest level; behind all of them for 0."""
    if step == 0:
        return levels
    level = 0
    while level < levels - 1 and step >> level & 1 == 0:
        level += 1
    return level


@compiled
def dyadic(
    events: Integers, noise: Integers, step: int, total: Integers, exact: Integers, noisy: Reals
) -> Reals:
    """Publish the lowest dyadic interval at every step, and sum up.

    Parameters
    ----------
    events : array of int64, shape (k, d)
        The next events, in units of the noise.
    noise : array of int64, shape (k, d)
        For the intervals.
    step : int
        Number of events before.
    total : array of int64, shape (d,)
        Sum of the events so far; changed in place.
    exact : array of int64, shape (levels + 1, d)
        Prefixes at the last step of each lowest digit; changed in place.
    noisy : array of float64, shape (levels + 1, d)
        The same of published intervals; changed in place.

    Returns
    -------
    array of float64, shape (k, d)
        Noisy prefix sums.
    """
    count, dimension = events.shape
    levels = len(exact) - 1
    releases = np.empty((count, dimension))
    for k in range(count):
        step += 1
        level = _lowest(step, levels)
        before = _lowest(step - (1 << level), levels)
        for i in range(dimension):
            total[i] += events[k, i]
            published = total[i] - exact[before, i] + noise[k, i]
            release = noisy[before, i] + published
            exact[level, i], noisy[level, i] = total[i], release
            releases[k, i] = release
    return releases


@compiled
def from_below(
    events: Integers,
    noise: Integers,
    step: int,
    shares: Reals,
    sums: Integers,
    estimates: Reals,
    noisy: Reals,
) -> Reals:
    """Publish all dyadic intervals, estimate each from its own sum and its halves', and sum up.

    Parameters
    ----------
    events : array of int64, shape (k, d)
        The next events, in units of the noise.
    noise : array of int64, shape (intervals, d)
        For the intervals that end at the next steps; at one step, from short to long.
    step : int
        Number of events before.
    shares : array, shape (levels,)
        Weight of an interval's own sum; its halves' have the rest.
    sums : array of int64, shape (levels, d)
        The last interval of each level; changed in place.
    estimates : array of float64, shape (levels, d)
        Its estimate; changed in place.
    noisy : array of float64, shape (levels + 1, d)
        Prefixes at the last step of each lowest digit; changed in place.

    Returns
    -------
    array of float64, shape (k, d)
        Noisy prefix sums.
    """
    count, dimension = events.shape
    levels = len(shares)
    releases = np.empty((count, dimension))
    interval = np.empty(dimension, np.int64)
    estimate = np.empty(dimension)
    drawn = 0
    for k in range(count):
        step += 1
        level = _lowest(step, levels)
        before = _lowest(step - (1 << level), levels)
        for i in range(dimension):
            interval[i] = events[k, i]
            estimate[i] = interval[i] + noise[drawn, i]
        drawn += 1
        for half in range(level):  # the right half is at hand, the left one is kept
            own, rest = shares[half + 1], 1.0 - shares[half + 1]
            for i in range(dimension):
                interval[i] += sums[half, i]
                published = np.float64(interval[i] + noise[drawn, i])
                estimate[i] = own * published + rest * (estimates[half, i] + estimate[i])
            drawn += 1
        for i in range(dimension):
            sums[level, i], estimates[level, i] = interval[i], estimate[i]
            noisy[level, i] = noisy[before, i] + estimate[i]
            releases[k, i] = noisy[level, i]
    return releases


@compiled
def balanced(
    events: Integers,
    noise: Integers,
    places: Integers,
    empty: Reals,
    total: Integers,
    exact: Integers,
    noisy: Reals,
) -> Reals:
    """Go from leaf to leaf among those with equally many digits 1; publish what is left behind.

    Parameters
    ----------
    events : array of int64, shape (k, d)
        The next events, in units of the noise.
    noise : array of int64, shape (k, d)
        For the intervals.
    places : array of int64, shape (ones,)
        Where the leaf has its digits 1, from the lowest; changed in place.
    empty : array of float64, shape (ones, d)
        Row j is what is published of j empty intervals together.
    total : array of int64, shape (d,)
        Sum of the events so far; changed in place.
    exact : array of int64, shape (ones + 1, d)
        Row r is the prefix up to the interval left of the r-th digit 1 from the highest; changed in
        place. Row 0 stays zero.
    noisy : array of float64, shape (ones + 1, d)
        The same of published intervals; changed in place.

    Returns
    -------
    array of float64, shape (k, d)
        Noisy prefix sums.
    """
    count, dimension = events.shape
    ones = len(places)
    releases = np.empty((count, dimension))
    for k in range(count):
        low = 0  # the lowest 1 that can move up; those below it go to the lowest places
        while low < ones - 1 and places[low] + 1 == places[low + 1]:
            places[low] = low
            low += 1
        places[low] += 1
        rank = ones - 1 - low
        for i in range(dimension):
            total[i] += events[k, i]
            published = total[i] - exact[rank, i] + noise[k, i]
            exact[rank + 1, i] = total[i]
            noisy[rank + 1, i] = noisy[rank, i] + published
            releases[k, i] = noisy[rank + 1, i] + empty[low, i]
    return releases


@compiled
def signed_digits(
    events: Integers,
    noise: Integers,
    digits: Integers,
    ahead: Integers,
    sums: Integers,
    total: Integers,
) -> Integers:
    """Count in digits from −m to m; a digit r > 0 adds r intervals, r < 0 takes as many away.

    Parameters
    ----------
    events : array of int64, shape (k, d)
        The next events, in units of the noise.
    noise : array of int64, shape (intervals, d)
        For the intervals, in the order of their first use.
    digits : array of int64, shape (levels,)
        Of the number of events so far, from the lowest; changed in place.
    ahead : array of int64, shape (levels, m, d)
        Noise of the last m intervals before a digit becomes 0; changed in place.
    sums : array of int64, shape (levels + 1, d)
        Noise of the prefix that a digit and those above it name; changed in place. The last row
        stays zero.
    total : array of int64, shape (d,)
        Sum of the events so far; changed in place.

    Returns
    -------
    array of int64, shape (k, d)
        Noisy prefix sums.
    """
    count, dimension = events.shape
    levels, most, _ = ahead.shape
    releases = np.empty((count, dimension), np.int64)
    drawn = 0
    for k in range(count):
        level = 0
        while level < levels - 1 and digits[level] == most:
            level += 1
        digits[level] += 1
        if digits[level] > 0:
            for i in range(dimension):
                sums[level, i] += noise[drawn, i]
            drawn += 1
        else:
            for i in range(dimension):
                sums[level, i] += ahead[level, digits[level] + most - 1, i]
        for below in range(level - 1, -1, -1):
            digits[below] = -most
            for i in range(dimension):
                sums[below, i] = sums[below + 1, i]
            for j in range(most):
                for i in range(dimension):
                    ahead[below, j, i] = noise[drawn, i]
                    sums[below, i] -= noise[drawn, i]
                drawn += 1
        for i in range(dimension):
            total[i] += events[k, i]
            releases[k, i] = total[i] + sums[0, i]
    return releases
