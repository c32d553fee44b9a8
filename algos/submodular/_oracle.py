"""Set functions as algorithms ask them: every marginal is counted and looked at."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.submodular._set_function import (
    Indices,
    OracleError,
    Reals,
    SetFunction,
    checked_gains,
)

__all__ = ["Oracle", "monotone_oracle"]

#: A marginal may fall below zero by this part of the largest one seen: rounding.
RTOL = 1e-9


class Oracle:
    """Count the marginals of a function, and stop at one that cannot be.

    Parameters
    ----------
    function : SetFunction
        The function.
    """

    def __init__(self, function: SetFunction) -> None:
        if not isinstance(function, SetFunction):
            raise TypeError(
                f"function must be a SetFunction, got {type(function).__name__}; "
                "from_callable makes one of any function of sets"
            )
        self.function, self.size = function, function.size
        self.everything: Indices = np.arange(function.size, dtype=np.intp)
        self.calls = 0
        self._largest = 0.0

    def start(self) -> Any:
        """Give the state of the empty set."""
        return self.function.start()

    def gains(self, state: Any, candidates: Indices) -> Reals:
        """Compute marginals."""
        self.calls += len(candidates)
        gains = checked_gains(self.function.gains(state, candidates), candidates)
        if len(gains):
            self._largest = max(self._largest, float(gains.max()))
            k = int(gains.argmin())
            if self.function.monotone and gains[k] < -RTOL * self._largest:
                raise OracleError(
                    f"function must be monotone, got the marginal {gains[k]:g} of element "
                    f"{candidates[k]}; set monotone=False where it may fall, or let "
                    "check_submodular find the sets"
                )
        return gains

    def push(self, state: Any, element: int) -> None:
        """Put an element into S."""
        self.function.push(state, element)


def monotone_oracle(function: Any) -> Oracle:
    """Wrap a function, unless it says itself that it is not monotone."""
    oracle = Oracle(function)
    if not oracle.function.monotone:
        raise ValueError(
            "function must be monotone, got one with monotone=False; double_greedy and "
            "random_greedy maximise such functions"
        )
    return oracle
