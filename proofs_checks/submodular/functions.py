"""Checks of set functions: marginals that fall, add up to the formula, and are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import (
    ConcaveOverModular,
    GraphCut,
    LogDeterminant,
    Mixture,
    SaturatedCoverage,
    check_submodular,
    from_callable,
    greedy,
)
from algos.submodular.theorems import functions as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.formulas import (
    Concave,
    Cut,
    Determinant,
    Mixed,
    Saturated,
    error,
    on,
    rise,
)

CUT_RISING = edited(
    GraphCut,
    "sign",
    "Rewards what is inside.",
    ("marginals -= self._inside[element]", "marginals += self._inside[element]"),
)
CUT_ONE_WAY = edited(
    GraphCut, "one_way", "Forgets the edges that come in.", ("(edges + edges.T)", "(edges * 2)")
)
CUT_LOOPS = edited(
    GraphCut, "loops", "Lets loops leave S.", ("(1 - self.redundancy) * loops", "loops")
)
CUT_SPARSE = edited(
    GraphCut,
    "sparse_row",
    "Takes rows from the end, where weights are sparse.",
    ("self._inside.indptr[element : element + 2]", "self._inside.indptr[-2 - element :][:2]"),
)


@check(claims.CUT_DIMINISHING, on=on(Cut), faults=[CUT_RISING])
def cut_diminishing(algorithm: Any, one: Cut, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return rise(one, algorithm)


@check(claims.CUT_VALUE, on=on(Cut), faults=[CUT_ONE_WAY, CUT_LOOPS, CUT_SPARSE])
def cut_value(algorithm: Any, one: Cut, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return error(one, algorithm)


CONVEX = edited(
    ConcaveOverModular,
    "convex",
    "Multiplies where it should divide.",
    ("x / np.maximum(np.sqrt", "x * np.maximum(np.sqrt"),
)
UNWEIGHED = edited(
    ConcaveOverModular,
    "unweighed",
    "Forgets the weights of sparse features.",
    ("rows.data) * self.weights[rows.indices]", "rows.data)"),
)
UNBENT = edited(
    ConcaveOverModular,
    "stale",
    "Never adds what is dense.",
    ("            sums += self._features[element]", "            pass"),
)


@check(claims.CONCAVE_DIMINISHING, on=on(Concave), faults=[CONVEX])
def concave_diminishing(algorithm: Any, one: Concave, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return rise(one, algorithm)


@check(claims.CONCAVE_VALUE, on=on(Concave), faults=[UNWEIGHED, UNBENT])
def concave_value(algorithm: Any, one: Concave, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return error(one, algorithm)


OVERDRAWN = edited(
    SaturatedCoverage,
    "overdrawn",
    "Lets rows lack less than nothing.",
    (
        "np.maximum(lacking - self._elements[element], 0, out=lacking)",
        "lacking -= self._elements[element]",
    ),
)
UNSATURATED = edited(
    SaturatedCoverage,
    "unsaturated",
    "Lets rows have all that there is.",
    ("self.saturation * matrix", "matrix"),
)


@check(claims.SATURATED_DIMINISHING, on=on(Saturated), faults=[OVERDRAWN])
def saturated_diminishing(algorithm: Any, one: Saturated, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return rise(one, algorithm)


@check(claims.SATURATED_VALUE, on=on(Saturated), faults=[UNSATURATED, OVERDRAWN])
def saturated_value(algorithm: Any, one: Saturated, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return error(one, algorithm)


GROWING = edited(
    LogDeterminant,
    "growing",
    "Adds what it should take away.",
    ("left -= row**2", "left += row**2"),
)
HALVED = edited(
    LogDeterminant, "halved", "Gives the information.", ("0.0, np.log1p(", "0.0, 0.5 * np.log1p(")
)
NOISY = edited(
    LogDeterminant,
    "noisy",
    "Divides rows of the factor as if 2 I had been added.",
    ("1 + max(left", "2 + max(left"),
)


def _by_trace(measured: Measurement, one: Determinant) -> Measurement:
    """Say what rounding depends on."""
    return Measurement(measured.measured, size=one.size, trace=float(one.kernel.trace()))


@check(claims.DETERMINANT_DIMINISHING, on=on(Determinant), faults=[GROWING])
def determinant_diminishing(
    algorithm: Any, one: Determinant, rng: np.random.Generator
) -> Measurement:
    """Look at all sets."""
    return _by_trace(rise(one, algorithm), one)


@check(claims.DETERMINANT_VALUE, on=on(Determinant), faults=[GROWING, HALVED, NOISY])
def determinant_value(algorithm: Any, one: Determinant, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return _by_trace(error(one, algorithm), one)


UNMIXED = edited(
    Mixture, "unmixed", "Forgets the weights.", ("gains += weight * more", "gains += more")
)
SHARED = edited(
    Mixture,
    "shared",
    "Copies no states.",
    ("[function.copy(own) for (_, function), own in", "[own for (_, function), own in"),
)
NEGATED = edited(
    Mixture, "negated", "Takes the functions away.", ("gains += weight *", "gains -= weight *")
)


@check(claims.MIXTURE_DIMINISHING, on=on(Mixed), faults=[NEGATED])
def mixture_diminishing(algorithm: Any, one: Mixed, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return rise(one, algorithm)


@check(claims.MIXTURE_VALUE, on=on(Mixed), faults=[UNMIXED, SHARED])
def mixture_value(algorithm: Any, one: Mixed, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return error(one, algorithm)


@dataclass(frozen=True)
class Planted:
    """A function that rises on a few squares: where a pair, or a whole set, is complete."""

    size: int
    complete: tuple[int, ...]
    exactly: bool
    trials: int

    def function(self, S: frozenset[int]) -> float:
        """Count, less and less, and give a bonus."""
        together = set(self.complete) == S if self.exactly else set(self.complete) <= S
        return len(S) * (2 * self.size - len(S)) + 5.0 * together

    @cached_property
    def share(self) -> float:
        """Mean over the sizes of S of the part of squares that rise."""
        f, found = self.function, np.zeros((self.size - 1, 2))
        for pair in combinations(range(self.size), 2):
            others = sorted(set(range(self.size)) - set(pair))
            for mask in range(2 ** len(others)):
                S = frozenset(e for k, e in enumerate(others) if mask >> k & 1)
                one, other = S | {pair[0]}, S | {pair[1]}
                found[len(S)] += f(one | other) + f(S) > f(one) + f(other), 1
        return float((found[:, 0] / found[:, 1]).mean())


def planted() -> st.SearchStrategy[Planted]:
    """Draw pairs and numbers of trials."""
    pairs = st.sampled_from(list(combinations(range(6), 2)))
    return st.builds(Planted, st.just(6), pairs, st.just(False), st.integers(10, 30))


ON_PLANTED = Instances(
    planted(),
    [
        ("a pair that is worth more together", Planted(6, (4, 5), False, 5)),
        ("a set of two", Planted(6, (0, 1), True, 100)),
        ("a set of four", Planted(6, (0, 2, 3, 5), True, 30)),
        ("all", Planted(6, (0, 1, 2, 3, 4, 5), True, 10)),
    ],
)
HALF = edited(
    check_submodular, "half", "Makes every other check.", ("range(trials)", "range(trials // 2)")
)
SMALLEST = edited(
    check_submodular,
    "smallest",
    "Draws the empty set every time.",
    ("size = int(rng.integers(0, n - 1))", "size = 0"),
)
ONE_MORE = edited(
    check_submodular,
    "smaller",
    "Leaves the largest sets out.",
    ("rng.integers(0, n - 1)", "rng.integers(0, n - 2)"),
)


@check(claims.MISSES, on=ON_PLANTED, faults=[HALF, SMALLEST, ONE_MORE], trials=800)
def check_submodular_misses(algorithm: Any, one: Planted, rng: np.random.Generator) -> Measurement:
    """Count reports without a violation."""
    function = from_callable(one.function, one.size, verify=0)
    found = algorithm(function, trials=one.trials, rng=rng).violation
    return Measurement(found is None, share=one.share, trials=one.trials)


FORGOTTEN = edited(
    from_callable,
    "forgotten",
    "Asks again for the value of what was chosen.",
    ("state.value = state.beyond.get(element)", "state.value = None"),
)
TWICE = edited(
    from_callable,
    "twice",
    "Asks for f(S) with every marginal.",
    ("if state.value is None:", "if True:"),
)
ON_CALLABLES = Instances(
    st.tuples(st.integers(1, 8), st.integers(1, 8)).map(sorted),
    [("all that are asked for", [4, 8]), ("one", [1, 1])],
)


@check(claims.EVALUATIONS, on=ON_CALLABLES, faults=[FORGOTTEN, TWICE])
def from_callable_evaluations(
    algorithm: Any, one: list[int], rng: np.random.Generator
) -> Measurement:
    """Let greedy run."""
    k, size = one
    function = algorithm(lambda S: len(S) ** 0.5, size, verify=0)
    calls = greedy(function, k).oracle_calls
    return Measurement(function.evaluations, calls=calls)
