"""Greedy by return on investment: value for money, while it is worth the money."""

from __future__ import annotations

from typing import Any

from algos.submodular._net_selection import NetSelection, checked_costs, select
from algos.submodular._oracle import monotone_oracle
from algos.submodular._score_rules import ReturnOnInvestment
from algos.submodular._set_function import SetFunction

__all__ = ["roi_greedy"]


def roi_greedy(function: SetFunction, costs: Any) -> NetSelection:
    """Choose elements by their return on investment.

    Each round adds the element of greatest f(e|S) / c_e, until that is at most 1. What costs
    nothing and adds something comes first.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    costs : array_like, shape (n,)
        Of the elements; at least 0, in the unit of f.

    Returns
    -------
    NetSelection
        With an upper bound on f − c of all sets.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is no number, or negative, or greater than that of the same element to a
        smaller set.

    Notes
    -----
    For every set T and every β ≥ 0, all at once, f(S) − c(S) ≥ (1 − e^(−β)) f(T) − β c(T). The best
    β gives f(T) − c(T) − c(T) ln(f(T)/c(T)) where f(T) ≥ c(T). Of equal scores the least element
    wins. At most n (size of S + 2) marginals; mostly far fewer, since one is computed again only if
    its old value, which bounds it, might win. O(n) time a round besides.

    References
    ----------
    T. Jin, Y. Yang, R. Yang, J. Shi, K. Huang, X. Xiao, "Unconstrained submodular maximization with
    modular costs: tight approximation and application to profit maximization", PVLDB 14, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import FacilityLocation, roi_greedy
    >>> similarities = np.array([[9.0, 5, 0], [0, 5, 1], [0, 5, 7]])
    >>> chosen = roi_greedy(FacilityLocation(similarities), [3.0, 4, 4])
    >>> chosen.elements.tolist(), chosen.net, chosen.upper_bound
    ([1, 0], 12.0, 16.0)
    """
    oracle = monotone_oracle(function)
    costs = checked_costs(oracle.size, costs)
    return select(oracle, costs, ReturnOnInvestment(oracle.size), oracle.size)
