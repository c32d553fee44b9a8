"""Random numbers as a function of a seed and a number: signs, buckets and normals, host only.

Word r of number i is a SplitMix64 hash of (seed, i, r), so that any part of the sequence
can be had without the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["normals", "signed_buckets", "words"]

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
def words(seed: int, count: int) -> NDArray[np.uint64]:
    """Draw words of 64 bits: those of number -1, for what is drawn once a seed.

    Parameters
    ----------
    seed : int
        From 0 to 2^63 - 1.
    count : int
        How many.

    Returns
    -------
    array
        Of shape (count,).
    """
    out = np.empty(count, np.uint64)
    key = _mixed(np.uint64(seed))
    for r in range(count):
        out[r] = _mixed(key + np.uint64(r + 1) * STEP)
    return out


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


#: The least layer's end before the tail, and the area of each of 256 layers.
TAIL, AREA = 3.6541528853610088, 0.00492867323399


def _layers() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut the area below exp(−x²/2) in 256 layers: their right ends, and what lies below all."""
    ends = np.empty(257)
    ends[0], ends[1] = AREA / np.exp(-0.5 * TAIL**2), TAIL
    for i in range(1, 255):
        ends[i + 1] = np.sqrt(-2.0 * np.log(AREA / ends[i] + np.exp(-0.5 * ends[i] ** 2)))
    ends[256] = 0.0
    return ends, ends[1:] / ends[:-1]


ENDS, INSIDE = _layers()


@compiled
def _unit(word: np.uint64) -> float:
    """Turn the upper 53 bits into a number in (0, 1)."""
    return (np.float64(np.int64(word >> np.uint64(11))) + 0.5) * 2.0**-53


@compiled
def _outside(word: np.uint64) -> float:
    """Finish a draw that has left its layer's rectangle: Marsaglia and Tsang's ziggurat."""
    while True:
        layer, u = np.int64(word & np.uint64(255)), _unit(word)
        x: float = u * ENDS[layer]
        sign = 1.0 - 2.0 * np.float64((word >> np.uint64(8)) & ONE)
        if u < INSIDE[layer]:
            return sign * x
        word = _mixed(word + STEP)
        if layer == 0:
            while True:
                over: float = -np.log(_unit(word)) / TAIL
                word = _mixed(word + STEP)
                if -2.0 * np.log(_unit(word)) > over * over:
                    return sign * (TAIL + over)
                word = _mixed(word + STEP)
        low = np.exp(-0.5 * (ENDS[layer] ** 2 - x * x))
        high = np.exp(-0.5 * (ENDS[layer + 1] ** 2 - x * x))
        if low + _unit(word) * (high - low) < 1.0:
            return sign * x
        word = _mixed(word + STEP)


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
    for i in range(count):
        key = _mixed(np.uint64(seed) + np.uint64(first + i + 1) * STEP)
        for r in range(size):
            word = _mixed(key + np.uint64(r + 1) * STEP)
            layer, u = np.int64(word & np.uint64(255)), _unit(word)
            if u < INSIDE[layer]:  # 99 times in a hundred
                sign = 1.0 - 2.0 * np.float64((word >> np.uint64(8)) & ONE)
                out[i, r] = sign * u * ENDS[layer]
            else:
                out[i, r] = _outside(word)
    return out
