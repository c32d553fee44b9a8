"""Sure bounds: hypothesis looks for an instance that breaks them."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings, target
from hypothesis.errors import Flaky

from proofs_checks.check import Check, Instances
from proofs_checks.evaluate import Evidence, attempt, witness
from proofs_checks.results import Outcome, Point, Verdict
from proofs_checks.strategies import same_everywhere

__all__ = ["search_violation"]

LONG = 1000  # from this many examples on, hypothesis also climbs towards the bound
FEWEST = 20  # a search that saw fewer instances decides nothing


class _Violation(Exception):  # noqa: N818  # it is found, not raised in error
    """An instance on which the bound fails."""


class _OutOfTime(BaseException):
    """The budget is spent; not an Exception, so that hypothesis lets it through."""


def search_violation(
    check: Check,
    algorithm: Callable[..., Any],
    *,
    entropy: int,
    examples: int,
    seconds: float | None = None,
) -> Outcome:
    """Search the instances of a check for one that breaks a sure bound.

    Parameters
    ----------
    check : Check
        A check of a theorem that holds surely.
    algorithm : callable
        What to run.
    entropy : int
        Seed; the algorithm's own randomness follows from it and the instance.
    examples : int
        How many random instances to try after the named hard ones.
    seconds : float, optional
        Stop after this time.

    Returns
    -------
    Outcome
        Refuted with the smallest witness found, consistent, or undecided.
    """
    assert isinstance(check.on, Instances)
    names = {id(instance): name for name, instance in check.on.hard}
    points: dict[str, Point] = {}
    counts = {"trials": 0, "vacuous": 0}
    start = time.monotonic()
    last: list[tuple[Any, str, bool]] = []  # instance, what is wrong, whether the run crashed

    def spawn(instance: Any) -> tuple[int]:
        return (zlib.crc32(repr(instance).encode(errors="backslashreplace")),)

    def look(instance: Any) -> Evidence | None:
        if seconds is not None and time.monotonic() - start > seconds:
            raise _OutOfTime
        counts["trials"] += 1
        shown, problem = attempt(check, algorithm, instance, entropy, spawn(instance))
        crashed = bool(problem)
        if shown is not None:
            name = names.get(id(instance), f"random {counts['trials']}")
            points[name] = Point(name, shown.measured, shown.bound, shown.ratio, 1)
            if shown.violated:
                problem = (
                    f"{check.theorem.quantity} {shown.measured:.6g}, but the bound is "
                    f"{check.theorem.direction} {shown.bound:.6g}"
                )
        elif not problem:
            counts["vacuous"] += 1
        if problem:
            problem += f" (at {names.get(id(instance), 'a random instance')})"
            last[:] = [(instance, problem, crashed)]
            raise _Violation(problem)
        return shown

    @seed(entropy)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=[Phase.generate, Phase.target, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(check.on.random)
    def explore(instance: Any) -> None:
        shown = look(instance)
        if shown is not None and examples >= LONG and shown.ratio < float("inf"):
            target(shown.ratio, label="measured / bound")

    finished = True
    try:
        for _, instance in check.on.hard:
            look(instance)
        with same_everywhere():
            explore()
    except _OutOfTime:
        finished = False
    except _Violation:
        pass
    except Flaky:  # the same instance and generator, and another answer
        instance, problem, crashed = last[0]
        remedy = "not in every run: take all randomness from rng"
        last[:] = [(instance, f"{problem}, {remedy}", crashed)]

    def report(verdict: Verdict, detail: str, text: str = "", *, crashed: bool = False) -> Outcome:
        return Outcome(
            verdict=verdict,
            detail=detail,
            points=tuple(points.values()),
            trials=counts["trials"],
            vacuous=counts["vacuous"],
            witness=text,
            crashed=crashed,
        )

    if last:
        instance, problem, crashed = last[0]
        text = witness(check, algorithm, instance, entropy, spawn(instance))
        return report(Verdict.REFUTED, problem, text, crashed=crashed)
    tried = f"no violation on {len(points)} instances"
    if len(points) < FEWEST and not finished:
        return report(Verdict.UNDECIDED, f"{tried} before the time was up")
    if not points:
        return report(Verdict.UNDECIDED, "no instance met the hypotheses")
    return report(Verdict.CONSISTENT, tried)
