"""What a check reports: verdicts, witnesses, faults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["CheckResult", "FaultResult", "Outcome", "Point", "Verdict"]


class Verdict(StrEnum):
    """What the evidence says; nothing is ever ``verified``."""

    CONSISTENT = "consistent"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    FITS = "fits"
    DOES_NOT_FIT = "does not fit"

    @property
    def against(self) -> bool:
        """Whether the evidence is against the claim."""
        return self in (Verdict.REFUTED, Verdict.DOES_NOT_FIT)


@dataclass(frozen=True)
class Point:
    """Measured against bound on one instance (the mean over its trials, where random).

    ``ratio`` is measured / bound for an upper bound and bound / measured for a
    lower one: 1 is tight, and more than 1 is evidence against the theorem.

    Attributes
    ----------
    instance : str
        Its name.
    measured, bound : float
        Means over the trials.
    ratio : float
        As above; for a claim with probability, the largest of the trials.
    trials : int
        Runs on this instance.
    error : float
        Standard error of a ratio of means, 0 where nothing is averaged.
    """

    instance: str
    measured: float
    bound: float
    ratio: float
    trials: int
    error: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What running one algorithm under one check showed.

    ``crashed`` tells that an exception refuted it and no measurement: that speaks
    against the algorithm, but does not show that the check can catch anything.
    """

    verdict: Verdict
    detail: str
    points: tuple[Point, ...] = ()
    trials: int = 0
    vacuous: int = 0
    detectable: float = math.nan
    witness: str = ""
    crashed: bool = False


@dataclass(frozen=True)
class FaultResult:
    """Whether the check refuted one planted fault.

    Attributes
    ----------
    name, description : str
        The fault.
    caught : bool
        Whether a measurement was against it; an exception that the variant raises
        would be seen without a check, and shows nothing about this one.
    verdict : Verdict
        What the check said of it.
    detail : str
        One sentence: the evidence.
    seconds : float
        Wall time.
    """

    name: str
    description: str
    caught: bool
    verdict: Verdict
    detail: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """The outcome of one check at one budget.

    Parameters
    ----------
    key, claim, latex, source, cited, quantity, direction : str
        The theorem, as printed; ``cited`` is the source in short.
    verdict : Verdict
        What the evidence says about the shipped algorithm.
    detail : str
        One sentence: the evidence, or why it is undecided.
    tightest : float
        The largest ratio over the points, less two standard errors where it is a
        mean, so that chance alone does not make a bound look tight; NaN if nothing
        ran, or where the constants are unspecified.
    tight_enough : bool
        False where the theorem names a witness that stayed below its ratio.
    points : tuple of Point
        One for each instance that was tried.
    trials, vacuous : int
        Runs of the algorithm, and how many of them lay outside the hypotheses.
    detectable : float
        The smallest violation that this run would have caught with probability
        0.99, as a factor on the bound; NaN for a search, which has no such number.
    witness : str
        Python source of the refuting instance, or empty.
    reproduce : str
        The command that repeats this check.
    faults : tuple of FaultResult
        The planted faults.
    seconds : float
        Wall time of the check and its faults.
    """

    key: str
    claim: str
    latex: str
    source: str
    cited: str
    quantity: str
    direction: str
    verdict: Verdict
    detail: str
    tightest: float
    tight_enough: bool
    points: tuple[Point, ...]
    trials: int
    vacuous: int
    detectable: float
    witness: str
    reproduce: str
    faults: tuple[FaultResult, ...]
    seconds: float

    @property
    def problems(self) -> tuple[str, ...]:
        """Say everything that makes this check fail; empty where it passes."""
        found = []
        if self.verdict.against:
            found.append(f"{self.verdict}: {self.detail}")
        if not self.faults:
            found.append("has no fault to catch, so nothing shows that it can fail")
        missed = [fault.name for fault in self.faults if not fault.caught]
        if missed and self.verdict is not Verdict.UNDECIDED:  # else the budget was too small
            found.append(f"did not catch the planted fault {', '.join(missed)}")
        if not self.tight_enough:
            found.append(
                "the witness of tightness stays far below the bound: is the bound loosened?"
            )
        return tuple(found)

    @property
    def failed(self) -> bool:
        """Whether the run must exit with an error because of this check."""
        return bool(self.problems)
