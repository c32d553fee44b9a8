"""What has been spent: ρ, ε and δ, and the change from one to another."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import minimize_scalar

from algos._arguments import checked_real

__all__ = ["Neighbours", "Privacy", "zcdp_delta", "zcdp_epsilon", "zcdp_rho"]

#: Neighbouring streams: one event replaced by another, or left out (zero in its place).
Neighbours = Literal["replace", "add_remove"]


@dataclass(frozen=True)
class Privacy:
    """Privacy of all that a mechanism releases over its whole horizon.

    Attributes
    ----------
    rho : float
        ρ of zero-concentrated differential privacy.
    pure_epsilon : float
        ε of pure differential privacy; infinite where the noise is Gaussian.
    neighbours : {"replace", "add_remove"}
        What one event may be changed to: any other, or zero.
    proof : str
        Key of the theorem that says so.

    Examples
    --------
    >>> from algos.privacy import Privacy
    >>> spent = Privacy(rho=0.5, pure_epsilon=float("inf"), neighbours="replace", proof="")
    >>> round(spent.epsilon(1e-6), 2)
    5.22
    """

    rho: float
    pure_epsilon: float
    neighbours: Neighbours
    proof: str

    def epsilon(self, delta: float) -> float:
        """Compute the ε that holds together with a δ.

        Parameters
        ----------
        delta : float
            In [0, 1).

        Returns
        -------
        float
            An ε that is proven; infinite at δ = 0 where the noise is Gaussian.
        """
        delta = checked_real("delta", delta, 0, 1, low_end=True)
        return min(self.pure_epsilon, zcdp_epsilon(self.rho, delta) if delta else math.inf)

    def delta(self, epsilon: float) -> float:
        """Compute the δ that holds together with an ε.

        Parameters
        ----------
        epsilon : float
            At least 0.

        Returns
        -------
        float
            A δ that is proven.
        """
        epsilon = checked_real("epsilon", epsilon, 0, math.inf, low_end=True)
        return 0.0 if epsilon >= self.pure_epsilon else zcdp_delta(self.rho, epsilon)


def zcdp_delta(rho: float, epsilon: float) -> float:
    """Compute a δ such that ρ-zCDP implies (ε, δ)-differential privacy.

    Parameters
    ----------
    rho : float
        At least 0.
    epsilon : float
        At least 0.

    Returns
    -------
    float
        The least over α > 1 of e^((α−1)(αρ−ε)) / (α−1) · (1 − 1/α)^α, at most 1.

    Raises
    ------
    TypeError, ValueError
        A number is out of range.

    References
    ----------
    C. Canonne, G. Kamath, T. Steinke, "The discrete Gaussian for differential privacy",
    NeurIPS 2020, Corollary 13.

    Examples
    --------
    >>> from algos.privacy import zcdp_delta
    >>> zcdp_delta(0.5, 5.2217) < 1e-6
    True
    """
    rho = checked_real("rho", rho, 0, math.inf, low_end=True)
    epsilon = checked_real("epsilon", epsilon, 0, math.inf, low_end=True)
    if rho == 0:
        return 0.0
    logarithm = _least(lambda a: a * (rho * (1 + a) - epsilon) + _shape(a))
    return max(math.exp(min(logarithm, 0.0)), sys.float_info.min)  # below it, floats are zero


def zcdp_epsilon(rho: float, delta: float) -> float:
    """Compute an ε such that ρ-zCDP implies (ε, δ)-differential privacy.

    Parameters
    ----------
    rho : float
        At least 0.
    delta : float
        In (0, 1).

    Returns
    -------
    float
        The inverse of `zcdp_delta` in ε.

    Raises
    ------
    TypeError, ValueError
        A number is out of range.

    References
    ----------
    C. Canonne, G. Kamath, T. Steinke, "The discrete Gaussian for differential privacy",
    NeurIPS 2020, Corollary 13.

    Examples
    --------
    >>> from algos.privacy import zcdp_epsilon
    >>> round(zcdp_epsilon(0.5, 1e-6), 3)
    5.222
    """
    rho = checked_real("rho", rho, 0, math.inf, low_end=True)
    delta = checked_real("delta", delta, 0, 1)
    if rho == 0:
        return 0.0
    bits = math.log(delta)
    return max(0.0, _least(lambda a: rho * (1 + a) + (_shape(a) - bits) / a))


def zcdp_rho(epsilon: float, delta: float) -> float:
    """Compute a ρ such that ρ-zCDP implies (ε, δ)-differential privacy.

    Parameters
    ----------
    epsilon : float
        Positive.
    delta : float
        In (0, 1).

    Returns
    -------
    float
        The inverse of `zcdp_epsilon` in ρ.

    Raises
    ------
    TypeError, ValueError
        A number is out of range.

    References
    ----------
    C. Canonne, G. Kamath, T. Steinke, "The discrete Gaussian for differential privacy",
    NeurIPS 2020, Corollary 13.

    Examples
    --------
    >>> from algos.privacy import zcdp_rho
    >>> round(zcdp_rho(5.222, 1e-6), 3)
    0.5
    """
    epsilon = checked_real("epsilon", epsilon, 0, math.inf)
    delta = checked_real("delta", delta, 0, 1)
    bits = math.log(delta)
    return max(0.0, -_least(lambda a: ((_shape(a) - bits) / a - epsilon) / (1 + a)))


def _shape(a: float) -> float:
    """Compute log((1 − 1/α)^α / (α − 1)) at α = 1 + a."""
    return -a * math.log1p(1 / a) - math.log1p(a)


def _least(value: Callable[[float], float]) -> float:
    """Search the least value over a = α − 1; whatever a is found, its value is proven."""
    near = min(range(-300, 701, 10), key=lambda u: value(math.exp(u)))
    with np.errstate(all="ignore"):  # values far away may be infinite
        found = minimize_scalar(
            lambda u: value(math.exp(u)),
            bounds=(near - 10, min(near + 10, 700)),
            method="bounded",
            options={"xatol": 1e-9},
        )
    return float(found.fun)
