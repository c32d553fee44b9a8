"""Which way of releasing the largest column was taken, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Method", "MethodCandidate", "MethodChoice", "least_bound"]

#: How the largest column is released.
Method = Literal["auto", "block", "columns"]


@dataclass(frozen=True)
class MethodCandidate:
    """A way to release the largest column.

    Attributes
    ----------
    method : {"block", "columns"}
        The method.
    block : int
        Events of a block; 0 for counters of the columns.
    bound : float
        Bound on the error of all releases at once, in the units of the events.
    """

    method: str
    block: int
    bound: float

    def __str__(self) -> str:
        what = f"blocks of {self.block} events" if self.block else "a counter for each column"
        return f"{what} with the bound {self.bound:.4g}"


@dataclass(frozen=True)
class MethodChoice:
    """Which method was taken, and why.

    Attributes
    ----------
    method : {"block", "columns"}
        The choice.
    block : int
        Events of a block; 0 for counters of the columns.
    candidates : tuple of MethodCandidate
        All that were compared, by their bounds.
    failure_probability : float
        With at most this probability an error passes its bound.
    reason : str
        Why.
    """

    method: str
    block: int
    candidates: tuple[MethodCandidate, ...]
    failure_probability: float
    reason: str


def least_bound(candidates: Sequence[MethodCandidate], failure_probability: float) -> MethodChoice:
    """Choose the candidate of the least bound."""
    ordered = tuple(sorted(candidates, key=lambda one: one.bound))
    rest = "".join(f", against {one}" for one in ordered[1:]) or ", as was asked for"
    reason = f"{ordered[0]} at failure probability {failure_probability:g}{rest}"
    return MethodChoice(ordered[0].method, ordered[0].block, ordered, failure_probability, reason)
