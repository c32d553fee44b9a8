"""Checks of committees from rankings: scores, quotas, and votes that are biased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import (
    CommitteeScore,
    Coverage,
    Selection,
    SetFunction,
    quota_greedy,
)
from algos.submodular.theorems import rankings as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.formulas import Drawn, Make, error, on, rise
from proofs_checks.submodular.instances import KINDS, all_values

SHARES = ("sum", "best", "harmonic")


class Committee(Drawn):
    """A score of five rankings, with one of twelve rules."""

    @cached_property
    def _rankings(self) -> Any:
        """At random."""
        rng = np.random.default_rng(self.seed)
        return rng.permuted(np.tile(np.arange(self.size), (5, 1)), axis=1)

    @property
    def _points(self) -> Any:
        """Of the places."""
        some = (1 + self.variant) % self.size + 1
        return ("borda", 1, some, np.linspace(2, 1, self.size))[self.variant // 3]

    def make(self, algorithm: Make) -> SetFunction:
        """Make the score."""
        return algorithm(self._rankings, self._points, SHARES[self.variant % 3])

    def formula(self, S: Sequence[int]) -> float:
        """Sort the points in every ranking."""
        points = self._points
        if isinstance(points, str):
            points = np.arange(self.size)[::-1]
        elif np.ndim(points) == 0:
            points = 1.0 * (np.arange(self.size) < points)
        ranks = np.arange(1, len(S) + 1)
        shares = (1.0 * (ranks > 0), 1.0 * (ranks == 1), 1 / ranks)[self.variant % 3]
        total = 0.0
        for ranking in self._rankings:
            places = sorted(ranking.tolist().index(e) for e in S)
            total += float(shares @ points[places])
        return total


STALE = edited(
    CommitteeScore,
    "stale",
    "Counts for every element as if it were the best.",
    ("self.shares[len(greatest)] * points", "self.shares[0] * points"),
)
WORST_FIRST = edited(
    CommitteeScore,
    "worst_first",
    "Sorts the points of S the other way round.",
    ("np.sort(more, axis=0)[::-1]", "np.sort(more, axis=0)"),
)
INVERSE = edited(
    CommitteeScore,
    "inverse",
    "Reads the place of an element for the element in a place.",
    ("orders.T, self.points", "orders.argsort(axis=1).T, self.points"),
)


@check(claims.COMMITTEE_DIMINISHING, on=on(Committee), faults=[WORST_FIRST])
def committee_diminishing(algorithm: Any, one: Committee, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return rise(one, algorithm)


@check(claims.COMMITTEE_VALUE, on=on(Committee), faults=[STALE, WORST_FIRST, INVERSE])
def committee_value(algorithm: Any, one: Committee, rng: np.random.Generator) -> Measurement:
    """Look at all sets."""
    return error(one, algorithm)


@dataclass(frozen=True)
class Quotas:
    """A function of a kind, groups, and quotas that some k elements hold."""

    kind: str
    size: int
    k: int
    groups: int
    seed: int

    @cached_property
    def _drawn(self) -> tuple[Any, Any, Any]:
        """Groups, lower and upper quotas about a random set of k elements."""
        rng = np.random.default_rng(self.seed)
        groups = rng.integers(0, self.groups, self.size)
        groups[-1] = self.groups - 1
        some = np.bincount(groups[rng.choice(self.size, self.k, replace=False)])
        held = np.append(some, np.zeros(self.groups - len(some), dtype=int))
        slack = rng.integers(0, 3, (2, self.groups))
        return groups, np.maximum(held - slack[0], 0), held + slack[1]

    @cached_property
    def function(self) -> SetFunction:
        """The function."""
        if self.kind == "one for two":
            return Coverage([[1, 0], [0, 1], [1, 0]])
        if self.kind == "copies":
            return Coverage(np.vstack([np.eye(6)[[0] * 5], np.eye(6)[1:]]))
        rng = np.random.default_rng(self.seed)
        if self.kind == "votes":
            rankings = rng.permuted(np.tile(np.arange(self.size), (3, 1)), axis=1)
            return CommitteeScore(rankings, ("borda", 1, 2)[self.seed % 3 if self.size > 1 else 0])
        return KINDS[self.kind](self.size, rng)

    @property
    def arguments(self) -> dict[str, Any]:
        """Groups, k and quotas."""
        if self.kind == "one for two":
            return {"groups": [0, 0, 1], "k": 2, "upper": 1}
        if self.kind == "copies":
            return {"groups": [0] * 10, "k": 5}
        groups, lower, upper = self._drawn
        return {"groups": groups, "k": self.k, "lower": lower, "upper": upper}

    def chosen(self, algorithm: Any) -> Selection:
        """Run the algorithm."""
        selection: Selection = algorithm(self.function, **self.arguments)
        return selection

    def off(self, S: Sequence[int]) -> int:
        """Count by how many elements a set misses the quotas."""
        groups = np.asarray(self.arguments["groups"])
        held = np.bincount(groups[list(S)], minlength=groups.max() + 1)
        lower, upper = self.arguments.get("lower", 0), self.arguments.get("upper", len(groups))
        missing = np.maximum(lower - held, 0).sum() + np.maximum(held - upper, 0).sum()
        return int(missing + abs(len(set(S)) - self.arguments["k"]))

    @cached_property
    def optimum(self) -> float:
        """The greatest value of k elements within the quotas."""
        values, n = all_values(self.function), self.function.size
        return max(
            float(values[sum(1 << e for e in S)])
            for S in combinations(range(n), self.arguments["k"])
            if not self.off(S)
        )


def quotas(kinds: Sequence[str]) -> st.SearchStrategy[Quotas]:
    """Draw functions and quotas."""
    return st.integers(1, 6).flatmap(
        lambda size: st.builds(
            Quotas,
            kind=st.sampled_from(kinds),
            size=st.just(size),
            k=st.integers(1, size),
            groups=st.integers(1, min(3, size)),
            seed=st.integers(0, 2**32 - 1),
        )
    )


ON_QUOTAS = Instances(
    quotas(["votes", *sorted(KINDS)]),
    [
        ("one for two", Quotas("one for two", 3, 2, 2, 0)),
        ("all in one group", Quotas("votes", 5, 2, 1, 0)),
        ("copies", Quotas("copies", 10, 5, 1, 0)),
        *((f"facility {seed}", Quotas("facility", 6, 3, 3, seed)) for seed in range(12)),
    ],
)
ON_VOTES = Instances(
    quotas(["votes"]),
    [
        ("all in one group", Quotas("votes", 5, 2, 1, 0)),
        *((f"votes {seed}", Quotas("votes", 6, 3, 3, seed)) for seed in range(12)),
    ],
)
UNBOUND = edited(
    quota_greedy,
    "unbound",
    "Looks at no quotas.",
    ("        left = left[quotas.addable(counts, left)]\n", ""),
)
NO_RESERVE = edited(
    quota_greedy,
    "no_reserve",
    "Keeps no places for groups that are still below their quotas.",
    ("np.maximum(state, self.lower).sum()", "state.sum()"),
)
ONE_ABOVE = edited(
    quota_greedy,
    "one_above",
    "Lets groups have one element more than they may.",
    ("(state < self.upper)", "(state <= self.upper)"),
)
LEAST = edited(
    quota_greedy,
    "least",
    "Takes the least marginal.",
    ("best(marginals[left], left)", "best(-marginals[left], left)"),
)
FORGETFUL = edited(
    quota_greedy,
    "forgetful",
    "Never pushes what it takes.",
    ("        oracle.push(state, taken)\n", ""),
)
SHORT_BOUND = edited(
    quota_greedy,
    "short_bound",
    "Bounds by the marginals of one element less.",
    ("quotas.heaviest(marginals)", "quotas.heaviest(marginals) * (1 - 1 / k)"),
)
TOO_EARLY = edited(
    quota_greedy,
    "too_early",
    "Bounds by the best of what is left alone.",
    ("quotas.heaviest(marginals)", "float(marginals.max())"),
)


@check(claims.QUOTAS_HELD, on=ON_QUOTAS, faults=[UNBOUND, NO_RESERVE, ONE_ABOVE])
def quotas_held(algorithm: Any, one: Quotas, rng: np.random.Generator) -> Measurement:
    """Count."""
    return Measurement(one.off(one.chosen(algorithm).elements.tolist()), optimum=0)


@check(claims.QUOTA_VALUE, on=ON_QUOTAS, faults=[LEAST, FORGETFUL])
def quota_value(algorithm: Any, one: Quotas, rng: np.random.Generator) -> Measurement:
    """Compare with the best of all sets within the quotas."""
    chosen = one.chosen(algorithm).elements
    return Measurement(one.function.value(chosen), optimum=one.optimum)


@check(claims.QUOTA_MODULAR, on=ON_VOTES, faults=[LEAST])
def quota_modular(algorithm: Any, one: Quotas, rng: np.random.Generator) -> Measurement:
    """Compare with the best of all sets within the quotas."""
    chosen = one.chosen(algorithm).elements
    return Measurement(one.function.value(chosen), optimum=one.optimum)


@check(claims.QUOTA_BOUND, on=ON_QUOTAS, faults=[SHORT_BOUND, TOO_EARLY])
def quota_bound(algorithm: Any, one: Quotas, rng: np.random.Generator) -> Measurement:
    """Compare the best of all sets with the bound."""
    return Measurement(one.optimum, bound=one.chosen(algorithm).upper_bound)
