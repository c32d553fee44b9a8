"""Checks of the regressions: problems whose optimum is built in by a dual vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy import optimize

from algos.sketching import (
    Huber,
    LpNorm,
    OrderedNorm,
    OrliczNorm,
    lp_regression,
    orlicz_regression,
    symmetric_norm_regression,
)
from algos.sketching import theorems as claims
from algos.theorem import Theorem
from proofs_checks.check import Check, Instances, Measure, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.matrices import HARD, Reals, Tall, tall

Algorithm = Callable[..., Any]


def kernel_vector(A: Reals, seed: int) -> Reals:
    """Give w with Aᵀw = 0 and entries from −1 to 1, all but d of them at the ends or so."""
    rng = np.random.default_rng(seed)
    scaled = A / np.maximum(np.abs(A).max(axis=0), 1e-300)
    U, values, _ = np.linalg.svd(scaled, full_matrices=False)
    U = U[:, values > 1e-10 * values[0]]
    # Maximise a random function over the box cut by Uᵀw = 0: a vertex.
    found = optimize.linprog(-rng.normal(size=len(A)), A_eq=U.T, b_eq=np.zeros(U.shape[1]),
                             bounds=(-1, 1)).x  # fmt: skip
    assert found is not None
    w = np.where(np.abs(found) > 1 - 1e-9, np.sign(found), found)
    free = np.abs(w) < 1
    w[free] -= np.linalg.lstsq(U[free].T, U.T @ w)[0]
    return np.asarray(w)


@dataclass(frozen=True)
class Problem:
    """A regression with x = 0 for a solution: its residual b is aligned with a kernel vector."""

    matrix: Tall
    kind: str = "power"  # of the norm
    p: float = 1.0
    tolerance: float = 0.01
    size: int = 0
    max_steps: int = 100

    @cached_property
    def dual(self) -> Reals:
        """The vector that proves x = 0 optimal."""
        return kernel_vector(self.matrix.array, self.matrix.seed)

    @cached_property
    def _made(self) -> tuple[Any, Reals]:
        """The norm and the response."""
        w, rng = self.dual, np.random.default_rng(self.matrix.seed + 1)
        ends = np.abs(w) > 1 - 1e-9
        if self.kind == "power":
            norm: Any = LpNorm(self.p)
            sizes = rng.exponential(size=len(w)) * ends + 0.1 * ends
            if self.p > 1:
                sizes = np.abs(w) ** (1 / (self.p - 1))
        elif self.kind == "huber":
            u = np.abs(w) + ends * rng.exponential(size=len(w))
            scale = 1 / np.sqrt(Huber(1.0).value(u).sum())  # now Σ G = 1 at scale · u
            norm, sizes = Huber(float(scale)), 3.0 * scale * u
        else:
            sizes = np.sort(rng.random(len(w)))[::-1]
            norm = OrderedNorm(sizes)
            top = np.cumsum(-np.sort(-np.abs(w))) / np.cumsum(sizes)
            order = np.argsort(-np.abs(w), kind="stable")
            sizes = np.zeros(len(w))
            sizes[order[: int(np.argmax(top)) + 1]] = 1.0  # where the dual norm is attained
        return norm, np.sign(w) * sizes

    @property
    def norm(self) -> Any:
        """The norm itself."""
        made = self._made[0]
        return OrliczNorm(made) if self.kind == "huber" else made

    @property
    def response(self) -> Reals:
        """The response b."""
        return self._made[1]

    @property
    def optimum(self) -> float:
        """The norm of b."""
        return 3.0 if self.kind == "huber" else float(self.norm.value(self.response))

    def run(self, algorithm: Algorithm, rng: np.random.Generator) -> Any:
        """Solve, from a sample where the problem has one."""
        options: dict[str, Any] = {"tolerance": self.tolerance, "max_steps": self.max_steps}
        if self.kind != "ordered":
            options.update(size=self.size, rng=rng)
        norm = self.p if self.kind == "power" else self._made[0]
        return algorithm(self.matrix.array, self.response, norm, **options)


def lower(algorithm: Algorithm, one: Problem, rng: np.random.Generator) -> Measurement:
    """Compare the lower bound with the optimum."""
    return Measurement(one.run(algorithm, rng).lower_bound, optimum=one.optimum)


def objective(algorithm: Algorithm, one: Problem, rng: np.random.Generator) -> Measurement:
    """Compare the reported objective with the optimum."""
    return Measurement(one.run(algorithm, rng).objective, optimum=one.optimum)


def ratio(algorithm: Algorithm, one: Problem, rng: np.random.Generator) -> Measurement:
    """Compare the objective of certified coefficients, recomputed, with the optimum."""
    result = one.run(algorithm, rng)
    reached = one.norm.value(one.response - one.matrix.array @ result.x)
    return Measurement(
        reached * (result.status == "certified"), optimum=one.optimum, tolerance=one.tolerance
    )


def problems(kind: str, powers: tuple[float, ...] = (1.0,)) -> Instances:
    """Draw problems of a norm's kind; first those that show faults at once, and hard matrices."""
    drawn = st.builds(
        Problem,
        matrix=tall(max_rows=30).filter(lambda one: one.rows > 2 * one.columns),
        kind=st.just(kind),
        p=st.sampled_from(powers),
        tolerance=st.sampled_from([0.5, 0.01, 1e-6]),
        size=st.sampled_from([0, 8]),
        max_steps=st.sampled_from([0, 1, 2, 100]),
    )
    # False certificates need a bound above 0 where x is poor, or a sample that is unlike the whole.
    shapes = [
        ("three rows, no step", Tall("integers", 3, 1), 0.01, 0, 0),
        ("twelve rows, no step", Tall("gaussian", 12, 3), 0.03, 0, 0),
    ]
    if kind != "ordered":
        for k in (1, 2, 5):
            for size in (4, 6, 8):
                column = Tall("cauchy", 24, 1, k)
                shapes.append((f"{size} rows of column {k}", column, 1e-6, size, 100))
        for k in range(1, 13):
            shapes.append((f"4 of 4 rows, {k}", Tall("cauchy", 4, 3, k), 1e-6, 4, 1))
    telling = [
        (f"{name}, p = {p:g}", Problem(one, kind, p, tolerance, size, steps))
        for p in powers
        for name, one, tolerance, size, steps in shapes
    ]
    hard = [
        (f"{name}, p = {p:g}, {steps} steps", Problem(one, kind, p, 1e-6, 8, steps))
        for name, one in HARD
        for p in powers
        for steps in (0, 1)
    ]
    certain = Problem(Tall("gaussian", 24, 3), kind, powers[-1], 1e-6)
    return Instances(drawn, [*telling, *hard, ("all steps", certain)])


SHARED = "algos.sketching._regression"
NORMS = "algos.sketching._symmetric_norms"
LEFT = "dual_bound(greatest, product, norm._euclidean(rows.count) * left)"
SAMPLED = "y = few.transform @ fit.y"
BOUND = "bound = min(bound, objective) if rows.proven else 0.0"
OBJECTIVE = "objective = norm._value(residual)"
LAST = "WARM if count else COLD, tolerance, limit"
ALONE = (LAST, "WARM if count else COLD, tolerance, 0 if count else limit")


def shared_faults(algorithm: Algorithm) -> dict[str, Any]:
    """Break what the regressions share."""
    return {
        "projection": edited(
            algorithm,
            "not_projected",
            "Takes the dual vector as if Aᵀw were zero.",
            (LEFT, "dual_bound(greatest, product, 0.0)"),
            module=SHARED,
        ),
        "bound": edited(
            algorithm,
            "bound_of_the_sample",
            "Takes the sample's solution, with its lower bound.",
            ALONE,
            (SAMPLED, SAMPLED + "; rows.known = float(fit.dual @ response)"),
            (BOUND, "bound = getattr(rows, 'known', 0.0) or min(bound, objective)"),
            module=SHARED,
        ),
        "objective": edited(
            algorithm,
            "objective_of_the_sample",
            "Reports the sample's objective.",
            (SAMPLED, SAMPLED + "; rows.known = part._value(response - few.apply(fit.y))"),
            (OBJECTIVE, "objective = getattr(rows, 'known', 0.0) or norm._value(residual)"),
            ("norm._value(np.abs(residual) + errors)", "objective"),
            module=SHARED,
        ),
    }


POWERS = (3.0, 1.5, 1.0)
ON_POWERS, ON_HUBER, ON_ORDERED = problems("power", POWERS), problems("huber"), problems("ordered")
LP, ORLICZ = shared_faults(lp_regression), shared_faults(orlicz_regression)
SYMMETRIC = shared_faults(symmetric_norm_regression)
WRONG_EXPONENT = edited(
    lp_regression,
    "scaled_by_p",
    "Measures the dual vector in the norm of p.",
    ("_power_norm(w, self.p / (self.p - 1))", "_power_norm(w, self.p)"),
    module=NORMS,
)
VALUE_FOR_CONJUGATE = edited(
    orlicz_regression,
    "value_for_conjugate",
    "Takes G for its conjugate.",
    ("self.G.conjugate(k * slopes)", "self.G.value(k * slopes)"),
    module="algos.sketching._orlicz_norm",
)


class SumOfAll(OrderedNorm):
    """The dual norm from the sums over all entries alone."""

    def _dual(self, w: Reals) -> float:
        """Divide the last sums."""
        return float(np.abs(w).sum() / self.weights.sum())


class LeastFirst(OrderedNorm):
    """The greatest weight on the smallest entry."""

    def _value(self, r: Reals) -> float:
        """Weigh in the wrong order."""
        return float(np.sort(np.abs(r)) @ self.weights)


def sums_of_all_entries(A: Any, b: Any, norm: Any, **options: Any) -> Any:
    """Take the last ratio of partial sums for the greatest."""
    return symmetric_norm_regression(A, b, SumOfAll(norm.weights), **options)


def least_entries_first(A: Any, b: Any, norm: Any, **options: Any) -> Any:
    """Weigh the smallest entries most."""
    return symmetric_norm_regression(A, b, LeastFirst(norm.weights), **options)


def compared(measure: Measure, theorem: Theorem, on: Instances, *faults: Any) -> Check:
    """Make a check of a theorem on one norm's regression."""
    return check(theorem, on=on, faults=faults, trials=200)(measure)


lp_lower = compared(
    lower, claims.LP_LOWER, ON_POWERS, LP["projection"], LP["bound"], WRONG_EXPONENT
)
lp_objective = compared(objective, claims.LP_OBJECTIVE, ON_POWERS, LP["objective"])
lp_ratio = compared(ratio, claims.LP_RATIO, ON_POWERS, *LP.values(), WRONG_EXPONENT)

orlicz_lower = compared(
    lower, claims.ORLICZ_LOWER, ON_HUBER, ORLICZ["projection"], ORLICZ["bound"], VALUE_FOR_CONJUGATE
)
orlicz_objective = compared(objective, claims.ORLICZ_OBJECTIVE, ON_HUBER, ORLICZ["objective"])
orlicz_ratio = compared(
    ratio, claims.ORLICZ_RATIO, ON_HUBER, ORLICZ["projection"], ORLICZ["objective"]
)

symmetric_lower = compared(
    lower, claims.SYMMETRIC_LOWER, ON_ORDERED, SYMMETRIC["projection"], sums_of_all_entries
)
symmetric_objective = compared(
    objective, claims.SYMMETRIC_OBJECTIVE, ON_ORDERED, least_entries_first
)
symmetric_ratio = compared(
    ratio, claims.SYMMETRIC_RATIO, ON_ORDERED, SYMMETRIC["projection"], sums_of_all_entries
)
