"""The multilinear extension of a set function: its mean over random sets."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.submodular._dr_function import DRFunction
from algos.submodular._oracle import Oracle
from algos.submodular._set_function import OracleError, Reals, SetFunction, shown

__all__ = ["MultilinearExtension"]

#: All 2^n values are kept.
MOST = 16

#: Values are looked at up to rounding, as a part of the greatest one.
RTOL = 1e-9


class MultilinearExtension(DRFunction):
    """F(x), the mean of f over sets that hold each element e with probability x_e, independently.

    Parameters
    ----------
    function : SetFunction
        Submodular and at least 0, of at most 16 elements: all of its values are computed, and
        looked at. `CoverageExtension` has a closed form for any number.

    Attributes
    ----------
    oracle_calls : int
        Marginals that were computed.

    Raises
    ------
    ValueError
        There are more elements.
    OracleError
        A value is negative, or a marginal grows with the set.
    """

    def __init__(self, function: SetFunction) -> None:
        oracle = Oracle(function)
        n = oracle.size
        if n > MOST:
            raise ValueError(
                f"function must have at most {MOST} elements, got {n}; take CoverageExtension, or "
                "samples= of continuous_greedy"
            )
        self._values = np.zeros(2**n)
        self._walk(oracle, oracle.start(), 0, 0)
        self.oracle_calls = oracle.calls
        scale = float(np.abs(self._values).max())
        if self._values.min() < -RTOL * scale:
            least = int(self._values.argmin())
            raise OracleError(
                f"function must be at least 0, got {self._values[least]:g} for "
                f"{shown(e for e in range(n) if least >> e & 1)}"
            )
        table = self._values.reshape((2,) * n)  # the last axis is element 0
        bends = np.zeros((n, n))
        for e in range(n):
            for other in range(e):
                second = np.diff(np.diff(table, axis=n - 1 - e), axis=n - 1 - other)
                if second.max() > RTOL * scale:
                    place = np.unravel_index(second.argmax(), second.shape)[::-1]
                    raise OracleError(
                        f"function must be submodular, got a marginal of element {e} to "
                        f"{shown(i for i in range(n) if place[i])} that grows by "
                        f"{second.max():g} when element {other} joins"
                    )
                bends[e, other] = bends[other, e] = np.abs(second).max()
        super().__init__(n, monotone=function.monotone, smoothness=float(np.linalg.norm(bends, 2)))

    def value(self, x: Reals) -> float:
        """Compute F: the mean over one element after the other."""
        means = self._values
        for probability in np.asarray(x)[::-1]:
            out, inside = means.reshape(2, -1)
            means = out + probability * (inside - out)
        return float(means[0])

    def gradient(self, x: Reals) -> Reals:
        """Compute differences of F between x_e = 1 and x_e = 0."""
        x = np.asarray(x, dtype=float)
        found = np.zeros(self.dimension)
        for e in range(self.dimension):
            with_e, without = x.copy(), x.copy()
            with_e[e], without[e] = 1, 0
            found[e] = self.value(with_e) - self.value(without)
        return found

    def _walk(self, oracle: Oracle, state: Any, mask: int, least: int) -> None:
        """Compute the values of all supersets by elements from one on."""
        gains = oracle.gains(state, oracle.everything)
        for element in range(least, oracle.size):
            self._values[mask | 1 << element] = self._values[mask] + gains[element]
            if element + 1 < oracle.size:
                further = oracle.function.copy(state)
                oracle.push(further, element)
                self._walk(oracle, further, mask | 1 << element, element + 1)
