"""Functions of points of the unit cube whose gradient falls as the point rises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from algos._arguments import checked_array, checked_count, checked_real
from algos.submodular._set_function import OracleError, Reals

__all__ = [
    "CoverageExtension",
    "DRFunction",
    "LogarithmicSum",
    "QuadraticDR",
    "bounded_gradient",
    "checked_gradient",
]


class DRFunction(ABC):
    """A DR-submodular function F ≥ 0 on [0, 1]^d: x ≤ y makes the gradient at x at least that at y.

    Parameters
    ----------
    dimension : int
        Number d of coordinates, at least 1.
    monotone : bool
        Whether the gradient is nowhere negative.
    smoothness : float
        Lipschitz constant L of the gradient, in Euclidean norms.

    Attributes
    ----------
    dimension, monotone, smoothness
        As given.
    """

    def __init__(self, dimension: int, *, monotone: bool, smoothness: float) -> None:
        self.dimension = checked_count("dimension", dimension)
        self.monotone = monotone
        self.smoothness = smoothness

    @abstractmethod
    def value(self, x: Reals) -> float:
        """Compute F.

        Parameters
        ----------
        x : ndarray, shape (d,)
            A point of the cube.

        Returns
        -------
        float
            F(x).
        """

    @abstractmethod
    def gradient(self, x: Reals) -> Reals:
        """Compute the gradient.

        Parameters
        ----------
        x : ndarray, shape (d,)
            A point of the cube.

        Returns
        -------
        ndarray, shape (d,)
            Partial derivatives.
        """


class QuadraticDR(DRFunction):
    """F(x) = xᵀ hessian x / 2 + slopeᵀ x + offset.

    Parameters
    ----------
    hessian : array_like, shape (d, d)
        Symmetric, no entry positive.
    slope : array_like, shape (d,)
        Gradient at 0.
    offset : float, optional
        Large enough for F ≥ 0 on the cube, which is looked up at its 2^d corners for d ≤ 16.
    """

    def __init__(self, hessian: Any, slope: Any, offset: float = 0.0) -> None:
        self.slope = checked_array("slope", slope, shape=(None,))
        d = len(self.slope)
        self.hessian = checked_array("hessian", hessian, shape=(d, d))
        self.offset = checked_real("offset", offset, -np.inf, np.inf)
        if (self.hessian > 0).any() or (self.hessian != self.hessian.T).any():
            raise ValueError("hessian must be symmetric with no positive entry")
        monotone = bool((self.slope + self.hessian.sum(axis=1) >= 0).all())
        super().__init__(d, monotone=monotone, smoothness=float(np.linalg.norm(self.hessian, 2)))
        if d <= 16:  # along each coordinate F is concave: it is least at a corner
            corners = (np.arange(2**d)[:, None] >> np.arange(d) & 1).astype(float)
            values = corners @ self.slope
            values += ((corners @ self.hessian) * corners).sum(axis=1) / 2
            if values.min() + self.offset < -1e-12 * np.abs(values).max():
                raise ValueError(
                    f"offset must be at least {-values.min():g} for F ≥ 0, got {self.offset:g}"
                )

    def value(self, x: Reals) -> float:
        """Compute F."""
        return float(x @ (self.hessian @ x / 2 + self.slope)) + self.offset

    def gradient(self, x: Reals) -> Reals:
        """Compute hessian x + slope."""
        return self.hessian @ x + self.slope


class CoverageExtension(DRFunction):
    """The mean weight that random sets cover.

    F(x) = Σ_i weight_i (1 − Π_e (1 − probability_ei x_e)): e is in the set with probability x_e.

    Parameters
    ----------
    probabilities : array_like, shape (d, items)
        With which each element covers each item, in [0, 1].
    weights : array_like, shape (items,), optional
        At least 0; all 1 by default.
    """

    def __init__(self, probabilities: Any, weights: Any = None) -> None:
        self.probabilities = checked_array("probabilities", probabilities, shape=(None, None))
        d, items = self.probabilities.shape
        self.weights = checked_array(
            "weights", np.ones(items) if weights is None else weights, shape=(items,)
        )
        if (self.probabilities < 0).any() or (self.probabilities > 1).any():
            raise ValueError("probabilities must lie in [0, 1]")
        if (self.weights < 0).any():
            raise ValueError(f"weights must be at least 0, got {self.weights.min():g}")
        second = (self.probabilities * self.weights) @ self.probabilities.T
        np.fill_diagonal(second, 0)  # F is linear in each coordinate
        super().__init__(d, monotone=True, smoothness=float(np.linalg.norm(second, 2)))

    def value(self, x: Reals) -> float:
        """Compute F."""
        return float(self.weights @ (1 - np.prod(1 - self.probabilities * x[:, None], axis=0)))

    def gradient(self, x: Reals) -> Reals:
        """Leave one factor out of each product."""
        factors = 1 - self.probabilities * x[:, None]
        others = np.ones_like(factors)
        others[1:] = np.cumprod(factors[:-1], axis=0)
        others[:-1] *= np.cumprod(factors[:0:-1], axis=0)[::-1]
        return np.asarray((self.probabilities * others) @ self.weights)


class LogarithmicSum(DRFunction):
    """F(x) = Σ_i weight_i log(1 + a_iᵀ x).

    Parameters
    ----------
    rows : array_like, shape (m, d)
        The a_i, at least 0.
    weights : array_like, shape (m,), optional
        At least 0; all 1 by default.
    """

    def __init__(self, rows: Any, weights: Any = None) -> None:
        self.rows = checked_array("rows", rows, shape=(None, None))
        m, d = self.rows.shape
        self.weights = checked_array("weights", np.ones(m) if weights is None else weights)
        if self.weights.shape != (m,) or (self.weights < 0).any() or (self.rows < 0).any():
            raise ValueError(f"rows and weights must be at least 0, and weights of shape ({m},)")
        second = (self.rows.T * self.weights) @ self.rows
        super().__init__(d, monotone=True, smoothness=float(np.linalg.norm(second, 2)))

    def value(self, x: Reals) -> float:
        """Compute F."""
        return float(self.weights @ np.log1p(self.rows @ x))

    def gradient(self, x: Reals) -> Reals:
        """Weigh the rows."""
        return np.asarray((self.weights / (1 + self.rows @ x)) @ self.rows)


def checked_gradient(gradient: Any, dimension: int, monotone: bool) -> Reals:
    """Validate what an objective calls its gradient."""
    try:
        given = checked_array("gradient", gradient, shape=(dimension,))
    except (TypeError, ValueError) as error:
        raise OracleError(
            f"gradient must be {dimension} finite numbers, got {gradient!r}"
        ) from error
    if monotone and given.min() < -1e-9 * np.abs(given).max():
        raise OracleError(f"gradient must be at least 0, got {given}; set monotone=False")
    return given


def bounded_gradient(gradient: Any, dimension: int, bound: float) -> Reals:
    """Validate a gradient that somebody gives for a round."""
    given = checked_gradient(gradient, dimension, monotone=False)
    if np.abs(given).max() > (1 + 1e-9) * bound:
        raise OracleError(f"gradient must be within gradient_bound = {bound:g}, got {given}")
    return given
