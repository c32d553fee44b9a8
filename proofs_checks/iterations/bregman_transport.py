"""Checks of Sinkhorn's algorithm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from algos.iterations import sinkhorn
from algos.iterations.theorems import bregman as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.iterations.bregman_instances import LEVELS, Algorithm, Vector
from proofs_checks.strategies import log_integers


@dataclass(frozen=True)
class Transport:
    """Histograms at points of a line, and squared or plain distances, tilted."""

    a: tuple[float, ...]
    b: tuple[float, ...]
    power: float
    reg: float
    sweeps: int
    tilt: float = 0.0

    def histograms(self) -> tuple[Vector, Vector]:
        """Give the masses, of sum 1."""
        a, b = np.array(self.a), np.array(self.b)
        return a / a.sum(), b / b.sum()

    @property
    def cost(self) -> Vector:
        """The costs."""
        x, y = np.linspace(0, 1, len(self.a)), np.linspace(0, 1, len(self.b))
        cost = np.abs(x[:, None] - y) ** self.power
        cost[0] += self.tilt
        return cost

    @property
    def optimum(self) -> float:
        """The cheapest plan's cost: on a line, without crossings."""
        a, b = self.histograms()
        i = j = 0
        left, right, total = a[0], b[0], 0.0
        while True:
            moved = min(left, right)
            total += float(moved * self.cost[i, j])
            left, right = left - moved, right - moved
            if left <= right:
                i += 1
                if i == a.size:
                    return total
                left = a[i]
            else:
                j += 1
                if j == b.size:
                    return total
                right = b[j]

    @property
    def product_divergence(self) -> float:
        """KL(a bᵀ, P_0), where P_0 has its columns scaled alone."""
        a, b = self.histograms()
        logs = -self.cost / self.reg
        tops = logs.max(axis=0)
        first = np.log(b) + logs - tops - np.log(np.exp(logs - tops).sum(axis=0))
        product = np.outer(a, b)
        return max(float(np.sum(product * (np.log(product) - first))), 0.0)


@st.composite
def transports(draw: st.DrawFn, regs: tuple[float, ...], most: int = 40) -> Transport:
    """Draw histograms."""
    n, m = draw(st.integers(2, 7)), draw(st.integers(2, 7))
    a = tuple(draw(st.lists(LEVELS, min_size=n, max_size=n)))
    b = tuple(draw(st.lists(LEVELS, min_size=m, max_size=m)))
    power = draw(st.sampled_from([1.0, 2.0]))
    return Transport(a, b, power, draw(st.sampled_from(regs)), draw(log_integers(1, most)))


EVEN = (1.0, 1.0)
HARD_TRANSPORTS = [
    ("two by two, nearly balanced", Transport(EVEN, EVEN, 1.0, 0.5, 4, tilt=1e-4)),
    ("all mass moves", Transport((64.0, 1 / 64), (1 / 64, 64.0), 2.0, 0.1, 10)),
    ("many bins", Transport(tuple(range(1, 31)), tuple(range(30, 0, -1)), 2.0, 0.05, 20)),
]
SMALL_REG = [*HARD_TRANSPORTS, ("tiny reg", Transport((1.0, 9.0, 1.0), (5.0, 5.0), 2.0, 1e-4, 9))]

COLUMNS, ROWS = "new_v[j] = b[j] / new_v[j]", "factor = a[i] / total"
LOOP = "accel.scaling"
MISSING = edited(
    sinkhorn,
    "missing_marginal",
    "Never scales the columns again.",
    (COLUMNS, "new_v[j] = v[j]"),
    module=LOOP,
)
DAMPED = edited(
    sinkhorn,
    "rows_damped",
    "Takes the square root of the rows' factors.",
    (ROWS, "factor = np.sqrt(u[i] * a[i] / total)"),
    module=LOOP,
)
OVERSHOOT = edited(
    sinkhorn,
    "rows_overshoot",
    "Moves the rows' factors three times too far.",
    (ROWS, "factor = u[i] * (a[i] / (u[i] * total)) ** 3"),
    module=LOOP,
)
SIGN = edited(
    sinkhorn,
    "exponent_sign",
    "Takes exp(cost / reg) for the kernel.",
    ("-costs[np.ix_(rows, columns)] / reg", "costs[np.ix_(rows, columns)] / reg"),
)
DOUBLE_REG = edited(
    sinkhorn,
    "reg_four_times",
    "Takes a quarter of the exponent.",
    ("-costs[np.ix_(rows, columns)] / reg", "-costs[np.ix_(rows, columns)] / (4 * reg)"),
)


def _sweep(algorithm: Algorithm, work: Transport) -> tuple[Vector, Vector, Vector]:
    """Run the sweeps; give the plan and the histograms."""
    a, b = work.histograms()
    result = algorithm(
        a, b, work.cost, reg=work.reg, tolerance=0, max_iterations=work.sweeps
    )  # fmt: skip
    return result.x, a, b


@check(
    claims.SINKHORN_MARGINAL,
    on=Instances(transports((1.0, 0.1, 0.01, 1e-4)), SMALL_REG),
    faults=[MISSING, OVERSHOOT],
    trials=300,
)
def sinkhorn_marginal(
    algorithm: Algorithm, work: Transport, rng: np.random.Generator
) -> Measurement:
    """Add up the errors of rows and columns, less what rounding makes."""
    plan, a, b = _sweep(algorithm, work)
    error = np.abs(plan.sum(axis=1) - a).sum() + np.abs(plan.sum(axis=0) - b).sum()
    rounding = 1e-15 * (1 + 1 / work.reg)
    return Measurement(
        max(error - rounding, 0.0), steps=work.sweeps, divergence=work.product_divergence
    )


@check(
    claims.SINKHORN_CONTRACTION,
    on=Instances(transports((1.0, 0.3, 0.1), most=8), HARD_TRANSPORTS),
    faults=[DAMPED, OVERSHOOT],
    trials=300,
)
def sinkhorn_contraction(
    algorithm: Algorithm, work: Transport, rng: np.random.Generator
) -> Measurement:
    """Measure how far the row sums are from a, and how far they were at first."""
    plan, a, b = _sweep(algorithm, work)
    logs = -work.cost / work.reg
    kernel = np.exp(logs - logs.max())
    first = (kernel * (b / kernel.sum(axis=0))).sum(axis=1)
    pairs = [np.ptp(one - other) for one in logs for other in logs]
    error = float(np.ptp(np.log(plan.sum(axis=1) / a)))
    return Measurement(
        max(error - 1e-14, 0.0),
        steps=work.sweeps,
        diameter=float(max(pairs)),
        hilbert_error=float(np.ptp(np.log(first / a))),
    )


@check(
    claims.SINKHORN_COST,
    on=Instances(transports((0.1, 0.01)), [one for one in HARD_TRANSPORTS if not one[1].tilt]),
    faults=[SIGN, DOUBLE_REG],
    trials=60,
)
def sinkhorn_cost(algorithm: Algorithm, work: Transport, rng: np.random.Generator) -> Measurement:
    """Price the plan."""
    a, b = work.histograms()
    result = algorithm(a, b, work.cost, reg=work.reg, tolerance=1e-9, max_iterations=20000)
    entropy = min(float(-a @ np.log(a)), float(-b @ np.log(b)))
    price = float(np.sum(result.x * work.cost)) - result.residual
    return Measurement(max(price, 0.0), optimum=work.optimum, reg=work.reg, entropy=entropy)
