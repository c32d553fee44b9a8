"""One agent's reports, the others' fixed: where her outcome jumps, and which lie pays most."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algos.mechanisms._truthful_agents import Agents
from algos.mechanisms._truthful_report import Finding, Mechanism, outcome_of

__all__ = ["Line", "Search"]

JUMPS = 3  # of an agent's share, that are bisected


class Search:
    """The mechanism, the worst findings so far, and counts."""

    def __init__(
        self,
        mechanism: Mechanism,
        agents: Agents,
        value: Callable[[Any], float] | None,
        budget: float | None,
        tolerance: float,
    ) -> None:
        self.mechanism, self.agents = mechanism, agents
        self.value, self.budget, self.tolerance = value, budget, tolerance
        self.worst: dict[str, Finding] = {}
        self.calls = self.pairs = 0
        self.tried = dict.fromkeys(("truth", "grid", "tie", "random", "threshold"), 0)

    def run(self, reports: NDArray[np.float64], coin: int | None) -> Any:
        """Run the mechanism and count it."""
        self.calls += 1
        return outcome_of(self.mechanism, reports, coin)

    def keep(self, promise: str, scale: float, finding: Finding) -> None:
        """Keep a finding that is no rounding and the worst of its kind."""
        worst = self.worst.get(promise)
        large = finding.amount > self.tolerance * scale
        if large and (worst is None or finding.amount > worst.amount):
            self.worst[promise] = finding

    def refuse_unsteady(self, profile: NDArray[np.float64], coin: int | None) -> None:
        """Refuse mechanisms that toss coins of their own."""
        first, second = self.run(profile, coin), self.run(profile, coin)
        for agent, type_ in enumerate(profile):
            one, other = (self.agents.utility(agent, type_, each) for each in (first, second))
            if one != other and not (np.isnan(one) and np.isnan(other)):
                raise ValueError(
                    "mechanism must give one outcome for the same reports; take all randomness "
                    f"from its second argument and pass coins=, got {one!r} and {other!r} for "
                    f"agent {agent} at {profile.tolist()}"
                )


class Line:
    """An agent's reports, the others' fixed, and what each of them leads to."""

    def __init__(
        self, search: Search, profile: NDArray[np.float64], agent: int, coin: int | None
    ) -> None:
        self.search, self.profile, self.agent, self.coin = search, profile, agent, coin
        self.outcomes: dict[float, Any] = {}

    def add(self, source: str, reports: Any) -> None:
        """Run the mechanism on reports that are new."""
        for report in map(float, reports):
            if report not in self.outcomes:
                asked = self.profile.copy()
                asked[self.agent] = report
                self.outcomes[report] = self.search.run(asked, self.coin)
                self.search.tried[source] += 1

    def share(self, report: float) -> float:
        """Give the agent's share; without one, her utility."""
        agents, outcome = self.search.agents, self.outcomes[report]
        if agents.share is None:
            return agents.utility(self.agent, float(self.profile[self.agent]), outcome)
        return agents.share(self.agent, outcome)

    def jump(self, ends: tuple[float, float]) -> float:
        """Measure the change of the share between two reports."""
        return abs(self.share(ends[1]) - self.share(ends[0]))

    def bisect(self, bisections: int) -> None:
        """Close in on the widest jumps: who can win several units has several thresholds."""
        jumps = sorted(pairwise(sorted(self.outcomes)), key=self.jump, reverse=True)
        for ends in jumps[:JUMPS]:
            for _ in range(bisections if self.jump(ends) > 0 else 0):
                middle = (ends[0] + ends[1]) / 2
                self.add("threshold", [middle])
                ends = max((ends[0], middle), (middle, ends[1]), key=self.jump)

    def judge(self) -> None:
        """Compare every report as the type with every other as the lie."""
        search, agents = self.search, self.search.agents
        reports = sorted(self.outcomes)
        outcomes = [self.outcomes[report] for report in reports]
        utilities = np.array(
            [[agents.utility(self.agent, own, each) for each in outcomes] for own in reports],
            dtype=float,
        )
        if not np.isfinite(utilities).all():
            a, b = (int(k) for k in np.argwhere(~np.isfinite(utilities))[0])
            raise ValueError(
                f"utility must be finite, got {utilities[a, b]} for agent {self.agent} of type "
                f"{reports[a]!r} who reports {reports[b]!r} at {self.profile.tolist()}"
            )
        search.pairs += utilities.size
        scale = float(np.abs(utilities).max())
        honest = np.diag(utilities)
        gains = utilities - honest[:, None]
        a, b = (int(k) for k in np.unravel_index(gains.argmax(), gains.shape))
        self.keep("deviation", scale, reports[a], reports[b], gains[a, b])
        if agents.takes_part:
            a = int(honest.argmin())
            self.keep("loss", scale, reports[a], reports[a], -honest[a])
        if agents.slope:
            shares = agents.slope * np.array([self.share(report) for report in reports])
            if not np.isfinite(shares).all():
                raise ValueError(f"share must give finite numbers, got {shares.tolist()}")
            falls = np.maximum.accumulate(shares) - shares
            b = int(falls.argmax())
            a = int(shares[: b + 1].argmax())
            self.keep("not_monotone", float(np.abs(shares).max()), reports[a], reports[b], falls[b])
        if agents.paid is not None:
            for report, outcome in zip(reports, outcomes, strict=True):
                paid = agents.paid(outcome)
                if not np.isfinite(paid):
                    raise ValueError(f"payments must be finite, got {paid} at {report!r}")
                if search.value is not None:
                    bought = search.value(outcome)
                    if not np.isfinite(bought):
                        raise ValueError(f"value must give finite numbers, got {bought!r}")
                    self.keep("deficit", max(paid, abs(bought)), report, report, paid - bought)
                if search.budget is not None:
                    self.keep("overspent", paid, report, report, paid - search.budget)

    def keep(self, promise: str, scale: float, own: float, report: float, amount: float) -> None:
        """Hand over a finding."""
        asked = self.profile.copy()
        asked[self.agent] = own
        told = tuple(asked.tolist())
        finding = Finding(told, self.agent, own, report, float(amount), self.coin)
        self.search.keep(promise, scale, finding)
