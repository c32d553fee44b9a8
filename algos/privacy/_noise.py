"""Noise on the integers, drawn exactly: discrete Gaussian and discrete Laplace."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LARGEST_SCALE",
    "DiscreteGaussian",
    "DiscreteLaplace",
    "Integers",
    "Noise",
    "simulated",
]

Integers = NDArray[np.int64]

#: Above it, sums of draws could leave 64 bits.
LARGEST_SCALE = 2.0**55


class Noise(ABC):
    """Independent draws from a symmetric law on the integers.

    Drawn by OpenDP's exact samplers from OpenSSL's generator, which the operating system seeds,
    anew in a forked process.  This object keeps nothing between calls: its copy draws other noise.

    Parameters
    ----------
    scale : float
        Parameter of the law.
    insecure_rng : numpy.random.Generator, optional
        Draw from it instead: for simulations and tests, never for people's data.
    """

    def __init__(self, scale: float, insecure_rng: np.random.Generator | None = None) -> None:
        self.scale = scale
        self._insecure_rng = insecure_rng
        self._exact = None if insecure_rng is not None else self._sampler(_opendp())

    def draw(self, count: int) -> Integers:
        """Draw so many integers."""
        if count == 0:
            return np.zeros(0, dtype=np.int64)
        if self._exact is None:
            assert self._insecure_rng is not None
            return self._simulated(self._insecure_rng, count)
        return np.array(self._exact([0] * count), dtype=np.int64)

    @property
    @abstractmethod
    def variance(self) -> float:
        """The law's variance."""

    @abstractmethod
    def _sampler(self, dp: Any) -> Callable[[list[int]], list[int]]:
        """Make OpenDP's measurement, which adds a draw to every integer."""

    @abstractmethod
    def _simulated(self, rng: np.random.Generator, count: int) -> Integers:
        """Draw from a pseudo-random generator."""


class DiscreteGaussian(Noise):
    """Integers k with probability proportional to exp(−k² / (2 scale²)).

    A shift by s costs s² / (2 scale²) of zCDP, exactly.

    References
    ----------
    C. Canonne, G. Kamath, T. Steinke, "The discrete Gaussian for differential privacy",
    NeurIPS 2020, Proposition 5 and Algorithm 3.
    """

    @cached_property
    def variance(self) -> float:
        """The variance; from scale 3 on it is scale² to every digit."""
        if self.scale > 3:
            return self.scale**2
        k = np.arange(1, 200)
        masses = np.exp(-(k**2) / (2 * self.scale**2))
        return float(2 * (k**2 * masses).sum() / (1 + 2 * masses.sum()))

    def _sampler(self, dp: Any) -> Callable[[list[int]], list[int]]:
        """Make OpenDP's measurement."""
        space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
        measurement: Callable[[list[int]], list[int]] = dp.m.make_gaussian(*space, self.scale)
        return measurement

    @cached_property
    def _masses(self) -> NDArray[np.float64]:
        """Distribution function on −40 scale, …, 40 scale."""
        reach = math.ceil(40 * self.scale)
        sums = np.cumsum(np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * self.scale**2)))
        return np.asarray(sums / sums[-1])

    def _simulated(self, rng: np.random.Generator, count: int) -> Integers:
        """Invert the distribution function; round a normal where the scale hides the difference."""
        if self.scale > 1000:
            return np.rint(rng.standard_normal(count) * self.scale).astype(np.int64)
        masses = self._masses
        return np.searchsorted(masses, rng.random(count), side="right") - len(masses) // 2


class DiscreteLaplace(Noise):
    """Integers k with probability proportional to exp(−abs(k) / scale).

    A shift by s costs s / scale of pure ε.

    References
    ----------
    A. Ghosh, T. Roughgarden, M. Sundararajan, "Universally utility-maximizing privacy
    mechanisms", SIAM Journal on Computing 41, 2012, Definition 2.1.
    """

    @property
    def variance(self) -> float:
        """The variance 2 q / (1 − q)², with q = exp(−1 / scale)."""
        return 2 * math.exp(-1 / self.scale) / math.expm1(-1 / self.scale) ** 2

    def _sampler(self, dp: Any) -> Callable[[list[int]], list[int]]:
        """Make OpenDP's measurement."""
        space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
        measurement: Callable[[list[int]], list[int]] = dp.m.make_laplace(*space, self.scale)
        return measurement

    def _simulated(self, rng: np.random.Generator, count: int) -> Integers:
        """Subtract two geometric numbers."""
        stop = -math.expm1(-1 / self.scale)
        return rng.geometric(stop, count) - rng.geometric(stop, count)


def simulated(insecure_rng: Any, released: int = 0) -> np.random.Generator | None:
    """Make the generator that was asked for, if one was; False is no way to say no.

    After some releases a seed gives other noise than before the first.
    """
    if isinstance(insecure_rng, (bool, np.bool_)):
        raise TypeError(
            f"insecure_rng must be a seed or a Generator, got {insecure_rng}; leave it out for "
            "exact noise"
        )
    if isinstance(insecure_rng, (int, np.integer)) and released:
        insecure_rng = np.random.SeedSequence(int(insecure_rng), spawn_key=(released,))
    return None if insecure_rng is None else np.random.default_rng(insecure_rng)


def _opendp() -> Any:
    """Load OpenDP, which needs half a second and stands in an extra."""
    try:
        import opendp.prelude as dp
    except ImportError:
        raise ImportError(
            "exact noise needs OpenDP; install it with: pip install 'lemmata[privacy]'"
        ) from None
    dp.enable_features("contrib")
    return dp
