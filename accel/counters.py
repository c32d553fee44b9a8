"""Random numbers as a function of a seed and a number: signs, buckets and normals, host only.

Word r of number i is a SplitMix64 hash of (seed, i, r), so that any part of the sequence
can be had without the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["normals", "signed_buckets"]

STEP = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
ONE, HALF = np.uint64(1), np.uint64(32)


@compiled
def _mixed(z: np.uint64) -> np.uint64:
    """Scramble 64 bits, one to one."""
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))


@compiled
def signed_buckets(
    seed: int, first: int, count: int, size: int, nonzeros: int
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Draw distinct buckets with signs for each of consecutive numbers.

    Parameters
    ----------
    seed : int
        From 0 to 2^63 - 1.
    first, count : int
        The numbers are ``first``, ..., ``first + count - 1``.
    size : int
        Buckets are numbered from 0 to ``size`` - 1, below 2^31.
    nonzeros : int
        Buckets a number, from 1 to ``size``.

    Returns
    -------
    (array, array)
        Buckets and signs (1 or -1), each of shape (count, nonzeros).
    """
    buckets = np.empty((count, nonzeros), np.int32)
    signs = np.empty((count, nonzeros), np.int8)
    for i in range(count):
        key = _mixed(np.uint64(seed) + np.uint64(first + i + 1) * STEP)
        word = key
        for r in range(nonzeros):  # Floyd's algorithm: all sets are equally likely
            if r > 0:
                word = _mixed(key + np.uint64(r) * STEP)
            last = np.int64(size - nonzeros + r)
            bucket = np.int64(((word >> HALF) * np.uint64(last + 1)) >> HALF)
            for other in range(r):
                if buckets[i, other] == bucket:
                    bucket = last
                    break
            buckets[i, r] = bucket
            signs[i, r] = 1 - 2 * np.int8(word & ONE)
    return buckets, signs


@compiled
def normals(seed: int, first: int, count: int, size: int) -> NDArray[np.float64]:
    """Draw standard normal numbers for each of consecutive numbers.

    Parameters
    ----------
    seed : int
        From 0 to 2^63 - 1.
    first, count : int
        The numbers are ``first``, ..., ``first + count - 1``.
    size : int
        Normals a number.

    Returns
    -------
    array
        Of shape (count, size).
    """
    out = np.empty((count, size))
    unit = 2.0**-53
    for i in range(count):
        key = _mixed(np.uint64(seed) + np.uint64(first + i + 1) * STEP)
        for r in range(0, size, 2):  # Box and Muller's pairs
            one = _mixed(key + np.uint64(r + 1) * STEP) >> np.uint64(11)
            two = _mixed(key + np.uint64(r + 2) * STEP) >> np.uint64(11)
            radius = np.sqrt(-2.0 * np.log((np.float64(one) + 1.0) * unit))
            angle = 2.0 * np.pi * unit * np.float64(two)
            out[i, r] = radius * np.cos(angle)
            if r + 1 < size:
                out[i, r + 1] = radius * np.sin(angle)
    return out
