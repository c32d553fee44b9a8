"""Set functions with their formulas, small enough that every subset can be looked at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from scipy import sparse

from algos.submodular import ConcaveOverModular, GraphCut, SetFunction
from algos.submodular._set_function import Reals
from proofs_checks.check import Instances, Measurement

__all__ = ["Concave", "Cut", "Determinant", "Drawn", "Mixed", "Saturated", "error", "on", "rise"]

Make = Callable[..., SetFunction]


@dataclass(frozen=True)
class Drawn(ABC):
    """Arguments of a set function, and its formula."""

    size: int
    seed: int
    variant: int

    @property
    def numbers(self) -> Reals:
        """Small numbers, many of them 0, one row an element."""
        rng = np.random.default_rng(self.seed)
        return np.asarray(rng.integers(0, 5, (self.size, self.size)) * 1.0)

    @abstractmethod
    def make(self, algorithm: Make) -> SetFunction:
        """Make the function."""

    @abstractmethod
    def formula(self, S: Sequence[int]) -> float:
        """Compute f(S) at once."""


class Cut(Drawn):
    """A cut, directed or not, dense or sparse, with one of three redundancies."""

    @property
    def weights(self) -> Reals:
        """Of the edges."""
        return self.numbers if self.variant % 2 else self.numbers + self.numbers.T

    @property
    def redundancy(self) -> float:
        """Price of what is inside."""
        return (1.0, 0.5, 0.2)[self.variant % 3]

    def make(self, algorithm: Make) -> SetFunction:
        """Make the cut."""
        weights = sparse.csr_array(self.weights) if self.variant // 6 else self.weights
        return algorithm(weights, self.redundancy)

    def formula(self, S: Sequence[int]) -> float:
        """Sum two blocks."""
        inside = self.weights[np.ix_(S, S)].sum()
        return float(self.weights[list(S)].sum() - self.redundancy * inside)


class Concave(Drawn):
    """A concave function of sums of features, dense or sparse."""

    def make(self, algorithm: Make) -> SetFunction:
        """Make the function."""
        features = sparse.csr_array(self.numbers) if self.variant // 6 else self.numbers
        return algorithm(features, ("sqrt", "log1p", 3.0)[self.variant % 3], self._weights)

    @property
    def _weights(self) -> Reals:
        """Of the features."""
        return np.asarray(np.arange(self.size) % 3, dtype=np.float64)

    def formula(self, S: Sequence[int]) -> float:
        """Sum, bend and weigh."""
        sums = self.numbers[list(S)].sum(axis=0)
        bent = (sums**0.5, np.log(1 + sums), np.minimum(sums, 3))[self.variant % 3]
        return float(bent @ self._weights)


class Saturated(Drawn):
    """Saturated coverage."""

    @property
    def _saturation(self) -> float:
        """Enough."""
        return (0.25, 0.6, 1.0)[self.variant % 3]

    def make(self, algorithm: Make) -> SetFunction:
        """Make the function."""
        return algorithm(self.numbers, self._saturation)

    def formula(self, S: Sequence[int]) -> float:
        """Cut rows off."""
        rows = self.numbers[:, list(S)].sum(axis=1)
        return float(np.minimum(rows, self._saturation * self.numbers.sum(axis=1)).sum())


class Determinant(Drawn):
    """A determinant, of dependent vectors or not."""

    @property
    def kernel(self) -> Reals:
        """Products of vectors, long or not."""
        vectors = self.numbers[:, : 1 + self.variant % 6] - 1.5
        return np.asarray(vectors @ vectors.T * (1.0, 1e8)[self.variant // 6])

    def make(self, algorithm: Make) -> SetFunction:
        """Make the function."""
        return algorithm(self.kernel)

    def formula(self, S: Sequence[int]) -> float:
        """Ask NumPy."""
        return float(np.linalg.slogdet(np.eye(len(S)) + self.kernel[np.ix_(S, S)])[1])


class Mixed(Drawn):
    """A mixture of a cut and a concave function."""

    @property
    def _parts(self) -> list[Drawn]:
        """Two."""
        return [one(self.size, self.seed, self.variant) for one in (Cut, Concave)]

    def make(self, algorithm: Make) -> SetFunction:
        """Mix them."""
        cut, concave = self._parts
        return algorithm([cut.make(GraphCut), concave.make(ConcaveOverModular)], [2.0, 0.5])

    def formula(self, S: Sequence[int]) -> float:
        """Add them up."""
        cut, concave = self._parts
        return 2 * cut.formula(S) + 0.5 * concave.formula(S)


def all_gains(function: SetFunction) -> Reals:
    """Compute marginals of all elements at all sets: row Σ_(e ∈ S) 2^e is that of S."""
    everything = np.arange(function.size)
    gains = np.zeros((2**function.size, function.size))

    def walk(state: object, mask: int, least: int) -> None:
        """Go to all supersets by elements from one on."""
        gains[mask] = function.gains(state, everything)
        for element in range(least, function.size):
            further = function.copy(state)
            function.push(further, element)
            walk(further, mask | 1 << element, element + 1)

    walk(function.start(), 0, 0)
    return gains


def rise(one: Drawn, algorithm: Make) -> Measurement:
    """Measure the greatest rise; a monotone function's marginals fall to 0 in S as well."""
    function = one.make(algorithm)
    gains = all_gains(function)
    rises = [0.0]
    masks = np.arange(len(gains))
    for j in range(function.size):
        without = masks[masks >> j & 1 == 0]
        rising = gains[without | 1 << j] - gains[without]
        if not function.monotone:
            rising[:, j] = 0
        rises.append(float(rising.max()))
    return Measurement(max(rises), greatest=float(np.abs(gains).max()))


def error(one: Drawn, algorithm: Make) -> Measurement:
    """Measure the greatest difference from the formula."""
    function = one.make(algorithm)
    gains, values, exact = all_gains(function), np.zeros(2**one.size), np.zeros(2**one.size)
    for mask in range(1, len(values)):
        S = [e for e in range(one.size) if mask >> e & 1]
        values[mask] = values[mask ^ 1 << S[-1]] + gains[mask ^ 1 << S[-1], S[-1]]
        exact[mask] = one.formula(S)
    return Measurement(np.abs(values - exact).max(), greatest=float(np.abs(exact).max()))


def on(kind: type[Drawn]) -> Instances:
    """Draw functions of a kind, and take one of each variant."""
    seeds = st.integers(0, 2**32 - 1)
    drawn = st.builds(kind, st.integers(1, 5), seeds, st.integers(0, 11))
    return Instances(drawn, [(f"variant {v}", kind(5, 1, v)) for v in range(12)])
