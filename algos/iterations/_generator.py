"""What a distance generator is: a convex function h whose Bregman divergence measures distance."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]


def _vector(x: ArrayLike) -> Vector:
    """View as float64."""
    return np.asarray(x, dtype=np.float64)


class Generator(ABC):
    """A strictly convex, differentiable h with an invertible gradient.

    Attributes
    ----------
    modulus : float
        ρ with h(x) ≥ h(y) + ⟨∇h(y), x − y⟩ + (ρ/2)‖x − y‖² in the generator's norm; 0 if none.
    scaling : float
        γ with D(x + θ(u − x), x + θ(v − x)) ≤ θ^γ D(u, v) for 0 ≤ θ ≤ 1; nan if none is known.
    """

    modulus: float = 0.0
    scaling: float = math.nan

    def value(self, x: ArrayLike) -> float:
        """Evaluate h.

        Parameters
        ----------
        x : array_like, shape (n,)
            A point of the domain or its boundary.

        Returns
        -------
        float
            The value of h there.
        """
        return self._value(_vector(x))

    def gradient(self, x: ArrayLike) -> Vector:
        """Map a point to its mirror image.

        Parameters
        ----------
        x : array_like, shape (n,)
            A point inside the domain.

        Returns
        -------
        ndarray, shape (n,)
            The gradient of h.
        """
        return self._gradient(_vector(x))

    def inverse_gradient(self, y: ArrayLike) -> Vector:
        """Map a mirror image back to its point.

        Parameters
        ----------
        y : array_like, shape (n,)
            A gradient of h.

        Returns
        -------
        ndarray, shape (n,)
            The point x that minimises h(x) − ⟨y, x⟩; NaN where there is none.
        """
        return self._inverse_gradient(_vector(y))

    def divergence(self, x: ArrayLike, y: ArrayLike) -> float:
        """Compute D(x, y) = h(x) − h(y) − ⟨∇h(y), x − y⟩.

        Parameters
        ----------
        x : array_like, shape (n,)
            A point of the domain or its boundary.
        y : array_like, shape (n,)
            A point inside the domain.

        Returns
        -------
        float
            The divergence, at least 0.
        """
        return self._divergence(_vector(x), _vector(y))

    def inside(self, x: ArrayLike) -> bool:
        """Tell whether a point lies inside the domain.

        Parameters
        ----------
        x : array_like, shape (n,)
            Any point.

        Returns
        -------
        bool
            Whether h is differentiable there.
        """
        return self._inside(_vector(x))

    def dual_norm(self, g: ArrayLike) -> float:
        """Measure a gradient in the norm dual to that of the modulus.

        Parameters
        ----------
        g : array_like, shape (n,)
            A (sub)gradient.

        Returns
        -------
        float
            Its norm; NaN where the generator has no modulus.
        """
        return self._dual_norm(_vector(g))

    @abstractmethod
    def _value(self, x: Vector) -> float: ...

    @abstractmethod
    def _gradient(self, x: Vector) -> Vector: ...

    @abstractmethod
    def _inverse_gradient(self, y: Vector) -> Vector: ...

    @abstractmethod
    def _divergence(self, x: Vector, y: Vector) -> float: ...

    def _inside(self, x: Vector) -> bool:
        """Tell whether all is finite."""
        return bool(np.isfinite(x).all())

    def _dual_norm(self, g: Vector) -> float:
        """Measure nothing."""
        return math.nan
