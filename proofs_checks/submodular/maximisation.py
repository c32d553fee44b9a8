"""Checks of greedy maximisation under a bound on the number of elements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import Coverage, SetFunction, greedy, lazy_greedy, stochastic_greedy
from algos.submodular.theorems import maximisation as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.instances import GRID, Small, small


@dataclass(frozen=True)
class OneItem:
    """An item that the first elements cover, with a probability."""

    size: int
    k: int
    covering: int
    chance: float

    @cached_property
    def function(self) -> SetFunction:
        """The function."""
        return Coverage(self.chance * (np.arange(self.size)[:, None] < self.covering))

    @property
    def optimum(self) -> float:
        """The greatest value of k elements."""
        return 1 - (1 - self.chance) ** min(self.k, self.covering)


@dataclass(frozen=True)
class OwnItems:
    """As many items as can be chosen, of which each of the first elements covers one."""

    size: int
    k: int

    @cached_property
    def function(self) -> SetFunction:
        """The function."""
        return Coverage(np.eye(self.size)[:, : self.k])

    @property
    def optimum(self) -> float:
        """The greatest value of k elements."""
        return self.k


@dataclass(frozen=True)
class Sampled:
    """A problem, and how samples are taken."""

    problem: Small | OneItem | OwnItems
    epsilon: float
    lazy: bool

    def chosen(self, algorithm: Any, rng: np.random.Generator, **options: Any) -> Any:
        """Run."""
        one = self.problem
        options |= {"epsilon": self.epsilon, "lazy": self.lazy, "rng": rng}
        return algorithm(one.function, one.k, **options)

    @property
    def parameters(self) -> dict[str, float]:
        """What the theorems speak of."""
        one = self.problem
        return {
            "n": one.function.size,
            "k": one.k,
            "epsilon": self.epsilon,
            "optimum": one.optimum,
        }


HALVES = ("halves of one item", OneItem(8, 4, 8, 0.5))
ON = Instances(small(), [*GRID, HALVES])
EXACT = Instances(small(kinds=("coverage", "facility")), [*GRID, HALVES])
NEEDLES = [
    ("one item among twenty", Sampled(OneItem(20, 1, 1, 1.0), 0.4, False)),
    ("one item among twenty, lazily", Sampled(OneItem(20, 1, 1, 1.0), 0.1, True)),
    ("one item, two rounds", Sampled(OneItem(20, 2, 1, 1.0), 0.8, True)),
    *((f"{name}, sampled", Sampled(one, 0.3, True)) for name, one in GRID[1:]),
]
ITEMS = [
    ("two items among forty", Sampled(OwnItems(40, 2), 0.9, False)),
    ("two items among forty, lazily", Sampled(OwnItems(40, 2), 0.9, True)),
]
SAMPLES = st.builds(
    Sampled, problem=small(6), epsilon=st.sampled_from([0.05, 0.3, 0.7]), lazy=st.booleans()
)
ON_SAMPLES = Instances(SAMPLES, NEEDLES)

STALE = edited(
    greedy,
    "stale",
    "Never pushes what it takes: marginals stay those of the empty set.",
    ("        oracle.push(state, int(left[place]))\n", ""),
)
SHORT = edited(greedy, "short", "Takes one element too few.", ("range(k)", "range(k - 1)"))
BOUND = "cardinality_bound(value, gains, k)"
NO_VALUE = edited(
    greedy, "no_value", "Bounds by marginals alone.", (BOUND, "cardinality_bound(0.0, gains, k)")
)
ONE_LESS = edited(
    greedy,
    "one_less",
    "Adds k − 1 marginals.",
    (BOUND, "cardinality_bound(value, gains, max(k - 1, 1))"),
)
FIRST_ROUND = edited(
    greedy,
    "first_round",
    "Bounds in the first round alone.",
    (f"min(bound, {BOUND})", f"bound if chosen else {BOUND}"),
)


@check(claims.GREEDY, on=ON, faults=[STALE, SHORT])
def greedy_value(algorithm: Any, problem: Any, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    chosen = algorithm(problem.function, problem.k)
    value = problem.function.value(chosen.elements)
    return Measurement(value, k=problem.k, optimum=problem.optimum)


@check(claims.GREEDY_BOUND, on=ON, faults=[NO_VALUE, ONE_LESS])
def greedy_bound(algorithm: Any, problem: Any, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    return Measurement(algorithm(problem.function, problem.k).upper_bound, optimum=problem.optimum)


@check(claims.GREEDY_GAP, on=ON, faults=[FIRST_ROUND])
def greedy_gap(algorithm: Any, problem: Any, rng: np.random.Generator) -> Measurement:
    """Compare the value with the bound."""
    chosen = algorithm(problem.function, problem.k)
    value = problem.function.value(chosen.elements)
    return Measurement(value, k=problem.k, upper_bound=chosen.upper_bound)


GAINS = "gains_until(oracle, state, order, bounds)"
UNCHECKED = edited(
    lazy_greedy,
    "no_check",
    "Takes the greatest old marginal without computing it again.",
    (GAINS, f"{GAINS} if step == 0 else bounds[:1].copy()"),
)
ONCE = edited(
    lazy_greedy,
    "one_check",
    "Computes the greatest old marginal again, and takes that element whatever it is.",
    (GAINS, f"{GAINS} if step == 0 else {GAINS}[:1]"),
)
TWICE = edited(
    lazy_greedy,
    "twice",
    "Computes the marginal of what it takes once more.",
    ("oracle.push(state,", "oracle.gains(state, order[[place]]), oracle.push(state,"),
)
LAZY_ONE_LESS = edited(
    lazy_greedy,
    "one_less",
    "Adds k − 1 marginals.",
    ("np.append(gained[-1], bounds[: k - 1])", "bounds[: k - 1]"),
)
LAZY_NO_VALUE = edited(
    lazy_greedy,
    "no_value",
    "Bounds by marginals alone.",
    ("cardinality_bound(value, greatest, k)", "cardinality_bound(0.0, greatest, k)"),
)


@check(claims.LAZY_CHOICE, on=EXACT, faults=[UNCHECKED, ONCE])
def lazy_choice(algorithm: Any, problem: Any, rng: np.random.Generator) -> Measurement:
    """Compare with greedy."""
    chosen = algorithm(problem.function, problem.k).elements
    return Measurement((chosen != greedy(problem.function, problem.k).elements).sum())


@check(claims.LAZY_CALLS, on=ON, faults=[TWICE])
def lazy_calls(algorithm: Any, problem: Any, rng: np.random.Generator) -> Measurement:
    """Count."""
    calls = algorithm(problem.function, problem.k).oracle_calls
    return Measurement(calls, n=problem.function.size, k=problem.k)


@check(claims.LAZY_BOUND, on=ON, faults=[LAZY_ONE_LESS, LAZY_NO_VALUE])
def lazy_bound(algorithm: Any, problem: Any, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    return Measurement(algorithm(problem.function, problem.k).upper_bound, optimum=problem.optimum)


SAMPLED = "-math.log(epsilon)"
FEW = edited(
    stochastic_greedy,
    "few",
    "Takes the 1 − ε that shall be reached for ε.",
    (SAMPLED, "-math.log1p(-epsilon)"),
)
BINARY = edited(
    stochastic_greedy,
    "binary",
    "Takes the binary logarithm for the natural one.",
    (SAMPLED, "-math.log2(epsilon)"),
)
WORST = edited(
    stochastic_greedy,
    "worst",
    "Takes the worst of the sample.",
    ("place = best(gains, sample)", "place = int(gains.argmin())"),
)


@check(claims.STOCHASTIC_VALUE, on=ON_SAMPLES, faults=[FEW, WORST], trials=1500)
def stochastic_value(algorithm: Any, one: Sampled, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    value = one.problem.function.value(one.chosen(algorithm, rng).elements)
    return Measurement(value, **one.parameters)


@check(claims.STOCHASTIC_CALLS, on=ON_SAMPLES, faults=[BINARY])
def stochastic_calls(algorithm: Any, one: Sampled, rng: np.random.Generator) -> Measurement:
    """Count."""
    return Measurement(one.chosen(algorithm, rng).oracle_calls, **one.parameters)


SAMPLED_NO_VALUE = edited(
    stochastic_greedy,
    "no_value",
    "Bounds by marginals alone.",
    (BOUND, "cardinality_bound(0.0, gains, k)"),
)
SAMPLED_ONE_LESS = edited(
    stochastic_greedy,
    "one_less",
    "Adds k − 1 marginals.",
    (BOUND, "cardinality_bound(value, gains, max(k - 1, 1))"),
)
LAST_SAMPLE = edited(
    stochastic_greedy,
    "last_sample",
    "Bounds by the marginals of the last sample.",
    (
        "        gains = oracle.gains(state, left)\n        if len(left):\n",
        "        if len(left) == 0:\n",
    ),
)


@check(
    claims.STOCHASTIC_BOUND,
    on=Instances(SAMPLES, [*NEEDLES, *ITEMS]),
    faults=[SAMPLED_NO_VALUE, SAMPLED_ONE_LESS, LAST_SAMPLE],
)
def stochastic_bound(algorithm: Any, one: Sampled, rng: np.random.Generator) -> Measurement:
    """Compare with the best set of all."""
    bound = one.chosen(algorithm, rng, bound=True).upper_bound
    return Measurement(bound, optimum=one.problem.optimum)
