"""Norms as the regressions need them: values, smoothed tangents, dual norms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_array

__all__ = ["DualizedNorm", "Norm", "Reals", "Tangent"]

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tangent:
    """A smoothed norm at a point: value, gradient and curvature.

    The second derivative is diag(curvature), less c s sᵀ / (number of rows) for each group of
    ascending row numbers, with signs s and a curvature c of its own.
    """

    value: float
    gradient: Reals
    curvature: Reals
    dual_norm: Callable[[], float]  # of the gradient, or more; 1 up to rounding
    groups: tuple[tuple[NDArray[np.intp], Reals, float], ...] = ()


class Norm(ABC):
    """A norm that looks at absolute values alone."""

    def value(self, r: ArrayLike) -> float:
        """Give the norm of a vector.

        Parameters
        ----------
        r : array_like, shape (n,)
            The vector.

        Returns
        -------
        float
            Its norm.
        """
        return self._value(checked_array("r", r, shape=(None,)))

    @abstractmethod
    def _value(self, r: Reals) -> float:
        """Give the norm of a vector of finite numbers."""

    @abstractmethod
    def _tangent(self, r: Reals, smoothing: float) -> Tangent:
        """Smooth the norm and expand it at a vector; the value differs by its smoothing alone."""

    @abstractmethod
    def _euclidean(self, rows: int) -> float:
        """Give c with ‖v‖₂ ≤ c · norm for all vectors of so many entries."""


class DualizedNorm(Norm):
    """A norm whose dual norm is computed, too."""

    def dual(self, w: ArrayLike) -> float:
        """Give the dual norm of a vector.

        Parameters
        ----------
        w : array_like, shape (n,)
            The vector.

        Returns
        -------
        float
            The greatest ⟨w, r⟩ over the r of norm 1; for Orlicz norms, or a little more.
        """
        return self._dual(checked_array("w", w, shape=(None,)))

    @abstractmethod
    def _dual(self, w: Reals) -> float:
        """Give the dual norm of a vector of finite numbers."""
