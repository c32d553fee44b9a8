"""Checks of the general noisy binary search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from algos.search import CoinLine, noisy_binary_search, side_test
from algos.search import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.search.instances import (
    HARD_SEARCHES,
    Algorithm,
    Search,
    flips,
    searches,
    wrong,
)

SIDE_TEST = "algos.search._side_test"


@dataclass(frozen=True)
class Coin:
    """A coin at one edge of the tolerance."""

    target: float
    tolerance: float
    side: int


@check(
    claims.FAILURE,
    on=Instances(searches(), HARD_SEARCHES),
    faults=[
        edited(
            noisy_binary_search,
            "wrong_side_update",
            "A coin that is above narrows the line from the left.",
            ("if test.above:", "if test.below:"),
            ("if test.below:\n            self.first", "if test.above:\n            self.first"),
        ),
        edited(
            noisy_binary_search,
            "target_ignored",
            "The side tests compare with 1/2, whatever the target.",
            ("self._toss, coin, target=self.target,", "self._toss, coin, target=0.5,"),
        ),
        edited(
            noisy_binary_search,
            "off_by_one",
            "Returns the coin before the crossing.",
            ("                return guess\n", "                return max(guess - 1, 0)\n"),
        ),
    ],
    trials=2000,
    detect=1.8,
)
def noisy_failure(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
    """Count wrong answers."""
    return wrong(algorithm, search, rng)


@check(
    claims.SIDE_TEST,
    on=Instances(
        st.builds(
            Coin,
            target=st.sampled_from([0.5, 0.3, 0.9]),
            tolerance=st.sampled_from([0.1, 0.05]),
            side=st.sampled_from([-1, 1]),
        ),
        [
            ("just above, wanted below", Coin(0.5, 0.1, 1)),
            ("just below, wanted above", Coin(0.5, 0.1, -1)),
            ("never heads", Coin(0.1, 0.1, -1)),
            ("a high target", Coin(0.85, 0.1, 1)),
        ],
    ),
    faults=[
        edited(
            side_test,
            "half_the_repetitions",
            "Stops at half of the evidence.",
            ("goal = -math.log(level)\n    patience", "goal = -math.log(level) / 2\n    patience"),
        ),
        edited(
            side_test,
            "target_ignored",
            "Compares with 1/2, whatever the target.",
            (
                "max(target - tolerance, 0.0), min(target + tolerance, 1.0)\n    against",
                "0.5 - tolerance, 0.5 + tolerance\n    against",
            ),
        ),
        edited(
            side_test,
            "tolerance_doubled",
            "Bets against twice the tolerance.",
            (
                "max(target - tolerance, 0.0), min(target + tolerance, 1.0)\n    against",
                "max(target - 2 * tolerance, 0.0), min(target + 2 * tolerance, 1.0)\n    against",
            ),
        ),
    ],
    trials=6000,
    detect=1.7,
)
def side_test_failure(algorithm: Algorithm, coin: Coin, rng: np.random.Generator) -> Measurement:
    """Count false conclusions on a coin at the edge of the tolerance."""
    level = 0.1
    heads = coin.target + coin.side * coin.tolerance
    test = algorithm(
        lambda _: int(rng.random() < heads),
        0,
        target=coin.target,
        tolerance=coin.tolerance,
        level=level,
        wanted="below" if coin.side > 0 else "above",
    )
    false = test.below if coin.side > 0 else test.above
    return Measurement(false, failure_probability=level)


GREY = Search(CoinLine(10**4, (), (0.5,)), 0.5, 0.1, 0.01)
SLOW = [
    ("all coins grey", GREY),
    ("all coins at the edge", Search(CoinLine(10**4, (), (0.6,)), 0.5, 0.1, 0.01)),
    *HARD_SEARCHES,
]


@check(
    claims.WORST_CASE,
    on=Instances(searches(10**6), SLOW),
    faults=[
        edited(
            noisy_binary_search,
            "no_patience",
            "The side tests wait for the wanted side for ever.",
            ("heads + tails >= patience:", "heads + tails >= 50 * patience:"),
            (
                "if not missing * (heads + tails + slow) <= patience * (growth + CREDIT):",
                "if False:",
            ),
            module=SIDE_TEST,
        ),
        edited(
            noisy_binary_search,
            "bisects_from_one_end",
            "The last bisection tries the coins in order.",
            ("self._test((self.first + self.last) // 2, None)", "self._test(self.first, None)"),
            (
                "for k in range(ROUNDS):\n            if self.first",
                "for k in range(0):\n            if self.first",
            ),
        ),
    ],
    trials=150,
)
def noisy_worst_case(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
    """Count flips."""
    return flips(algorithm, search, rng)
