"""Checks of project and forget: programs whose solution is built in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import sparse
from scipy.special import kl_div

from algos.iterations import project_and_forget
from algos.iterations.theorems import project_and_forget as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited

Algorithm = Callable[..., Any]
Reals = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Program:
    """A projection whose solution satisfies the optimality conditions with these multipliers."""

    rows: tuple[tuple[float, ...], ...]
    multipliers: tuple[float, ...]
    slacks: tuple[float, ...]  # 0 where the multiplier is positive
    solution: tuple[float, ...]
    weights: tuple[float, ...]
    entropy: bool = False
    one_row: bool = False  # the oracle gives the most violated row alone
    sweeps: int = 5
    max_calls: int = 10

    @property
    def start(self) -> Reals:
        """The point whose projection the solution is."""
        solution = np.array(self.solution)
        push = np.array(self.multipliers) @ np.array(self.rows) / np.array(self.weights)
        start: Reals = solution * np.exp(push) if self.entropy else solution + push
        return start

    def divergence(self, x: Reals, y: Reals) -> float:
        """Give D(x, y)."""
        parts = kl_div(x, y) if self.entropy else (x - y) ** 2 / 2
        return float(np.array(self.weights) @ parts)

    @property
    def optimum(self) -> float:
        """The least divergence of a solution from the start."""
        return self.divergence(np.array(self.solution), self.start)

    @property
    def squared_norm(self) -> float:
        """The greatest squared norm of a row."""
        return float((np.array(self.rows) ** 2 / np.array(self.weights)).sum(axis=1).max())

    def run(self, algorithm: Algorithm) -> Any:
        """Project."""
        rows, solution = np.array(self.rows), np.array(self.solution)
        bounds = rows @ solution + np.array(self.slacks)

        def oracle(x: Reals) -> Any:
            violated = rows @ x > bounds
            if self.one_row:
                violated &= np.arange(bounds.size) == np.argmax(rows @ x - bounds)
            return sparse.csr_array(rows[violated]), bounds[violated]

        def repair(x: Reals, violation: float) -> Reals:
            """Go towards the solution, just as far as every row asks for."""
            excess, room = rows @ x - bounds, bounds - rows @ solution
            share = np.divide(excess, excess + room, out=np.zeros(len(rows)), where=excess > 0)
            most = float(share.max())
            return (1 - most) * x + most * solution

        return algorithm(
            oracle,
            self.start,
            weights=self.weights,
            generator="entropy" if self.entropy else "squares",
            repair=repair,
            tolerance=1e-9,
            gap_tolerance=1e-9,
            sweeps=self.sweeps,
            max_calls=self.max_calls,
        )


@st.composite
def programs(draw: st.DrawFn, *, entropy: bool = True) -> Program:
    """Draw programs with some positive multiplier, all numbers short."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    entries = st.integers(-2, 2).map(float)
    row = st.lists(entries, min_size=n, max_size=n).filter(any).map(tuple)
    multipliers = [draw(st.sampled_from([0.0, 0.25, 0.5, 1.0])) for _ in range(m)]
    multipliers[0] = multipliers[0] or 0.75
    positions = st.sampled_from([0.5, 1.0, 2.0, 3.5])
    return Program(
        rows=tuple(draw(st.lists(row, min_size=m, max_size=m))),
        multipliers=tuple(multipliers),
        slacks=tuple(0.0 if z else draw(st.sampled_from([0.0, 0.125, 1.0])) for z in multipliers),
        solution=tuple(draw(positions) for _ in range(n)),
        weights=tuple(draw(st.sampled_from([0.5, 1.0, 2.0])) for _ in range(n)),
        entropy=entropy and draw(st.booleans()),
        one_row=draw(st.booleans()),
        sweeps=draw(st.sampled_from([1, 5])),
        max_calls=draw(st.sampled_from([2, 3, 10])),
    )


def faces(k: int, **options: Any) -> Program:
    """Give k orthogonal half-spaces, all violated by 1."""
    eye, one = tuple(map(tuple, np.eye(k).tolist())), (1.0,) * k
    return Program(eye, one, (0.0,) * k, (2.0,) * k, one, **options)


HARD = [
    ("one half-space", Program(((1.0, 2.0),), (1.0,), (0.0,), (0.5, 1.0), (1.0, 4.0))),
    ("two faces, one visited", faces(2, one_row=True, max_calls=2)),
    ("five faces, one a call", faces(5, one_row=True, max_calls=5)),
    (
        "a sharp wedge",
        Program(
            ((1.0, 0.1), (-1.0, 0.1), (0.0, -1.0)), (1.0, 0.5, 0.0), (0.0, 0.0, 4.0), (1.0, 2.0),
            (1.0, 1.0), max_calls=10,
        ),
    ),
    (
        "a row visited in vain",
        Program(((1.0, 0.0), (1.0, 0.5)), (0.0, 1.0), (0.25, 0.0), (0.5, 2.0), (1.0, 1.0)),
    ),
    (
        "entropy of a simplex",
        Program(((1.0, 1.0), (1.0, -1.0)), (1.0, 0.5), (0.0, 0.0), (0.5, 0.5), (1.0, 2.0), True),
    ),
]  # fmt: skip
ON = Instances(programs(), HARD)
ON_SQUARES = Instances(programs(entropy=False), [one for one in HARD if not one[1].entropy])

KEEP = ".where(multipliers > 0)"
SWEEP = "sweep(*rows.parts, weight, multipliers, gradient)"
DUAL = "value + float(kept.multipliers @ (kept.matrix @ x - kept.bounds))"
FORGETS_TOO_MUCH = edited(
    project_and_forget,
    "forgets_too_much",
    "Forgets the row with the greatest multiplier.",
    (KEEP, ".where((multipliers > 0) & (multipliers < multipliers.max()))"),
)
NOT_SUBTRACTED = edited(
    project_and_forget,
    "multiplier_not_subtracted",
    "Moves the point, and leaves the multipliers as they were.",
    (SWEEP, "sweep(*rows.parts, weight, multipliers.copy(), gradient)"),
)
NO_CORRECTION = edited(
    project_and_forget,
    "no_correction",
    "Goes back all the way to a hyperplane, not by the multiplier at most.",
    (SWEEP, "multipliers += 1e3; " + SWEEP + "; multipliers -= 1e3"),
    (KEEP, ".where(multipliers != 0)"),
)
DUAL_SIGN = edited(
    project_and_forget,
    "dual_sign",
    "Takes the constraints' part of the dual value away.",
    (DUAL, DUAL.replace("value +", "value -")),
)
NO_REPAIR = edited(
    project_and_forget,
    "iterate_as_upper_value",
    "Takes the divergence of the iterate, no solution yet, for an upper value.",
    ("divergence(repaired, start)", "divergence(x, start)"),
)


@check(claims.PF_DUAL, on=ON, faults=[NO_CORRECTION, DUAL_SIGN], trials=250)
def dual_value(algorithm: Algorithm, program: Program, rng: np.random.Generator) -> Measurement:
    """Compare the dual value with the optimum that is built in."""
    return Measurement(program.run(algorithm).dual_value, optimum=program.optimum)


@check(claims.PF_DISTANCE, on=ON, faults=[NO_CORRECTION, DUAL_SIGN, NO_REPAIR], trials=250)
def distance(algorithm: Algorithm, program: Program, rng: np.random.Generator) -> Measurement:
    """Compare the solution's divergence from the iterate with the gap."""
    result = program.run(algorithm)
    return Measurement(
        program.divergence(np.array(program.solution), result.x),
        upper_value=max(result.upper_value, 0.0),
        dual_value=max(result.dual_value, 0.0),
        rounding=1e-12 * (1 + program.optimum),
    )


def _violations(result: Any, program: Program) -> dict[str, float]:
    """Name what both claims on progress take."""
    return {
        "squared_violations": float((result.violations[:-1] ** 2).sum()),
        "squared_norm": program.squared_norm,
        "optimum": program.optimum,
        "calls": result.oracle_calls,
        "squares": not program.entropy,
    }


@check(claims.PF_PROGRESS, on=ON_SQUARES, faults=[FORGETS_TOO_MUCH, NOT_SUBTRACTED], trials=250)
def progress(algorithm: Algorithm, program: Program, rng: np.random.Generator) -> Measurement:
    """Compare the dual value with what the violations ask for."""
    result = program.run(algorithm)
    return Measurement(result.dual_value, **_violations(result, program))


@check(claims.PF_VIOLATION, on=ON_SQUARES, faults=[FORGETS_TOO_MUCH, NOT_SUBTRACTED], trials=250)
def violation(algorithm: Algorithm, program: Program, rng: np.random.Generator) -> Measurement:
    """Compare the least reported violation with the rate."""
    result = program.run(algorithm)
    return Measurement(float(result.violations.min()), **_violations(result, program))
