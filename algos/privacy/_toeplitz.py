"""Mechanisms whose factors are Toeplitz matrices, and their streams."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np

from algos.privacy._events import CHUNK
from algos.privacy._mechanism import Draw, Lattice, Mechanism, Reals, Stream
from algos.privacy._noise import Integers
from algos.privacy._online_convolution import UNIT

__all__ = ["Filter", "Toeplitz", "ToeplitzStream"]


class Filter(Protocol):
    """A causal linear map of sequences of vectors, in chunks of any size."""

    def begin(self, past: Reals) -> Any:
        """Stand after a past of shape (dimension, n)."""

    def follow(self, past: Any, fresh: Reals) -> tuple[Reals, Any]:
        """Map the next vectors, of shape (steps, dimension); give the new past, keep the old."""

    def kept(self, past: Any) -> Reals:
        """Give what `begin` needs."""


class Toeplitz(Mechanism):
    """C is Toeplitz: (C x)_t = Σ_k c_k x_(t−k), and so is B = A C⁻¹.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    """

    @property
    @abstractmethod
    def encoding(self) -> Reals:
        """The first column of C: c_0, c_1, …; zero after its last."""

    @property
    @abstractmethod
    def decoding(self) -> Reals:
        """The first column of B = A C⁻¹, of the horizon's length."""

    def sensitivity(self, norm: Literal[1, 2]) -> float:
        """Compute the norm of the first column; the others are parts of it."""
        column = np.abs(self.encoding)
        size = math.fsum(column) if norm == 1 else math.sqrt(math.fsum(column**2))
        return size * (1 + 4 * UNIT)

    def error_factors(self) -> Reals:
        """Sum the squares of the decoding coefficients."""
        return np.cumsum(self.decoding**2)

    def gain(self) -> float:
        """Sum the last row of C, the longest."""
        return self.sensitivity(1)

    @property
    def largest_weight(self) -> float:
        """The largest decoding coefficient."""
        return float(np.abs(self.decoding).max())


class ToeplitzStream(Stream):
    """Codes are the rounded convolution, releases the decoder's sums of noisy codes.

    Parameters
    ----------
    lattice : Lattice
        Where codes lie.
    encoder, decoder : Filter
        For C, and for A C⁻¹.
    deviation, rounding : float
        As `Stream` has them.
    """

    def __init__(
        self, lattice: Lattice, encoder: Filter, decoder: Filter, deviation: float, rounding: float
    ) -> None:
        self.lattice, self.deviation, self.rounding = lattice, deviation, rounding
        self._encoder, self._decoder = encoder, decoder
        nothing = np.zeros((lattice.dimension, 0))
        self._past = encoder.begin(nothing), decoder.begin(nothing)

    def release(self, events: Integers, draw: Draw) -> Reals:
        """Encode, add noise, decode: as many steps at a time as stay in the cache."""
        unit, releases = 2.0**self.lattice.bits, np.empty(events.shape)
        seen, published = self._past
        steps = max(1, CHUNK // self.lattice.dimension)
        for start in range(0, len(events), steps):
            now = slice(start, start + steps)
            noise = draw(events[now].size).reshape(events[now].shape)
            exact, seen = self._encoder.follow(seen, events[now].astype(np.float64, order="C"))
            codes = np.rint(exact * unit).astype(np.int64) + noise
            releases[now], published = self._decoder.follow(published, codes / unit)
        self._past = seen, published  # at once: an interrupt finds both or none
        return releases

    def state(self) -> dict[str, Any]:
        """Give what the filters keep."""
        seen, published = self._past
        return {
            "events": self._encoder.kept(seen).copy(),
            "codes": self._decoder.kept(published).copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take what the filters kept."""
        seen, published = (
            np.array(state[name], dtype=np.float64).reshape(self.lattice.dimension, -1)
            for name in ("events", "codes")
        )
        self._past = self._encoder.begin(seen), self._decoder.begin(published)
