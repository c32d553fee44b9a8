"""Distorted greedy: marginals count less in early rounds, costs in full."""

from __future__ import annotations

from typing import Any

from algos._arguments import checked_count, checked_real
from algos.submodular._net_selection import NetSelection, checked_costs, select
from algos.submodular._oracle import monotone_oracle
from algos.submodular._score_rules import Distorted
from algos.submodular._set_function import SetFunction

__all__ = ["distorted_greedy"]


def distorted_greedy(
    function: SetFunction, costs: Any, k: int | None = None, *, ratio: float = 1.0
) -> NetSelection:
    """Choose up to k elements of great value and small cost.

    In round t = 1, …, R it adds the element of greatest (1 − γ/R)^(R − t) f(e|S) − c_e, if that is
    positive. R is k, or n.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular, or γ-weakly so.
    costs : array_like, shape (n,)
        Of the elements; at least 0, in the unit of f.
    k : int, optional
        Number of elements at most; n by default.
    ratio : float, optional
        Submodularity ratio γ in (0, 1]: Σ_(e ∈ T) f(e|S) ≥ γ (f(S ∪ T) − f(S)) for all S and T.

    Returns
    -------
    NetSelection
        With an upper bound on f − c of all sets of at most k elements.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is no number, or negative; or what was chosen shows that the submodularity
        ratio is less than `ratio`: for γ = 1 a marginal greater than to a smaller set.

    Notes
    -----
    For every set T of at most R elements and every integer m from 0 to R, all at once,

        f(S) − c(S) ≥ (1 − (1 − γ/R)^m) f(T) − (m/R) c(T);

    m = R gives (1 − e^(−γ)) f(T) − c(T). Of equal scores the least element wins. At most
    n (size of S + 2) marginals; mostly far fewer for γ = 1, where one is computed again only
    if its old value, which bounds it, might win. O(n) time a round besides.

    References
    ----------
    C. Harshaw, M. Feldman, J. Ward, A. Karbasi, "Submodular maximization beyond non-negativity:
    guarantees, fast algorithms, and applications", ICML 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import FacilityLocation, distorted_greedy
    >>> similarities = np.array([[9.0, 5, 0], [0, 5, 1], [0, 5, 7]])
    >>> chosen = distorted_greedy(FacilityLocation(similarities), [8.0, 4, 4], 2)
    >>> chosen.elements.tolist(), chosen.net, chosen.upper_bound
    ([1], 11.0, 15.0)
    """
    oracle = monotone_oracle(function)
    costs = checked_costs(oracle.size, costs)
    k = oracle.size if k is None else checked_count("k", k, most=oracle.size)
    ratio = checked_real("ratio", ratio, 0, 1, high_end=True)
    return select(oracle, costs, Distorted(k, ratio=ratio), k, ratio=ratio)
