"""One run of the linear-programming solver: epochs of anchored steps."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from accel.dispatch import Array
from accel.pdhg import PdhgBackend, halpern_steps, pdhg_operator
from algos.iterations._lp_device import array_on_device, on_host, program_on_device
from algos.iterations._lp_problem import KktErrors, LinearProgram, norm
from algos.iterations._lp_rays import (
    RADIUS,
    dual_infeasibility,
    dual_radius,
    primal_infeasibility,
    primal_radius,
)
from algos.iterations._lp_restarts import PrimalWeight, ends_epoch
from algos.iterations._lp_scaling import Scaled

Status: TypeAlias = Literal[
    "converged", "iteration limit", "time limit", "primal infeasible", "dual infeasible"
]
#: A primal and a dual point of the scaled program.
Point: TypeAlias = tuple[Array, Array]

#: Steps between two looks at the errors.
PERIOD = 40
#: Steps until the next search for a ray, at least, and as a share of all steps.
RAY_PERIOD, RAY_SHARE = 200, 0.25
#: The step is this share of the largest one allowed.
STEP_SHARE = 0.998


@dataclass(frozen=True, eq=False)
class Look:
    """The image of a point under the operator, its residual, and the errors of the image."""

    image: Point
    residual: float
    x: Array
    y: Array
    errors: KktErrors


#: Why a run ended, at which point, and a ray with its radius.
Answer: TypeAlias = tuple[Status, Look, Array | None, float]


class Run:
    """The state of a run."""

    def __init__(
        self,
        program: LinearProgram,
        scaled: Scaled,
        reflection: float,
        backend: PdhgBackend,
        *,
        on_gpu: bool = False,
    ) -> None:
        self.host = program, scaled
        self.start = _start(scaled.program)
        if on_gpu:
            program, scaled = program_on_device(program), scaled.on_device()
            self.start = array_on_device(self.start[0]), array_on_device(self.start[1])
        self.program, self.scaled = program, scaled
        self.reflection, self.backend = reflection, backend
        inner = scaled.program
        self.matrices = inner.matrix, inner.transpose
        self.data = inner.c, inner.q, inner.lower, inner.upper, inner.equalities
        self.weight = PrimalWeight(_first_weight(self.host[1].program))
        self.iterations = self.products = self.restarts = 0
        self.next_ray = 0.0

    def solve(self, tolerance: float, limit: int, deadline: float) -> Answer:
        """Run epochs until the errors are small, a ray is found, or a limit is reached."""
        anchor = self.start
        while True:
            point, steps = anchor, 0
            look = self._look(anchor)
            first = before = look.residual
            while not (steps and ends_epoch(first, before, look.residual, steps, self.iterations)):
                stop = self._stop(look, tolerance, limit, deadline)
                if stop is not None:
                    return stop, look, None, math.nan
                if self.iterations >= self.next_ray:
                    self.next_ray = self.iterations + max(RAY_PERIOD, RAY_SHARE * self.iterations)
                    answer = self._infeasible(point, anchor, look)
                    if answer is not None:
                        return answer
                count = min(PERIOD, limit - self.iterations)
                point = self._steps(point, anchor, steps, count)
                steps += count
                before, look = look.residual, self._look(point)
            self._weigh(anchor, look)
            anchor = look.image
            self.restarts += 1

    @property
    def _step_sizes(self) -> tuple[float, float]:
        """The primal and the dual step."""
        step = STEP_SHARE / self.scaled.norm
        return step / self.weight.weight, step * self.weight.weight

    def _steps(self, point: Point, anchor: Point, done: int, count: int) -> Point:
        """Take anchored steps."""
        primal_step, dual_step = self._step_sizes
        self.iterations += count
        self.products += 2 * count
        return halpern_steps(
            self.matrices,
            self.data,
            point,
            anchor,
            done=done,
            steps=count,
            primal_step=primal_step,
            dual_step=dual_step,
            reflection=self.reflection,
            backend=self.backend,
        )

    def _look(self, point: Point) -> Look:
        """Apply the operator once; measure the move, and the errors of where it leads."""
        primal_step, dual_step = self._step_sizes
        image = pdhg_operator(self.matrices, self.data, point, primal_step, dual_step)
        dx, dy = (old - new for old, new in zip(point, image, strict=True))
        square = dx @ dx / primal_step + 2 * (dy @ (self.matrices[0] @ dx)) + dy @ dy / dual_step
        x = (image[0] * self.scaled.columns).clip(self.program.lower, self.program.upper)
        y = image[1] * self.scaled.rows
        self.products += 5
        return Look(image, math.sqrt(max(float(square), 0.0)), x, y, self.program.errors(x, y))

    def _stop(self, look: Look, tolerance: float, limit: int, deadline: float) -> Status | None:
        """Say why to stop, if there is a reason."""
        if look.errors.worst <= tolerance:
            return "converged"
        if self.iterations >= limit:
            return "iteration limit"
        return "time limit" if time.monotonic() > deadline else None

    def _infeasible(self, point: Point, anchor: Point, look: Look) -> Answer | None:
        """Test the last move and the way from the anchor as rays.

        A ray must exclude large points of the program as given and of the scaled one.
        """
        program, scaled = self.host
        primal, dual, inner_primal, inner_dual = map(_size, (look.x, look.y, *look.image))
        for old in (point, anchor):
            dx, dy = (on_host(new - first) for new, first in zip(look.image, old, strict=True))
            self.products += 2
            ray, radius = primal_infeasibility(program, dy * scaled.rows, primal)
            if radius >= RADIUS * primal:
                inner = primal_radius(scaled.program, ray / scaled.rows)
                if inner >= RADIUS * inner_primal:
                    return "primal infeasible", look, ray, radius
            ray, radius = dual_infeasibility(program, dx * scaled.columns, dual)
            if radius >= RADIUS * dual:
                inner = dual_radius(scaled.program, ray / scaled.columns)
                if inner >= RADIUS * inner_dual:
                    return "dual infeasible", look, ray, radius
        return None

    def _weigh(self, anchor: Point, look: Look) -> None:
        """Steer the primal weight by how far the epoch moved."""
        primal, dual = (norm(new - old) for new, old in zip(look.image, anchor, strict=True))
        self.weight.update(primal, dual, look.errors.primal, look.errors.dual)


def _first_weight(program: LinearProgram) -> float:
    """Estimate the ratio of the sizes of y and x from the data.

    A right-hand side of rounding size says nothing about x; bounds do, but up to 1 alone,
    since large ones are often arbitrary.
    """
    ends = np.concatenate([program.lower, program.upper])
    box = norm(ends[np.isfinite(ends)])
    cost, side = norm(program.c), max(norm(program.q), min(box, 1.0))
    return (cost or 1.0) / (side or 1.0)


def _start(program: LinearProgram) -> Point:
    """Begin at the point of the box next to 0; where no row has a variable, at its best."""
    x = np.zeros_like(program.c).clip(program.lower, program.upper)
    best = np.where(program.c > 0, program.lower, np.where(program.c < 0, program.upper, x))
    alone = (np.diff(program.transpose.indptr) == 0) & np.isfinite(best)
    x[alone] = best[alone]
    return x, np.zeros_like(program.q)


def _size(point: Array) -> float:
    """Give one plus the 1-norm."""
    return 1 + float(abs(point).sum())
