"""Functions that define Orlicz norms."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_real
from algos.sketching._regression_newton import Reals

__all__ = ["ConvexTukey", "Huber", "OrliczFunction"]


class OrliczFunction(Protocol):
    """A convex function G on [0, inf) with G(0) = 0, over arrays."""

    def value(self, u: Any) -> Any:
        """Give G(u)."""
        ...

    def derivative(self, u: Any) -> Any:
        """Give G'(u); at a kink any number between the slopes."""
        ...

    def conjugate(self, s: Any) -> Any:
        """Give G*(s) = max over u of s u − G(u); inf where that has no limit."""
        ...


class Huber:
    """Huber's function: u²/2 up to delta, from there on its tangent.

    Parameters
    ----------
    delta : float, optional
        Positive.

    Examples
    --------
    >>> from algos.sketching import Huber
    >>> Huber(1.0).value([0.5, 3.0]).tolist()
    [0.125, 2.5]
    """

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = checked_real("delta", delta, 0, math.inf)

    def value(self, u: ArrayLike) -> Reals:
        """Give G(u).

        Parameters
        ----------
        u : array_like
            Numbers of at least 0.

        Returns
        -------
        ndarray
            G at each.
        """
        u = np.asarray(u, dtype=float)
        inner = np.minimum(u, self.delta)
        return np.asarray(inner**2 / 2 + self.delta * (u - inner))

    def derivative(self, u: ArrayLike) -> Reals:
        """Give G'(u).

        Parameters
        ----------
        u : array_like
            Numbers of at least 0.

        Returns
        -------
        ndarray
            The slope of G at each.
        """
        return np.asarray(np.minimum(np.asarray(u, dtype=float), self.delta))

    def conjugate(self, s: ArrayLike) -> Reals:
        """Give G*(s): s²/2 up to delta, inf beyond.

        Parameters
        ----------
        s : array_like
            Slopes, at least 0.

        Returns
        -------
        ndarray
            G* at each.
        """
        s = np.asarray(s, dtype=float)
        return np.where(s <= self.delta, s**2 / 2, np.inf)


class ConvexTukey:
    """Tukey's biweight as long as it is convex, then its tangent.

    G'(u) = u (1 − (u/c)²)² up to u = c/√5, constant from there on.

    Parameters
    ----------
    c : float, optional
        Positive.

    Examples
    --------
    >>> from algos.sketching import ConvexTukey
    >>> ConvexTukey(5**0.5).derivative([0.5, 1.0, 3.0]).round(4).tolist()
    [0.4512, 0.64, 0.64]
    """

    def __init__(self, c: float = 1.0) -> None:
        self.c = checked_real("c", c, 0, math.inf)
        self._end = self.c / math.sqrt(5)
        self._slope = float(self.derivative(self._end))

    def value(self, u: ArrayLike) -> Reals:
        """Give G(u).

        Parameters
        ----------
        u : array_like
            Numbers of at least 0.

        Returns
        -------
        ndarray
            G at each.
        """
        u = np.asarray(u, dtype=float)
        inner = np.minimum(u, self._end)
        square = (inner / self.c) ** 2
        inside = inner**2 / 2 * (1 - square + square**2 / 3)
        return np.asarray(inside + self._slope * (u - inner))

    def derivative(self, u: ArrayLike) -> Reals:
        """Give G'(u).

        Parameters
        ----------
        u : array_like
            Numbers of at least 0.

        Returns
        -------
        ndarray
            The slope of G at each.
        """
        inner = np.minimum(np.asarray(u, dtype=float), self._end)
        return np.asarray(inner * (1 - (inner / self.c) ** 2) ** 2)

    def conjugate(self, s: ArrayLike) -> Reals:
        """Give G*(s), by bisection for the point with slope s; inf beyond the greatest slope.

        Parameters
        ----------
        s : array_like
            Slopes, at least 0.

        Returns
        -------
        ndarray
            G* at each, or a little more.
        """
        s = np.asarray(s, dtype=float)
        low, high = np.minimum(s, self._end), np.minimum(s / 0.64, self._end)  # 0.64 u ≤ G'(u) ≤ u
        for _ in range(24):
            middle = (low + high) / 2
            below = self.derivative(middle) < s
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        near = self.derivative(low)  # G* is convex and its slopes here are high at most
        return np.where(s <= self._slope, near * low - self.value(low) + high * (s - near), np.inf)
