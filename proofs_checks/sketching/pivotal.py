"""Checks of pivotal sampling: its law by enumeration, its size, its marginals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import pivotal_law, pivotal_sample
from algos.sketching.theorems import pivotal as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited

Algorithm = Callable[..., Any]
Law = dict[tuple[int, ...], Fraction]


@dataclass(frozen=True)
class Chances:
    """Probabilities, in sixteenths or others, of points on a line where there are some."""

    shares: tuple[int, ...]
    points: tuple[float, ...] = ()
    whole: int = 16

    @property
    def exact(self) -> list[Fraction]:
        """The probabilities."""
        return [Fraction(part, self.whole) for part in self.shares]

    @property
    def total(self) -> Fraction:
        """Their sum."""
        return Fraction(sum(self.shares), self.whole)

    def run(self, algorithm: Algorithm, **options: Any) -> Any:
        """Call with floats."""
        if self.points:
            options["coordinates"] = np.array(self.points)[:, None]
        return algorithm(np.array(self.shares) / self.whole, **options)


def chances(*, whole: bool = False, most: int = 7) -> st.SearchStrategy[Chances]:
    """Draw probabilities; of an integer sum where asked for."""

    def complete(parts: list[int]) -> tuple[int, ...]:
        return (*parts, -sum(parts) % 16) if whole else tuple(parts)

    parts = st.lists(st.integers(0, 16), min_size=1, max_size=most).map(complete)
    return parts.flatmap(
        lambda given: st.builds(
            Chances,
            st.just(given),
            st.just(()) | st.permutations(range(len(given))).map(lambda p: tuple(map(float, p))),
        )
    )


HARD = [
    ("eight halves", Chances((8,) * 8)),
    ("one light, one heavy", Chances((1, 15))),
    ("quarters", Chances((4,) * 8)),
    ("a leftover unit", Chances((5, 3))),
    ("thirteen shares each", Chances((13,) * 6)),
    ("certain and impossible", Chances((16, 0, 8, 8, 16, 0))),
    ("a sum just beside an integer", Chances((1,), whole=2**50)),
    ("a line", Chances((2, 14, 6, 10, 8, 8), (5.0, 0.0, 3.0, 1.0, 4.0, 2.0))),
]
WHOLE = [one for one in HARD if one[1].total.denominator == 1]


def faults(algorithm: Algorithm) -> dict[str, Fault]:
    """Break what sampling and its law share."""
    return {
        "swapped": edited(
            algorithm,
            "winner_swapped",
            "Of two light indices the lighter one wins with the heavier one's probability.",
            ("part = np.where(full, ONE - b, a)", "part = np.where(full, ONE - b, b)"),
        ),
        "swapped_full": edited(
            algorithm,
            "full_winner_swapped",
            "Where a unit is full, the two indices change places.",
            ("part = np.where(full, ONE - b, a)", "part = np.where(full, ONE - a, a)"),
        ),
        "even": edited(
            algorithm,
            "even_odds",
            "Every competition is decided by a fair coin.",
            (
                "first = coin(part, whole)",
                "first = coin(np.ones_like(part), np.full_like(whole, 2))",
            ),
        ),
        "remainder": edited(
            algorithm,
            "remainder_lost",
            "Once a unit is full, what is left of it is forgotten.",
            ("mass = np.where(full, both - ONE, both)", "mass = np.where(full, 0, both)"),
        ),
        "both_in": edited(
            algorithm,
            "both_are_in",
            "Once a unit is full, both indices are in.",
            (
                "inside[np.where(first, i, j)[full]] = True",
                "inside[i[full]] = True; inside[j[full]] = True",
            ),
        ),
        "last": edited(
            algorithm,
            "last_unit_lost",
            "The last index never comes in.",
            ("last > rounding and", "last > 2 * ONE and"),
        ),
    }


OF_LAW, OF_SAMPLE = faults(pivotal_law), faults(pivotal_sample)


def marginal(law: Law, *indices: int) -> Fraction:
    """Add up the probability of the sets that hold these indices."""
    return sum((p for drawn, p in law.items() if {*indices} <= {*drawn}), Fraction(0))


@check(
    claims.PIVOTAL_MARGINAL,
    on=Instances(
        chances().filter(lambda one: one.shares[0] > 0).map(lambda one: (one, 0)),
        [
            ("an even chance", (Chances((8,) * 8), 3)),
            ("the heavy one of two", (Chances((1, 3, 12)), 0)),
            ("two of three units", (Chances((14, 10, 8)), 1)),
        ],
    ),
    faults=[OF_SAMPLE["swapped"], OF_SAMPLE["both_in"]],
    trials=1000,
    detect=1.6,
)
def pivotal_marginal(
    algorithm: Algorithm, instance: tuple[Chances, int], rng: np.random.Generator
) -> Measurement:
    """See whether the index is drawn."""
    given, index = instance
    drawn = index in given.run(algorithm, rng=rng)
    return Measurement(drawn, chance=float(given.exact[index]), count=len(given.shares))


@check(
    claims.PIVOTAL_SIZE,
    on=Instances(chances(most=40), HARD),
    faults=[OF_SAMPLE["remainder"], OF_SAMPLE["both_in"]],
)
def pivotal_size(algorithm: Algorithm, given: Chances, rng: np.random.Generator) -> Measurement:
    """Compare the size with the sum."""
    size = len(given.run(algorithm, rng=rng))
    return Measurement(float(abs(size - given.total)), total=float(given.total))


@check(
    claims.PIVOTAL_LAW,
    on=Instances(chances(), HARD),
    faults=[OF_LAW[name] for name in ("swapped", "swapped_full", "even", "remainder", "last")],
    trials=150,
)
def law_marginals(algorithm: Algorithm, given: Chances, rng: np.random.Generator) -> Measurement:
    """Compare all probabilities."""
    law = given.run(algorithm)
    off = max(abs(marginal(law, i) - chance) for i, chance in enumerate(given.exact))
    return Measurement(float(off), count=len(given.shares))


@check(
    claims.PIVOTAL_CORRELATION,
    on=Instances(chances(), HARD),
    faults=[OF_LAW["swapped"], OF_LAW["both_in"]],
    trials=150,
)
def law_correlations(algorithm: Algorithm, given: Chances, rng: np.random.Generator) -> Measurement:
    """Find the greatest covariance."""
    law, exact = given.run(algorithm), given.exact
    pairs = [(i, j) for i in range(len(exact)) for j in range(i)]
    most = max((marginal(law, i, j) - exact[i] * exact[j] for i, j in pairs), default=Fraction(0))
    return Measurement(float(most))


@check(
    claims.PIVOTAL_INFLUENCE,
    on=Instances(chances(whole=True), WHOLE),
    faults=[OF_LAW["swapped"], OF_LAW["swapped_full"], OF_LAW["both_in"]],
    trials=150,
)
def law_influence(algorithm: Algorithm, given: Chances, rng: np.random.Generator) -> Measurement:
    """Add up what one index moves, for the index where it exceeds the claim most."""
    law, exact = given.run(algorithm), given.exact
    moved = []
    for i, chance in enumerate(exact):
        own = marginal(law, i)
        if chance and own:
            shift = sum(abs(marginal(law, i, j) / own - exact[j]) for j in range(len(exact)))
            moved.append((shift - 2 * (1 - chance), shift, chance))
    _, shift, chance = max(moved, default=(Fraction(0), Fraction(0), Fraction(1)))
    return Measurement(float(shift), chance=float(chance))
