"""Checks of one facility on a line: lies, groups, sums of distances, welfare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.mechanisms import median, phantom_median, random_rank, uniform_phantom
from algos.mechanisms._line_axioms import share_excess
from algos.mechanisms.theorems import facility as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

PLACES = st.integers(0, 24).map(lambda numerator: numerator / 24)


@dataclass(frozen=True)
class Town:
    """Where people live, and phantoms."""

    homes: tuple[float, ...]
    phantoms: tuple[float, ...] = ()

    @property
    def reports(self) -> Any:
        """The homes."""
        return np.array(self.homes)

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.homes)

    def cost(self, place: float) -> float:
        """Add up the distances."""
        return float(np.abs(self.reports - place).sum())

    @property
    def best(self) -> float:
        """The least sum of distances: it is piecewise linear with kinks at the homes."""
        return min(map(self.cost, self.homes))


def at_ends(zeros: int, ones: int, place: float = 1.0) -> Town:
    """Let people live at 0 and at one other place."""
    return Town((0.0,) * zeros + (place,) * ones)


def towns(least: int, most: int = 9) -> st.SearchStrategy[Town]:
    """Draw homes."""
    homes = st.lists(PLACES, min_size=least, max_size=most)
    return st.builds(Town, homes.map(tuple))


def with_phantoms(n: int) -> st.SearchStrategy[Town]:
    """Draw homes and fixed phantoms."""
    count = st.sampled_from([n - 1, n + 1] if n > 1 else [2])
    fixed = count.flatmap(lambda m: st.lists(PLACES, min_size=m, max_size=m))
    homes = st.lists(PLACES, min_size=n, max_size=n)
    return st.builds(Town, homes.map(tuple), fixed.map(tuple))


HARD = [
    ("apart", Town((0.0, 0.25, 1.0))),
    ("together", Town((0.9,) * 4)),
    ("one of five at one", at_ends(4, 1)),
    ("four of five at one", at_ends(1, 4)),
    ("one of six at its phantom", at_ends(5, 1, 1 / 6)),
    ("twelve of 41 at one", at_ends(29, 12)),
    ("29 of 41 at one", at_ends(12, 29)),
]
ON = Instances(towns(1), HARD)
MIDDLE = "float(points[len(points) // 2])"
SPREAD = edited(
    phantom_median,
    "moved_phantoms",
    "Spreads the phantoms over the range of the reports.",
    ("_middle(places, fixed)", "_middle(places, places.min() + fixed * np.ptp(places))"),
)
SMOOTH = edited(
    phantom_median,
    "smoothed",
    "Takes the mean of the points next to the median.",
    (MIDDLE, "float(points[len(points) // 2 - 1 : len(points) // 2 + 2].mean())"),
)
GRID = "np.arange(1, n) / n"
FROM_ZERO = edited(
    uniform_phantom,
    "from_zero",
    "Puts phantoms at 0, …, (n − 2)/n.",
    (GRID, "np.arange(n - 1) / n"),
)
ONE_HALF = edited(
    uniform_phantom, "one_half", "Puts all phantoms at 1/2.", (GRID, "np.full(n - 1, 0.5)")
)
TOO_LOW = edited(
    uniform_phantom,
    "too_low",
    "Takes the point before the median.",
    (MIDDLE, "float(points[max(len(points) // 2 - 1, 0)])"),
)
MEAN = edited(
    uniform_phantom,
    "midpoint",
    "Builds halfway between the ends.",
    (f"_middle(places, {GRID})", "float(places.min() + places.max()) / 2"),
)
NEXT = edited(
    median,
    "next_rank",
    "Takes the rank n/2, rounded up, and one more.",
    ("rank = (len(places) - 1) // 2", "rank = min((len(places) - 1) // 2 + 1, len(places) - 1)"),
)
AVERAGE = edited(
    median,
    "average",
    "Builds at the mean.",
    ("    rank = (len(places) - 1) // 2\n    return float(np.partition(places, rank)[rank])",
     "    return float(places.mean())"),
)  # fmt: skip
DRAW = "integers(len(places)))"
ENDS = edited(
    random_rank, "ends", "Draws one of the two ends.", (DRAW, "integers(2)) * (len(places) - 1)")
)
NOT_LAST = edited(
    random_rank,
    "not_the_last",
    "Never draws the greatest report.",
    (DRAW, "integers(max(len(places) - 1, 1)))"),
)
NOT_FIRST = edited(
    random_rank,
    "not_the_first",
    "Never draws the least report.",
    (DRAW, "integers(min(1, len(places) - 1), len(places)))"),
)


@check(
    claims.PHANTOM_TRUTHFUL,
    on=Instances(
        st.integers(1, 6).flatmap(with_phantoms),
        [
            ("apart", Town((0.0, 0.25, 1.0), (0.5, 0.5))),
            ("at the phantoms", Town((0.25, 0.5, 1.0), (0.25, 0.75))),
            ("four phantoms", Town((0.0, 0.4, 1.0), (0.1, 0.3, 0.5, 0.9))),
        ],
    ),
    faults=[SPREAD, SMOOTH],
)
def phantom_truthful(algorithm: Any, town: Town, rng: np.random.Generator) -> Measurement:
    """Try all lies at homes, phantoms and between, and find whom they help most."""
    points = np.unique([0.0, 1.0, *town.homes, *town.phantoms])
    lies = np.concatenate([points, (points[1:] + points[:-1]) / 2])
    honest = np.abs(town.reports - algorithm(town.reports, town.phantoms))
    closest = honest.copy()
    for person, home in enumerate(town.homes):
        reports = town.reports
        for reports[person] in lies:
            place = algorithm(reports, town.phantoms)
            closest[person] = min(closest[person], abs(home - place))
    person = int((closest - honest).argmin())
    return Measurement(closest[person], honest=honest[person])


@check(claims.UNIFORM_FAIR, on=ON, faults=[FROM_ZERO, ONE_HALF, TOO_LOW])
def uniform_fair(algorithm: Any, town: Town, rng: np.random.Generator) -> Measurement:
    """Look at all groups."""
    return Measurement(1 + share_excess(town.reports, algorithm(town.reports))[0])


@check(claims.UNIFORM_COST, on=Instances(towns(2), HARD), faults=[TOO_LOW])
def uniform_cost(algorithm: Any, town: Town, rng: np.random.Generator) -> Measurement:
    """Compare with the best place."""
    return Measurement(town.cost(algorithm(town.reports)), n=town.n, best=town.best)


@check(claims.UNIFORM_WELFARE, on=ON, faults=[FROM_ZERO, ONE_HALF, MEAN])
def uniform_welfare(algorithm: Any, town: Town, rng: np.random.Generator) -> Measurement:
    """Compare with the best place."""
    return Measurement(town.n - town.cost(algorithm(town.reports)), best=town.n - town.best)


@check(claims.MEDIAN_COST, on=ON, faults=[NEXT, AVERAGE])
def median_cost(algorithm: Any, town: Town, rng: np.random.Generator) -> Measurement:
    """Compare with the best place."""
    return Measurement(town.cost(algorithm(town.reports)), best=town.best)


@check(
    claims.RANK_COST,
    on=Instances(
        towns(2).filter(lambda town: town.best > 0),
        [("one of eight at one", at_ends(7, 1)), ("seven of eight at one", at_ends(1, 7))],
    ),
    faults=[ENDS],
    trials=6000,
)
def rank_cost(algorithm: Any, town: Town, rng: np.random.Generator) -> Measurement:
    """Compare with the best place."""
    return Measurement(town.cost(algorithm(town.reports, rng)) / town.best, n=town.n)


@dataclass(frozen=True)
class Ends:
    """Two groups at the ends, and which of them is looked at."""

    zeros: int
    ones: int
    end: float


@check(
    claims.RANK_FAIR,
    on=Instances(
        st.builds(Ends, st.integers(1, 5), st.integers(1, 5), st.sampled_from([0.0, 1.0])),
        [
            ("two of six", Ends(4, 2, 1.0)),
            ("four of six", Ends(4, 2, 0.0)),
            ("one of two", Ends(1, 1, 0.0)),
            ("two of two", Ends(1, 1, 1.0)),
        ],
    ),
    faults=[ENDS, NOT_LAST, NOT_FIRST],
    trials=6000,
)
def rank_fair(algorithm: Any, ends: Ends, rng: np.random.Generator) -> Measurement:
    """Add up what a group bears."""
    place = algorithm(np.repeat([0.0, 1.0], [ends.zeros, ends.ones]), rng)
    k = ends.ones if ends.end else ends.zeros
    return Measurement(k * abs(place - ends.end), k=k, n=ends.zeros + ends.ones)
