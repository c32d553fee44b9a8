"""Stochastic distorted greedy: every round looks at a few random elements."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.submodular._net_selection import NetSelection, checked_costs, select
from algos.submodular._oracle import monotone_oracle
from algos.submodular._score_rules import Distorted
from algos.submodular._set_function import SetFunction

__all__ = ["stochastic_distorted_greedy"]


def stochastic_distorted_greedy(
    function: SetFunction,
    costs: Any,
    k: int,
    *,
    epsilon: float = 0.1,
    rng: int | np.random.Generator | None = None,
) -> NetSelection:
    """Choose up to k elements of great value and small cost, each out of a random sample.

    Round t = 1, …, k adds the element of greatest (1 − 1/k)^(k − t) f(e|S) − c_e, if that is
    positive, out of ⌈(n/k) ln(1/ε)⌉ that are drawn from all n with replacement.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    costs : array_like, shape (n,)
        Of the elements; at least 0, in the unit of f.
    k : int
        Number of elements at most.
    epsilon : float, optional
        In (0, 1): how much of the guarantee may be lost.
    rng : int, Generator or None, optional
        Source of randomness.

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
    For every set T of at most k elements and every integer m from 0 to k, in expectation,

        f(S) − c(S) ≥ (1 − ε) [(1 − (1 − 1/k)^m) f(T) − (m/k) c(T)].

    The draws depend neither on f nor on the costs. About n (ln(1/ε) + 1) marginals: the last n
    serve the upper bound.

    References
    ----------
    C. Harshaw, M. Feldman, J. Ward, A. Karbasi, "Submodular maximization beyond non-negativity:
    guarantees, fast algorithms, and applications", ICML 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import FacilityLocation, stochastic_distorted_greedy
    >>> function = FacilityLocation(np.random.default_rng(0).random((50, 100)))
    >>> chosen = stochastic_distorted_greedy(function, np.full(100, 0.5), 10, rng=0)
    >>> bool(0.8 * chosen.upper_bound < chosen.net <= chosen.upper_bound)
    True
    """
    oracle = monotone_oracle(function)
    costs = checked_costs(oracle.size, costs)
    k = checked_count("k", k, most=oracle.size)
    epsilon = checked_real("epsilon", epsilon, 0, 1)
    rng = np.random.default_rng(rng)
    drawn = math.ceil(oracle.size / k * -math.log(epsilon))
    pools = (np.unique(rng.integers(oracle.size, size=drawn)) for _ in range(k))
    return select(oracle, costs, Distorted(k), k, pools=pools)
