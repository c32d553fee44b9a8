"""Readings of an audit: the numbers that are looked at in outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh

from algos.privacy._mechanism import Reals

__all__ = ["Reading", "along", "directions", "readings"]

#: Gives one number for every row of outputs.
Reading = Callable[[Reals], Reals]

#: Numbers of the output that are read, and as many differences of two that stand side by side.
COORDINATES = 64
#: Directions are fitted to at most so many numbers, on so many runs for each.
WIDEST, RUNS = 512, 4
#: What is added to the variances, which are near 1, where directions are fitted.
RIDGE = 1e-9


def readings(zeros: Reals, ones: Reals) -> Iterator[tuple[str, Reading]]:
    """Name the numbers that are read off outputs."""
    both = np.concatenate([zeros, ones])
    if not np.isfinite(both).all():
        yield "count of numbers that are not finite", _strange
    for name, read in _numbers(zeros, ones):
        yield name, read
        yield f"lowest bit of {name}", partial(_lowest_bit, read)
        numbers = read(both)
        if (numbers != np.rint(numbers)).any():
            yield f"fraction of {name}", partial(_fraction, read)
    if both.shape[1] > 1:
        yield "greatest number of the output", partial(np.max, axis=1)


def directions(zeros: Reals, ones: Reals) -> Iterator[tuple[str, Reading]]:
    """Fit directions in which two worlds differ in mean and in spread.

    They look better than they are on the outputs that they were fitted to.
    """
    both, (runs, width) = np.concatenate([zeros, ones]), zeros.shape
    if not (1 < width <= WIDEST and runs >= RUNS * width and np.isfinite(both).all()):
        return
    unit = np.maximum(abs(both).max(axis=0), 1e-150)  # squares shall not overflow
    spread = (both / unit).std(axis=0)
    unit *= np.where(spread > 0, spread, 1.0)
    sides = zeros / unit, ones / unit
    variances = [np.cov(side.T) + RIDGE * np.eye(width) for side in sides]
    apart = sides[1].mean(axis=0) - sides[0].mean(axis=0)
    yield (
        "output along its discriminant",
        partial(along, np.linalg.solve(sum(variances), apart) / unit),
    )
    _, axes = eigh(*variances)
    yield "output along its least ratio of variances", partial(along, axes[:, 0] / unit)
    yield "output along its greatest ratio of variances", partial(along, axes[:, -1] / unit)


def _numbers(zeros: Reals, ones: Reals) -> Iterator[tuple[str, Reading]]:
    """Name the numbers of the output, differences and sum."""
    if zeros.shape[1] == 1:
        yield "output", partial(_number, 0)
        return
    for k in _telling(zeros, ones):
        yield f"output[{k}]", partial(_number, k)
    for k in _telling(np.diff(zeros), np.diff(ones)):
        yield f"(output[{k + 1}] - output[{k}])", partial(_step, k)
    yield "sum of the output", partial(np.sum, axis=1)


def _telling(zeros: Reals, ones: Reals) -> NDArray[np.int64]:
    """Choose the coordinates that differ most in mean or spread, for their spread."""
    if zeros.shape[1] <= COORDINATES:
        return np.arange(zeros.shape[1])
    spreads = zeros.std(axis=0), ones.std(axis=0)
    apart = abs(zeros.mean(axis=0) - ones.mean(axis=0)) + abs(spreads[0] - spreads[1])
    scores = np.nan_to_num(apart / (spreads[0] + spreads[1]))
    return np.sort(np.argsort(-scores, kind="stable")[:COORDINATES])


def _strange(outputs: Reals) -> Reals:
    """Count NaN and infinities."""
    return np.asarray((~np.isfinite(outputs)).sum(axis=1), dtype=np.float64)


def _number(k: int, outputs: Reals) -> Reals:
    """Give one coordinate."""
    return outputs[:, k]


def _step(k: int, outputs: Reals) -> Reals:
    """Give what the next coordinate is above one."""
    return outputs[:, k + 1] - outputs[:, k]


def _fraction(read: Reading, outputs: Reals) -> Reals:
    """Give what a reading is above an integer."""
    numbers = read(outputs)
    return numbers - np.floor(numbers)


def _lowest_bit(read: Reading, outputs: Reals) -> Reals:
    """Give the greatest e such that a reading is a multiple of 2^e: ∞ for 0, −∞ for −0."""
    numbers = read(outputs)
    mantissas, exponents = np.frexp(np.where(np.isfinite(numbers), numbers, 0.0))
    whole = np.ldexp(mantissas, 53).astype(np.int64)
    lowest = np.log2((whole & -whole).astype(np.float64)) + exponents - 53
    return np.where(whole == 0, np.copysign(np.inf, mantissas), lowest)


def along(direction: Reals, outputs: ArrayLike) -> Reals:
    """Project one output, or many, each rounded as if it were alone, as matrix products are not.

    So one value stays on one side of a threshold.
    """
    return np.asarray((np.asarray(outputs, dtype=np.float64) * direction).sum(axis=-1))
