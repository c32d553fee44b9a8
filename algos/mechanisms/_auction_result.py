"""What a procurement auction has bought, and what it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_number, refuse_masked
from algos.submodular import SetFunction
from algos.submodular._oracle import Oracle
from algos.submodular._set_function import Indices, Reals

__all__ = ["AuctionResult", "answered", "bought", "checked_bids", "checked_quality"]


@dataclass(frozen=True, eq=False)
class AuctionResult:
    """Who sells, at which price.

    Attributes
    ----------
    winners : ndarray of intp, shape (m,)
        Who sells, in the order in which they were chosen.
    payments : ndarray, shape (n,)
        What every seller is paid; losers get 0. Fractions, in an array of objects, where the
        auction was exact.
    value : float or Fraction
        Quality f(S) of what is bought.
    welfare : float or Fraction
        The value less the bids, or costs, of the winners.
    upper_bound : float or Fraction
        No set that could have been bought has a greater welfare, at these bids.
    oracle_calls : int
        Marginals that were computed.
    """

    winners: Indices
    payments: NDArray[Any]
    value: Any
    welfare: Any
    upper_bound: Any
    oracle_calls: int

    @property
    def surplus(self) -> Any:
        """What the buyer keeps: the value less all payments."""
        return self.value - sum(self.payments.tolist())


def checked_quality(quality: Any) -> SetFunction:
    """Validate the buyer's set function."""
    if not isinstance(quality, SetFunction):
        raise TypeError(
            f"quality must be a SetFunction, got {type(quality).__name__}; "
            "from_callable makes one of any function of sets"
        )
    if not quality.monotone:
        raise ValueError(
            "quality must be monotone, got one with monotone=False: payments may exceed what it "
            "is worth; take what sellers cost out of it"
        )
    return quality


def checked_bids(name: str, size: int, bids: Any, *, exact: bool = False) -> NDArray[Any]:
    """Copy one number of at least 0 for every seller, infinite for those who stay away."""
    refuse_masked(name, bids)
    in_order = isinstance(bids, Sequence) or hasattr(bids, "__array__")  # no set, no dict
    if isinstance(bids, (str, bytes, bytearray)) or not in_order:
        raise TypeError(f"{name} must be a list or an array of {size} numbers, got {bids!r}")
    if getattr(bids, "ndim", 1) != 1 or len(bids) != size:
        raise ValueError(
            f"{name} must have shape ({size},), one for every seller, got {np.shape(bids)}"
        )
    for seller, bid in enumerate(bids):
        if isinstance(bid, (bool, np.bool_, complex)):
            raise TypeError(f"{name} must be numbers, got {bid!r} for seller {seller}")
        if not checked_number(f"{name}[{seller}]", bid) >= 0:
            raise ValueError(
                f"{name} must be numbers of at least 0, got {bid!r} for seller {seller}"
            )
    if not exact:
        return np.array([float(bid) for bid in bids])
    exactly = np.empty(size, dtype=object)
    exactly[:] = [_fraction(f"{name}[{seller}]", bid) for seller, bid in enumerate(bids)]
    return exactly


def _fraction(name: str, bid: Any) -> Any:
    """Convert without rounding, but for infinity."""
    if float(bid) == np.inf:
        return np.inf
    try:
        return Fraction(*(int(bid) if isinstance(bid, np.integer) else bid).as_integer_ratio())
    except AttributeError:
        raise TypeError(
            f"{name} must be an int, a float or a fraction where exact=True, got {bid!r}"
        ) from None


def answered(name: str, answer: Any, count: int | None = None) -> Any:
    """Validate an answer, or so many of them."""
    refuse_masked(name, answer)
    answers = np.asarray(answer)
    if answers.dtype != bool:
        raise TypeError(f"{name} must be True or False, got {answer!r}")
    if answers.shape != (() if count is None else (count,)):
        raise ValueError(f"{name} must hold {count or 1} answers, got shape {answers.shape}")
    return bool(answers) if count is None else answers


def bought(oracle: Oracle, winners: list[int], payments: Reals, costs: Reals) -> AuctionResult:
    """Value what was bought; bound f − c of all sets by f(S) + Σ_(e ∉ S) (f(e|S) − c_e)⁺."""
    state, value = oracle.start(), 0.0
    bound = float(np.maximum(oracle.gains(state, oracle.everything) - costs, 0).sum())
    for seller in winners:
        value += float(oracle.gains(state, np.array([seller]))[0])
        oracle.push(state, seller)
    left = np.delete(oracle.everything, winners)
    bound = min(bound, value + float(np.maximum(oracle.gains(state, left) - costs[left], 0).sum()))
    welfare = value - float(costs[winners].sum())
    sold = np.array(winners, dtype=np.intp)
    return AuctionResult(sold, payments, value, welfare, bound, oracle.calls)
