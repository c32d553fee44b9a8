"""What a search for lies that pay has found, and how to run it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PROMISES", "Finding", "Mechanism", "TruthfulnessReport", "in_short", "outcome_of"]

Mechanism = Callable[..., Any]
#: Promises, and what to say of one that is broken.
PROMISES = {
    "deviation": "a lie pays: agent {agent} of type {type:g} gains {amount:.4g} by reporting "
    "{report!r}",
    "loss": "a truthful agent loses: agent {agent} of type {type:g}, {amount:.4g}",
    "deficit": "more is paid than what is bought is worth: {amount:.4g} too much",
    "overspent": "more is paid than the budget: {amount:.4g} too much",
    "not_monotone": "a share moves the wrong way: agent {agent} reports {report!r} in place of "
    "{type!r}, and it changes by {amount:.4g}",
}


def in_short(numbers: tuple[float, ...]) -> str:
    """Write numbers on one line; the first and last three of many."""
    shown = [f"{number:.4g}" for number in numbers]
    return f"({', '.join(shown if len(shown) <= 8 else [*shown[:3], '…', *shown[-3:]])})"


def outcome_of(mechanism: Mechanism, reports: NDArray[np.float64], coin: int | None) -> Any:
    """Run a mechanism on a copy of the reports, with its coins fixed."""
    if coin is None:
        return mechanism(reports.copy())
    return mechanism(reports.copy(), np.random.default_rng(coin))


@dataclass(frozen=True)
class Finding:
    """Reports on which a mechanism breaks a promise.

    Attributes
    ----------
    reports : tuple of float
        What everybody reports, the agent in question her type.
    agent : int
        The agent.
    type, report : float
        Her type, and the report that she makes instead; equal where no lie is involved.
    amount : float
        By how much the promise is broken: the gain from the lie, the loss, the money.
    coin : int or None
        Seed of the mechanism's generator, where it takes one.
    """

    reports: tuple[float, ...]
    agent: int
    type: float
    report: float
    amount: float
    coin: int | None

    def replay(self, mechanism: Mechanism) -> tuple[Any, Any]:
        """Run the mechanism on the truth and on the lie.

        Parameters
        ----------
        mechanism : callable
            The mechanism.

        Returns
        -------
        tuple
            Both outcomes.
        """
        honest = np.array(self.reports)
        lying = honest.copy()
        lying[self.agent] = self.report
        return outcome_of(mechanism, honest, self.coin), outcome_of(mechanism, lying, self.coin)


@dataclass(frozen=True, eq=False)
class TruthfulnessReport:
    """The worst that was found, promise by promise, and what was tried.

    Attributes
    ----------
    deviation : Finding or None
        The most profitable lie.
    loss : Finding or None
        The greatest loss of a truthful agent.
    deficit : Finding or None
        The greatest excess of what is paid over what is bought.
    overspent : Finding or None
        The greatest excess of what is paid over the budget.
    not_monotone : Finding or None
        The greatest change of an agent's share in the wrong direction.
    calls : int
        Runs of the mechanism.
    pairs : int
        Pairs of a type and a report that were compared.
    tried : mapping from str to int
        Reports by where they come from: truth, grid, tie, random, threshold.
    """

    deviation: Finding | None
    loss: Finding | None
    deficit: Finding | None
    overspent: Finding | None
    not_monotone: Finding | None
    calls: int
    pairs: int
    tried: Mapping[str, int]

    def __str__(self) -> str:
        """Say what was tried, and the worst of each kind in one line."""
        sources = ", ".join(f"{source} {count}" for source, count in self.tried.items())
        lines = [f"{self.pairs} pairs of a type and a report from {self.calls} runs ({sources})"]
        for promise, words in PROMISES.items():
            finding: Finding | None = getattr(self, promise)
            if finding is not None:
                coin = "" if finding.coin is None else f", coin {finding.coin}"
                said = words.format(**vars(finding))
                lines.append(f"{said}; reports {in_short(finding.reports)}{coin}")
        return "\n".join(lines if len(lines) > 1 else [*lines, "nothing found"])

    @property
    def truthful(self) -> bool:
        """Whether no lie was found that pays."""
        return self.deviation is None

    @property
    def passed(self) -> bool:
        """Whether nothing was found at all."""
        return all(getattr(self, promise) is None for promise in PROMISES)
