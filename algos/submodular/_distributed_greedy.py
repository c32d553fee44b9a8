"""Distributed greedy: on random parts at once, then on what the parts have chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from algos._arguments import checked_count
from algos.submodular._lazy_greedy import lazy_greedy
from algos.submodular._oracle import monotone_oracle
from algos.submodular._selection import Selection, cardinality_bound
from algos.submodular._set_function import Indices, OracleError, Reals, SetFunction, shown

__all__ = ["distributed_greedy"]


def distributed_greedy(
    function: SetFunction,
    k: int,
    *,
    parts: int,
    client: Any = None,
    rng: Generator | int | None = None,
) -> Selection:
    """Choose k elements on each of several random parts, then k of the chosen.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular; it is sent to the workers.
    k : int
        Number of elements, from 1 to the size of the ground set.
    parts : int
        Number of parts, at least 1.
    client : dask.distributed.Client, optional
        Where the parts are worked on; by default in joblib's current context, which is this
        process alone unless `joblib.parallel_config` says otherwise.
    rng : int, Generator or None, optional
        Of the parts.

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
    Each element goes to a part of its own drawing. The best of the parts' answers and of the
    answer on their union is returned, the latter if equal. With g = 1 − (1 − 1/k)^k the mean value
    is at least g/2 > (1 − 1/e)/2 of the best one, and for m parts every value is at least
    max(g/m, 1/k) of it, whatever the parts are. The answer does not depend on client or number of
    workers. A last round over the parts, of n marginals, gives the upper bound.

    References
    ----------
    R. Barbosa, A. Ene, H. Nguyen, J. Ward, "The power of randomization: distributed submodular
    maximization on massive datasets", ICML 2015.

    B. Mirzasoleiman, A. Karbasi, R. Sarkar, A. Krause, "Distributed submodular maximization:
    identifying representative elements in massive data", NIPS 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import Coverage, distributed_greedy, greedy
    >>> covers = Coverage(np.random.default_rng(0).random((1000, 50)) < 0.1)
    >>> chosen = distributed_greedy(covers, 5, parts=4, rng=0)
    >>> len(chosen.elements), chosen.value >= 0.9 * greedy(covers, 5).value
    (5, True)
    """
    k = checked_count("k", k, most=monotone_oracle(function).size)
    parts = checked_count("parts", parts)
    if client is not None and not hasattr(client, "submit"):
        raise TypeError(
            f"client must be a dask.distributed.Client, got {client!r}; leave it out for joblib"
        )
    drawn = np.random.default_rng(rng).integers(parts, size=function.size)
    pools = [np.flatnonzero(drawn == part) for part in np.unique(drawn)]
    sent = function if client is None else client.scatter(function, broadcast=True, hash=False)
    answers = _everywhere(client, _greedy_among, sent, pools, k)
    union = np.sort(np.concatenate([one.elements for one in answers]))
    answers.insert(0, _greedy_among(function, union, k))
    chosen = max(answers, key=lambda one: one.value)
    most = _everywhere(client, _greatest, sent, pools, k, chosen.elements)
    bounds = [
        cardinality_bound(chosen.value, np.concatenate(most), k),
        sum(one.upper_bound for one in answers[1:]),
    ]
    calls = sum(one.oracle_calls for one in answers) + function.size
    bound = max(chosen.value, min(bounds))
    return Selection(chosen.elements, chosen.gains, chosen.value, bound, calls)


def _everywhere(client: Any, work: Any, function: Any, pools: list[Indices], *rest: Any) -> Any:
    """Work on all parts, wherever that is."""
    if client is None:
        from joblib import Parallel, delayed

        return Parallel()(delayed(work)(function, pool, *rest) for pool in pools)
    return client.gather([client.submit(work, function, pool, *rest, pure=False) for pool in pools])


def _greedy_among(function: SetFunction, pool: Indices, k: int) -> Selection:
    """Choose k elements of a part, or all if there are fewer."""
    try:
        one = lazy_greedy(_Part(function, pool), min(k, len(pool)))
    except OracleError as error:
        raise OracleError(
            f"{error}; elements are numbered from 0 within a part here, this one being "
            f"{shown(pool)}"
        ) from error
    return Selection(pool[one.elements], one.gains, one.value, one.upper_bound, one.oracle_calls)


def _greatest(function: SetFunction, pool: Indices, k: int, chosen: Indices) -> Reals:
    """Give the k greatest marginals of a part to a set."""
    oracle = monotone_oracle(function)
    state = oracle.start()
    for element in chosen.tolist():
        oracle.push(state, element)
    return np.sort(oracle.gains(state, pool))[-k:]


class _Part(SetFunction):
    """A function of the subsets of a part, whose elements are numbered anew."""

    def __init__(self, function: SetFunction, pool: Indices) -> None:
        super().__init__(len(pool))
        self.function, self.pool = function, pool
        self.monotone = function.monotone

    def start(self) -> Any:
        """Give the state of the empty set."""
        return self.function.start()

    def gains(self, state: Any, candidates: Indices) -> Reals:
        """Compute marginals."""
        return self.function.gains(state, self.pool[candidates])

    def gains_until(self, state: Any, candidates: Indices, bounds: Reals) -> Reals | None:
        """Compute marginals by falling bounds; a part keeps the order of its elements."""
        return self.function.gains_until(state, self.pool[candidates], bounds)

    def push(self, state: Any, element: int) -> None:
        """Put an element into S."""
        self.function.push(state, int(self.pool[element]))
