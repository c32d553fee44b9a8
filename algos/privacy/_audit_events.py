"""Events of an audit: thresholds on readings of the outputs, and what counts of them say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

from algos._arguments import checked_array
from algos.privacy._audit_readings import Reading, along, directions, readings
from algos.privacy._mechanism import Reals
from algos.privacy._noise import Integers

__all__ = ["Event", "Losses", "Score", "clopper_pearson", "gaussian_statistic", "telling_event"]

#: Thresholds tried on one reading, and single values.
THRESHOLDS, VALUES = 128, 64
#: Orders of the Rényi divergences: each gives a bound, so that any set will do.
ORDERS = 1 + np.geomspace(0.01, 300, 32)

#: What an event is looked for: a large ε, ρ, or μ of Gaussian differential privacy.
Target = Literal["epsilon", "rho", "mu"]

#: What an event shows, for sure although so many are tried, and as if it were the only one.
Score = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Event:
    """A set of outputs, those of which a reading is at most, or equal to, a value.

    It seemed to be likelier on the data of this number, 0 or 1.
    """

    reading: str
    read: Reading
    relation: Literal["<=", "=="]
    value: float
    likelier: int

    @np.errstate(all="ignore")
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


def clopper_pearson(counts: ArrayLike, trials: int, miss: float) -> tuple[Reals, Reals]:
    """Bound probabilities from below and from above; each bound fails with probability `miss`."""
    counts = np.asarray(counts, dtype=np.float64)
    low = np.where(counts > 0, betaincinv(counts, trials - counts + 1, miss), 0.0)
    high = np.where(counts < trials, betaincinv(counts + 1, trials - counts, 1 - miss), 1.0)
    return low, high


@np.errstate(all="ignore")
def telling_event(
    zeros: Reals, ones: Reals, target: Target, delta: float, miss: float
) -> tuple[Score, Event]:
    """Find the most telling event on the outputs of two worlds, and give its score.

    Directions are fitted to half of the outputs, and scored on the rest.
    """
    tried = list(_counted(readings(zeros, ones), zeros, ones))
    rest = zeros[1::2], ones[1::2]
    fitted = list(_counted(directions(zeros[::2], ones[::2]), *rest))
    number = sum(one.number for one in tried + fitted)
    found = []
    for group, runs in ((tried, len(zeros)), (fitted, len(rest[0]))):
        if group:
            counts = np.concatenate([one.counts for one in group], axis=1)
            sure = alone = _shown(counts, runs, target, delta, miss / number)
            if not sure.any():
                alone = _shown(counts, runs, target, delta, miss)
            likelier, best = divmod(int(alone.argmax()), counts.shape[1])
            score = float(sure[likelier, best]), float(alone[likelier, best])
            events = (
                (one.name, one.read, one.relation, float(value))
                for one in group
                for value in one.values
            )
            found.append((score, Event(*next(islice(events, best, None)), likelier)))
    return max(found, key=lambda one: one[0])


def _shown(counts: Integers, runs: int, target: Target, delta: float, miss: float) -> Reals:
    """Give what events show, either world taken for the one where they are likelier."""
    several, where = np.unique(counts, return_inverse=True)
    low, high = (
        bounds[where].reshape(counts.shape) for bounds in clopper_pearson(several, runs, miss)
    )
    shown: Reals = getattr(Losses(low, high[::-1], delta), target)
    return shown


@dataclass(frozen=True, eq=False)
class _Tried:
    """Events of one reading and relation, one for each value, and their counts in two worlds."""

    name: str
    read: Reading
    relation: Literal["<=", "=="]
    values: Reals
    counts: Integers
    number: int  # of those that could have been tried


def _counted(named: Iterable[tuple[str, Reading]], zeros: Reals, ones: Reals) -> Iterator[_Tried]:
    """Count readings up to thresholds, and at values that are repeated."""
    for name, read in named:
        sides = [np.sort(side[~np.isnan(side)]) for side in (read(zeros), read(ones))]
        values = np.unique(np.concatenate(sides))
        if not values.size:
            continue
        up_to = np.array([np.searchsorted(side, values, "right") for side in sides])
        spread = _spread(values.size)
        yield _Tried(name, read, "<=", values[spread], up_to[:, spread], spread.size)
        equal = np.diff(up_to, prepend=0)
        repeated = np.flatnonzero(equal.sum(axis=0) > 1)
        if repeated.size:
            apart = (equal[0] - equal[1]) ** 2 / equal.sum(axis=0)
            most = repeated[np.argsort(-apart[repeated], kind="stable")[:VALUES]]
            yield _Tried(name, read, "==", values[most], equal[:, most], repeated.size)


def _spread(count: int) -> Integers:
    """Spread places over 0, …, count − 1, densely at both ends."""
    if count <= THRESHOLDS:
        return np.arange(count)
    end = np.geomspace(1, count / 2, THRESHOLDS // 4).astype(np.int64)
    middle = np.linspace(0, count - 1, THRESHOLDS // 2).astype(np.int64)
    return np.unique(np.concatenate([end - 1, middle, count - end]))


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
    return partial(along, direction)
