"""Committees with so many members of each group, at least and at most."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos._arguments import checked_array, checked_count
from algos.submodular._matroids import Matroid
from algos.submodular._oracle import Oracle
from algos.submodular._selection import Selection, best
from algos.submodular._set_function import Bools, Indices, SetFunction

__all__ = ["QuotaMatroid", "quota_greedy"]


class QuotaMatroid(Matroid):
    """Sets that some more elements complete to k, within the quotas of every group.

    Parameters
    ----------
    groups : array_like of int, shape (n,)
        The group of each element: 0, 1, …, at most n.
    k : int
        Number of elements of a complete set.
    lower, upper : int or array_like of int, shape (number of groups,), optional
        Least and greatest number of elements of each group; 0 and all of it by default.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or no set is within the quotas.

    Notes
    -----
    A set with c_g elements of group g is independent if c_g ≤ upper_g for every group and
    Σ max(c_g, lower_g) ≤ k.

    Examples
    --------
    >>> from algos.submodular import QuotaMatroid
    >>> quotas = QuotaMatroid([0, 0, 0, 1], k=2, lower=[0, 1])
    >>> quotas.independent([0, 3]), quotas.independent([0, 1])
    (True, False)
    """

    def __init__(self, groups: Any, k: int, *, lower: Any = 0, upper: Any = None) -> None:
        self.groups = _integers("groups", groups, (None,))
        super().__init__(len(self.groups))
        if self.groups.max() > self.size:
            raise ValueError(
                f"groups must hold numbers up to that of elements, {self.size}, got "
                f"{self.groups.max()}; np.unique(groups, return_inverse=True)[1] numbers them anew"
            )
        sizes = np.bincount(self.groups)
        self.k = checked_count("k", k, most=self.size)
        self.lower = _for_each("lower", lower, sizes.shape)
        wanted = sizes if upper is None else _for_each("upper", upper, sizes.shape)
        self.upper = np.minimum(wanted, sizes)
        short = self.lower > self.upper
        if short.any():
            g = int(short.argmax())
            raise ValueError(
                f"lower must be at most upper and the size of the group, got {self.lower[g]} "
                f"for group {g}, of {sizes[g]} elements, and {wanted[g]} above"
            )
        if not self.lower.sum() <= self.k <= self.upper.sum():
            raise ValueError(
                f"k must lie between the sums of quotas, {self.lower.sum()} and "
                f"{self.upper.sum()}, got {self.k}"
            )

    def start(self) -> Indices:
        """Give the number of elements of each group."""
        return np.zeros(len(self.lower), dtype=np.intp)

    def addable(self, state: Indices, candidates: Indices) -> Bools:
        """Tell whether quotas leave room for one more of the group."""
        spare = self.k - np.maximum(state, self.lower).sum()
        room = (state < self.lower) | ((state < self.upper) & (spare > 0))
        return np.asarray(room[self.groups[candidates]])

    def push(self, state: Indices, element: int) -> None:
        """Count the element."""
        state[self.groups[element]] += 1


def quota_greedy(
    function: SetFunction, groups: Any, k: int, *, lower: Any = 0, upper: Any = None
) -> Selection:
    """Choose k elements one by one, each of greatest marginal among those that quotas allow.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular.
    groups : array_like of int, shape (n,)
        The group of each element: 0, 1, …, at most n.
    k : int
        Number of elements.
    lower, upper : int or array_like of int, shape (number of groups,), optional
        Least and greatest number of elements of each group; 0 and all of it by default.

    Returns
    -------
    Selection
        With an upper bound on what any k elements within the quotas reach.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or no set is within the quotas.
    OracleError
        A marginal is no number, or negative.

    Notes
    -----
    The quotas are held, and the value is at least 1/2 of the best one within them; it is the
    best one where f is a sum over the elements. Among equal marginals the least element is
    taken. n k marginals at most.

    References
    ----------
    M. L. Fisher, G. L. Nemhauser, L. A. Wolsey, "An analysis of approximations for maximizing
    submodular set functions—II", Mathematical Programming Studies 8, 1978.

    Examples
    --------
    >>> from algos.submodular import CommitteeScore, quota_greedy
    >>> borda = CommitteeScore([[0, 1, 2, 3], [1, 0, 2, 3]])
    >>> quota_greedy(borda, [0, 0, 1, 1], 2, lower=1).elements.tolist()
    [0, 2]
    """
    oracle = Oracle(function)
    quotas = QuotaMatroid(groups, k, lower=lower, upper=upper)
    if quotas.size != oracle.size:
        raise ValueError(
            f"groups must have shape ({oracle.size},), for the function's elements, "
            f"got ({quotas.size},)"
        )
    if not function.monotone:
        raise ValueError("function must be monotone, got one with monotone=False")
    state, counts, left = oracle.start(), quotas.start(), oracle.everything
    marginals = np.zeros(oracle.size)  # of what no more is allowed: old ones, not less than the new
    chosen, gained, value, bound = [], [], 0.0, np.inf
    for _ in range(quotas.k):
        left = left[quotas.addable(counts, left)]
        marginals[left] = oracle.gains(state, left)
        bound = min(bound, value + quotas.heaviest(marginals))
        taken = int(left[best(marginals[left], left)])
        oracle.push(state, taken)
        quotas.push(counts, taken)
        chosen.append(taken)
        gained.append(float(marginals[taken]))
        value += gained[-1]
        marginals[taken] = 0
        left = left[left != taken]
    return Selection(np.array(chosen, dtype=np.intp), np.array(gained), value, bound, oracle.calls)


def _for_each(name: str, value: Any, shape: tuple[int, ...]) -> Indices:
    """Validate quotas, and repeat a single one for every group."""
    quota = _integers(name, value)
    return np.full(shape, quota) if quota.ndim == 0 else _integers(name, value, shape)


def _integers(name: str, value: Any, shape: tuple[int | None, ...] | None = None) -> Indices:
    """Validate an array of integers of at least 0."""
    array = checked_array(name, value, shape=shape)
    if (array < 0).any() or (array != np.floor(array)).any() or array.max() > 2**31:
        raise ValueError(f"{name} must hold integers from 0 to 2^31, got {value!r}")
    return array.astype(np.intp)
