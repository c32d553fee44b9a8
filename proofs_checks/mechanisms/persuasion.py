"""Checks of persuasion: lies, the textbook's court, menus against schemes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.mechanisms import OnlineSchemes, Persuasion
from algos.mechanisms.theorems import persuasion as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

#: Sender's and receivers' utilities: what serves one type best is worth nothing with the other.
TUG = ([[1, 0, 1], [0, 0, 1]], [[[3, 4, 0], [0, 0, 1]], [[0, 2, 1], [3, 0, 2]]])


@dataclass(frozen=True)
class Game:
    """A small problem of persuasion; without a shape, the tug of war at a prior near 1/2."""

    shape: tuple[int, int, int] | None
    seed: int

    @cached_property
    def data(self) -> tuple[Any, Any, Any, Any]:
        """Prior, sender's and receivers' utilities in [0, 1] and [1, 2], weights of types."""
        if self.shape is None:
            sender, receivers = (np.array(one, dtype=float) for one in TUG)
            p = 0.5 + self.seed / 1000
            return np.array([p, 1 - p]), sender, 1 + receivers / 4, np.array([0.3, 0.7])
        types, states, actions = self.shape
        rng = np.random.default_rng(self.seed)
        return (
            rng.dirichlet(np.ones(states)),
            rng.integers(0, 3, (states, actions)) / 2,
            1 + rng.integers(0, 5, (types, states, actions)) / 4,
            rng.dirichlet(np.ones(types)),
        )

    @cached_property
    def problem(self) -> Persuasion:
        """The problem, with the menus that were found."""
        return Persuasion(*self.data[:3])


SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
GAMES = st.builds(Game, SHAPES, st.integers(0, 2**32 - 1))
HARD = [("tug of war", Game(None, 0)), *((f"game {k}", Game((2, 3, 3), k)) for k in range(6))]
ON = Instances(GAMES, HARD)

NO_LIES = edited(
    Persuasion,
    "lies_ignored",
    "Lets every type obey its own scheme, and forgets that it may report another.",
    ("entries, (rows, columns)", "entries * (rows < height - types * types), (rows, columns)"),
)
NO_PRIOR = edited(
    Persuasion,
    "no_prior",
    "Lets receivers take all states for equally probable.",
    ("_scaled(u) for u in self.receivers]) * self.prior[:, None]",
     "_scaled(u) for u in self.receivers]) / len(self.prior)"),
)  # fmt: skip
OBEDIENT = edited(
    Persuasion,
    "only_obedience_after_lies",
    "Lets liars obey what is recommended, in place of answering best.",
    ("first = s == 0", "parts[0][2][a != b] = 0; first = s == 0"),
)
LEAST = edited(
    Persuasion,
    "least",
    "Finds the worst truthful menu.",
    ("goal[:size] = -(mix", "goal[:size] = (mix"),
)
ONE_TYPE = edited(
    Persuasion,
    "uniform_types",
    "Takes all types for equally probable.",
    ("goal[:size] = -(mix", "goal[:size] = -(np.ones_like(mix)"),
)


@check(claims.MENU_TRUTHFUL, on=ON, faults=[NO_LIES, NO_PRIOR, OBEDIENT], trials=150)
def menu_truthful(algorithm: Any, game: Game, rng: np.random.Generator) -> Measurement:
    """Let every type answer every report best, and find the worst lie."""
    prior, sender, receivers, weights = game.data
    schemes = algorithm(prior, sender, receivers).menu(weights).schemes
    # gain[k, j, a, b]: type k, report j, recommendation a, response b
    gain = np.einsum("s,jsa,ksb->kjab", prior, schemes, receivers)
    lies = gain.max(axis=3).sum(axis=2)
    truth = np.einsum("kkaa->k", gain)
    worst = int((lies.max(axis=1) - truth).argmax())
    return Measurement(lies[worst].max(), truth=truth[worst])


@dataclass(frozen=True)
class Court:
    """A prior, and the probability of guilt at which the judge convicts."""

    p: float
    q: float

    def value(self, algorithm: Any) -> Measurement:
        """Find how often the judge convicts."""
        judge = [[[self.q, 0.0], [0.0, 1 - self.q]]]
        problem = algorithm([1 - self.p, self.p], [[0, 1], [0, 1]], judge)
        return Measurement(problem.menu([1]).values[0], p=self.p, q=self.q)


PERCENT = st.integers(5, 95).map(lambda k: k / 100)
COURTS = Instances(
    st.builds(Court, PERCENT, PERCENT),
    [("prosecutor", Court(0.3, 0.5)), ("sure", Court(0.6, 0.5)), ("hard", Court(0.7, 0.9))],
)


@check(claims.MENU_ABOVE, on=COURTS, faults=[NO_LIES, NO_PRIOR], trials=150)
def menu_above(algorithm: Any, court: Court, rng: np.random.Generator) -> Measurement:
    """Measure the best menu."""
    return court.value(algorithm)


@check(claims.MENU_BELOW, on=COURTS, faults=[LEAST, NO_PRIOR], trials=150)
def menu_below(algorithm: Any, court: Court, rng: np.random.Generator) -> Measurement:
    """Measure the best menu."""
    return court.value(algorithm)


def best_unreported(
    prior: Any, sender: Any, receivers: Any, weights: Any, rng: np.random.Generator
) -> float:
    """Try full information, none, and random schemes of three signals, without reports."""
    states = len(prior)
    most = 0.0
    random = (rng.dirichlet(np.ones(3), states) for _ in range(3))
    for scheme in (np.eye(states), np.ones((states, 1)), *random):
        joint = prior[:, None] * scheme
        chosen = np.einsum("st,ksb->ktb", joint, receivers).round(9)
        worth = np.einsum("st,sb->tb", joint, sender)
        # ties go to the sender
        answers = chosen == chosen.max(axis=2, keepdims=True)
        values = np.where(answers, worth, -np.inf).max(axis=2).sum(axis=1)
        most = max(most, float(weights @ values))
    return most


@check(claims.MENU_UNREPORTED, on=ON, faults=[LEAST, ONE_TYPE], trials=150)
def menu_unreported(algorithm: Any, game: Game, rng: np.random.Generator) -> Measurement:
    """Compare with full information, none, and a random scheme of three signals."""
    prior, sender, receivers, weights = game.data
    most = best_unreported(prior, sender, receivers, weights, rng)
    value = weights @ algorithm(prior, sender, receivers).menu(weights).values
    return Measurement(value, unreported=most)


TWO_STATES = st.builds(
    Game, st.tuples(st.integers(1, 3), st.just(2), st.integers(1, 3)), st.integers(0, 2**32 - 1)
)
NEIGHBOURS = edited(
    OnlineSchemes,
    "neighbours",
    "Splits the prior into its neighbours among the kinks alone.",
    ("product(range(here), range(here + 1, len(points)))", "[(here - 1, here + 1)]"),
)
ONE_TYPE_KINKS = edited(
    OnlineSchemes,
    "first_types_kinks",
    "Looks at the kinks of the first type alone.",
    ("for u in problem.receivers for x", "for u in problem.receivers[:1] for x"),
)


@check(
    claims.SCHEMES_BEST,
    on=Instances(
        TWO_STATES,
        [("tug of war", Game(None, 0)), *((f"game {k}", Game((2, 2, 3), k)) for k in range(12))],
    ),
    faults=[NEIGHBOURS, ONE_TYPE_KINKS],
)
def schemes_best(algorithm: Any, game: Game, rng: np.random.Generator) -> Measurement:
    """Compare with full information, none, random schemes, and splits into a grid."""
    prior, sender, receivers, weights = game.data
    most = best_unreported(prior, sender, receivers, weights, rng)
    value = (algorithm(game.problem, 1).values @ weights).max()
    return Measurement(value, unreported=most)
