"""What a maximiser of f − c has chosen, and how far it can be from the best."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from algos._arguments import checked_array
from algos.submodular._lazy_net_rounds import lazy_net_rounds
from algos.submodular._net_rounds import net_rounds
from algos.submodular._oracle import Oracle
from algos.submodular._score_rules import ScoreRule
from algos.submodular._selection import cardinality_bound
from algos.submodular._set_function import Indices, Reals

__all__ = ["NetSelection", "checked_costs", "checked_oracle", "select"]


@dataclass(frozen=True, eq=False)
class NetSelection:
    """A chosen set, its value and its cost.

    Attributes
    ----------
    elements : ndarray of intp, shape (m,)
        The elements, in the order in which they were chosen.
    gains : ndarray, shape (m,)
        The marginal of each when it was chosen.
    value, cost : float
        f and c of the set.
    upper_bound : float
        No feasible set has a greater f − c.
    oracle_calls : int
        Marginals that were computed.
    """

    elements: Indices
    gains: Reals
    value: float
    cost: float
    upper_bound: float
    oracle_calls: int

    @property
    def net(self) -> float:
        """The value less the cost."""
        return self.value - self.cost


def checked_oracle(function: Any) -> Oracle:
    """Wrap a function, unless it says itself that it is not monotone."""
    oracle = Oracle(function)
    if not oracle.function.monotone:
        raise ValueError(
            "function must be monotone, got one with monotone=False; costs of elements belong "
            "into costs"
        )
    return oracle


def checked_costs(size: int, costs: Any) -> Reals:
    """Validate the cost of every element."""
    array = checked_array("costs", costs, shape=(size,))
    if (array < 0).any():
        worst = int(array.argmin())
        raise ValueError(f"costs must be at least 0, got {array[worst]} for element {worst}")
    return array


def select(
    oracle: Oracle,
    costs: Reals,
    rule: ScoreRule,
    k: int,
    *,
    pools: Iterable[Indices] | None = None,
    ratio: float = 1.0,
) -> NetSelection:
    """Run the rounds, and bound f − c of all sets of k elements where no sample was taken.

    f(T) − c(T) ≤ f(S) + Σ_(e ∈ T − S) (f(e|S)/γ − c_e), for every S on the way, with marginals or
    bounds on them; at the last S all marginals are asked for. Lazy rounds need γ = 1.
    """
    chosen: list[int] = []
    gained: list[float] = []
    value, bound = 0.0, np.inf
    if pools is None and ratio == 1:
        rounds = lazy_net_rounds(oracle, costs, rule)
    else:
        rounds = net_rounds(oracle, costs, rule, pools=pools)
    for one in rounds:
        if pools is None:
            bound = min(bound, cardinality_bound(value, one.gains / ratio - costs[one.pool], k))
        if one.place is not None:
            chosen.append(int(one.pool[one.place]))
            gained.append(float(one.gains[one.place]))
            value += gained[-1]
    elements = np.array(chosen, dtype=np.intp)
    left = np.delete(oracle.everything, elements)
    gains = oracle.gains(one.state, left)
    bound = min(bound, cardinality_bound(value, gains / ratio - costs[left], k))
    cost = float(costs[elements].sum())
    return NetSelection(elements, np.array(gained), value, cost, bound, oracle.calls)
