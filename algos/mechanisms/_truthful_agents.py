"""What agents with one private number want of an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

__all__ = ["COMMUTERS", "SELLERS", "Agents"]


@dataclass(frozen=True, kw_only=True)
class Agents:
    """What agents want, each of whom has one number as type, and reports one.

    Attributes
    ----------
    utility : callable
        ``utility(agent, type, outcome)``: what an outcome is worth to an agent of a type.
    share : callable, optional
        ``share(agent, outcome)``: the part of the outcome that thresholds and monotonicity speak
        of, such as 1 for winning and 0 for losing.
    slope : {-1, 0, 1}
        Whether shares must fall or rise in an agent's own report; 0 where neither is asked.
    takes_part : bool
        Whether a truthful agent must get a utility of at least 0.
    paid : callable, optional
        ``paid(outcome)``: what the mechanism spends.
    high : float, optional
        The greatest report; twice the greatest type by default.
    """

    utility: Callable[[int, float, Any], float]
    share: Callable[[int, Any], float] | None = None
    slope: Literal[-1, 0, 1] = 0
    takes_part: bool = False
    paid: Callable[[Any], float] | None = None
    high: float | None = None


def _split(outcome: Any) -> tuple[Any, Any]:
    """Take winners and payments out of a pair, or out of an object that has both."""
    if hasattr(outcome, "winners"):
        return outcome.winners, outcome.payments
    try:
        winners, payments = outcome
    except (TypeError, ValueError):
        raise TypeError(
            "mechanism must give an object with winners and payments, or a pair of the two, got "
            f"{outcome!r}"
        ) from None
    if isinstance(next(iter(winners), 0), bool | np.bool_):
        raise TypeError(
            f"winners must be numbers of sellers, got {winners!r}; take np.flatnonzero of a mask"
        )
    return winners, payments


def _payment(seller: int, payments: Any) -> float:
    """Look up what a seller gets."""
    if isinstance(payments, Mapping):
        return float(payments.get(seller, 0))
    if len(payments) <= seller:
        raise ValueError(
            f"payments must hold one for each seller, 0 to losers, got {len(payments)} and no "
            f"number {seller}; pass a mapping from winners otherwise"
        )
    return float(payments[seller])


def _profit(seller: int, cost: float, outcome: Any) -> float:
    """Subtract the cost of a seller who wins from her payment."""
    winners, payments = _split(outcome)
    return _payment(seller, payments) - (cost if seller in winners else 0)


def _wins(seller: int, outcome: Any) -> float:
    """Tell whether a seller wins."""
    return float(seller in _split(outcome)[0])


def _spent(outcome: Any) -> float:
    """Add up the payments."""
    payments = _split(outcome)[1]
    return float(sum(payments.values() if isinstance(payments, Mapping) else payments))


#: Sellers who bid costs; an outcome is winners, and a payment to each seller of all.
SELLERS = Agents(utility=_profit, share=_wins, slope=-1, takes_part=True, paid=_spent)

#: People on the line from 0 to 1 who want a place close to their own; an outcome is the place.
COMMUTERS = Agents(
    utility=lambda _, home, place: -abs(home - float(place)),
    share=lambda _, place: float(place),
    slope=1,
    high=1.0,
)
