"""A piecewise-constant density over up to 2**62 cells, stored by its pieces.

The pieces are the nodes of a treap, a binary search tree by place that is a heap
by a pseudo-random priority; multiplying a whole side of the line touches
one path and leaves a pending multiplier at the roots of the subtrees beside it.

C. Aragon, R. Seidel, "Randomized search trees", FOCS 1989.
"""

from __future__ import annotations

import operator

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["PiecewiseDensity"]

# Columns of the two node tables. Node 0 stands for an empty subtree; its row holds
# zeros in every column that a parent reads, and the tree's root and size besides.
START, STOP, LEFT, RIGHT, PRIORITY = range(5)
ROOT, COUNT = START, STOP
CELL, PENDING, MASS, PEAK = range(4)

# A side or subtree of less weight is emptied, which keeps every factor finite.
TINY = 1e-270

Places = NDArray[np.int64]
Weights = NDArray[np.float64]


class PiecewiseDensity:
    """Weights on the cells 0 … size−1, constant on few pieces; their sum is kept at 1.

    Parameters
    ----------
    size : int
        Number of cells, from 1 to 2**62.

    Notes
    -----
    Every method takes O(log pieces) expected time; a piece takes 72 bytes.
    A stretch that weighs less than 1e-270 of the total becomes empty.

    Examples
    --------
    >>> density = PiecewiseDensity(10**18)
    >>> density.scale(25 * 10**16, 3.0, 1.0)
    >>> density.locate(0.5)[0] // 10**16
    24
    >>> density.pieces
    2
    """

    def __init__(self, size: int) -> None:
        self.size = operator.index(size)
        if not 1 <= self.size <= 2**62:
            raise ValueError(f"size must lie in 1 … 2**62, got {size!r}")
        self._places: Places = np.zeros((16, 5), np.int64)
        self._weights: Weights = np.zeros((16, 4))
        _start(self._places, self._weights, self.size)

    @property
    def pieces(self) -> int:
        """Number of pieces stored."""
        return int(self._places[0, COUNT])

    def locate(self, fraction: float) -> tuple[int, float, float]:
        """Find the cell at which the cumulative weight reaches a fraction.

        Parameters
        ----------
        fraction : float
            In [0, 1].

        Returns
        -------
        (int, float, float)
            The first cell x with ``weight(0 … x) >= fraction``, up to rounding;
            the weight of the cells before x; and the weight of x, which is
            positive.
        """
        if not 0 <= fraction <= 1:
            raise ValueError(f"fraction must lie in [0, 1], got {fraction!r}")
        found: tuple[int, float, float] = _locate(self._places, self._weights, fraction)
        return found

    def scale(self, cut: int, left: float, right: float) -> None:
        """Multiply the cells before a cut by one factor, the rest by another; renormalise.

        Parameters
        ----------
        cut : int
            First cell that takes ``right``, in 0 … size.
        left, right : float
            Finite and not negative.

        Raises
        ------
        ZeroDivisionError
            Nothing would be left; the density is unchanged.
        """
        if not 0 <= cut <= self.size:
            raise ValueError(f"cut must lie in 0 … {self.size}, got {cut!r}")
        if not (0 <= left < np.inf and 0 <= right < np.inf):
            raise ValueError(f"factors must be finite and not negative, got {left!r}, {right!r}")
        if self.pieces + 1 == len(self._places):
            self._places = np.concatenate([self._places, np.zeros_like(self._places)])
            self._weights = np.concatenate([self._weights, np.zeros_like(self._weights)])
        if not _scale(self._places, self._weights, cut, left, right):
            raise ZeroDivisionError(
                f"scaling by {left!r} before cell {cut} and {right!r} from it on leaves no weight"
            )

    def keep(self, start: int, stop: int) -> None:
        """Empty all cells but those of a range; renormalise.

        Parameters
        ----------
        start, stop : int
            The cells start … stop−1 stay, 0 <= start < stop <= size.

        Raises
        ------
        ZeroDivisionError
            Nothing would be left; the density is unchanged.
        """
        if not 0 <= start < stop <= self.size:
            raise ValueError(f"0 <= start < stop <= {self.size} must hold, got {start!r}, {stop!r}")
        before = self._places.copy(), self._weights.copy()
        try:
            self.scale(start, 0.0, 1.0)
            self.scale(stop, 1.0, 0.0)
        except ZeroDivisionError:
            self._places, self._weights = before
            raise

    def weight(self, cell: int) -> float:
        """Give the weight of one cell.

        Parameters
        ----------
        cell : int
            In 0 … size−1.

        Returns
        -------
        float
            Its share of the total.
        """
        if not 0 <= cell < self.size:
            raise ValueError(f"cell must lie in 0 … {self.size - 1}, got {cell!r}")
        return float(_weigh(self._places, self._weights, cell)[1])

    def before(self, cut: int) -> float:
        """Give the weight of all cells before a cut.

        Parameters
        ----------
        cut : int
            In 0 … size.

        Returns
        -------
        float
            Their share of the total.
        """
        if not 0 <= cut <= self.size:
            raise ValueError(f"cut must lie in 0 … {self.size}, got {cut!r}")
        return float(_weigh(self._places, self._weights, cut)[0]) if cut < self.size else 1.0

    def peak(self) -> tuple[int, float]:
        """Find the heaviest cell.

        Returns
        -------
        (int, float)
            A cell of greatest weight, in the middle of its piece, and that weight.
        """
        cell, weight = _peak(self._places, self._weights)
        return int(cell), float(weight)

    @property
    def peak_weight(self) -> float:
        """Weight of the heaviest cell, in constant time."""
        return float(self._weights[self._places[0, ROOT], PEAK])


@numba.njit(cache=True)
def _start(places, weights, size):  # type: ignore[no-untyped-def]  # compiled by numba
    """Make the tree of one piece."""
    places[0, ROOT] = 0
    places[0, COUNT] = 0
    root = _new(places, weights, 0, size, 1.0 / size)
    places[0, ROOT] = root


@numba.njit(cache=True)
def _new(places, weights, start, stop, cell):  # type: ignore[no-untyped-def]  # numba
    """Append a node; its priority is a hash of its number (splitmix64)."""
    node = places[0, COUNT] + 1
    places[0, COUNT] = node
    x = np.uint64(node) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    places[node, PRIORITY] = np.int64((x ^ (x >> np.uint64(31))) >> np.uint64(1))
    places[node, START] = start
    places[node, STOP] = stop
    weights[node, CELL] = cell
    weights[node, PENDING] = 1.0
    _gather(places, weights, node)
    return node


@numba.njit(cache=True)
def _gather(places, weights, node):  # type: ignore[no-untyped-def]  # numba
    """Recompute a node's sums from its children, whose own are right."""
    left, right = places[node, LEFT], places[node, RIGHT]
    cell = weights[node, CELL]
    own = cell * (places[node, STOP] - places[node, START])
    weights[node, MASS] = weights[left, MASS] + own + weights[right, MASS]
    weights[node, PEAK] = max(cell, weights[left, PEAK], weights[right, PEAK])


@numba.njit(cache=True)
def _multiply(weights, node, factor):  # type: ignore[no-untyped-def]  # numba
    """Scale a subtree; its children are told later."""
    mass = weights[node, MASS] * factor
    if not mass >= TINY:  # also where the factor is infinite and the mass 0
        mass, factor = 0.0, 0.0
    weights[node, MASS] = mass
    weights[node, CELL] *= factor
    weights[node, PENDING] *= factor
    weights[node, PEAK] *= factor


@numba.njit(cache=True)
def _hand_down(places, weights, node):  # type: ignore[no-untyped-def]  # numba
    """Pass a node's pending factor on to its children."""
    factor = weights[node, PENDING]
    if factor != 1.0:
        _multiply(weights, places[node, LEFT], factor)
        _multiply(weights, places[node, RIGHT], factor)
        weights[node, PENDING] = 1.0


@numba.njit(cache=True)
def _split(places, weights, node, cut):  # type: ignore[no-untyped-def]  # numba
    """Split a subtree into the pieces before the cut and those from it on."""
    if node == 0:
        return 0, 0
    _hand_down(places, weights, node)
    if cut <= places[node, START]:
        before, after = _split(places, weights, places[node, LEFT], cut)
        places[node, LEFT] = after
        _gather(places, weights, node)
        return before, node
    if cut >= places[node, STOP]:
        before, after = _split(places, weights, places[node, RIGHT], cut)
        places[node, RIGHT] = before
        _gather(places, weights, node)
        return node, after
    piece = _new(places, weights, cut, places[node, STOP], weights[node, CELL])
    after = _merge(places, weights, piece, places[node, RIGHT])
    places[node, STOP] = cut
    places[node, RIGHT] = 0
    _gather(places, weights, node)
    return node, after


@numba.njit(cache=True)
def _merge(places, weights, before, after):  # type: ignore[no-untyped-def]  # numba
    """Join two subtrees, all of the first before all of the second."""
    if before == 0:
        return after
    if after == 0:
        return before
    if places[before, PRIORITY] > places[after, PRIORITY]:
        _hand_down(places, weights, before)
        places[before, RIGHT] = _merge(places, weights, places[before, RIGHT], after)
        _gather(places, weights, before)
        return before
    _hand_down(places, weights, after)
    places[after, LEFT] = _merge(places, weights, before, places[after, LEFT])
    _gather(places, weights, after)
    return after


@numba.njit(cache=True)
def _scale(places, weights, cut, left, right):  # type: ignore[no-untyped-def]  # numba
    """Scale both sides of the cut; leave all as it was where no weight would remain."""
    before, after = _split(places, weights, places[0, ROOT], cut)
    total = left * weights[before, MASS] + right * weights[after, MASS]
    alive = total > TINY
    if alive:
        _multiply(weights, before, left / total)
        _multiply(weights, after, right / total)
    places[0, ROOT] = _merge(places, weights, before, after)
    return alive


@numba.njit(cache=True)
def _locate(places, weights, fraction):  # type: ignore[no-untyped-def]  # numba
    """Walk down to the cell at which the cumulative weight reaches the fraction."""
    node, factor, before = places[0, ROOT], 1.0, 0.0
    wanted = fraction * weights[node, MASS]
    while True:
        left, right = places[node, LEFT], places[node, RIGHT]
        inner = factor * weights[node, PENDING]
        cell = factor * weights[node, CELL]
        length = places[node, STOP] - places[node, START]
        beside, own = inner * weights[left, MASS], cell * length
        beyond = inner * weights[right, MASS]
        if beside > 0 and (wanted <= beside or own + beyond == 0):
            node, factor = left, inner
        elif own > 0 and (wanted <= beside + own or beyond == 0):
            steps = np.ceil((wanted - beside) / cell) - 1
            steps = min(max(steps, 0.0), length - 1.0)
            offset = min(np.int64(steps), length - 1)
            return places[node, START] + offset, before + beside + offset * cell, cell
        else:
            node, factor = right, inner
            before += beside + own
            wanted -= beside + own


@numba.njit(cache=True)
def _weigh(places, weights, cell):  # type: ignore[no-untyped-def]  # numba
    """Give the weight before a cell, and its own."""
    node, factor, before = places[0, ROOT], 1.0, 0.0
    while True:
        inner = factor * weights[node, PENDING]
        if cell < places[node, START]:
            node, factor = places[node, LEFT], inner
            continue
        before += inner * weights[places[node, LEFT], MASS]
        own = factor * weights[node, CELL]
        if cell < places[node, STOP]:
            return before + own * (cell - places[node, START]), own
        before += own * (places[node, STOP] - places[node, START])
        node, factor = places[node, RIGHT], inner


@numba.njit(cache=True)
def _peak(places, weights):  # type: ignore[no-untyped-def]  # numba
    """Walk down to the heaviest cell; ties go to the node, then to the left."""
    node, factor = places[0, ROOT], 1.0
    while True:
        left, right = places[node, LEFT], places[node, RIGHT]
        inner = weights[node, PENDING]
        own = weights[node, CELL]
        if own >= inner * max(weights[left, PEAK], weights[right, PEAK]):
            middle = (places[node, STOP] - 1 - places[node, START]) // 2
            return places[node, START] + middle, factor * own
        node = left if weights[left, PEAK] >= weights[right, PEAK] else right
        factor *= inner
