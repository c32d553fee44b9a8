"""One run of an algorithm under a check: seeds, measurement, bound, witness."""

from __future__ import annotations

import dataclasses
import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from algos.theorem import InExpectation, Theorem, WithProbability, evaluate
from proofs_checks.check import Check, Measurement

__all__ = ["Evidence", "attempt", "evidence", "replay", "witness"]


@dataclass(frozen=True)
class Evidence:
    """A measurement next to its bound."""

    measured: float
    bound: float
    ratio: float
    violated: bool
    parameters: dict[str, float]


def check_key(check: Check, seed: int) -> int:
    """Give the entropy that all randomness of a check starts from."""
    return zlib.crc32(check.key.encode()) + (seed << 32)


def generator(entropy: int, *spawn: int) -> np.random.Generator:
    """Give the generator of one trial, the same in every process."""
    return np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=spawn))


def attempt(
    check: Check,
    algorithm: Callable[..., Any],
    instance: Any,
    entropy: int,
    spawn: tuple[int, ...],
) -> tuple[Evidence | None, str]:
    """Run once: the evidence, None outside the hypotheses, and what was raised, if anything."""
    try:
        measurement = check.measure(algorithm, instance, generator(entropy, *spawn))
        return evidence(check.theorem, measurement), ""
    except (Exception, SystemExit) as error:  # an algorithm that exits must not end the checks
        text = f"the run raised {type(error).__name__}: {error}"
        return None, "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def evidence(theorem: Theorem, measurement: Measurement) -> Evidence | None:
    """Compare a measurement with the bound; None outside the theorem's hypotheses."""
    if not isinstance(measurement, Measurement):
        raise TypeError(f"a check must return a Measurement, got {measurement!r}")
    values = measurement.parameters
    if not theorem.met_needs(**values):
        return None
    bound = theorem.bound(**{name: values[name] for name in theorem.parameters if name in values})
    if math.isinf(bound):
        raise ValueError(f"a bound of {bound} can be tested by no run, at {values}")
    measured = measurement.measured
    slack = theorem.rtol * abs(bound)
    upper = theorem.direction == "<="
    violated = measured > bound + slack if upper else measured < bound - slack
    return Evidence(measured, bound, pressure(theorem, measured, bound), violated, values)


def pressure(theorem: Theorem, measured: float, bound: float) -> float:
    """Give 1 at a tight bound, more where the bound fails: a ratio, for numbers of any signs."""
    over, under = (measured, bound) if theorem.direction == "<=" else (bound, measured)
    if over == under:
        return 1.0
    if under > 0:
        return over / under
    return float("inf") if over > under else under / over


class OutOfRangeError(ValueError):
    """A measurement outside the range that the theorem claims to hold surely."""


def loss_and_level(theorem: Theorem, shown: Evidence) -> tuple[float, float]:
    """Read a random claim as ``E[loss] <= level`` with the loss in [0, 1]."""
    holds = theorem.holds
    if isinstance(holds, WithProbability):
        probability = evaluate(holds.probability, **shown.parameters)
        if math.isnan(probability):
            raise ValueError(f"the probability of {theorem.key} is NaN at {shown.parameters}")
        return float(shown.violated), min(max(1 - probability, 0.0), 1.0)
    assert isinstance(holds, InExpectation)
    spread = evaluate(holds.spread, **shown.parameters)
    if not 0 < spread < math.inf:
        raise ValueError(
            f"the spread of {theorem.key} must be positive and finite, got {spread} "
            f"at {shown.parameters}"
        )
    slack = theorem.rtol * abs(shown.bound)
    bound = shown.bound + (slack if theorem.direction == "<=" else -slack)
    loss, level = shown.measured / spread, bound / spread
    if not -1e-12 <= loss <= 1 + 1e-12:
        raise OutOfRangeError(
            f"{theorem.quantity} of {shown.measured:g} lies outside its claimed sure range "
            f"[0, {spread:g}]"
        )
    if theorem.direction == ">=":
        loss, level = 1 - loss, 1 - level
    return min(max(loss, 0.0), 1.0), min(max(level, 0.0), 1.0)


def in_library(check: Check) -> bool:
    """Tell whether a key finds this check; a user's own check goes by its name."""
    return check.measure.__module__.startswith("proofs_checks.")


def named(check: Check, algorithm: Callable[..., Any]) -> tuple[str, str]:
    """Write a check, and the argument for an algorithm that is not its own, as Python."""
    name = repr(check.key) if in_library(check) else getattr(check.measure, "__name__", "check")
    return name, "" if algorithm is check.algorithm else ", algorithm=algorithm"


def witness(
    check: Check,
    algorithm: Callable[..., Any],
    instance: Any,
    entropy: int,
    spawn: tuple[int, ...],
) -> str:
    """Write Python that runs the check's measurement on one instance again."""
    name, chosen = named(check, algorithm)
    needed = _types(instance) | (set() if in_library(check) else {(check.measure.__module__, name)})
    imports = "".join(f"from {module} import {name}\n" for module, name in sorted(needed))
    return (
        f"from proofs_checks import replay\n{imports}\n"
        f"replay({name}, {instance!r}, entropy={entropy}, spawn={spawn!r}{chosen})"
    )


def replay(
    check: Check | str,
    instance: Any,
    *,
    entropy: int,
    spawn: tuple[int, ...] = (),
    algorithm: Callable[..., Any] | None = None,
) -> Measurement:
    """Run one trial of a check again.

    Parameters
    ----------
    check : Check or str
        The check, or its theorem's key.
    instance : object
        What the algorithm is run on.
    entropy : int
        Seed of the check, as its witness prints it.
    spawn : tuple of int, optional
        Number of the trial, likewise.
    algorithm : callable, optional
        Run this instead of the shipped algorithm.

    Returns
    -------
    Measurement
        What the trial measures.
    """
    from proofs_checks.engine import find

    found = find(check)
    chosen = found.algorithm if algorithm is None else algorithm
    return found.measure(chosen, instance, generator(entropy, *spawn))


def _types(value: Any) -> set[tuple[str, str]]:
    """Find the classes that a value's repr needs, as (public module, name)."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        module = ".".join(p for p in type(value).__module__.split(".") if not p.startswith("_"))
        own = {(module, type(value).__name__)}
        return own.union(*(_types(getattr(value, f.name)) for f in dataclasses.fields(value)))
    if isinstance(value, (tuple, list)):
        return set().union(*(_types(item) for item in value))
    return set()
