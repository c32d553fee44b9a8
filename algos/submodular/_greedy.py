"""The greedy algorithm under a bound on the number of elements."""

from __future__ import annotations

import numpy as np

from algos._arguments import checked_count
from algos.submodular._lazy_greedy import refuse_growth
from algos.submodular._oracle import monotone_oracle
from algos.submodular._selection import Selection, best, cardinality_bound
from algos.submodular._set_function import SetFunction

__all__ = ["greedy"]


def greedy(function: SetFunction, k: int) -> Selection:
    """Choose k elements one by one, each of greatest marginal.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    k : int
        Number of elements, from 1 to the size of the ground set.

    Returns
    -------
    Selection
        With an upper bound on what any k elements reach.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is no number, or negative, or greater than that of the same element to a
        smaller set.

    Notes
    -----
    The value is at least 1 − (1 − 1/k)^k > 1 − 1/e of the best one, and of the upper bound, which
    is mostly much nearer. Among equal marginals the least element is taken. n k marginals at most.

    References
    ----------
    G. L. Nemhauser, L. A. Wolsey, M. L. Fisher, "An analysis of approximations for maximizing
    submodular set functions—I", Mathematical Programming 14, 1978, Theorem 4.2.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import FacilityLocation, greedy
    >>> similarities = np.array([[9.0, 5, 0], [0, 5, 1], [0, 5, 7]])
    >>> chosen = greedy(FacilityLocation(similarities), 2)
    >>> chosen.elements.tolist(), chosen.value, chosen.upper_bound
    ([1, 0], 19.0, 21.0)
    """
    oracle = monotone_oracle(function)
    k = checked_count("k", k, most=oracle.size)
    state, left, before = oracle.start(), oracle.everything, np.full(oracle.size, np.inf)
    chosen: list[int] = []
    gained: list[float] = []
    value, bound = 0.0, np.inf
    for step in range(k):
        gains = oracle.gains(state, left)
        known_at = np.full(oracle.size, step - 1)
        refuse_growth(left, gains, before, known_at, chosen, gained[0] if gained else 0.0)
        bound = min(bound, cardinality_bound(value, gains, k))
        place = best(gains, left)
        oracle.push(state, int(left[place]))
        chosen.append(int(left[place]))
        gained.append(float(gains[place]))
        value += gained[-1]
        left, before = np.delete(left, place), np.delete(gains, place)
    return Selection(
        np.array(chosen, dtype=np.intp), np.array(gained), value, max(value, bound), oracle.calls
    )
