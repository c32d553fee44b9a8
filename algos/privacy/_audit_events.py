"""Events of an audit: readings of the outputs, thresholds on them, and what counts of them say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri

from algos._arguments import checked_array
from algos.privacy._mechanism import Reals

__all__ = ["Event", "Losses", "clopper_pearson", "events", "gaussian_statistic"]

#: Thresholds tried on one reading, and single values.
THRESHOLDS, VALUES = 128, 16
#: Coordinates that are read.
COORDINATES = 64
#: Orders of the Rényi divergences: each gives a bound, so that any set will do.
ORDERS = 1 + np.geomspace(0.01, 300, 32)

#: What an event is looked for: a large ε, ρ, or μ of Gaussian differential privacy.
Target = Literal["epsilon", "rho", "mu"]


@dataclass(frozen=True, eq=False)
class Event:
    """A set of outputs, those of which a reading is at most, or equal to, a value.

    It seemed to be likelier on the data of this number, 0 or 1.
    """

    reading: str
    read: Callable[[Reals], Reals]
    relation: Literal["<=", "=="]
    value: float
    likelier: int

    def count(self, outputs: Reals) -> int:
        """Count the outputs in the set."""
        numbers = self.read(outputs)
        inside = numbers <= self.value if self.relation == "<=" else numbers == self.value
        return int(inside.sum())

    def __str__(self) -> str:
        return f"{self.reading} {self.relation} {self.value!r}"


@dataclass(frozen=True, eq=False)
class Losses:
    """What privacy is lost, at least, where an event has these probabilities in two worlds.

    The event and its complement both count. Where the first is not the greater one nothing is.
    """

    likely: Reals | float
    rare: Reals | float
    delta: float

    @property
    def epsilon(self) -> Reals:
        """The logarithm of the ratio, δ taken off."""
        p, q = np.asarray(self.likely), np.asarray(self.rare)
        with np.errstate(divide="ignore", invalid="ignore"):
            above = np.log(np.maximum(p - self.delta, 0)) - np.log(q)
            below = np.log(np.maximum(1 - q - self.delta, 0)) - np.log1p(-p)
            return np.where(p > q, np.maximum(np.fmax(above, below), 0), 0)

    @property
    def rho(self) -> Reals:
        """The greatest D_α / α of two coins."""
        p, q = np.asarray(self.likely), np.asarray(self.rare)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(p > q, np.maximum(_renyi(p, q), _renyi(q, p)), 0)

    @property
    def mu(self) -> Reals:
        """The distance of two normal quantiles."""
        p, q = np.asarray(self.likely), np.asarray(self.rare)
        with np.errstate(invalid="ignore"):
            return np.where(p > q, ndtri(p) - ndtri(q), 0)


def _renyi(p: Reals, q: Reals) -> Reals:
    """Give the greatest D_α / α between two coins."""
    a = ORDERS.reshape(-1, *(1 for _ in p.shape))
    heads = a * np.log(p) - (a - 1) * np.log(q)
    tails = a * np.log1p(-p) - (a - 1) * np.log1p(-q)
    heads, tails = np.where(p > 0, heads, -np.inf), np.where(p < 1, tails, -np.inf)
    return np.asarray((np.logaddexp(heads, tails) / (a * (a - 1))).max(axis=0))


def clopper_pearson(count: int, trials: int, miss: float) -> tuple[float, float]:
    """Bound a probability from below and from above; each bound fails with probability `miss`."""
    low = float(betaincinv(count, trials - count + 1, miss)) if count > 0 else 0.0
    high = float(betaincinv(count + 1, trials - count, 1 - miss)) if count < trials else 1.0
    return low, high


def events(
    zeros: Reals, ones: Reals, target: Target, delta: float, miss: float
) -> Iterator[tuple[float, Event]]:
    """Give each reading's most telling event on the outputs of two worlds, with its score.

    Scores take Wilson's intervals, quick stand-ins for those of the test, that shall hold for all
    that is tried at once: of so many events, rare ones will look good by chance.
    """
    readings = list(_readings(zeros, ones))
    for name, read in readings:
        sides = [np.sort(side[~np.isnan(side)]) for side in (read(zeros), read(ones))]
        values, counts = np.unique(np.concatenate(sides), return_counts=True)
        if values.size == 0:
            continue
        common = values[np.argsort(-counts, kind="stable")[:VALUES]]
        relations: tuple[tuple[Literal["<=", "=="], Reals], ...] = (
            ("<=", values[_spread(values.size)]),
            ("==", common[: np.count_nonzero(counts > 1)]),
        )
        for relation, tried in relations:
            if not tried.size:
                continue
            inside = [np.searchsorted(side, tried, "right").astype(float) for side in sides]
            if relation == "==":
                inside = [
                    part - np.searchsorted(side, tried, "left")
                    for part, side in zip(inside, sides, strict=True)
                ]
            low, high = _wilson(
                np.array(inside), len(zeros), -float(ndtri(miss / tried.size / len(readings)))
            )
            # both directions of the ratio
            scores = getattr(Losses(low, high[::-1], delta), target)
            if not scores.any():  # then the event that is nearest to telling
                scores = np.minimum(ndtri(low) - ndtri(high[::-1]), 0)
            likelier, best = divmod(int(scores.argmax()), tried.size)
            event = Event(name, read, relation, float(tried[best]), likelier)
            yield float(scores[likelier, best]), event


def _readings(zeros: Reals, ones: Reals) -> Iterator[tuple[str, Callable[[Reals], Reals]]]:
    """Name the numbers that are read off outputs."""
    both = np.concatenate([zeros, ones])
    if not np.isfinite(both).all():
        yield "count of numbers that are not finite", _strange
    width = both.shape[1]
    for k in _telling(zeros, ones):
        where = f"output[{k}]" if width > 1 else "output"
        yield where, partial(_number, k)
        yield f"lowest bit of {where}", partial(_lowest_bit, k)
        if (both[:, k] != np.rint(both[:, k])).any():
            yield f"fraction of {where}", partial(_fraction, k)
    if width > 1:
        yield "sum of the output", partial(np.sum, axis=1)
        yield "greatest number of the output", partial(np.max, axis=1)
        direction = _discriminant(zeros, ones)
        if direction is not None:
            yield "output along its discriminant", partial(_along, direction)


def _strange(outputs: Reals) -> Reals:
    """Count NaN and infinities."""
    return np.asarray((~np.isfinite(outputs)).sum(axis=1), dtype=np.float64)


def _number(k: int, outputs: Reals) -> Reals:
    """Give one coordinate."""
    return outputs[:, k]


def _fraction(k: int, outputs: Reals) -> Reals:
    """Give what a coordinate is above an integer."""
    with np.errstate(invalid="ignore"):
        return outputs[:, k] - np.floor(outputs[:, k])


def _lowest_bit(k: int, outputs: Reals) -> Reals:
    """Give the greatest e such that a coordinate is a multiple of 2^e; infinite for 0."""
    numbers = np.where(np.isfinite(outputs[:, k]), outputs[:, k], 0.0)
    mantissas, exponents = np.frexp(numbers)
    whole = np.ldexp(mantissas, 53).astype(np.int64)
    with np.errstate(divide="ignore"):
        lowest = np.log2((whole & -whole).astype(np.float64)) + exponents - 53
    return np.where(whole == 0, np.inf, lowest)


def _telling(zeros: Reals, ones: Reals) -> NDArray[np.int64]:
    """Choose the coordinates whose means differ most, for their spread."""
    if zeros.shape[1] <= COORDINATES:
        return np.arange(zeros.shape[1])
    with np.errstate(all="ignore"):
        apart = abs(zeros.mean(axis=0) - ones.mean(axis=0))
        scores = np.nan_to_num(apart / (zeros.std(axis=0) + ones.std(axis=0)))
    return np.sort(np.argsort(-scores, kind="stable")[:COORDINATES])


def _discriminant(zeros: Reals, ones: Reals) -> Reals | None:
    """Give Fisher's direction, where there are enough outputs to find it."""
    if len(zeros) < 4 * zeros.shape[1] or not (
        np.isfinite(zeros).all() and np.isfinite(ones).all()
    ):
        return None
    covariance = np.atleast_2d(np.cov(zeros.T)) + np.atleast_2d(np.cov(ones.T))
    apart = ones.mean(axis=0) - zeros.mean(axis=0)
    return np.asarray(np.linalg.lstsq(covariance, apart, rcond=1e-10)[0])


def _spread(count: int) -> NDArray[np.int64]:
    """Spread places over 0, …, count − 1, densely at both ends."""
    if count <= THRESHOLDS:
        return np.arange(count)
    end = np.geomspace(1, count / 2, THRESHOLDS // 4).astype(np.int64)
    middle = np.linspace(0, count - 1, THRESHOLDS // 2).astype(np.int64)
    return np.unique(np.concatenate([end - 1, middle, count - end]))


def _wilson(counts: Reals, trials: int, z: float) -> tuple[Reals, Reals]:
    """Give Wilson's intervals."""
    share, wide = counts / trials, z * z / trials
    middle = share + wide / 2
    half = z * np.sqrt(share * (1 - share) / trials + wide / (4 * trials))
    return np.maximum(middle - half, 0) / (1 + wide), np.minimum((middle + half) / (1 + wide), 1)


def gaussian_statistic(
    difference: ArrayLike, covariance: ArrayLike | None = None
) -> Callable[[ArrayLike], Reals]:
    """Make the likelihood-ratio statistic of a Gaussian mechanism.

    Parameters
    ----------
    difference : array_like, shape (d,)
        Mean output on the second data less that on the first; not zero.
    covariance : array_like, shape (d, d), optional
        Covariance of the noise, positive definite; the identity by default.

    Returns
    -------
    callable
        Takes an output, or a stack of outputs, and gives one number for each: the noise in
        it has variance 1, and its mean differs by μ = √(differenceᵀ covariance⁻¹ difference).

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The logarithm of the ratio of two Gaussian densities with one covariance is linear in the
    output, and increases with this statistic: by Neyman and Pearson's lemma thresholds on it are
    the best events. A counter with releases A x + B z, of which one event of size 1 differs at
    step s, has the s-th column of A as its difference, and B Bᵀ times the variance of z as its
    covariance.

    References
    ----------
    J. Dong, A. Roth, W. J. Su, "Gaussian differential privacy", Journal of the Royal Statistical
    Society B 84, 2022, Section 2.2.

    Examples
    --------
    >>> from algos.privacy import gaussian_statistic
    >>> float(gaussian_statistic([3.0, 4.0])([3.0, 4.0]))
    5.0
    """
    shift = checked_array("difference", difference, shape=(None,))
    if not shift.any():
        raise ValueError("difference must not be zero, got zeros alone")
    solved: Reals = shift
    if covariance is not None:
        matrix = checked_array("covariance", covariance, shape=(len(shift), len(shift)))
        try:
            np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            raise ValueError(
                "covariance must be positive definite, got a matrix that is not"
            ) from None
        solved = np.asarray(np.linalg.solve(matrix, shift), dtype=np.float64)
    direction: Reals = solved / math.sqrt(float(shift @ solved))
    return partial(_along, direction)


def _along(direction: Reals, outputs: ArrayLike) -> Reals:
    """Project one output, or many."""
    return np.asarray(np.asarray(outputs, dtype=np.float64) @ direction, dtype=np.float64)
