"""Unconstrained distorted greedy: every round looks at one random element."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.submodular._net_selection import NetSelection, checked_costs, select
from algos.submodular._oracle import monotone_oracle
from algos.submodular._score_rules import Distorted
from algos.submodular._set_function import SetFunction

__all__ = ["unconstrained_distorted_greedy"]


def unconstrained_distorted_greedy(
    function: SetFunction, costs: Any, *, rng: int | np.random.Generator | None = None
) -> NetSelection:
    """Choose elements of great value and small cost with 2 n marginals.

    Round t = 1, …, n draws one of all n elements and adds it if
    (1 − 1/n)^(n − t) f(e|S) − c_e is positive.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    costs : array_like, shape (n,)
        Of the elements; at least 0, in the unit of f.
    rng : int, Generator or None, optional
        Source of randomness.

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
    For every set T and every integer m from 0 to n, in expectation,

        f(S) − c(S) ≥ (1 − (1 − 1/n)^m) f(T) − (m/n) c(T).

    The draws depend neither on f nor on the costs. At most n marginals, and n more at the end,
    which serve the upper bound.

    References
    ----------
    C. Harshaw, M. Feldman, J. Ward, A. Karbasi, "Submodular maximization beyond non-negativity:
    guarantees, fast algorithms, and applications", ICML 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import Coverage, unconstrained_distorted_greedy
    >>> chosen = unconstrained_distorted_greedy(Coverage(np.eye(3)), [0.1, 0.2, 2], rng=3)
    >>> chosen.elements.tolist(), chosen.oracle_calls
    ([0], 4)
    """
    oracle = monotone_oracle(function)
    costs = checked_costs(oracle.size, costs)
    pools = np.random.default_rng(rng).integers(oracle.size, size=(oracle.size, 1))
    return select(oracle, costs, Distorted(oracle.size), oracle.size, pools=pools)
