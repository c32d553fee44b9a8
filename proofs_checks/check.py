"""Checks: a theorem, the instances to try it on, a measurement, and planted faults."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from algos.theorem import Theorem
from proofs_checks.faults import Fault

if TYPE_CHECKING:
    import numpy as np
    from hypothesis.strategies import SearchStrategy

__all__ = ["Check", "Instances", "Measure", "Measurement", "Sizes", "check", "checks"]


class Measurement:
    """What one run of an algorithm showed.

    Parameters
    ----------
    measured : float
        The theorem's quantity in this run.  For a probability of failure give
        the indicator: 1 for a failed run, 0 for a good one.
    **parameters : float
        The values of the theorem's symbols, and of whatever its hypotheses name;
        finite.  They describe the instance: a bound or a level that looked at the
        run would void the test of a random claim.

    Raises
    ------
    TypeError
        A value is no number.
    ValueError
        A value is NaN, or a parameter infinite.

    Examples
    --------
    >>> Measurement(17, n=1000).parameters["n"]
    1000.0
    """

    def __init__(self, measured: float, **parameters: float) -> None:
        for name, value in {"measured": measured, **parameters}.items():
            if isinstance(value, (str, bytes)):
                raise TypeError(f"{name} must be a number, got {value!r}")
        self.measured = float(measured)
        self.parameters = {name: float(value) for name, value in parameters.items()}
        if math.isnan(self.measured) or not all(map(math.isfinite, self.parameters.values())):
            raise ValueError(
                "a measurement must hold no NaN and finite parameters, "
                f"got {measured!r} with {parameters!r}"
            )

    def __repr__(self) -> str:
        values = "".join(f", {name}={value:g}" for name, value in self.parameters.items())
        return f"Measurement({self.measured:g}{values})"


@dataclass(frozen=True)
class Instances:
    """Where a check looks: random instances and the literature's worst cases.

    Parameters
    ----------
    random : hypothesis.strategies.SearchStrategy
        Draws instances; the draws must not hold random seeds.
    hard : sequence of (str, instance)
        Named worst cases; every check tries all of them.
    """

    random: SearchStrategy[Any]
    hard: Sequence[tuple[str, Any]] = ()


@dataclass(frozen=True)
class Sizes:
    """A geometric grid of instances, for claims about growth.

    Parameters
    ----------
    variable : str
        The symbol that grows (or shrinks) along the grid.
    instances : sequence
        At least four instances, ordered by size.
    slack : float, optional
        The fitted exponent may exceed the claimed one by this much: room for
        the lower-order terms that the grid still sees.
    """

    variable: str
    instances: Sequence[Any]
    slack: float = 0.1


#: The body of a check: ``(algorithm, instance, rng) -> Measurement``.
Measure = Callable[[Callable[..., Any], Any, "np.random.Generator"], Measurement]


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check of one theorem; made by :func:`check`.

    Parameters
    ----------
    theorem : Theorem
        What is tested.
    measure : callable
        ``(algorithm, instance, rng) -> Measurement``.
    on : Instances or Sizes
        Where to look.
    faults : tuple of Fault
        Broken variants that the check must refute.
    trials : int
        Runs of the algorithm (for growth: at each size) unless a time budget
        replaces the number.
    detect : float
        A violation by this factor must be detectable with probability 0.99,
        or the verdict is ``undecided``.
    algorithm : callable
        What is run; the theorem's own algorithm unless told otherwise.
    """

    theorem: Theorem
    measure: Measure
    on: Instances | Sizes
    faults: tuple[Fault, ...]
    trials: int
    detect: float
    algorithm: Callable[..., Any]

    @property
    def key(self) -> str:
        """The theorem's key."""
        return self.theorem.key


def check(
    theorem: Theorem,
    *,
    on: Instances | Sizes,
    faults: Sequence[Fault | Callable[..., Any]],
    trials: int = 400,
    detect: float = 2.0,
    algorithm: Callable[..., Any] | None = None,
) -> Callable[[Measure], Check]:
    """Make a check of a theorem out of a measuring function.

    Parameters
    ----------
    theorem : Theorem
        The claim.
    on : Instances or Sizes
        ``Sizes`` for a claim with unspecified constants, ``Instances`` otherwise.
    faults : sequence of Fault or callable
        Broken variants of the algorithm, at least one.
    trials : int, optional
        Runs of the algorithm at the standard budget.
    detect : float, optional
        Factor, above 1, by which a violation must be detectable.
    algorithm : callable, optional
        Your own implementation in place of the theorem's.

    Returns
    -------
    callable
        A decorator that turns the measuring function into a :class:`Check`.

    Raises
    ------
    ValueError
        No fault is given, or the numbers or the kind of ``on`` do not fit.
    """
    if not faults:
        raise ValueError(f"faults of {theorem.key} must hold at least one broken variant, got none")
    if trials < 1:
        raise ValueError(f"trials must be at least 1, got {trials!r}")
    if not detect > 1:
        raise ValueError(f"detect must exceed 1, got {detect!r}")
    grows = theorem.constants == "unspecified"
    if grows != isinstance(on, Sizes):
        wanted = "Sizes (a grid to fit the growth on)" if grows else "Instances"
        raise ValueError(f"on must be {wanted} for {theorem.key}, got {type(on).__name__}")

    def decorate(measure: Measure) -> Check:
        return Check(
            theorem=theorem,
            measure=measure,
            on=on,
            faults=tuple(f if isinstance(f, Fault) else Fault.from_function(f) for f in faults),
            trials=trials,
            detect=detect,
            algorithm=theorem.algorithm if algorithm is None else algorithm,
        )

    return decorate


def checks(family: str | None = None) -> tuple[Check, ...]:
    """Gather the library's checks.

    Parameters
    ----------
    family : str, optional
        A family's name; all of them by default.

    Returns
    -------
    tuple of Check
        Sorted by the theorem's key.
    """
    package = importlib.import_module("proofs_checks")
    rooms = importlib.import_module("algos.theorem").families()
    files = {info.name for info in pkgutil.iter_modules(package.__path__)}
    found = [
        one
        for room in rooms
        if room in files and family in (None, room)
        for value in vars(importlib.import_module(f"proofs_checks.{room}")).values()
        for one in (value if isinstance(value, tuple) else (value,))
        if isinstance(one, Check)
    ]
    return tuple(sorted(found, key=lambda one: one.key))
