"""Pivotal sampling: neighbours compete for one place, so that samples spread out."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_array
from algos.sketching._splits import Tree, bounds, depth, leaf_order

__all__ = ["pivotal_law", "pivotal_sample"]

Indices = NDArray[np.int64]
#: ``coin(part, whole)``: for each pair, whether an event of probability part / whole happens.
Coin = Callable[[Indices, Indices], NDArray[np.bool_]]

#: Probabilities are multiples of 1 / ONE: their sums are exact.
ONE = 2**60
#: More indices than this have too many samples to list.
MOST = 16


def pivotal_sample(
    probabilities: ArrayLike,
    *,
    coordinates: ArrayLike | None = None,
    tree: Tree | None = None,
    rng: np.random.Generator | int | None = None,
) -> Indices:
    """Draw a set of indices with given probabilities and a fixed size.

    Use it where near points tell the same: at most one of two neighbours with small
    probabilities is drawn.

    Parameters
    ----------
    probabilities : array_like, shape (n,)
        The probability of each index, in [0, 1]; rounded to multiples of 2⁻⁶⁰.
    coordinates : array_like, shape (n, k), optional
        Points; near ones compete first.
    tree : {"order", "coordinates", "pca"}, optional
        Who competes with whom: the two halves of the indices as given, and so on in each half;
        halves of the points along one coordinate after another (the default where there are
        coordinates); or along each half's principal axis.
    rng : numpy.random.Generator or int, optional
        Source of randomness or its seed.

    Returns
    -------
    ndarray of int64
        The indices, rising.  Their number is Σ probabilities, where that is an integer up to
        rounding (n 2⁻⁵⁰), and one of the two next integers else.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Two indices with masses a and b compete.  If a + b < 1, one of them is out, and the other,
    the first with probability a / (a + b), goes on with a + b; else one of them is in, the first
    with probability (1 − b) / (2 − a − b), and the other goes on with a + b − 1.  Every index
    is drawn with its probability, up to n 2⁻⁴⁹, no two are positively correlated, and
    Σ_j abs(P(j given i) − π_j) = 2 (1 − π_i) where Σ π is an integer; sums are exact, and each
    competition is decided by a uniform number of 53 bits.  O(n) time, and
    O(n log² n) for the tree; principal axes take O(n k² log n).

    References
    ----------
    J.-C. Deville, Y. Tillé, "Unequal probability sampling without replacement through a
    splitting method", Biometrika 85, 1998.

    A. Shimizu, X. Cheng, C. Musco, J. Weare, "Improved active learning via dependent leverage
    score sampling", ICLR 2024.

    Examples
    --------
    >>> from algos.sketching import pivotal_sample
    >>> pivotal_sample([0.5] * 8, rng=0).tolist()
    [1, 2, 4, 6]
    """
    masses, order = _checked(probabilities, coordinates, tree)
    generator = np.random.default_rng(rng)
    return _draw(masses, order, lambda part, whole: generator.random(part.size) < part / whole)


def pivotal_law(
    probabilities: ArrayLike,
    *,
    coordinates: ArrayLike | None = None,
    tree: Tree | None = None,
) -> dict[tuple[int, ...], Fraction]:
    """List every set that `pivotal_sample` may draw, with its exact probability.

    Parameters
    ----------
    probabilities : array_like, shape (n,)
        The probability of each index, in [0, 1]; n is at most 16.
    coordinates : array_like, shape (n, k), optional
        Points; near ones compete first.
    tree : {"order", "coordinates", "pca"}, optional
        As for `pivotal_sample`.

    Returns
    -------
    dict
        From sets, as rising tuples of indices, to probabilities.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Follows both outcomes of every competition: O(n 2ⁿ) time.

    Examples
    --------
    >>> from algos.sketching import pivotal_law
    >>> {drawn: str(chance) for drawn, chance in sorted(pivotal_law([0.25, 0.5, 0.25]).items())}
    {(0,): '1/4', (1,): '1/2', (2,): '1/4'}
    """
    masses, order = _checked(probabilities, coordinates, tree)
    if masses.size > MOST:
        raise ValueError(
            f"probabilities must hold at most {MOST} numbers here, got {masses.size}; "
            "draw with pivotal_sample"
        )
    law: dict[tuple[int, ...], Fraction] = {}
    waiting: list[tuple[bool, ...]] = [()]
    while waiting:
        path = _Path(waiting.pop(), waiting)
        drawn = tuple(_draw(masses, order, path).tolist())
        law[drawn] = law.get(drawn, Fraction(0)) + path.chance
    return law


class _Path:
    """A coin that follows known outcomes, and notes the other ones where it goes on."""

    def __init__(self, known: tuple[bool, ...], waiting: list[tuple[bool, ...]]) -> None:
        self.known, self.waiting = known, waiting
        self.chance = Fraction(1)
        self.tosses: list[bool] = []

    def __call__(self, part: Indices, whole: Indices) -> NDArray[np.bool_]:
        return np.array([self._toss(int(p), int(q)) for p, q in zip(part, whole, strict=True)])

    def _toss(self, part: int, whole: int) -> bool:
        """Toss one coin."""
        if not 0 < part < whole:
            return part > 0
        if len(self.tosses) < len(self.known):
            happens = self.known[len(self.tosses)]
        else:
            happens = True
            self.waiting.append((*self.tosses, False))
        self.tosses.append(happens)
        self.chance *= Fraction(part if happens else whole - part, whole)
        return happens


def _checked(
    probabilities: ArrayLike, coordinates: ArrayLike | None, tree: Tree | None
) -> tuple[Indices, Indices]:
    """Validate; give masses as multiples of 1 / ONE, and the order of the tree's leaves."""
    chances = checked_array("probabilities", probabilities, shape=(None,))
    outside = np.flatnonzero((chances < 0) | (chances > 1))
    if outside.size:
        k = int(outside[0])
        raise ValueError(f"probabilities must lie in [0, 1], got {float(chances[k])!r} at {k}")
    order = leaf_order(chances.size, coordinates, tree)
    return np.rint(chances * ONE).astype(np.int64), order


def _draw(masses: Indices, order: Indices, coin: Coin) -> Indices:
    """Let the two halves of every node of the tree send one index each to compete."""
    inside = masses == ONE
    levels = depth(masses.size)
    ends = bounds(masses.size, levels)
    leaf = order[np.minimum(ends[:-1], masses.size - 1)]
    mass = np.where((np.diff(ends) > 0) & ~inside[leaf], masses[leaf], 0)
    for _ in range(levels):
        (i, j), (a, b) = (leaf[0::2], leaf[1::2]), (mass[0::2], mass[1::2])
        both = a + b
        full = both >= ONE
        part = np.where(full, ONE - b, a)
        whole = np.where(full, 2 * ONE - both, np.maximum(both, 1))
        first = coin(part, whole)
        inside[np.where(first, i, j)[full]] = True
        leaf = np.where(first == full, j, i)
        mass = np.where(full, both - ONE, both)
    last = int(mass[0])
    rounding = masses.size * (ONE >> 50)
    if last > rounding and (
        last >= ONE - rounding or coin(mass, np.full(1, ONE, dtype=np.int64))[0]
    ):
        inside[leaf[0]] = True
    return np.flatnonzero(inside)
