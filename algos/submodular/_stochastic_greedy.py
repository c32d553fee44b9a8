"""Stochastic greedy: every round looks at a random sample alone."""

from __future__ import annotations

import math

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.submodular._lazy_greedy import gains_until, refuse_growth
from algos.submodular._oracle import monotone_oracle
from algos.submodular._selection import Selection, best, cardinality_bound
from algos.submodular._set_function import SetFunction

__all__ = ["stochastic_greedy"]


def stochastic_greedy(
    function: SetFunction,
    k: int,
    *,
    epsilon: float = 0.1,
    lazy: bool = True,
    bound: bool = False,
    rng: int | np.random.Generator | None = None,
) -> Selection:
    """Choose k elements one by one, each of greatest marginal in a random sample.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    k : int
        Number of elements, from 1 to the size n of the ground set.
    epsilon : float, optional
        In (0, 1): samples have ⌈(n/k) ln(1/ε)⌉ of the elements that are left, or all of them.
    lazy : bool, optional
        Whether to leave marginals out that older ones show to be less than the greatest of the
        sample: the same elements are chosen.
    bound : bool, optional
        Whether to compute the marginals of all elements that are left to the chosen set as well,
        n − k of them: they bound what any k elements reach.
    rng : int, Generator or None, optional
        Of the samples.

    Returns
    -------
    Selection
        Its upper bound is infinite unless ``bound=True``.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is no number, or negative, or greater than that of the same element to a
        smaller set.

    Notes
    -----
    The mean of the value is at least 1 − (1 − (1 − ε)/k)^k > 1 − 1/e − ε of the greatest one.
    Among equal marginals the least element of the sample is taken. At most k ⌈(n/k) ln(1/ε)⌉
    marginals, and n − k more for the bound: the value and the k greatest of them.

    References
    ----------
    B. Mirzasoleiman, A. Badanidiyuru, A. Karbasi, J. Vondrák, A. Krause, "Lazier than lazy
    greedy", AAAI 2015, Theorem 1.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import Coverage, greedy, stochastic_greedy
    >>> covers = Coverage(np.random.default_rng(0).random((500, 100)) < 0.1)
    >>> chosen = stochastic_greedy(covers, 20, epsilon=0.1, lazy=False, rng=0)
    >>> bool(chosen.value > 0.95 * greedy(covers, 20).value), chosen.oracle_calls
    (True, 1160)
    >>> certified = stochastic_greedy(covers, 20, bound=True, rng=0)
    >>> bool(certified.value > 0.8 * certified.upper_bound)
    True
    """
    oracle = monotone_oracle(function)
    k = checked_count("k", k, most=oracle.size)
    epsilon = checked_real("epsilon", epsilon, 0, 1)
    rng = np.random.default_rng(rng)
    sampled = math.ceil(oracle.size / k * -math.log(epsilon))
    state, left = oracle.start(), oracle.everything.copy()
    bounds, known_at = np.full(oracle.size, np.inf), np.zeros(oracle.size, dtype=np.intp)
    chosen: list[int] = []
    gained: list[float] = []
    value, largest, upper_bound = 0.0, 0.0, np.inf
    for step in range(k):
        places = rng.choice(len(left), min(sampled, len(left)), replace=False, shuffle=False)
        sample = left[places]
        if lazy:
            first = np.lexsort((sample, -bounds[sample]))
            places, sample = places[first], sample[first]
            gains = gains_until(oracle, state, sample, bounds[sample])
            sample = sample[: len(gains)]
        else:
            gains = oracle.gains(state, sample)
        largest = max(largest, float(gains.max()))
        refuse_growth(sample, gains, bounds[sample], known_at, chosen, largest)
        bounds[sample], known_at[sample] = gains, step
        place = best(gains, sample)
        oracle.push(state, int(sample[place]))
        chosen.append(int(sample[place]))
        gained.append(float(gains[place]))
        value += gained[-1]
        left[places[place]] = left[-1]
        left = left[:-1]
    if bound:
        gains = oracle.gains(state, left)
        if len(left):
            refuse_growth(left, gains, bounds[left], known_at, chosen, largest)
        upper_bound = cardinality_bound(value, gains, k)
    return Selection(
        np.array(chosen, dtype=np.intp), np.array(gained), value, upper_bound, oracle.calls
    )
