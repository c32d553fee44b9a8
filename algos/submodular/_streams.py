"""What algorithms on streams share: which elements come, and which are worth another look."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np

from algos._arguments import checked_count, refuse_masked
from algos.submodular._oracle import RTOL, Oracle
from algos.submodular._set_function import Indices, OracleError, Reals

__all__ = ["LEAST", "first_passing", "spans", "stream_elements"]

#: The least marginal: what adds nothing is never taken.
LEAST = float(np.nextafter(0, 1))


def first_passing(
    oracle: Oracle,
    state: Any,
    stream: Indices,
    gains: Reals,
    least: Reals,
    at: int,
    largest: float,
) -> int:
    """Find the first element whose marginal is at least its least one, or the stream's end.

    Old marginals are upper bounds; those that may suffice are computed again, in growing windows.
    None may have risen beyond the rounding of the largest one.
    """
    window = 1
    while at < len(stream):
        hopeful = at + np.flatnonzero(gains[at:] >= least[at:])[:window]
        new = oracle.gains(state, stream[hopeful])
        _refuse_growth(stream[hopeful], new, gains[hopeful], largest)
        gains[hopeful] = new
        passing = hopeful[new >= least[hopeful]]
        if len(passing):
            return int(passing[0])
        at = int(hopeful[-1]) + 1 if len(hopeful) == window else len(stream)
        window *= 2
    return at


def _refuse_growth(elements: Indices, new: Reals, old: Reals, largest: float) -> None:
    """Stop where a marginal is greater than it was to a smaller set."""
    grown = new - old > RTOL * largest
    if grown.any():
        k = int(np.argmax(grown))
        raise OracleError(
            f"function must be submodular, got for element {elements[k]} the marginal {new[k]:g} "
            f"to the elements of a sieve, after {old[k]:g} to fewer of them"
        )


def spans(*numbers: Reals) -> list[tuple[int, int]]:
    """Split places into the longest spans in which no number changes."""
    changed = np.zeros(len(numbers[0]) - 1, dtype=bool)
    for one in numbers:
        changed |= (one[1:] != one[:-1]) & ~(np.isnan(one[1:]) & np.isnan(one[:-1]))
    cuts = [0, *(np.flatnonzero(changed) + 1).tolist(), len(numbers[0])]
    return list(pairwise(cuts))


def stream_elements(size: int, elements: Iterable[int]) -> Indices:
    """Validate elements that may come several times."""
    if type(elements) is np.ndarray and elements.dtype.kind in "iu" and elements.ndim == 1:
        for element in elements[(elements < 0) | (elements >= size)]:
            checked_count("elements", element, least=0, most=size - 1)
        return np.array(elements, dtype=np.intp)
    refuse_masked("elements", elements)
    if not isinstance(elements, Iterable):
        raise TypeError(f"elements must hold integers, got {elements!r}; update takes one alone")
    given = [checked_count("elements", e, least=0, most=size - 1) for e in elements]
    return np.array(given, dtype=np.intp)
