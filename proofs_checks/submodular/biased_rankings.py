"""Checks of committees from rankings that hold a group for weaker than it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import CommitteeScore, biased_rankings, greedy, quota_greedy
from algos.submodular._set_function import Reals
from algos.submodular.theorems import rankings as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.submodular.rankings import LEAST, UNBOUND


@dataclass(frozen=True)
class Merged:
    """Rankings that have every group in the true order, and put the groups anywhere."""

    size: int
    k: int
    rankings: int
    seed: int
    bottom: bool = False

    def measure(self, algorithm: Any) -> Measurement:
        """Count who of the k best is missing."""
        rng = np.random.default_rng(self.seed)
        order = rng.permutation(self.size)
        groups = rng.integers(0, 2, self.size)
        groups[order[0]] = 1
        rankings = []
        for _ in range(self.rankings):
            turns = np.sort(groups) if self.bottom else rng.permutation(groups)
            queues = [[e for e in order if groups[e] == g] for g in (0, 1)]
            rankings.append([queues[g].pop(0) for g in turns])
        best = order[: self.k]
        quotas = np.bincount(groups[best], minlength=2)
        chosen = algorithm(
            CommitteeScore(rankings), groups, self.k, lower=quotas, upper=quotas
        ).elements
        return Measurement(len(set(best) - set(chosen)), optimum=0)


def merged() -> st.SearchStrategy[Merged]:
    """Draw rankings."""
    return st.integers(1, 8).flatmap(
        lambda size: st.builds(
            Merged,
            size=st.just(size),
            k=st.integers(1, size),
            rankings=st.integers(1, 4),
            seed=st.integers(0, 2**32 - 1),
        )
    )


ON_MERGED = Instances(
    merged(), [(f"group 1 at the bottom, {seed}", Merged(8, 3, 2, seed, True)) for seed in range(5)]
)


@check(claims.SAME_ORDER, on=ON_MERGED, faults=[UNBOUND, LEAST])
def same_order(algorithm: Any, one: Merged, rng: np.random.Generator) -> Measurement:
    """Give quotas of the true composition."""
    return one.measure(algorithm)


@dataclass(frozen=True)
class Votes:
    """Strengths of two groups, weakest first, of which one of each is to be chosen."""

    ahead: tuple[float, ...]
    behind: tuple[float, ...]
    bias: float
    rankings: int

    @cached_property
    def strengths(self) -> Reals:
        """Of all."""
        return np.array(self.ahead + self.behind)

    @cached_property
    def groups(self) -> Any:
        """1 for who is behind."""
        return np.repeat([0, 1], [len(self.ahead), len(self.behind)])

    def score(self, algorithm: Any, points: Any, rng: np.random.Generator) -> CommitteeScore:
        """Draw rankings, and score them."""
        drawn = algorithm(self.strengths, self.groups, self.rankings, bias=self.bias, rng=rng)
        return CommitteeScore(drawn, points)

    def missed(self, algorithm: Any, points: Any, rng: np.random.Generator) -> bool:
        """Tell whether the strongest of a group is not chosen."""
        score = self.score(algorithm, points, rng)
        chosen = quota_greedy(score, self.groups, 2, upper=1).elements
        return set(chosen) != {len(self.ahead) - 1, len(self.strengths) - 1}

    @property
    def gap(self) -> float:
        """Least difference of mean numbers of elements of the group below."""
        gaps = []
        for group in (self.ahead, self.behind):
            below = [sum(v / (v + w) for w in group) - 0.5 for v in group]
            gaps += [below[-1] - other for other in below[:-1]]
        return min(gaps)

    @property
    def first(self) -> float:
        """Probability that the first place is of one who is behind."""
        behind = self.bias * sum(self.behind)
        return behind / (sum(self.ahead) + behind)

    @property
    def swaps(self) -> float:
        """Mean number of pairs of both groups with the one who is behind above."""
        seen = [self.bias * v for v in self.behind]
        return sum(v / (v + w) for v in seen for w in self.ahead)


def votes(rankings: int) -> st.SearchStrategy[Votes]:
    """Draw a bias, and the strength of the strong."""
    strong = st.sampled_from([8.0, 9.0, 10.0])
    pair = strong.map(lambda v: (1.0, v))
    return st.builds(Votes, pair, pair, st.sampled_from([0.01, 0.02, 0.05]), st.just(rankings))


ON_BORDA = Instances(
    votes(80),
    [
        ("no bias", Votes((1.0, 8.0), (1.0, 8.0), 1.0, 80)),
        ("all at the bottom", Votes((1.0, 8.0), (1.0, 8.0), 1e-9, 80)),
        ("three", Votes((1.0, 1.0, 20.0), (1.0, 1.0, 20.0), 0.1, 70)),
    ],
)
ON_SINGLE_VOTES = Instances(
    votes(40),
    [
        ("a strong one and a weak one", Votes((1.0, 8.0), (0.01, 8.0), 0.02, 20)),
        ("equal strengths", Votes((1.0, 1.0), (1.0, 1.0), 0.02, 50)),
    ],
)
DEAF = edited(
    biased_rankings, "deaf", "Ranks at random.", ("-(seen + noise)", "-(0 * seen + noise)")
)
INSIDE = edited(
    biased_rankings,
    "inside",
    "Holds the strong of the group down by more than the weak.",
    ("behind * np.log(bias)", "2 * behind * np.log(bias) * values / values.max() - behind"),
)
REVERSED = edited(
    biased_rankings, "reversed", "Puts the worst first.", ("-(seen + noise)", "seen + noise")
)
UNBIASED = edited(
    biased_rankings, "unbiased", "Forgets the bias.", (" + behind * np.log(bias)", "")
)
ROOT = edited(
    biased_rankings,
    "root",
    "Multiplies by the root of the bias.",
    ("behind * np.log(bias)", "0.5 * behind * np.log(bias)"),
)


@check(claims.BORDA, on=ON_BORDA, faults=[DEAF, INSIDE, REVERSED], trials=800)
def borda(algorithm: Any, one: Votes, rng: np.random.Generator) -> Measurement:
    """Count wrong choices."""
    missed = one.missed(algorithm, "borda", rng)
    pairs = len(one.ahead) + len(one.behind) - 2
    return Measurement(
        missed, pairs=pairs, rankings=one.rankings, gap=one.gap, elements=len(one.strengths)
    )


@check(claims.SINGLE_VOTES, on=ON_SINGLE_VOTES, faults=[UNBIASED, ROOT], trials=800)
def single_votes(algorithm: Any, one: Votes, rng: np.random.Generator) -> Measurement:
    """Count wrong choices."""
    return Measurement(one.missed(algorithm, 1, rng), first=one.first, rankings=one.rankings)


ON_ALONE = Instances(
    votes(1),
    [
        ("one ranking", Votes((1.0, 1.0), (1.0, 1.0), 0.2, 1)),
        ("some rankings", Votes((4.0, 1.0), (1.0, 2.0), 0.01, 5)),
    ],
)


@check(claims.ALONE, on=ON_ALONE, faults=[UNBIASED, ROOT, REVERSED], trials=1500)
def alone(algorithm: Any, one: Votes, rng: np.random.Generator) -> Measurement:
    """Choose as many as are ahead, without quotas."""
    chosen = greedy(one.score(algorithm, "borda", rng), len(one.ahead)).elements
    behind = chosen.max() >= len(one.ahead)
    return Measurement(behind, rankings=one.rankings, swaps=one.swaps)
