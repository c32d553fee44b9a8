"""Functions that define Orlicz norms."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_real, refuse_masked
from algos.sketching._norm import Reals

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


def _at_least_zero(name: str, values: Any) -> Reals:
    """Validate real numbers of at least 0; inf is one."""
    refuse_masked(name, values)
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, got {values!r}") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers, got dtype {array.dtype}")
    if not (array >= 0).all():
        raise ValueError(f"{name} must be at least 0, got {array.min()}; take absolute values")
    return array.astype(np.float64, copy=False)


class StraightEnd(ABC):
    """A convex function that goes on along its tangent from some point on."""

    def __init__(self, end: float) -> None:
        self._end = end
        self._greatest = float(self._slope(np.asarray(end)))

    @np.errstate(over="ignore")
    def value(self, u: ArrayLike) -> Reals:
        """Give G(u).

        Parameters
        ----------
        u : array_like
            Numbers of at least 0.

        Returns
        -------
        ndarray
            G at each; inf where it overflows.
        """
        u = _at_least_zero("u", u)
        inner = np.minimum(u, self._end)
        return np.asarray(self._curved(inner) + self._greatest * (u - inner))

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
        return np.asarray(self._slope(np.minimum(_at_least_zero("u", u), self._end)))

    @np.errstate(over="ignore")
    def conjugate(self, s: ArrayLike) -> Reals:
        """Give G*(s); inf beyond the greatest slope and where it overflows.

        Parameters
        ----------
        s : array_like
            Slopes, at least 0.

        Returns
        -------
        ndarray
            G* at each, or, for `ConvexTukey`, a little more.
        """
        s = _at_least_zero("s", s)
        inner = np.minimum(s, self._greatest)
        return np.where(s <= self._greatest, self._young(inner), np.inf)

    @abstractmethod
    def _curved(self, u: Reals) -> Reals:
        """Give G(u) up to the end."""

    @abstractmethod
    def _slope(self, u: Reals) -> Reals:
        """Give G'(u) up to the end."""

    @abstractmethod
    def _young(self, s: Reals) -> Reals:
        """Give G*(s) up to the greatest slope."""


class Huber(StraightEnd):
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
        super().__init__(self.delta)

    def _curved(self, u: Reals) -> Reals:
        """Give u²/2."""
        return u**2 / 2

    def _slope(self, u: Reals) -> Reals:
        """Give u."""
        return u

    def _young(self, s: Reals) -> Reals:
        """Give s²/2."""
        return s**2 / 2


class ConvexTukey(StraightEnd):
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
        super().__init__(self.c / math.sqrt(5))

    def _curved(self, u: Reals) -> Reals:
        """Integrate the slope."""
        square = (u / self.c) ** 2
        return u**2 / 2 * (1 - square + square**2 / 3)

    def _slope(self, u: Reals) -> Reals:
        """Give u (1 − (u/c)²)²."""
        return u * (1 - (u / self.c) ** 2) ** 2

    def _young(self, s: Reals) -> Reals:
        """Find the point with slope s, by bisection; a tangent of G* there gives a little more."""
        low, high = np.minimum(s, self._end), np.minimum(s / 0.64, self._end)  # 0.64 u ≤ G'(u) ≤ u
        for _ in range(24):
            middle = (low + high) / 2
            below = self._slope(middle) < s
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        near = self._slope(low)
        # G* is convex and its slopes from there to s are high at most.
        return near * low - self._curved(low) + high * (s - near)
