"""Procurement auctions: bad bids, options and functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from algos.mechanisms import procurement_auction
from algos.submodular import FacilityLocation, OracleError, SetFunction

MATRIX = [[9.0, 5, 0], [0, 5, 1], [0, 5, 7]]


@pytest.mark.parametrize(
    ("bids", "error", "words"),
    [
        ([1, np.nan, 2], ValueError, "nan for seller 1"),
        ([1, 2, -0.5], ValueError, "-0.5 for seller 2"),
        ([1, 2, -np.inf], ValueError, "seller 2"),
        ([1, 2], ValueError, r"shape \(3,\)"),
        ([[1], [2], [3]], TypeError, "bids"),
        (np.ones((3, 1)), ValueError, r"shape \(3,\)"),
        ([], ValueError, r"shape \(3,\)"),
        (3.0, TypeError, "3 numbers"),
        ("123", TypeError, "3 numbers"),
        ([1, "2", 3], TypeError, r"bids\[1\]"),
        ([1, True, 3], TypeError, "seller 1"),
        ({0: 5, 1: 6, 2: 7}, TypeError, "a list or an array"),
        ({1, 2, 6}, TypeError, "a list or an array"),
        (bytearray(b"abc"), TypeError, "a list or an array"),
        (sparse.coo_array(np.array([1.0, 6, 2])), TypeError, "a list or an array"),
        ([1, None, 3], TypeError, r"bids\[1\]"),
        ([1, 2j, 3], TypeError, "seller 1"),
        (np.ma.masked_array([1, 2, 3], [False, True, False]), TypeError, "masked"),
    ],
)
def test_bad_bids_are_refused_by_seller(bids: Any, error: Any, words: str) -> None:
    for exact in (False, True):
        with pytest.raises(error, match=words):
            procurement_auction(FacilityLocation(MATRIX), bids, exact=exact)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rule": "greedy"}, "rule must be one of distorted"),
        ({"k": 4}, "k must be an integer from 1 to 3"),
        ({"k": 0}, "k must be"),
        ({"k": True}, "k must be"),
        ({"rule": "unconstrained_distorted", "k": 2}, "take stochastic_distorted"),
        ({"rule": "stochastic_distorted", "epsilon": 1.0}, "epsilon must lie"),
    ],
)
def test_bad_options_are_refused(options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        procurement_auction(FacilityLocation(MATRIX), [1, 2, 3], **options)


class _Numberlike:
    def __float__(self) -> float:
        return 1.0


def test_what_is_no_fraction_is_refused_by_seller() -> None:
    with pytest.raises(TypeError, match=r"bids\[1\] must be an int"):
        procurement_auction(FacilityLocation(MATRIX), [1, _Numberlike(), 3], exact=True)


class _Sets(SetFunction):
    """A set function by its values."""

    def __init__(self, size: int, value: Callable[[frozenset[int]], float]) -> None:
        super().__init__(size)
        self.of = value

    def start(self) -> set[int]:
        return set()

    def gains(self, state: set[int], candidates: Any) -> Any:
        now = self.of(frozenset(state))
        return np.array([self.of(frozenset(state | {int(e)})) - now for e in candidates])

    def push(self, state: set[int], element: int) -> None:
        state.add(element)


def test_bad_functions_are_refused() -> None:
    with pytest.raises(TypeError, match="SetFunction"):
        procurement_auction(MATRIX, [1, 2, 3])  # type: ignore[arg-type]
    falling = _Sets(3, lambda s: len(s) - 2.0 * (0 in s and 1 in s))
    with pytest.raises(OracleError, match="monotone"):
        procurement_auction(falling, [0, 0, 0])
    falling.monotone = False
    with pytest.raises(ValueError, match="monotone=False"):
        procurement_auction(falling, [0, 0, 0])
    with pytest.raises(OracleError, match="finite"):
        procurement_auction(_Sets(2, lambda s: np.nan if s else 0.0), [0, 0])
    rising = _Sets(4, lambda s: float(len(s) ** 2))
    with pytest.raises(OracleError, match="submodular"):
        procurement_auction(rising, [0.1, 0.2, 0.3, 0.4], rule="cost_scaled")
