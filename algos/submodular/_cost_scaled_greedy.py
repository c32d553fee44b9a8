"""Cost-scaled greedy: an element has to be worth twice its cost."""

from __future__ import annotations

from typing import Any

from algos._arguments import checked_count
from algos.submodular._net_selection import NetSelection, checked_costs, select
from algos.submodular._oracle import monotone_oracle
from algos.submodular._score_rules import CostScaled
from algos.submodular._set_function import SetFunction

__all__ = ["cost_scaled_greedy"]


def cost_scaled_greedy(function: SetFunction, costs: Any, k: int | None = None) -> NetSelection:
    """Choose up to k elements that are worth twice their cost.

    Each round adds the element of greatest f(e|S) − 2 c_e, until that is not positive.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    costs : array_like, shape (n,)
        Of the elements; at least 0, in the unit of f.
    k : int, optional
        Number of elements at most; n by default.

    Returns
    -------
    NetSelection
        With an upper bound on f − c of all sets of at most k elements.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is no number, or negative, or greater than that of the same element to a
        smaller set.

    Notes
    -----
    f(S) − c(S) ≥ f(T)/2 − c(T) for every set T of at most k elements. Of equal scores the least
    element wins. At most n (size of S + 2) marginals; mostly far fewer, since one is computed again
    only if its old value, which bounds it, might win. O(n) time a round besides.

    References
    ----------
    S. Nikolakaki, A. Ene, E. Terzi, "An efficient framework for balancing submodularity and cost",
    KDD 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import FacilityLocation, cost_scaled_greedy
    >>> similarities = np.array([[9.0, 5, 0], [0, 5, 1], [0, 5, 7]])
    >>> chosen = cost_scaled_greedy(FacilityLocation(similarities), [3.0, 4, 4])
    >>> chosen.elements.tolist(), chosen.net, chosen.upper_bound
    ([1], 11.0, 16.0)
    """
    oracle = monotone_oracle(function)
    costs = checked_costs(oracle.size, costs)
    k = oracle.size if k is None else checked_count("k", k, most=oracle.size)
    return select(oracle, costs, CostScaled(k), k)
