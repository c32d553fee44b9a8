"""Benchmark pairs of revenue minus cost: the same rule, with every marginal in every round.

No package maximises f − c, so that the peer is the textbook's loop, on the same function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from algos.submodular import (
    FacilityLocation,
    NetSelection,
    cost_scaled_greedy,
    distorted_greedy,
    roi_greedy,
)
from algos.submodular._net_rounds import net_rounds
from algos.submodular._oracle import Oracle
from algos.submodular._score_rules import CostScaled, Distorted, ReturnOnInvestment, ScoreRule
from algos.submodular._set_function import Reals
from experiments.bench import Pair
from experiments.submodular.selection_pairs import similarities

__all__ = ["COST_SCALED", "DISTORTED", "RETURN"]


@dataclass(frozen=True, eq=False)
class Priced:
    """Points that represent each other, and what each costs."""

    function: FacilityLocation
    costs: Reals


def priced(n: int, rng: np.random.Generator) -> Priced:
    """Draw points, and costs up to a hundredth of their number."""
    return Priced(FacilityLocation(similarities(n, rng)), rng.random(n) * n / 100)


def textbook(rule: Callable[[int], ScoreRule]) -> Callable[[Priced], list[int]]:
    """Walk through the rounds with all marginals."""

    def run(work: Priced) -> list[int]:
        """Choose."""
        rounds = net_rounds(Oracle(work.function), work.costs, rule(work.function.size))
        return [int(one.pool[one.place]) for one in rounds if one.place is not None]

    return run


def same_choice(work: Priced, ours: NetSelection, theirs: list[int]) -> bool:
    """Tell whether both chose the same, in the same order, and the certificate holds."""
    net = work.function.value(theirs) - float(work.costs[theirs].sum())
    near = abs(ours.net - net) <= 1e-9 * net
    return ours.elements.tolist() == theirs and near and ours.upper_bound >= net


def pair(
    name: str,
    ours: Callable[[FacilityLocation, Reals], NetSelection],
    rule: Callable[[int], ScoreRule],
) -> Pair:
    """Make a pair on similarities of 500 to 4,000 points."""
    return Pair(
        name=f"submodular/{name}",
        peer_name="all marginals in every round",
        sizes=(500, 2000, 4000),
        size_name="points",
        workload=priced,
        ours=lambda work: ours(work.function, work.costs),
        peer=textbook(rule),
        agree=same_choice,
        repetitions=5,
    )


DISTORTED = pair("distorted greedy", distorted_greedy, Distorted)
COST_SCALED = pair("cost-scaled greedy", cost_scaled_greedy, CostScaled)
RETURN = pair("return on investment", roi_greedy, ReturnOnInvestment)
