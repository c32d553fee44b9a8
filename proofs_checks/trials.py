"""Random claims: seeded trials, a betting test, and what it would have found."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from algos.theorem import InExpectation
from proofs_checks.check import Check, Instances
from proofs_checks.evaluate import (
    OutOfRangeError,
    attempt,
    loss_and_level,
    pressure,
    witness,
)
from proofs_checks.results import Outcome, Point, Verdict
from proofs_checks.statistics import Record, detectable_mean, detectable_rates, log_evidence
from proofs_checks.strategies import draw

__all__ = ["bet_against"]

RANDOM_INSTANCES = 8
ROUND_GROWTH = 1.05  # the evidence is weighed again whenever the trials grew by this factor


def bet_against(
    check: Check,
    algorithm: Callable[..., Any],
    *,
    entropy: int,
    alpha: float,
    trials: int | None,
    seconds: float | None = None,
) -> Outcome:
    """Bet against a claim that holds with some probability or in expectation.

    Parameters
    ----------
    check : Check
        The check.
    algorithm : callable
        What to run.
    entropy : int
        Seed of the instances and the trials.
    alpha : float
        The probability of refuting a true claim is at most this.
    trials : int or None
        Stop after this many trials.
    seconds : float, optional
        Stop after this time; one of the two must be given.

    Returns
    -------
    Outcome
        Refuted, consistent, or undecided where a violation by the check's
        ``detect`` factor would have been missed too often.
    """
    assert isinstance(check.on, Instances)
    theorem = check.theorem
    instances = list(check.on.hard) + [
        (f"random {k + 1}", instance)
        for k, instance in enumerate(draw(check.on.random, RANDOM_INSTANCES, key=entropy))
    ]
    losses: list[float] = []
    levels: list[float] = []
    numbers: list[int] = []
    sums = np.zeros((len(instances), 3))  # of measured, of its square, of bound
    worst = np.zeros(len(instances))
    vacuous = done = 0
    start, next_look = time.monotonic(), 1
    refuted = crashed = False
    problem = ""
    where: list[int] = []  # number of the trial behind each loss
    while not refuted:
        over = seconds is not None and time.monotonic() - start > seconds
        if over or (trials is not None and done >= trials):
            break
        k = done % len(instances)
        shown, problem = attempt(check, algorithm, instances[k][1], entropy, (done,))
        if problem:
            crashed = True
            break
        if shown is None:
            done += 1
            vacuous += 1
            continue
        try:
            loss, level = loss_and_level(theorem, shown)
        except OutOfRangeError as error:
            problem = str(error)
            break
        done += 1
        losses.append(loss)
        levels.append(level)
        numbers.append(k)
        where.append(done - 1)
        sums[k] += shown.measured, shown.measured * shown.measured, shown.bound
        worst[k] = max(worst[k], shown.ratio)
        if len(losses) >= next_look or (trials is not None and done >= trials):
            next_look = math.ceil(len(losses) * ROUND_GROWTH) + 1
            record = _record(losses, levels, numbers)
            refuted = log_evidence(record, len(instances)) >= -math.log(alpha)
    record = _record(losses, levels, numbers)
    mean = isinstance(theorem.holds, InExpectation)
    points = []
    for k, (name, _) in enumerate(instances):
        runs = int((record.instances == k).sum())
        if runs:
            measured, square, bound = (sums[k] / runs).tolist()
            ratio, doubt = float(worst[k]), 0.0
            if mean:
                ratio = pressure(theorem, measured, bound)
                scatter = math.sqrt(max(square - measured**2, 0.0) / runs)
                doubt = abs(ratio) * scatter / measured if measured else 0.0
            points.append(Point(name, measured, bound, ratio, runs, doubt))

    def report(verdict: Verdict, detail: str, factor: float = math.nan, text: str = "") -> Outcome:
        return Outcome(
            verdict=verdict,
            detail=detail,
            points=tuple(points),
            trials=done,
            vacuous=vacuous,
            detectable=factor,
            witness=text,
            crashed=crashed,
        )

    if problem:
        k = done % len(instances)
        text = witness(check, algorithm, instances[k][1], entropy, (done,))
        return report(Verdict.REFUTED, f"{problem} (at {instances[k][0]})", text=text)
    if refuted:
        k = _worst(record, len(instances))
        mine = np.flatnonzero(record.instances == k)
        worst_trial = where[int(mine[record.losses[mine].argmax()])]
        measured, _, bound = sums[k] / mine.size
        told = (
            f"mean {measured:.4g} in {mine.size} trials, but the bound is {theorem.direction} "
            f"{bound:.4g}"
            if mean
            else f"the bound failed in {record.losses[mine].mean():.2%} of {mine.size} trials, "
            f"allowed are {record.levels[mine].mean():.2%}"
        )
        detail = f"{theorem.quantity}: {told} (worst at {instances[k][0]}; {done} trials in all)"
        text = witness(check, algorithm, instances[k][1], entropy, (worst_trial,))
        return report(Verdict.REFUTED, detail, text=text)
    if not losses:
        none = "no trial met the hypotheses" if done else "the time was up before the first trial"
        return report(Verdict.UNDECIDED, none)
    if np.isin(record.losses, (0.0, 1.0)).all():
        factor = detectable_rates(record.levels, alpha)
    else:
        factor = detectable_mean(record, alpha, upper=theorem.direction == "<=")
    found = f"a violation by {factor:.3g}x on all instances would be found with probability 0.99"
    if factor > check.detect:
        detail = f"{found}, but {check.detect:g}x is asked for: raise the budget"
        return report(Verdict.UNDECIDED, detail, factor)
    return report(Verdict.CONSISTENT, found, factor)


def _record(losses: list[float], levels: list[float], numbers: list[int]) -> Record:
    return Record(np.array(losses), np.array(levels), np.array(numbers, dtype=np.int64))


def _worst(record: Record, instances: int) -> int:
    """Name the instance that alone speaks most against the claim."""
    alone = []
    for k in range(instances):
        mine = record.instances == k
        one = Record(record.losses[mine], record.levels[mine], np.zeros(mine.sum(), np.int64))
        alone.append(log_evidence(one, 1) if mine.any() else -math.inf)
    return int(np.argmax(alone))
