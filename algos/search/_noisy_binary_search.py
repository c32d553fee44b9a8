"""Noisy binary search on any monotone line of coins: find, then verify."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from algos._arguments import checked_count
from algos.search._capacity import capacity
from algos.search._posterior import CrossingPosterior
from algos.search._problem import Coins, Flip, SearchResult, checked_problem
from algos.search._side_test import PATIENCE, Side, SideTest, side_test, sure_size

#: Rounds of a guess and its verification, before bisection by side tests takes over.
ROUNDS = 6
#: In these rounds the guess is the median of the coins asked, else the posterior's.
SCREENED = (2, 5)
#: A posterior's guess is taken once one index has this probability ...
SURE = 0.8
#: ... or after this multiple of lg(n + 1) / C flips, in the first round and in later ones.
FIRST_BUDGET, LATER_BUDGET = 1.25, 0.4
#: Share of the failure probability that goes to the first two tests.
FIRST_TESTS = 0.6


@dataclass(frozen=True)
class NoisySearchResult(SearchResult):
    """Where the coins cross the target, with the tests that prove it.

    Attributes
    ----------
    index, samples, failure_probability, status
        As in :class:`SearchResult`.
    tests : tuple of SideTest
        The certificate: every side test of this run, in order.  A found index i
        rests on two of them, or on an end of the line: one that shows coin i−1
        below target + tolerance, and one that shows coin i above
        target − tolerance.  One test that shows coin i−1 between does for both.
    """

    tests: tuple[SideTest, ...]


def noisy_binary_search(
    flip: Flip,
    n: int,
    *,
    target: float = 0.5,
    tolerance: float,
    failure_probability: float,
    rng: np.random.Generator | int | None = None,
    max_samples: int | None = None,
) -> NoisySearchResult:
    r"""Find where coins with non-decreasing heads probabilities cross a target.

    Use it where all you know is that the coins do not decrease: some may lie near
    the target and look alike, as on a ramp.  The answer is right with the stated
    probability on every such line.  If you know that the coins jump, and by how
    much, :func:`sharp_crossing_search` needs fewer flips.

    Parameters
    ----------
    flip : callable
        ``flip(coin)`` tosses a coin in 0 … n−1 and returns 0 or 1.
    n : int
        Number of coins, from 1 to 2**62 - 1.
    target : float, optional
        Heads probability to be crossed, in (0, 1).
    tolerance : float
        In (0, min(target, 1 - target)].
    failure_probability : float
        In (0, 1).
    rng : numpy.random.Generator, int or None, optional
        Not used: given the flips, the search is deterministic.  It is here so
        that all searches can be called alike.
    max_samples : int, optional
        Stop after this many flips with the best guess so far.

    Returns
    -------
    NoisySearchResult
        An insertion index i.  With probability at least
        1 − failure_probability it is right: coin i−1 has heads probability less
        than target + tolerance, coin i more than target − tolerance, where coin
        −1 counts as 0 and coin n as 1.  When ``max_samples`` ran out, its status
        is ``"budget exhausted"`` and its failure probability 1.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was flipped.
    FlipError
        A flip raised, was not 0 or 1, or the coins clearly decrease.

    Notes
    -----
    Find: the posterior of a single sharp crossing chooses coins at its
    capacity-achieving quantile, as in the paper, for about lg n / C flips (C is
    the :func:`capacity`).  On a ramp that posterior means nothing, but the coins
    it asks gather near the crossing.

    Verify: fresh flips of the two coins beside the guess.  Each of these side
    tests is false with probability at most :math:`\delta_j`, whatever
    happened before, and the :math:`\delta_j` sum to less than
    ``failure_probability``.  An answer follows from tests that hold, or from the
    ends of the line, so it is wrong only if a test was false.  A test that
    refutes the guess narrows the line, and the search goes on; two rounds in
    six take the median of the asked coins that remain, which leaves a ramp in
    longer steps; after these rounds bisection by side tests ends the search, so
    that no run takes more flips than :func:`worst_case_flips`.

    The paper's bound on the flips, :math:`(\lg n + O(\lg^{2/3} n
    \lg^{1/3}(1/\delta) + \lg(1/\delta))) / C`, has unpublished constants and
    concerns its own second stage; here that growth is measured, not proven.  At
    failure probability 0.01 and 10^6 coins this search takes about 1.3 lg n / C
    flips on a sharp line and 2.2 on a ramp that has all its coins inside the
    tolerance.  Its own work per flip is O(log flips).  The proof is in
    docs/theory/noisy_binary_search.

    References
    ----------
    L. Gretta, E. Price, "Sharp Noisy Binary Search with Monotonic
    Probabilities", 2023, Theorem 1.1.

    J. Ville, "Étude critique de la notion de collectif", 1939: the inequality
    behind the side tests.

    Examples
    --------
    >>> from algos.search import CoinLine, noisy_binary_search
    >>> line = CoinLine.ramp(10**6, index=400_000, width=100, low=0.3, high=0.7)
    >>> result = noisy_binary_search(
    ...     line.flipper(1), line.n, tolerance=0.1, failure_probability=0.01
    ... )
    >>> line.is_answer(result.index, target=0.5, tolerance=0.1)
    True
    """
    n, target, tolerance, delta = checked_problem(n, target, tolerance, failure_probability)
    n = checked_count("n", n, most=2**62 - 1)
    limit = None if max_samples is None else checked_count("max_samples", max_samples)
    search = _Search(flip, n, target, tolerance, delta, limit)
    found = True
    try:
        index = search.run()
    except _BudgetError:
        index, found = search.guess(), False
    search.coins.check_monotone()
    return NoisySearchResult(
        index=index,
        samples=search.coins.samples,
        failure_probability=delta if found else 1.0,
        status="found" if found else "budget exhausted",
        tests=tuple(search.tests),
    )


def worst_case_flips(n: float, target: float, tolerance: float, failure_probability: float) -> int:
    """Give the number of flips that no run of :func:`noisy_binary_search` exceeds.

    Parameters
    ----------
    n : int or float
        Number of coins, a whole number.
    target, tolerance, failure_probability : float
        As for :func:`noisy_binary_search`.

    Returns
    -------
    int
        Flips of the posterior's rounds, plus the longest side tests of all
        rounds, plus one side test for each halving of n + 1 answers.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Examples
    --------
    >>> worst_case_flips(10**6, 0.5, 0.1, 0.01)
    35556
    """
    if n != math.floor(n):
        raise ValueError(f"n must be a whole number, got {n!r}")
    count, target, tolerance, delta = checked_problem(
        int(n), target, tolerance, failure_probability
    )
    rounds = [k for k in range(ROUNDS) if k not in SCREENED]
    flips = sum(_budget(k, count, target, tolerance) for k in rounds)
    halvings = count.bit_length()  # ceil(lg(n + 1))
    for j in range(1, min(2 * ROUNDS + halvings, count) + 1):  # each test excludes an answer
        size = sure_size(target, tolerance, _level(j, delta))
        flips += PATIENCE * size if j <= 2 * ROUNDS else size
    return flips


class _BudgetError(Exception):
    """The caller's budget of flips is used up."""


class _Search:
    """A run: its flips, what the tests have shown, and the posterior that guesses."""

    def __init__(
        self, flip: Flip, n: int, target: float, tolerance: float, delta: float, limit: int | None
    ) -> None:
        self.n, self.target, self.tolerance, self.delta = n, target, tolerance, delta
        self.coins, self.limit = Coins(flip, n), limit
        self.first, self.last = 0, n  # the tests so far imply a right answer in first … last
        self.tests: list[SideTest] = []
        self.asked: list[int] = []
        self.posterior = self._prior()

    def run(self) -> int:
        """Guess and verify; then bisect."""
        for k in range(ROUNDS):
            if self.first == self.last:
                break
            guess = self._median_asked() if k in SCREENED else self._find(k)
            if self._verify(guess):
                return guess
        while self.first < self.last:
            self._test((self.first + self.last) // 2, None)
        return self.first

    def guess(self) -> int:
        """Give the most probable index that the tests allow."""
        return min(max(self.posterior.best()[0], self.first), self.last)

    def _find(self, k: int) -> int:
        """Let the posterior choose the coins until it is sure, or the round's budget ends."""
        for _ in range(_budget(k, self.n, self.target, self.tolerance)):
            if self.posterior.confidence >= SURE:
                break
            coin = self.posterior.ask()
            self.asked.append(coin)
            self._toss(coin)
        return self.guess()

    def _median_asked(self) -> int:
        """Give the median of the posterior's coins that remain, the middle if none does."""
        remaining = sorted(coin for coin in self.asked if self.first <= coin < self.last)
        return remaining[len(remaining) // 2] if remaining else (self.first + self.last) // 2

    def _verify(self, index: int) -> bool:
        """Test the coins before and after the index, unless their sides are known."""
        if index > self.first and self._test(index - 1, "below").conclusion == "between":
            return True
        if index == self.first < self.last:
            return self._test(index, "above").above
        return index == self.first == self.last

    def _test(self, coin: int, wanted: Side | None) -> SideTest:
        """Run the next side test and narrow the line to what it implies."""
        test = side_test(
            self._toss, coin, target=self.target, tolerance=self.tolerance,
            level=_level(len(self.tests) + 1, self.delta), wanted=wanted,
        )  # fmt: skip
        self.tests.append(test)
        if test.above:
            self.last = coin
        if test.below:
            self.first = coin + 1
        if self.first <= self.last:
            self._narrow()
        return test

    def _narrow(self) -> None:
        """Tell the posterior what the tests imply; start it afresh where it was sure otherwise."""
        try:
            self.posterior.restrict(self.first, self.last)
        except ValueError:
            self.posterior = self._prior()
            self.posterior.restrict(self.first, self.last)

    def _toss(self, coin: int) -> int:
        """Flip a coin within the caller's budget, and let the posterior see it."""
        if self.coins.samples == self.limit:
            raise _BudgetError
        heads = self.coins.flip(coin)
        self.posterior.tell(coin, heads)
        return heads

    def _prior(self) -> CrossingPosterior:
        """Make a posterior that no flip can contradict: coins may lie inside the tolerance."""
        low, high, margin = self.target - self.tolerance, self.target + self.tolerance, 0.01
        margin *= self.tolerance
        return CrossingPosterior(self.n, low=max(low, margin), high=min(high, 1 - margin))


def _budget(k: int, n: int, target: float, tolerance: float) -> int:
    """Give the flips that the posterior may take in round k."""
    share = FIRST_BUDGET if k == 0 else LATER_BUDGET
    return math.ceil(share * math.log2(n + 1) / capacity(target, tolerance))


def _level(j: int, delta: float) -> float:
    """Give the probability with which the j-th test may be false; they sum to delta."""
    if j <= 2:
        return FIRST_TESTS / 2 * delta
    return (1 - FIRST_TESTS) * delta / ((j - 2) * (j - 1))
