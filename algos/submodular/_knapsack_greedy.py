"""Greedy maximisation under a budget: marginals in relation to costs, from few first elements."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.submodular._lazy_greedy import refuse_growth
from algos.submodular._net_selection import checked_costs
from algos.submodular._oracle import Oracle, monotone_oracle
from algos.submodular._selection import Selection, best
from algos.submodular._set_function import Indices, Reals, SetFunction

__all__ = ["knapsack_greedy"]


def knapsack_greedy(
    function: SetFunction, costs: Any, budget: float, *, enumeration: int = 0
) -> Selection:
    """Choose elements of greatest marginal per cost, as long as the budget lasts.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    costs : array_like, shape (n,)
        Costs of the elements, at least 0.
    budget : float
        The most that the chosen elements may cost together, at least 0.
    enumeration : {0, 1, 2, 3}, optional
        Greedy starts from every set of at most so many elements.

    Returns
    -------
    Selection
        With an upper bound on what any set within the budget reaches.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is no number, or negative.

    Notes
    -----
    Elements that no longer fit are passed over, those that add nothing are left out. Costs are
    added up in floats: where a sum is to meet the budget exactly, count in whole units. With
    `enumeration=0` the best single element is taken where it alone is better. The value is at
    least 1 − 1/√e of the best one with 0, a half with 1, and 1 − 1/e with 2 or 3. Among equal
    ratios the least element is taken; what costs nothing comes first. The upper bound is the
    least, over all sets S that greedy went through, of f(S) and what the budget buys of the
    marginals to S, elements being divisible. n² marginals at most, times the number of starts.

    References
    ----------
    J. Tang, X. Tang, A. Lim, K. Han, C. Li, J. Yuan, "Revisiting modified greedy algorithm for
    monotone submodular maximization with a knapsack constraint", Proceedings of the ACM on
    Measurement and Analysis of Computing Systems 5, 2021 (0.405 with `enumeration=0`).

    M. Sviridenko, "A note on maximizing a submodular set function subject to a knapsack
    constraint", Operations Research Letters 32, 2004 (`enumeration=3`).

    A. Kulik, R. Schwartz, H. Shachnai, "A refined analysis of submodular greedy", Operations
    Research Letters 49, 2021 (`enumeration=2`).

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import Coverage, knapsack_greedy
    >>> covers = Coverage(np.eye(3), [1.0, 9.0, 10.0])
    >>> chosen = knapsack_greedy(covers, [0.5, 9.0, 5.0], 10.0)
    >>> chosen.elements.tolist(), chosen.value, chosen.upper_bound
    ([0, 2], 11.0, 15.5)
    """
    oracle = monotone_oracle(function)
    costs = checked_costs(oracle.size, costs)
    budget = checked_real("budget", budget, 0, np.inf, low_end=True)
    enumeration = checked_count("enumeration", enumeration, least=0, most=3)
    with np.errstate(over="ignore"):  # costs that overflow together are beyond the budget
        seeds = list(_seeds(costs, budget, enumeration))
        runs = [_filled(oracle, costs, budget, seed) for seed in seeds]
    if enumeration == 0:
        runs.append(_single(oracle, costs, budget))
    chosen = max(runs, key=lambda run: run.value)
    bound = max(chosen.value, min(run.upper_bound for run in runs))
    return Selection(chosen.elements, chosen.gains, chosen.value, bound, oracle.calls)


def _seeds(costs: Reals, budget: float, most: int) -> Iterator[Indices]:
    """List the sets of at most so many elements within the budget."""
    affordable = np.flatnonzero(costs <= budget)
    for size in range(most + 1):
        for seed in combinations(affordable, size):
            elements = np.array(seed, dtype=np.intp)
            if costs[elements].sum() <= budget:
                yield elements


def _filled(oracle: Oracle, costs: Reals, budget: float, seed: Indices) -> Selection:
    """Go on from a set, by marginals per cost."""
    chosen: list[int] = []
    state, gained, value, spent = oracle.start(), [], 0.0, 0.0
    left = np.flatnonzero(costs <= budget)
    marginals = np.full(oracle.size, np.inf)  # of what no longer fits: old ones, upper bounds
    bound, seeds = np.inf, seed.tolist()
    while True:
        if seeds:
            taken = seeds.pop(0)
            marginals[taken] = oracle.gains(state, np.array([taken]))[0]
        else:
            left = left[~np.isin(left, chosen)]
            if len(left):
                gains, earlier = oracle.gains(state, left), np.full(oracle.size, len(chosen) - 1)
                refuse_growth(left, gains, marginals[left], earlier, len(chosen), value)
                marginals[left] = gains
            bound = min(bound, value + _divisible(marginals, costs, budget))
            left = left[(marginals[left] > 0) & (spent + costs[left] <= budget)]
            if not len(left):
                break
            taken = int(left[best(_ratios(marginals[left], costs[left]), left)])
        oracle.push(state, taken)
        chosen.append(taken)
        gained.append(float(marginals[taken]))
        value += gained[-1]
        spent += float(costs[taken])
        marginals[taken] = 0
    return Selection(np.array(chosen, dtype=np.intp), np.array(gained), value, bound, oracle.calls)


def _single(oracle: Oracle, costs: Reals, budget: float) -> Selection:
    """Choose the best single element that the budget buys."""
    affordable = np.flatnonzero(costs <= budget)
    if not len(affordable):
        return Selection(affordable, np.zeros(0), 0.0, 0.0, oracle.calls)
    gains = oracle.gains(oracle.start(), affordable)
    place = best(gains, affordable)
    gain = gains[place : place + 1]
    return Selection(affordable[place : place + 1], gain, float(gain[0]), np.inf, oracle.calls)


def _ratios(gains: Reals, costs: Reals) -> Reals:
    """Divide marginals by costs; infinite where something costs nothing."""
    with np.errstate(divide="ignore"):
        return gains / costs


def _divisible(gains: Reals, costs: Reals, budget: float) -> float:
    """Fill the budget with elements that may be divided."""
    worth = np.flatnonzero((gains > 0) & (costs <= budget))
    order = worth[np.argsort(-_ratios(gains[worth], costs[worth]), kind="stable")]
    spent = np.cumsum(costs[order])
    over = np.maximum(spent - budget, 0)
    parts = np.maximum(1 - over / np.where(over > 0, costs[order], 1), 0)
    return float(gains[order] @ parts)
