"""The binary tree: a prefix is a sum of the dyadic intervals that its binary digits name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from algos.privacy._mechanism import Draw, Lattice, Mechanism, Reals, Stream
from algos.privacy._noise import Integers

__all__ = ["Tree"]


class Tree(Mechanism):
    """Binary tree mechanism.

    Step t publishes the sum of its lowest dyadic interval, (t − 2^i, t] for the lowest digit i
    of t; the prefix of t is the sum of the intervals that its digits name.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.

    Attributes
    ----------
    levels : int
        Intervals that an event lies in, at most.
    """

    name = "tree"

    def __init__(self, horizon: int) -> None:
        super().__init__(horizon)
        self.levels = self.horizon.bit_length()

    def sensitivity(self, norm: Literal[1, 2]) -> float:
        """Count the intervals that an event lies in."""
        return float(self.levels) if norm == 1 else float(np.sqrt(self.levels))

    def error_factors(self) -> Reals:
        """Count the digits of every t."""
        return np.bitwise_count(np.arange(1, self.horizon + 1)).astype(np.float64)

    def gain(self) -> float:
        """Give the longest interval."""
        return float(2 ** (self.levels - 1))

    @property
    def largest_weight(self) -> float:
        """All weights are 0 or 1."""
        return 1.0

    @property
    def memory(self) -> int:
        """Noisy and exact prefixes, one of each a digit."""
        return 2 * self.levels

    def stream(self, lattice: Lattice) -> Stream:
        """Start a stream."""
        return _TreeStream(self.levels, lattice)


class _TreeStream(Stream):
    """Exact and noisy prefixes at t with its lowest digits cleared, by the lowest that is left."""

    def __init__(self, levels: int, lattice: Lattice) -> None:
        self.lattice = lattice
        self.step = 0
        self.total = np.zeros(lattice.dimension, dtype=np.int64)
        self.exact = np.zeros((levels + 1, lattice.dimension), dtype=np.int64)
        self.noisy = np.zeros((levels + 1, lattice.dimension), dtype=np.int64)

    def release(self, events: Integers, draw: Draw) -> Reals:
        """Publish one interval a step."""
        noise = draw(events.size).reshape(events.shape)
        releases = np.empty_like(events)
        for k, event in enumerate(events):
            self.step += 1
            self.total += event << self.lattice.bits
            rest = self.step & (self.step - 1)
            before = _lowest(rest) if rest else -1  # the last row stays zero
            published = self.total - self.exact[before] + noise[k]
            releases[k] = self.noisy[before] + published
            self.exact[_lowest(self.step)] = self.total
            self.noisy[_lowest(self.step)] = releases[k]
        return releases / 2.0**self.lattice.bits

    def state(self) -> dict[str, Any]:
        """Give the prefixes."""
        return {
            "step": self.step,
            "total": self.total.copy(),
            "exact": self.exact.copy(),
            "noisy": self.noisy.copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the prefixes."""
        self.step = int(state["step"])
        self.total = np.array(state["total"], dtype=np.int64)
        self.exact = np.array(state["exact"], dtype=np.int64)
        self.noisy = np.array(state["noisy"], dtype=np.int64)


def _lowest(step: int) -> int:
    """Give the place of the lowest digit 1."""
    return (step & -step).bit_length() - 1
