"""Checks of the search for lies: a posted price that is wrong by a known amount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.mechanisms import check_truthful
from algos.mechanisms.theorems import truthful as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

SEARCH = "algos.mechanisms._truthful_search"


@dataclass(frozen=True)
class Posted:
    """One seller, who wins with bids up to a threshold, and the price that she is paid."""

    price: float
    threshold: float
    cost: float
    high: float = 2.0
    grid: int = 4
    bisections: int = 12

    def outcome(self, bids: Any) -> tuple[list[int], list[float]]:
        """Run the mechanism."""
        return ([0], [self.price]) if bids[0] <= self.threshold else ([], [0.0])

    def gain(self, algorithm: Any, rng: np.random.Generator) -> Measurement:
        """Search without random reports, which could only help."""
        lie = algorithm(
            self.outcome,
            [self.cost],
            high=self.high,
            grid=self.grid,
            samples=0,
            bisections=self.bisections,
            rng=rng,
        ).deviation
        return Measurement(
            0.0 if lie is None else lie.amount,
            price=self.price,
            threshold=self.threshold,
            high=self.high,
            grid=self.grid,
            bisections=self.bisections,
        )


NUMBERS = st.floats(0, 1.875, allow_subnormal=False).map(lambda x: round(x, 6))
RANDOM = st.builds(
    Posted,
    price=NUMBERS,
    threshold=NUMBERS,
    cost=NUMBERS,
    grid=st.integers(2, 6),
    bisections=st.integers(0, 20),
)
HARD = [
    ("overpaid", Posted(1.1, 0.9, 0.1)),
    ("underpaid", Posted(0.9, 1.1, 0.1)),
    ("right", Posted(0.7, 0.7, 0.1)),
    ("free", Posted(0.5, 0.0, 0.0)),
    ("a hair too much", Posted(0.701, 0.7, 0.1, bisections=20)),
    ("a hair too little", Posted(0.7, 0.701, 0.1, bisections=20)),
]
ON = Instances(RANDOM, HARD)

NO_BISECTION = edited(
    check_truthful,
    "no_bisection",
    "Looks at the grid alone.",
    ("range(bisections if", "range(0 if"),
    module=SEARCH,
)
WRONG_HALF = edited(
    check_truthful,
    "wrong_half",
    "Goes on with the half in which nothing changes.",
    ("ends = max((ends[0], middle)", "ends = min((ends[0], middle)"),
    module=SEARCH,
)
ONE_TYPE = edited(
    check_truthful,
    "one_type",
    "Tries lies of the given type alone.",
    (
        "gains = utilities - honest[:, None]",
        "gains = (utilities - honest[:, None])"
        " * (np.array(reports) == self.profile[self.agent])[:, None]",
    ),
    module=SEARCH,
)
NO_TRUTH = edited(
    check_truthful,
    "no_truth",
    "Takes the whole utility of a lie for its gain.",
    ("gains = utilities - honest[:, None]", "gains = utilities"),
    module=SEARCH,
)
ANYBODY = edited(
    check_truthful,
    "anybodys_truth",
    "Compares with what the liar's report is worth to those whose type it is.",
    ("honest[:, None]", "honest[None, :]"),
    module=SEARCH,
)


@check(claims.TRUTHFUL_FOUND, on=ON, faults=[NO_BISECTION, WRONG_HALF, ONE_TYPE])
def truthful_found(algorithm: Any, one: Posted, rng: np.random.Generator) -> Measurement:
    """Measure the gain that is found."""
    return one.gain(algorithm, rng)


@check(claims.TRUTHFUL_SOUND, on=ON, faults=[NO_TRUTH, ANYBODY])
def truthful_sound(algorithm: Any, one: Posted, rng: np.random.Generator) -> Measurement:
    """Measure the gain that is reported."""
    return one.gain(algorithm, rng)
