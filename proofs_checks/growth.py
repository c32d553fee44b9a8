"""Claims with unspecified constants: fit the growth and compare exponents."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from proofs_checks.check import Check, Sizes
from proofs_checks.evaluate import attempt, witness
from proofs_checks.results import Outcome, Point, Verdict
from proofs_checks.statistics import exponent_interval

__all__ = ["fit_growth"]

CONFIDENCE = 0.99
WIDEST = 0.5  # a wider interval decides nothing


def fit_growth(
    check: Check,
    algorithm: Callable[..., Any],
    *,
    entropy: int,
    trials: int,
    seconds: float | None = None,
) -> Outcome:
    """Fit log(measured) against log(claimed growth) on a grid of sizes.

    The claimed formula, logarithms included, is the abscissa, so the claim is
    that the slope is at most 1 (for a lower bound: at least 1).

    Parameters
    ----------
    check : Check
        A check of a theorem with unspecified constants.
    algorithm : callable
        What to run.
    entropy : int
        Seed.
    trials : int
        Runs at each size.
    seconds : float, optional
        Stop after this time.

    Returns
    -------
    Outcome
        Fits, does not fit, or undecided where the interval is too wide.
    """
    sizes = check.on
    assert isinstance(sizes, Sizes)
    theorem = check.theorem
    start, done, vacuous = time.monotonic(), 0, 0
    points: list[Point] = []
    errors: list[float] = []

    def report(verdict: Verdict, detail: str, text: str = "") -> Outcome:
        return Outcome(
            verdict=verdict,
            detail=detail,
            points=tuple(points),
            trials=done,
            vacuous=vacuous,
            witness=text,
        )

    for k, instance in enumerate(sizes.instances):
        measured, bounds = [], []
        for trial in range(trials):
            if seconds is not None and time.monotonic() - start > seconds:
                break
            shown, problem = attempt(check, algorithm, instance, entropy, (k, trial))
            if problem:
                return Outcome(
                    verdict=Verdict.REFUTED,
                    detail=problem,
                    points=tuple(points),
                    trials=done + 1,
                    witness=witness(check, algorithm, instance, entropy, (k, trial)),
                    crashed=True,
                )
            done += 1
            if shown is None:
                vacuous += 1
                continue
            measured.append(shown.measured)
            bounds.append(shown.bound)
            size = shown.parameters[sizes.variable]
        if measured:
            mean, bound = float(np.mean(measured)), float(np.mean(bounds))
            name = f"{sizes.variable} = {size:.4g}"
            if not (0 < mean < math.inf and bound > 0):
                unfit = f"no growth can be fitted: at {name} it is {mean:.4g} against {bound:.4g}"
                return report(Verdict.UNDECIDED, unfit)
            points.append(Point(name, mean, bound, mean / bound, len(measured)))
            spread = np.std(measured, ddof=1) if len(measured) > 1 else 0.0
            errors.append(float(spread) / mean / len(measured) ** 0.5)

    distinct = len({point.bound for point in points})
    if distinct < 4:
        detail = f"only {distinct} different sizes were measured; a fit needs 4"
        return report(Verdict.UNDECIDED, detail)
    low, slope, high = exponent_interval(
        [p.bound for p in points], [p.measured for p in points], errors, confidence=CONFIDENCE
    )
    upper = theorem.direction == "<="
    detail = (
        f"measured grows like the claim to the power {slope:.3f} "
        f"({CONFIDENCE:.0%} interval {low:.3f} to {high:.3f}; claimed {'<=' if upper else '>='} 1)"
    )
    if (low > 1 + sizes.slack) if upper else (high < 1 - sizes.slack):
        worst = len(points) - 1
        text = witness(check, algorithm, sizes.instances[worst], entropy, (worst, 0))
        return report(Verdict.DOES_NOT_FIT, detail, text)
    within = high <= 1 + sizes.slack if upper else low >= 1 - sizes.slack
    if high - low > WIDEST and not within:
        return report(Verdict.UNDECIDED, f"{detail}: too wide")
    return report(Verdict.FITS, detail)
