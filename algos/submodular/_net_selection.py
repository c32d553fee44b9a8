"""What a maximiser of f − c has chosen, and how far it can be from the best."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from algos._arguments import checked_array
from algos.submodular._lazy_greedy import refuse_growth
from algos.submodular._lazy_net_rounds import lazy_net_rounds
from algos.submodular._net_rounds import net_rounds
from algos.submodular._oracle import RTOL, Oracle
from algos.submodular._score_rules import ScoreRule
from algos.submodular._selection import cardinality_bound
from algos.submodular._set_function import Indices, OracleError, Reals, shown

__all__ = ["NetSelection", "checked_costs", "select"]


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
    memory = _Memory(oracle.size)
    if pools is None and ratio == 1:
        rounds = lazy_net_rounds(oracle, costs, rule)
    else:
        rounds = net_rounds(oracle, costs, rule, pools=pools)
    try:
        for one in rounds:
            if ratio == 1:
                memory.compare(one.pool, one.gains, chosen)
            if pools is None:
                bound = min(bound, cardinality_bound(value, one.gains / ratio - costs[one.pool], k))
            if one.place is not None:
                chosen.append(int(one.pool[one.place]))
                gained.append(float(one.gains[one.place]))
                value += gained[-1]
        elements = np.array(chosen, dtype=np.intp)
        left = np.delete(oracle.everything, elements)
        gains = oracle.gains(one.state, left)
        if ratio == 1:
            memory.compare(left, gains, chosen)
    except OracleError as error:
        raise OracleError(f"{error}; chosen so far: {shown(chosen)}") from error
    bound = min(bound, cardinality_bound(value, gains / ratio - costs[left], k))
    cost = float(costs[elements].sum())
    if not value < np.inf:
        raise OracleError(f"function must have finite values, got {value} for {shown(chosen)}")
    rounding = RTOL * oracle.size * max(gained, default=0.0) / ratio
    if value - cost > bound + rounding:
        raise OracleError(
            f"function must have the submodularity ratio {ratio:g}, got f − c = {value - cost:g} "
            f"for {shown(chosen)}, where marginals on the way allow for {bound:g}; lower ratio"
        )
    bound = max(value - cost, bound)
    return NetSelection(elements, np.array(gained), value, cost, bound, oracle.calls)


class _Memory:
    """The last known marginals."""

    def __init__(self, size: int) -> None:
        self.gains, self.known_at = np.full(size, np.inf), np.zeros(size, dtype=np.intp)
        self.largest = 0.0

    def compare(self, elements: Indices, gains: Reals, chosen: list[int]) -> None:
        """Stop where a marginal has grown; keep the others."""
        if len(elements):
            self.largest = max(self.largest, float(gains.max()))
            before = self.gains[elements]
            refuse_growth(elements, gains, before, self.known_at, chosen, self.largest)
            self.known_at[elements[gains != before]] = len(chosen)
            self.gains[elements] = gains
