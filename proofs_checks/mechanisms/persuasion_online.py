"""Checks of persuasion, round after round: with reports, and without."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.mechanisms import OnlineMenus, OnlineSchemes, Persuasion
from algos.mechanisms.theorems import persuasion as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.mechanisms.persuasion import Game


@dataclass(frozen=True)
class Rounds:
    """A game, and who comes: the last type (or mostly), all in turn, one half each, anybody."""

    game: Game
    pattern: str
    horizon: int = 120

    @property
    def arrivals(self) -> Any:
        """The types, fixed before the learner draws anything."""
        types, when = self.game.problem.types, np.arange(self.horizon)
        if self.pattern == "halves":
            return (types - 1) * (2 * when >= self.horizon)
        if self.pattern == "random":
            return np.random.default_rng(self.game.seed).integers(types, size=self.horizon)
        if self.pattern == "mostly":
            return (types - 1) * (when % 10 > 0)
        return {"last": 0 * when + types - 1, "turns": when % types}[self.pattern]


#: Mostly one type, and another menu worth little with it: most instances show a learner who errs.
TUGS = st.builds(
    Rounds,
    st.builds(Game, st.none(), st.integers(-40, 40)),
    st.sampled_from(["last", "mostly"]),
)
MISTAKEN = edited(
    OnlineMenus,
    "another_type",
    "Counts another type than the one that was reported.",
    ("self._weights[place] += 1", "self._weights[place - 1] += 1"),
)
FIRST_ONLY = edited(
    OnlineMenus,
    "first_only",
    "Counts every type as the first.",
    ("self._weights[place] += 1", "self._weights[0] += 1"),
)


@check(
    claims.ONLINE_REGRET,
    on=Instances(
        TUGS,
        [
            ("tug of war, in turn", Rounds(Game(None, 0), "turns")),
            ("tug of war, halves", Rounds(Game(None, 0), "halves")),
            ("any game", Rounds(Game((2, 3, 2), 1), "random")),
        ],
    ),
    faults=[MISTAKEN, FIRST_ONLY],
    trials=150,
)
def online_regret(algorithm: Any, rounds: Rounds, rng: np.random.Generator) -> Measurement:
    """Add up what the sender gets, and compare with the best fixed menu."""
    problem, arrivals = rounds.game.problem, rounds.arrivals
    learner = algorithm(problem, rounds.horizon, rng=rng)
    total = 0.0
    for reported in arrivals:
        total += learner.menu().values[reported]
        learner.observe(int(reported))
    counts = np.bincount(arrivals, minlength=problem.types)
    best = float(counts @ problem.menu(counts).values)
    return Measurement(total, best=best, types=problem.types, horizon=rounds.horizon)


@dataclass(frozen=True)
class Unreported:
    """A court, and thresholds of the judges who come in turn."""

    thresholds: tuple[float, ...]
    p: float = 0.5
    horizon: int = 600

    @cached_property
    def problem(self) -> Persuasion:
        """The problem: every judge has a type."""
        judges = [[[q, 0.0], [0.0, 1 - q]] for q in sorted(set(self.thresholds))]
        return Persuasion([1 - self.p, self.p], [[0, 1], [0, 1]], judges)

    @property
    def arrivals(self) -> Any:
        """The types."""
        kinds = sorted(set(self.thresholds))
        return np.resize([kinds.index(q) for q in self.thresholds], self.horizon)


DOUBT = st.integers(51, 58).map(lambda k: k / 100)
COURTROOMS = st.builds(Unreported, st.lists(DOUBT, min_size=1, max_size=2).map(tuple))
SCHEMES_UNLEARNED = edited(
    OnlineSchemes,
    "unlearned",
    "Forgets what the offers have brought.",
    ("self._logs[self.open_arm] += self", "self._logs[self.open_arm] += 0 * self"),
    module="algos.mechanisms._exp3",
)
SCHEMES_CONTRARY = edited(
    OnlineSchemes,
    "contrary",
    "Offers less often what has brought more.",
    ("self._logs[self.open_arm] += self", "self._logs[self.open_arm] -= self"),
    module="algos.mechanisms._exp3",
)


@check(
    claims.SCHEMES_REGRET,
    on=Instances(
        COURTROOMS, [("one judge", Unreported((0.52,))), ("two", Unreported((0.51, 0.56)))]
    ),
    faults=[SCHEMES_UNLEARNED, SCHEMES_CONTRARY],
    trials=150,
)
def schemes_regret(algorithm: Any, courtroom: Unreported, rng: np.random.Generator) -> Measurement:
    """Add up what the sender gets on average; tell the learner utilities of 0 and 1."""
    learner = algorithm(courtroom.problem, courtroom.horizon, rng=rng)
    coins, total = rng.random(courtroom.horizon), 0.0
    for reported, coin in zip(courtroom.arrivals, coins, strict=True):
        learner.offer()
        expected = learner.values[learner.arm, reported]
        total += expected
        learner.observe(float(coin < expected))
    counts = np.bincount(courtroom.arrivals, minlength=courtroom.problem.types)
    return Measurement(
        total,
        best=float((learner.values @ counts).max()),
        horizon=courtroom.horizon,
        arms=len(learner.schemes),
    )
