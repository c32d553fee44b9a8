"""Random greedy: a bound on the number of elements, and functions that need not be monotone."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from algos._arguments import checked_count
from algos.submodular._lazy_greedy import refuse_growth
from algos.submodular._oracle import Oracle
from algos.submodular._selection import Selection, cardinality_bound
from algos.submodular._set_function import SetFunction

__all__ = ["random_greedy"]


def random_greedy(
    function: SetFunction, k: int, *, rng: Generator | int | None = None
) -> Selection:
    """Choose at most k elements one by one, each at random among the k of greatest marginals.

    Parameters
    ----------
    function : SetFunction
        Submodular and at least 0; it need not be monotone.
    k : int
        Number of elements, from 1 to the size of the ground set.
    rng : int, Generator or None, optional
        Of the choices.

    Returns
    -------
    Selection
        With an upper bound on what any k elements reach.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is no number, or impossible, or greater than that of the same element to a
        smaller set.

    Notes
    -----
    Where fewer than k marginals are above 0, the rest of the k choices are to take nothing in
    this round. The mean value is at least (1 − 1/k)^(k − 1) ≥ 1/e of the best one, and
    1 − (1 − 1/k)^k > 1 − 1/e of it if f is monotone. Among equal marginals the least elements
    are among the k. The upper bound is that of the empty set, f(T) ≤ Σ f(e), and if f is
    monotone that of all sets on the way. n k marginals at most.

    References
    ----------
    N. Buchbinder, M. Feldman, J. Naor, R. Schwartz, "Submodular maximization with cardinality
    constraints", SODA 2014.

    Examples
    --------
    >>> from algos.submodular import GraphCut, random_greedy
    >>> star = GraphCut([[0.0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])
    >>> cut = random_greedy(star, 1, rng=0)
    >>> cut.elements.tolist(), cut.value, cut.upper_bound
    ([0], 3.0, 3.0)
    """
    oracle = Oracle(function)
    k = checked_count("k", k, most=oracle.size)
    random = np.random.default_rng(rng)
    state, left = oracle.start(), oracle.everything
    chosen: list[int] = []
    gained, value, bound = [], 0.0, np.inf
    before, known_at, largest = np.full(oracle.size, np.inf), np.zeros(oracle.size, int), 0.0
    for step in range(k):
        gains = oracle.gains(state, left)
        refuse_growth(left, gains, before, known_at, len(chosen), largest)
        known_at[left], largest = len(chosen), max(largest, float(abs(gains).max()))
        if step == 0 or oracle.function.monotone:
            bound = min(bound, cardinality_bound(value, gains, k))
        most = np.lexsort((left, -gains))[:k]
        place = int(random.integers(k))
        before = gains
        if place >= len(most) or gains[most[place]] <= 0:
            continue
        taken = most[place]
        oracle.push(state, int(left[taken]))
        chosen.append(int(left[taken]))
        gained.append(gains[taken])
        value += float(gains[taken])
        left, before = np.delete(left, taken), np.delete(gains, taken)
    return Selection(
        np.array(chosen, dtype=np.intp), np.array(gained), value, max(value, bound), oracle.calls
    )
