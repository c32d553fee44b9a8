"""Critical payments: the greatest bids at which greedy auctions would still buy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from algos.submodular import OracleError
from algos.submodular._net_rounds import Round
from algos.submodular._oracle import RTOL, Oracle
from algos.submodular._score_rules import CostScaled, Distorted, ReturnOnInvestment, ScoreRule
from algos.submodular._selection import best
from algos.submodular._set_function import Indices

__all__ = ["Payments"]

#: So many old marginals are asked for at once.
FEW = 16


class Payments:
    """Ties of winners with the rounds of runs without them.

    Parameters
    ----------
    oracle : Oracle
        The quality.
    bids : ndarray, shape (n,)
        Of all sellers.
    rule : ScoreRule
        Scores.
    pools : ndarray of intp, shape (rounds, m), or None
        Who is looked at in every round; None for everyone.
    """

    def __init__(
        self, oracle: Oracle, bids: NDArray[Any], rule: ScoreRule, pools: Indices | None
    ) -> None:
        self.oracle, self.bids, self.rule, self.pools = oracle, bids, rule, pools
        self.exact = bids.dtype == object
        self.weights = np.ones(rule.rounds)
        if isinstance(rule, Distorted):
            self.weights = np.array([float(rule.weight(t)) for t in range(rule.rounds)])
        self.charge = 2.0 if isinstance(rule, CostScaled) else 1.0
        self.ratio = isinstance(rule, ReturnOnInvestment)
        self.bounds = np.empty(FEW)
        self.old = np.empty(FEW + 1, dtype=np.intp)

    def critical(self, won: Round, gains: NDArray[Any], present: NDArray[np.bool_]) -> Any:
        """Run the auction on without the winner of a round: its greatest tie from there on.

        In earlier rounds both runs are the same and the winner lost: these ties are no greater
        than its bid.

        Parameters
        ----------
        won : Round
            The round; its winner has not joined the set yet.
        gains : ndarray, shape (n,)
            Marginals to the round's set, or to parts of it, which bound them.
        present : ndarray of bool, shape (n,)
            Who can still be chosen.

        Returns
        -------
        number
            The payment.
        """
        assert won.place is not None
        rule, seller = self.rule, int(won.pool[won.place])
        rerun = _Rerun(self, won, gains.copy(), present.copy(), seller)
        steps = np.arange(won.step, rule.rounds)
        if self.pools is not None:
            steps = steps[(self.pools[won.step :] == seller).any(axis=1)]
        last, step, payment = int(steps[-1]), won.step, gains[seller] * 0
        while step <= last:
            if rule.tie(last, rerun.upper(), rule.floor) <= payment:
                break  # marginals only fall, and weights only rise: no later tie is greater
            until = step if rule.steady and self.pools is None else last
            passed, winner, score = rerun.advance(step, until)
            before = int(steps.searchsorted(passed))
            if before and steps[before - 1] >= step:  # rounds pass: the latest tie is greatest
                payment = max(payment, rule.tie(int(steps[before - 1]), rerun.gain(), rule.floor))
            if winner < 0:
                break
            meets = before < len(steps) and steps[before] == passed
            if meets and rule.tie(passed, rerun.upper(), score) > payment:
                payment = max(payment, rule.tie(passed, rerun.gain(), score))
            rerun.push(winner)
            step = passed + 1
        return payment


class _Rerun:
    """A run without a seller, from the round that it won on."""

    def __init__(
        self,
        shared: Payments,
        won: Round,
        gains: NDArray[Any],
        present: NDArray[np.bool_],
        seller: int,
    ) -> None:
        self.shared, self.oracle = shared, shared.oracle
        self.state = shared.oracle.function.copy(won.state)
        self.gains, self.present, self.seller = gains, present, seller
        self.fresh = np.zeros(len(gains), dtype=bool)
        self.fresh[won.pool] = True
        self.present[seller] = False
        self.slack = RTOL * float(gains.max())  # rounding may let a marginal rise
        if shared.pools is None:  # who scores too little in the last round never wins
            with np.errstate(over="ignore"):
                most = shared.rule.scores(shared.rule.rounds - 1, gains + self.slack, shared.bids)
            self.looked_at = np.flatnonzero(present & (most > shared.rule.floor))[None]
        else:
            self.looked_at = shared.pools

    def upper(self) -> Any:
        """Bound the seller's marginal."""
        known = self.gains[self.seller]
        return known if self.fresh[self.seller] else known + self.slack

    def gain(self) -> Any:
        """Give the seller's marginal."""
        if not self.fresh[self.seller]:
            self.ask(np.array([self.seller]))
        return self.gains[self.seller]

    def ask(self, stale: Indices) -> None:
        """Renew marginals that are old."""
        gains, old = self.oracle.gains(self.state, stale), self.gains[stale]
        if (gains > old + self.slack).any():
            k = int((gains - old).argmax())
            raise OracleError(
                "quality must be submodular, got a marginal that rises from "
                f"{float(old[k]):g} to {float(gains[k]):g} for seller {stale[k]} as the set grows"
            )
        self.gains[stale] = gains
        self.fresh[stale] = True

    def push(self, seller: int) -> None:
        """Buy."""
        self.oracle.push(self.state, seller)
        self.present[seller] = False
        self.fresh[:] = False

    def advance(self, step: int, last: int) -> tuple[int, int, Any]:
        """Find the next round that somebody wins: the round, the winner or −1, its score."""
        one = self.shared
        if one.exact:
            return self._advance_exactly(step, last)
        from accel.rounds import advance

        while True:
            step, count, winner, score = advance(
                step, last, self.looked_at, one.weights, one.charge, one.ratio,
                float(one.rule.floor), self.gains, self.slack, self.fresh, one.bids,
                self.present, one.old, one.bounds,
            )  # fmt: skip
            if count == 0:
                return step, winner, score
            if not self.fresh[self.seller]:
                one.old[count], count = self.seller, count + 1
            self.ask(one.old[:count])

    def _advance_exactly(self, step: int, last: int) -> tuple[int, int, Any]:
        """Do the same in fractions."""
        one = self.shared
        for t in range(step, last + 1):
            pool = self.looked_at[t if one.pools is not None else 0]
            pool = pool[self.present[pool]]
            if len(pool) == 0:
                continue
            self.ask(pool[~self.fresh[pool]])
            scores = one.rule.scores(t, self.gains[pool], one.bids[pool])
            place = best(scores, pool)
            if scores[place] > one.rule.floor:
                return t, int(pool[place]), scores[place]
        return last + 1, -1, one.rule.floor
