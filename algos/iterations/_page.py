"""A recursive estimate of an operator that is seen through samples alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_count, checked_real
from algos.iterations._oracle import Declared, Oracle, Status, Stop, Vector, Witness, norm
from algos.iterations._problem import GROWTH, IterationResult, checked_lipschitz, checked_start

#: ``oracle(x, size, rng)``: the mean of as many samples at x.
SampleOracle = Callable[[Vector, int, np.random.Generator], ArrayLike]


@dataclass(frozen=True, eq=False)
class StochasticResult(IterationResult):
    """Where an iteration on samples came to; what is proven holds on average.

    The attributes of :class:`IterationResult`, of which some read differently, and one
    more.  ``residual`` is the norm of ``estimate``: it costs no further samples and is
    off by the estimate's error.  ``bound`` bounds the mean of the true ‖F(x)‖ over all
    runs of so many iterations, given ``distance``.  ``oracle_calls`` counts samples,
    and counts one that is looked at in two points twice.

    Attributes
    ----------
    estimate : ndarray
        Of F(x), from the samples of the method itself; NaN where there is none.
    """

    estimate: Vector


class End(Exception):  # noqa: N818 - a signal between the estimate and the loop, no error
    """No batch can be drawn: too few samples are left, or the iterate is not finite."""

    def __init__(self, status: Status):
        super().__init__(status)
        self.status = status


class Page:
    """The estimate F̃: drawn afresh now and then, moved by paired samples in between."""

    def __init__(
        self,
        oracle: SampleOracle,
        start: Vector,
        *,
        lipschitz: float,
        variance: float,
        epsilon: float,
        max_samples: int,
        rng: np.random.Generator | int | None,
    ) -> None:
        if not callable(oracle):
            raise TypeError(f"oracle must be callable, got {oracle!r}")
        self.lipschitz = checked_lipschitz(lipschitz)
        self._variance = checked_real("variance", variance, 0, math.inf, low_end=True)
        self.epsilon = checked_real("epsilon", epsilon, 0, 1e100)
        self._most = checked_count("max_samples", max_samples)
        self._rng = np.random.default_rng(rng)
        self.samples = 0
        self.value = np.full(start.shape, math.nan)
        self._point = start
        self._batch = (1, 0)
        self._guarded = Oracle(
            lambda x: oracle(x, self._batch[0], np.random.default_rng(self._batch[1])),
            start.shape,
            Declared(),
            check=False,
        )

    def at(self, x: Vector, probability: float) -> Vector:
        """Estimate F(x): afresh with the probability, else by its change since the last point."""
        if not np.isfinite(x).all():
            raise End("diverged")
        error = probability * self.epsilon**2 / 8
        fresh = self._rng.random() < probability
        seed = int(self._rng.integers(2**63))
        if fresh:
            size = self._size(self._variance, error, points=1)
            self.value = self._mean(x, size, seed)
        else:
            change = self.lipschitz * norm(x - self._point)
            size = self._size(change * change, probability * error, points=2)
            self.value = (
                self.value + self._mean(x, size, seed) - self._mean(self._point, size, seed)
            )
        self._point = x
        return self.value

    def _size(self, square: float, target: float, points: int) -> int:
        """Count the samples whose mean has the target as its mean square, if affordable."""
        left = self._most - self.samples
        if not square <= left * target:
            raise End("iteration limit")
        size = math.ceil(square / target) if square else 1
        if size * points > left:
            raise End("iteration limit")
        self.samples += size * points
        return size

    def _mean(self, x: Vector, size: int, seed: int) -> Vector:
        """Average a batch; a seed draws the same samples at every point."""
        self._batch = (size, seed)
        return self._guarded(x)


def run_on_samples(
    page: Page,
    steps: Callable[[Page, Vector], Iterator[tuple[Vector, Vector]]],
    rate: Callable[[int, float], float],
    *,
    u0: ArrayLike,
    tolerance: float,
    max_iterations: int,
    distance: float | None,
) -> StochasticResult:
    """Run steps that yield an iterate and the estimate there."""
    start, tolerance, limit, radius = checked_start(u0, tolerance, max_iterations, distance)
    x, estimate, residual, first, k = start, page.value, math.nan, 0.0, 0
    status: Status = "iteration limit"
    witness: Witness | None = None
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for k, (iterate, value) in enumerate(steps(page, start)):
                length = norm(value)
                first = (length or page.epsilon) if k == 0 else first
                if not (length <= GROWTH * first and np.isfinite(iterate).all()):
                    raise End("diverged")
                x, estimate, residual = iterate, value, length
                if tolerance > 0 and length <= tolerance:
                    status = "converged"
                    break
                if k == limit:
                    break
    except End as end:
        status = end.status
    except Stop as stop:
        status, witness = stop.status, stop.witness
    return StochasticResult(
        x=np.array(x),
        status=status,
        residual=residual,
        bound=rate(k, radius),
        iterations=k,
        oracle_calls=page.samples,
        preconditions=(),
        witness=witness,
        estimate=np.array(estimate),
    )
