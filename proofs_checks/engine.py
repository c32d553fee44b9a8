"""Run one check with the method that its theorem calls for."""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Callable
from typing import Any

from algos.theorem import Surely, Theorem, Tightness
from proofs_checks.check import Check, checks
from proofs_checks.evaluate import check_key, in_library, named
from proofs_checks.faults import Fault
from proofs_checks.growth import fit_growth
from proofs_checks.results import CheckResult, FaultResult, Outcome, Verdict
from proofs_checks.trials import bet_against
from proofs_checks.violations import search_violation

__all__ = [
    "FALSE_ALARM",
    "assemble",
    "find",
    "run_algorithm",
    "run_fault",
    "tight_enough",
    "verify",
]

#: Probability that a whole run refutes anything true.
FALSE_ALARM = 1e-6

MOST_EXAMPLES = 10**6  # where seconds are the budget


def find(check: Check | Theorem | str) -> Check:
    """Find the check of a theorem.

    Parameters
    ----------
    check : Check, Theorem or str
        A check, or a theorem or key of the library.

    Returns
    -------
    Check
        The check.

    Raises
    ------
    KeyError
        The library has no check of that theorem.
    TypeError
        It is none of these.
    ValueError
        A theorem has a key of the library and differs from the library's theorem.
    """
    if isinstance(check, Check):
        return check
    if not isinstance(check, (Theorem, str)):
        raise TypeError(f"theorem must be a Theorem, a Check or a key, got {check!r}")
    key = check if isinstance(check, str) else check.key
    family = key.split("/", 1)[0]
    for candidate in checks(family):
        if candidate.key == key:
            if isinstance(check, Theorem) and check != candidate.theorem:
                raise ValueError(
                    f"the theorem {key!r} differs from the library's; write a check of yours "
                    "with @check"
                )
            return candidate
    raise KeyError(f"no check of {key!r} in the library; write one with @check")


def run_algorithm(
    check: Check,
    algorithm: Callable[..., Any],
    *,
    seed: int,
    alpha: float,
    seconds: float | None = None,
) -> Outcome:
    """Run one algorithm, shipped or broken, under a check.

    Parameters
    ----------
    check : Check
        The check.
    algorithm : callable
        What to run.
    seed : int
        Seed of the whole run.
    alpha : float
        Probability of refuting a true claim.
    seconds : float, optional
        A time budget in place of the check's number of trials.

    Returns
    -------
    Outcome
        What it showed.
    """
    entropy = check_key(check, seed)
    if check.theorem.constants == "unspecified":
        return fit_growth(check, algorithm, entropy=entropy, trials=check.trials, seconds=seconds)
    if isinstance(check.theorem.holds, Surely):
        examples = check.trials if seconds is None else MOST_EXAMPLES
        return search_violation(
            check, algorithm, entropy=entropy, examples=examples, seconds=seconds
        )
    trials = check.trials if seconds is None else None
    return bet_against(
        check, algorithm, entropy=entropy, alpha=alpha, trials=trials, seconds=seconds
    )


def run_fault(
    check: Check, fault: Fault, *, seed: int, alpha: float, seconds: float | None = None
) -> FaultResult:
    """Run a check on one of its planted faults.

    Parameters
    ----------
    check : Check
        The check.
    fault : Fault
        One of its faults.
    seed, alpha, seconds
        As for :func:`run_algorithm`; the fault gets the same budget.

    Returns
    -------
    FaultResult
        Whether it was caught.
    """
    start = time.monotonic()
    outcome = run_algorithm(check, fault.algorithm, seed=seed, alpha=alpha, seconds=seconds)
    return FaultResult(
        name=fault.name,
        description=fault.description,
        caught=outcome.verdict.against and not outcome.crashed,
        verdict=outcome.verdict,
        detail=outcome.detail,
        seconds=time.monotonic() - start,
    )


def assemble(
    check: Check,
    outcome: Outcome,
    faults: tuple[FaultResult, ...],
    *,
    seed: int,
    seconds: float,
    budget: float | None = None,
    algorithm: Callable[..., Any] | None = None,
) -> CheckResult:
    """Put an outcome and its faults together.

    Parameters
    ----------
    check : Check
        The check.
    outcome : Outcome
        Of the algorithm.
    faults : tuple of FaultResult
        Of the planted faults.
    seed : int
        Seed of the run.
    seconds : float
        Time that all of it took.
    budget : float, optional
        Seconds that the run was given.  A fault that they did not suffice to
        decide leaves a check undecided that nothing speaks against.
    algorithm : callable, optional
        What was run; the check's own by default.

    Returns
    -------
    CheckResult
        The whole.
    """
    theorem = check.theorem
    verdict, detail = outcome.verdict, outcome.detail
    missed = [fault for fault in faults if not fault.caught]
    short_of_time = bool(missed) and all(f.verdict is Verdict.UNDECIDED for f in missed)
    if budget is not None and short_of_time and not verdict.against:
        verdict = Verdict.UNDECIDED
        names = ", ".join(fault.name for fault in missed)
        detail = f"{detail}; the time did not suffice for the planted fault {names}"
    return CheckResult(
        key=check.key,
        claim=theorem.statement,
        latex=theorem.latex(),
        source=str(theorem.source),
        cited=theorem.source.short,
        quantity=theorem.quantity,
        direction=theorem.direction,
        verdict=verdict,
        detail=detail,
        tightest=_tightest(theorem, outcome),
        tight_enough=tight_enough(theorem, outcome),
        points=outcome.points,
        trials=outcome.trials,
        vacuous=outcome.vacuous,
        detectable=outcome.detectable,
        witness=outcome.witness,
        reproduce=_command(check, algorithm or check.algorithm, seed, budget),
        faults=faults,
        seconds=seconds,
    )


def verify(
    theorem: Theorem | Check | str,
    *,
    algorithm: Callable[..., Any] | None = None,
    seed: int = 0,
    alpha: float = FALSE_ALARM,
    budget: float | None = None,
    with_faults: bool = True,
) -> CheckResult:
    """Try to refute a theorem, of the shipped algorithm or of yours.

    Parameters
    ----------
    theorem : Theorem, Check or str
        The theorem, its key, or your own check.
    algorithm : callable, optional
        Your function in place of the shipped one; it is called the same way.
    seed : int, optional
        Same seed, same verdict (unless a time budget cuts it short).
    alpha : float, optional
        Probability of refuting a true claim, at most.
    budget : float, optional
        Seconds, in place of the check's standard number of trials; what the faults
        leave over goes to the algorithm.
    with_faults : bool, optional
        Also show that the check catches its planted faults.

    Returns
    -------
    CheckResult
        Verdict, witness, tightest ratio, faults.

    Raises
    ------
    KeyError
        The library has no check of that theorem.
    TypeError
        ``theorem`` or ``seed`` is of another type.
    ValueError
        ``alpha``, ``budget`` or ``seed`` is out of range, or a theorem has a key of
        the library and differs from the library's theorem.

    Examples
    --------
    >>> from proofs_checks import verify
    >>> result = verify("search/repeated-vote/flips", with_faults=False)
    >>> str(result.verdict)
    'consistent'
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha!r}")
    if budget is not None and not 0 < budget < math.inf:
        raise ValueError(f"budget must be a positive number of seconds, got {budget!r}")
    seed = operator.index(seed)
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed!r}")
    found = find(theorem)
    start = time.monotonic()
    planted = found.faults if with_faults else ()
    chosen = found.algorithm if algorithm is None else algorithm

    def share(left: int) -> float | None:
        return None if budget is None else max(start + budget - time.monotonic(), 0.0) / left

    faults = tuple(
        run_fault(found, fault, seed=seed, alpha=alpha, seconds=share(1 + len(planted) - k))
        for k, fault in enumerate(planted)
    )
    outcome = run_algorithm(found, chosen, seed=seed, alpha=alpha, seconds=share(1))
    return assemble(
        found,
        outcome,
        faults,
        algorithm=chosen,
        seed=seed,
        budget=budget,
        seconds=time.monotonic() - start,
    )


def _command(check: Check, algorithm: Callable[..., Any], seed: int, budget: float | None) -> str:
    """Write what repeats a check: a command, or Python where the check or algorithm is yours."""
    name, chosen = named(check, algorithm)
    if in_library(check) and not chosen:
        given = "" if budget is None else f" --budget {budget:g}"
        return f"lemmata check {check.key} --seed {seed}{given}"
    given = "" if budget is None else f", budget={budget:g}"
    return f"verify({name}{chosen}, seed={seed}{given})"


def _tightest(theorem: Theorem, outcome: Outcome) -> float:
    """Give the ratio nearest to a violation; growth alone has no such ratio."""
    if theorem.constants == "unspecified":
        return math.nan
    return max((point.ratio - 2 * point.error for point in outcome.points), default=math.nan)


def tight_enough(theorem: Theorem, outcome: Outcome) -> bool:
    """Tell whether the theorem's witness, where it ran, came as close as it should."""
    if not isinstance(theorem.tightness, Tightness):
        return True
    for point in outcome.points:
        if point.instance == theorem.tightness.witness:
            return point.ratio >= theorem.tightness.ratio
    return True
