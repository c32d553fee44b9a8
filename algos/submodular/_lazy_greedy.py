"""The lazy greedy algorithm: marginals are computed again only where they may be the greatest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from accel.bounds import reinsert
from algos._arguments import checked_count
from algos.submodular._oracle import RTOL, Oracle, monotone_oracle
from algos.submodular._selection import Selection, best, cardinality_bound
from algos.submodular._set_function import Indices, OracleError, Reals, SetFunction, shown

__all__ = ["gains_until", "lazy_greedy", "refuse_growth"]


def lazy_greedy(function: SetFunction, k: int) -> Selection:
    """Choose the elements that `greedy` chooses, with fewer marginals.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    k : int
        Number of elements, from 1 to the size of the ground set.

    Returns
    -------
    Selection
        As `greedy` gives it, but for `upper_bound`, which is made of older marginals too, and
        `oracle_calls`.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is no number, or negative, or greater than that of the same element to a
        smaller set.

    Notes
    -----
    Marginals fall as the set grows, so that an old one is an upper bound. A round computes
    marginals by falling bounds until the greatest reaches all bounds that are left. Ties go to
    the least element, as in `greedy`; the chosen set is the same wherever marginals that are
    equal are computed as equal. Never more marginals than `greedy`, n + k − 1 at least; O(n log n)
    time besides, and O(n) a round in the worst case.

    References
    ----------
    M. Minoux, "Accelerated greedy algorithms for maximizing submodular set functions",
    Optimization Techniques, LNCIS 7, 1978, Section 2.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import Coverage, greedy, lazy_greedy
    >>> covers = np.random.default_rng(0).random((500, 100)) < 0.1
    >>> one, other = greedy(Coverage(covers), 20), lazy_greedy(Coverage(covers), 20)
    >>> one.elements.tolist() == other.elements.tolist(), one.oracle_calls
    (True, 9810)
    >>> other.oracle_calls < 4000
    True
    """
    oracle = monotone_oracle(function)
    k = checked_count("k", k, most=oracle.size)
    state, order = oracle.start(), oracle.everything.copy()
    bounds, known_at = np.full(oracle.size, np.inf), np.zeros(oracle.size, dtype=np.intp)
    chosen: list[int] = []
    gained: list[float] = []
    value, upper_bound = 0.0, np.inf
    for step in range(k):
        gains = gains_until(oracle, state, order, bounds)
        passed = len(gains)
        refuse_growth(order, gains, bounds, known_at, chosen, gained[0] if gained else 0.0)
        known_at[order[:passed]] = step
        place = best(gains, order)
        oracle.push(state, int(order[place]))
        chosen.append(int(order[place]))
        gained.append(float(gains[place]))
        others, lower = np.delete(order[:passed], place), np.delete(gains, place)
        first = np.lexsort((others, -lower))
        reinsert(order, bounds, passed, others[first], lower[first])
        order, bounds = order[1:], bounds[1:]
        greatest = np.append(gained[-1], bounds[: k - 1])
        upper_bound = min(upper_bound, cardinality_bound(value, greatest, k))
        value += gained[-1]
    upper_bound = max(value, upper_bound)
    return Selection(
        np.array(chosen, dtype=np.intp), np.array(gained), value, upper_bound, oracle.calls
    )


def gains_until(oracle: Oracle, state: Any, candidates: Indices, bounds: Reals) -> Reals:
    """Compute marginals by falling bounds, as `SetFunction.gains_until` has it, and count them."""
    gains = oracle.function.gains_until(state, candidates, bounds)
    if gains is not None:
        oracle.calls += len(gains)
        return gains
    gains = oracle.gains(state, candidates[bounds == np.inf])
    greatest = max(zip(gains, -candidates[: len(gains)], strict=True), default=(-np.inf, 0))
    for p in range(len(gains), len(candidates)):
        if greatest > (bounds[p], -candidates[p]):
            break
        gain = oracle.gains(state, candidates[p : p + 1])
        gains = np.append(gains, gain)
        greatest = max(greatest, (gain[0], -candidates[p]))
    return gains


def refuse_growth(
    candidates: Indices,
    gains: Reals,
    bounds: Reals,
    known_at: Indices,
    chosen: Sequence[int] | int,
    largest: float = 0.0,
) -> None:
    """Stop where a marginal is greater than to a smaller set, beyond the largest one's rounding.

    The message names both sets, or their sizes where the number of chosen elements alone is given.
    """
    grown = gains - bounds[: len(gains)] > RTOL * max(largest, gains.max())
    if grown.any():
        p = int(np.argmax(grown))
        element = candidates[p]
        before = known_at[element]
        now, then = (
            (f"the {chosen} elements chosen so far", f"the first {before} of them")
            if isinstance(chosen, int)
            else (shown(chosen), shown(chosen[:before]))
        )
        raise OracleError(
            f"function must be submodular, got for element {element} the marginal {gains[p]:g} to "
            f"{now}, after {bounds[p]:g} to {then}"
        )
