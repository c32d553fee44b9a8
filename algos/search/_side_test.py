"""Is this coin below the target or above it? A test that a ramp cannot fool."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Side = Literal["below", "above"]

#: Share of the stake on the far side's bias; the rest is staked on the target.
FAR = 0.6
#: A test goes on for the side it wants up to this multiple of its sure size.
PATIENCE = 4
#: Log-growth credited to a stake in advance, so that a short bad run does not end the test.
CREDIT = 3.0


@dataclass(frozen=True)
class SideTest:
    """What flips of one coin have shown: a part of a search's certificate.

    Attributes
    ----------
    coin : int
        The coin.
    tosses, heads : int
        Its flips in this test, none of which had a part in choosing the coin.
    conclusion : {"below", "above", "between"}
        The coin's heads probability is less than target + tolerance ("below"),
        more than target - tolerance ("above"), or both.
    level : float
        Probability with which the conclusion may be false.
    """

    coin: int
    tosses: int
    heads: int
    conclusion: Literal["below", "above", "between"]
    level: float

    @property
    def below(self) -> bool:
        """Whether the coin is less than target + tolerance."""
        return self.conclusion != "above"

    @property
    def above(self) -> bool:
        """Whether the coin is more than target - tolerance."""
        return self.conclusion != "below"


def side_test(
    flip: Callable[[int], int],
    coin: int,
    *,
    target: float,
    tolerance: float,
    level: float,
    wanted: Side | None,
) -> SideTest:
    """Flip a coin until its side of a target is clear.

    Parameters
    ----------
    flip : callable
        ``flip(coin)`` returns 0 or 1.
    coin : int
        The coin.
    target, tolerance : float
        The coin may be called "below" if its heads probability is less than
        target + tolerance, "above" if it is more than target − tolerance.
    level : float
        Probability, in (0, 1), with which the conclusion may be false.
    wanted : {"below", "above", None}
        The conclusion to look for: after the other one the test goes on as long
        as the wanted one seems near, since a coin inside the tolerance allows both.

    Returns
    -------
    SideTest
        The flips and the conclusion.

    Notes
    -----
    Two gamblers bet on the flips, one against "the coin is at most
    target − tolerance", one against "it is at least target + tolerance".  The one
    whose claim is true multiplies its stake by 1 / level with probability at most
    ``level`` (Ville); at most one claim is true.

    References
    ----------
    J. Ville, "Étude critique de la notion de collectif", 1939.

    Examples
    --------
    >>> from algos.search import side_test
    >>> test = side_test(
    ...     lambda coin: 1, 0, target=0.5, tolerance=0.1, level=0.01, wanted="above"
    ... )
    >>> test.conclusion, test.tosses
    ('above', 13)
    """
    low, high = max(target - tolerance, 0.0), min(target + tolerance, 1.0)
    against = {
        "above": _Gambler(low, far=high, target=target),
        "below": _Gambler(high, far=low, target=target),
    }
    goal = -math.log(level)
    patience = PATIENCE * sure_size(target, tolerance, level)
    slow = CREDIT / sure_growth(target, tolerance)
    shown: set[str] = set()
    tails = heads = 0
    while True:
        if flip(coin):
            heads += 1
        else:
            tails += 1
        shown |= {side for side, gambler in against.items() if gambler.wealth(heads, tails) >= goal}
        if not shown:
            continue
        if wanted is None or wanted in shown or heads + tails >= patience:
            break
        growth, missing = against[wanted].outlook(heads, tails, goal)
        if not missing * (heads + tails + slow) <= patience * (growth + CREDIT):
            break
    side: Literal["below", "above", "between"]
    side = "between" if len(shown) == 2 else "below" if "below" in shown else "above"
    return SideTest(coin, heads + tails, heads, side, level)


def sure_size(target: float, tolerance: float, level: float) -> int:
    """Give the flips after which a test has a first conclusion, whatever they show."""
    goal = -math.log(level) - math.log(1 - FAR)
    return max(1, math.ceil((1 + 1e-9) * goal / sure_growth(target, tolerance)))


def sure_growth(target: float, tolerance: float) -> float:
    """Give the log-growth a flip that at least one of the two bets on the target has.

    Let c be the share of heads at which both bets on the target have grown alike.
    With more heads the gambler against the low side has more, with fewer the
    other one, so the better of the two grows least at c.
    """
    low, high = max(target - tolerance, 0.0), min(target + tolerance, 1.0)
    if low == 0 and high == 1:
        return math.inf  # one flip refutes one of the two claims
    if high == 1:
        low, high, target = 0.0, 1 - low, 1 - target
    up = math.log(high / low) if low else math.inf
    down = math.log((1 - low) / (1 - high))
    c = down / (up + down)
    return c * math.log(target / high) + (1 - c) * math.log((1 - target) / (1 - high))


class _Gambler:
    """Bets against a claimed bound on a coin: part of the stake on each alternative."""

    def __init__(self, claim: float, *, far: float, target: float) -> None:
        # logarithm of a stake's factor at heads and at tails, likelihood over claimed likelihood
        self._far = _log(far, claim), _log(1 - far, 1 - claim)
        self._near = _log(target, claim), _log(1 - target, 1 - claim)
        self._refuted_by_heads, self._refuted_by_tails = claim == 0, claim == 1

    def wealth(self, heads: int, tails: int) -> float:
        """Give the logarithm of the larger stake; the start is 0 for both together."""
        if (self._refuted_by_heads and heads) or (self._refuted_by_tails and tails):
            return math.inf
        far = math.log(FAR) + _grown(self._far, heads, tails)
        return max(far, math.log(1 - FAR) + _grown(self._near, heads, tails))

    def outlook(self, heads: int, tails: int, goal: float) -> tuple[float, float]:
        """Give the log-growth of the bet on the target, and what it lacks of the goal."""
        growth = _grown(self._near, heads, tails)
        return growth, goal - math.log(1 - FAR) - growth


def _log(numerator: float, denominator: float) -> float:
    """Give the logarithm of a ratio of probabilities."""
    if denominator == 0:
        return math.inf
    return math.log(numerator / denominator) if numerator else -math.inf


def _grown(factors: tuple[float, float], heads: int, tails: int) -> float:
    """Give the log-growth of a stake after so many heads and tails."""
    return (heads * factors[0] if heads else 0.0) + (tails * factors[1] if tails else 0.0)
