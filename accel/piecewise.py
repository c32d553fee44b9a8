"""A piecewise-constant density over up to 2**62 cells, stored by its pieces."""

from __future__ import annotations

import operator

import numpy as np

from accel import _treap
from accel._treap import COUNT, PEAK, ROOT, Places, Weights

__all__ = ["PiecewiseDensity"]


class PiecewiseDensity:
    """Weights on the cells 0 … size−1, constant on few pieces; their sum is kept at 1.

    Parameters
    ----------
    size : int
        Number of cells, from 1 to 2**62.

    Notes
    -----
    The pieces are the nodes of a treap: every method takes O(log pieces) expected
    time, and a piece 72 bytes.  A stretch that weighs less than 1e-270 of the total
    becomes empty.

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
        _treap.start(self._places, self._weights, self.size)

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
        found: tuple[int, float, float] = _treap.locate(self._places, self._weights, fraction)
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
        if not _treap.scale(self._places, self._weights, cut, left, right):
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

    def probability(self, first: int, last: int | None = None) -> float:
        """Give the weight of a cell or a range of cells.

        Parameters
        ----------
        first : int
            First cell, in 0 … size−1.
        last : int, optional
            Last cell, included; ``first`` alone where it is not given.

        Returns
        -------
        float
            Its share of the total; for a range right to 1e-15.
        """
        end = first if last is None else last
        if not 0 <= first <= end < self.size:
            raise ValueError(
                f"0 <= first <= last <= {self.size - 1} must hold, got {first!r}, {last!r}"
            )
        if first == end:
            return float(_treap.weigh(self._places, self._weights, first)[1])
        return min(max(self.before(end + 1) - self.before(first), 0.0), 1.0)

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
        return float(_treap.weigh(self._places, self._weights, cut)[0]) if cut < self.size else 1.0

    def peak(self) -> tuple[int, float]:
        """Find the heaviest cell.

        Returns
        -------
        (int, float)
            A cell of greatest weight, in the middle of its piece, and that weight.
        """
        return int(_treap.peak(self._places, self._weights)), self.peak_weight

    @property
    def peak_weight(self) -> float:
        """Weight of the heaviest cell, in constant time."""
        return float(self._weights[self._places[0, ROOT], PEAK])
