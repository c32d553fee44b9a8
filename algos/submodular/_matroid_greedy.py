"""The greedy algorithm under matroids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from algos.submodular._lazy_greedy import refuse_growth
from algos.submodular._matroid import Matroid
from algos.submodular._oracle import monotone_oracle
from algos.submodular._selection import Selection, best
from algos.submodular._set_function import SetFunction

__all__ = ["matroid_greedy"]


def matroid_greedy(function: SetFunction, matroids: Matroid | Sequence[Matroid]) -> Selection:
    """Choose elements one by one, each of greatest marginal among those that may be added.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    matroids : Matroid or sequence of Matroid
        The chosen set is independent in all of them.

    Returns
    -------
    Selection
        With an upper bound on what any set reaches that is independent in all matroids.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        A marginal is no number, or negative.

    Notes
    -----
    The value is at least 1/(p + 1) of the best one for p matroids, and 1/2 for one. Among equal
    marginals the least element is taken; elements that add nothing are left out. n r marginals
    at most, where r is the number of chosen elements. The upper bound is the least, over the
    sets S on the way and over the matroids, of f(S) and the heaviest independent set, the
    marginals to S being the weights.

    References
    ----------
    M. L. Fisher, G. L. Nemhauser, L. A. Wolsey, "An analysis of approximations for maximizing
    submodular set functions—II", Mathematical Programming Studies 8, 1978.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import Coverage, PartitionMatroid, matroid_greedy
    >>> covers = Coverage([[1, 1, 0], [1, 1, 1], [0, 0, 1]])
    >>> chosen = matroid_greedy(covers, PartitionMatroid([0, 1, 1]))
    >>> chosen.elements.tolist(), chosen.value, chosen.upper_bound
    ([1], 3.0, 3.0)
    """
    oracle = monotone_oracle(function)
    limits = _checked(matroids, oracle.size)
    state, left = oracle.start(), oracle.everything
    independents = [limit.start() for limit in limits]
    marginals = np.full(oracle.size, np.inf)  # of what cannot be added: old ones, upper bounds
    chosen: list[int] = []
    gained, value, bound = [], 0.0, np.inf
    while True:
        if len(left):
            gains, earlier = oracle.gains(state, left), np.full(oracle.size, len(chosen) - 1)
            refuse_growth(left, gains, marginals[left], earlier, len(chosen), value)
            marginals[left] = gains
        bound = min(bound, value + min(limit.heaviest(marginals) for limit in limits))
        left = left[marginals[left] > 0]
        for limit, independent in zip(limits, independents, strict=True):
            left = left[limit.addable(independent, left)]
        if not len(left):
            break
        taken = int(left[best(marginals[left], left)])
        oracle.push(state, taken)
        for limit, independent in zip(limits, independents, strict=True):
            limit.push(independent, taken)
        chosen.append(taken)
        gained.append(float(marginals[taken]))
        value += gained[-1]
        marginals[taken] = 0
        left = left[left != taken]
    return Selection(
        np.array(chosen, dtype=np.intp), np.array(gained), value, max(value, bound), oracle.calls
    )


def _checked(matroids: Matroid | Sequence[Matroid], size: int) -> list[Matroid]:
    """Validate matroids on the elements of the function."""
    try:
        limits = [matroids] if isinstance(matroids, Matroid) else list(matroids)
    except TypeError:
        raise TypeError(f"matroids must be of Matroid, got {matroids!r}") from None
    if not limits:
        raise ValueError("matroids must hold at least one, got none; greedy takes a number")
    for limit in limits:
        if not isinstance(limit, Matroid):
            raise TypeError(f"matroids must be of Matroid, got {type(limit).__name__}")
        if limit.size != size:
            raise ValueError(
                f"matroids must have the function's {size} elements, got one with {limit.size}"
            )
    return limits
