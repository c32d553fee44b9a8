"""Checks of the linear-programming solver: the residual of an epoch, and the dual bound."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.iterations import halpern_pdhg, solve_lp
from algos.iterations.theorems.lp import DUAL_BOUND, PDHG_RESIDUAL
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited


@dataclass(frozen=True)
class Shape:
    """Sizes of a random program: variables, equations, inequalities; and the kinds of bounds."""

    variables: int
    equations: int
    inequalities: int
    boxed: bool = False

    def draw(self, rng: np.random.Generator) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
        """Plant an optimal pair of whole numbers: the optimum is exact."""
        n, p, m = self.variables, self.equations, self.inequalities
        a, g = rng.integers(-3, 4, (p, n)), rng.integers(-3, 4, (m, n))
        x = rng.integers(-3, 4, n)
        kind = rng.integers(0, 3 if self.boxed else 4, n)  # at an end, at the other, inside, free
        room = rng.integers(1, 4, (2, n))
        lower = np.where(kind == 3, -math.inf, np.where(kind == 0, x, x - room[0]))
        upper = np.where(kind == 3, math.inf, np.where(kind == 1, x, x + room[1]))
        z = np.select([kind == 0, kind == 1], [1, -1], 0) * rng.integers(0, 4, n)
        tight = rng.integers(0, 2, m)
        y = np.concatenate([rng.integers(-3, 4, p), -tight * rng.integers(0, 4, m)])
        h = g @ x + (1 - tight) * rng.integers(0, 4, m)
        program = {"c": np.vstack([a, g]).T @ y + z, "lower": lower, "upper": upper}
        if p:
            program.update(A=a, b=a @ x)
        if m:
            program.update(G=g, h=h)
        return program, x.astype(float), y.astype(float)


@dataclass(frozen=True)
class Epoch:
    """Steps on a random program; the threshold is the tight one instead."""

    shape: Shape | None
    steps: int
    reflection: float
    weight: float = 1.0
    share: float = 0.9
    #: The plain method's threshold, or any other, may meet another method.
    threshold: float = 0.0


def _epochs() -> st.SearchStrategy[Epoch]:
    """Draw short epochs on small programs."""
    shapes = st.builds(
        Shape,
        variables=st.integers(1, 6),
        equations=st.integers(0, 3),
        inequalities=st.integers(1, 4),
    )
    return st.builds(
        Epoch,
        shape=shapes,
        steps=st.sampled_from([0, 1, 2, 5, 20, 100, 300]),
        reflection=st.sampled_from([0.0, 0.5, 1.0]),
        weight=st.sampled_from([0.2, 1.0, 5.0]),
        share=st.sampled_from([0.5, 0.99]),
    )


#: Where a plain epoch of nine steps attains its bound, 2/11 of the distance.
PLAIN_THRESHOLD = 2 / 11
HARD_EPOCHS = [
    ("threshold", Epoch(None, 9, 1.0, threshold=1 / 10)),
    ("threshold, plain", Epoch(None, 9, 0.0, threshold=PLAIN_THRESHOLD)),
    ("threshold, half reflected", Epoch(None, 9, 0.5, threshold=4 / 31)),
    ("the plain threshold, reflected", Epoch(None, 9, 1.0, threshold=PLAIN_THRESHOLD)),
    ("mirror", Epoch(None, 8, 1.0, threshold=100.0)),
    ("equations alone", Epoch(Shape(4, 4, 0), 200, 1.0, share=0.99)),
    ("a long epoch", Epoch(Shape(6, 3, 3), 400, 1.0, weight=0.3, share=0.99)),
    ("many bounds", Epoch(Shape(8, 3, 2, boxed=True), 60, 1.0, share=0.99)),
]


def _instance(epoch: Epoch, rng: np.random.Generator) -> tuple[dict[str, Any], Any, Any]:
    """Give the program, a solution and a start."""
    if epoch.shape is not None:
        program, x, y = epoch.shape.draw(rng)
        origin = np.zeros_like(x).clip(program["lower"], program["upper"]), np.zeros_like(y)
        return program, (x, y), origin
    # One row 0 x <= h: the multiplier alone moves, by at most the threshold a step.
    program = {"c": np.zeros(1), "lower": -np.ones(1), "upper": np.ones(1)}
    program.update(G=np.zeros((1, 1)), h=np.full(1, epoch.threshold / epoch.share))
    zero = np.zeros(1)
    return program, (zero, zero), (zero, -np.ones(1))


def _stacked(program: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, int]:
    """Give all rows, all right-hand sides and the number of equations."""
    n = len(program["c"])
    a, g = (np.reshape(program.get(k, []), (-1, n)).astype(float) for k in ("A", "G"))
    sides = [np.asarray(program.get(k, []), float) for k in ("b", "h")]
    return np.vstack([a, g]), np.concatenate(sides), len(a)


def _image(
    program: dict[str, Any], x: np.ndarray, y: np.ndarray, tau: float, sigma: float
) -> tuple[np.ndarray, np.ndarray]:
    """Apply the operator, written a second time."""
    matrix, side, equations = _stacked(program)
    ahead = np.minimum(
        np.maximum(x - tau * (program["c"] - matrix.T @ y), program["lower"]), program["upper"]
    )
    raised = y + sigma * (side - matrix @ (2 * ahead - x))
    return ahead, np.where(np.arange(y.size) < equations, raised, np.minimum(raised, 0))


def _distance(
    matrix: np.ndarray, dx: np.ndarray, dy: np.ndarray, tau: float, sigma: float
) -> float:
    """Give the norm of the method."""
    return math.sqrt(max(dx @ dx / tau + 2 * dy @ matrix @ dx + dy @ dy / sigma, 0.0))


OPERATOR = "accel.pdhg"


def _fault(name: str, description: str, old: str, new: str, module: str | None = OPERATOR) -> Any:
    """Break the steps."""
    return edited(halpern_pdhg, name, description, (old, new), module=module)


FAULTS = [
    _fault(
        "step_too_large",
        "The steps are three times as long as the norm allows.",
        "primal_step, dual_step = step / weight, step * weight",
        "primal_step, dual_step = 3 * step / weight, 3 * step * weight",
        None,
    ),
    _fault(
        "anchor_drifts",
        "The anchor is the current point.",
        "zip(image, point, anchor, strict=True)",
        "zip(image, point, point, strict=True)",
    ),
    _fault(
        "not_reflected",
        "The reflection is forgotten, its bound is not.",
        "weight * (new + reflection * (new - old))",
        "weight * (new + 0 * (new - old))",
    ),
    _fault(
        "weight_off_by_one",
        "The anchor's weight is that of the next step but one.",
        "weight = (k + 1) / (k + 2)\n        x, y",
        "weight = (k + 3) / (k + 4)\n        x, y",
    ),
    _fault(
        "box_forgotten",
        "The primal point is not brought back to its bounds.",
        "transpose @ y)).clip(lower, upper)",
        "transpose @ y))",
    ),
    _fault(
        "signs_forgotten",
        "Multipliers of inequalities may have either sign.",
        "clip(None, 0.0)",
        "clip(None, None)",
    ),
    _fault(
        "not_extrapolated",
        "The dual step sees x' in place of 2 x' - x.",
        "forward @ (2 * moved - x)",
        "forward @ moved",
    ),
]


@check(PDHG_RESIDUAL, on=Instances(_epochs(), HARD_EPOCHS), faults=FAULTS, trials=200)
def pdhg_residual(
    algorithm: Callable[..., Any], epoch: Epoch, rng: np.random.Generator
) -> Measurement:
    """Measure the residual with an operator of our own."""
    program, solution, start = _instance(epoch, rng)
    matrix = _stacked(program)[0]
    step = epoch.share / (float(np.linalg.norm(matrix, 2)) or 1.0)
    tau, sigma = step / epoch.weight, step * epoch.weight
    result = algorithm(
        **program,
        steps=epoch.steps,
        step=step,
        weight=epoch.weight,
        reflection=epoch.reflection,
        start=start,
        backend="generic",
    )
    image = _image(program, result.x, result.y, tau, sigma)
    residual = _distance(matrix, result.x - image[0], result.y - image[1], tau, sigma)
    dx, dy = (first - last for first, last in zip(start, solution, strict=True))
    distance = _distance(matrix, dx, dy, tau, sigma)
    if distance == 0:
        residual = 0.0 if residual < 1e-12 else residual
    return Measurement(residual, steps=epoch.steps, reflection=epoch.reflection, distance=distance)


@dataclass(frozen=True)
class Solve:
    """A program, and where the solver is stopped."""

    shape: Shape
    limit: int


SOLVES = st.builds(
    Solve,
    shape=st.builds(
        Shape,
        variables=st.integers(1, 8),
        equations=st.integers(0, 3),
        inequalities=st.integers(1, 4),
        boxed=st.just(True),
    ),
    limit=st.sampled_from([1, 7, 40, 200, 2000]),
)
HARD_SOLVES = [
    ("one step", Solve(Shape(6, 2, 3, boxed=True), 1)),
    ("solved", Solve(Shape(6, 2, 3, boxed=True), 100_000)),
    ("free variables", Solve(Shape(10, 2, 3), 40)),
    ("free variables, solved", Solve(Shape(10, 1, 2), 100_000)),
]
PROGRAM = "algos.iterations._lp_problem"


BOUND_FAULTS = [
    edited(
        solve_lp,
        "infinite_bounds_forgotten",
        "Reduced costs against an infinite bound do not void the bound.",
        ("if not loose:", "if loose >= 0:"),
        module=PROGRAM,
    ),
    edited(
        solve_lp,
        "upper_bounds_forgotten",
        "Negative reduced costs count nothing.",
        (" + self._finite_upper * z.clip(None, 0)", ""),
        module=PROGRAM,
    ),
    edited(
        solve_lp,
        "bounds_swapped",
        "Positive reduced costs are taken at the upper bound.",
        (
            "self._finite_lower * z.clip(0, None) + self._finite_upper * z",
            "self._finite_upper * z.clip(0, None) + self._finite_lower * z",
        ),
        module=PROGRAM,
    ),
    edited(
        solve_lp,
        "objective_as_bound",
        "The objective of the last point is called a bound.",
        ("dual_bound=program.dual_bound(on_host(look.y))", "dual_bound=look.errors.objective"),
    ),
]


@check(DUAL_BOUND, on=Instances(SOLVES, HARD_SOLVES), faults=BOUND_FAULTS, trials=200)
def lp_dual_bound(
    algorithm: Callable[..., Any], solve: Solve, rng: np.random.Generator
) -> Measurement:
    """Compare the bound with a planted optimum, which is a whole number."""
    program, x, _ = solve.shape.draw(rng)
    result = algorithm(**program, max_iterations=solve.limit)
    least = -1e300  # in place of no bound at all
    return Measurement(max(result.dual_bound, least), optimum=float(program["c"] @ x))
