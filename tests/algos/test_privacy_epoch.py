"""What an epoch fits to a mechanism: its lattice, its noise, its errors."""

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pytest

from algos.privacy import Privacy
from algos.privacy._epoch import Epoch
from algos.privacy._events import Events
from algos.privacy._mechanism import Draw, Lattice, Mechanism, Reals, Stream
from algos.privacy._noise import DiscreteGaussian, DiscreteLaplace, Integers
from algos.privacy._release_error import ReleaseError

GAUSSIAN, LAPLACE = "gaussian", "laplace"


def spent(law: str, size: float) -> Privacy:
    """Make a budget."""
    rho, epsilon = (size, math.inf) if law == GAUSSIAN else (size**2 / 2, size)
    return Privacy(rho, epsilon, "replace", "")


class Rough(Mechanism):
    """An event enters its own two codes and all later ones by a third; rounding errs by 2 units."""

    name = "rough"

    def sensitivity(self, norm: Literal[1, 2]) -> float:
        """Two codes a step."""
        return float((2 * self.horizon) ** (1 / norm) / 3)

    def error_factors(self) -> Reals:
        """Any numbers."""
        return np.asarray(1.0 + np.arange(self.horizon) % 2)

    def gain(self) -> float:
        """The last row of C."""
        return self.horizon / 3

    @property
    def memory(self) -> int:
        """Nothing is kept."""
        return 0

    def stream(self, lattice: Lattice) -> Stream:
        """Start a stream."""
        return RoughStream(lattice)


class RoughStream(Stream):
    """Codes that err upwards after a first event above zero, and downwards after others."""

    deviation, codes, rounding = 2.0, 2, 0.25

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice

    def encoded(self, events: Integers) -> Reals:
        """Compute all codes."""
        exact = 2.0**self.lattice.bits * np.cumsum(events, axis=0) / 3
        return np.repeat(exact + np.where(events[0] > 0, 2.0, -2.0), 2, axis=0)

    def release(self, events: Integers, draw: Draw) -> Reals:
        """Publish noise."""
        return draw(events.size).reshape(events.shape).astype(float)

    def state(self) -> dict[str, Any]:
        """Keep nothing."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take nothing."""


@pytest.mark.parametrize("law", [GAUSSIAN, LAPLACE])
@pytest.mark.parametrize(("horizon", "dimension", "magnitude"), [(1, 1, 1), (5, 3, 2**46)])
def test_noise_fits_the_farthest_codes_of_neighbours(
    law: str, horizon: int, dimension: int, magnitude: int
) -> None:
    ends = -np.ones(dimension), np.full(dimension, float(magnitude))
    epoch = Epoch(
        Rough(horizon),
        Events.within(ends, 1.0, "replace", None),
        spent(law, 0.5),
        np.random.default_rng(0),
    )
    assert isinstance(epoch.stream, RoughStream)
    one, other = np.zeros((2, horizon, dimension), dtype=np.int64)
    one[0], other[0] = ends[1], ends[0]
    apart = (epoch.stream.encoded(one) - epoch.stream.encoded(other)).ravel()
    norm = float(np.linalg.norm(apart, 2 if law == GAUSSIAN else 1))
    needed = norm / (math.sqrt(2 * 0.5) if law == GAUSSIAN else 0.5)
    assert needed <= epoch.noise.scale <= needed * (1 + 1e-11)
    assert isinstance(epoch.noise, DiscreteGaussian if law == GAUSSIAN else DiscreteLaplace)


@pytest.mark.parametrize("magnitude", [1, 2**20, 3 * 2**18, 2**48])
def test_codes_have_fifty_bits_at_most(magnitude: int) -> None:
    events = Events.within((0, magnitude), 1.0, "replace", None)
    lattice = Epoch(Rough(12), events, spent(GAUSSIAN, 1), np.random.default_rng(0)).lattice
    largest = 12 / 3 * magnitude * 2**lattice.bits
    assert largest <= 2**50
    assert lattice.bits == 30 or 2 * largest > 2**50


def test_a_budget_that_needs_more_noise_than_integers_have_is_refused() -> None:
    events = Events.within((0, 2**48), 1.0, "replace", None)

    def scale(rho: float) -> float:
        return Epoch(Rough(12), events, spent(GAUSSIAN, rho), np.random.default_rng(0)).noise.scale

    least = (scale(1.0) / 2.0**55) ** 2
    assert scale(least * 1.001) == pytest.approx(2.0**55, rel=1e-3)
    with pytest.raises(ValueError, match=r"the budget must allow noise below 2\^55 units"):
        scale(least * 0.999)


@pytest.mark.parametrize("law", [GAUSSIAN, LAPLACE])
def test_a_budget_without_end_keeps_a_law(law: str) -> None:
    """A parameter of zero is none."""
    events = Events.within((0, 1), 1.0, "replace", None)
    epoch = Epoch(Rough(2), events, spent(law, 1e150), None)
    assert epoch.noise.scale > 0
    assert np.array_equal(epoch.release(np.zeros((2, 1), dtype=np.int64)), [[0], [0]])


@pytest.mark.parametrize("law", [GAUSSIAN, LAPLACE])
def test_errors_are_those_of_the_noise_in_the_units_of_the_events(law: str) -> None:
    events = Events.within(([0.0, 0.0], [8.0, 1.0]), 0.25, "replace", None)
    epoch = Epoch(Rough(3), events, spent(law, 2.0), np.random.default_rng(0))
    unit = 0.25 / 2.0**epoch.lattice.bits
    error = epoch.error(7.0, ((3.0, 2.0),))
    stated = np.sqrt(np.array([1, 2, 1]) * epoch.noise.variance * unit**2 + 7)
    assert error.standard_deviation == pytest.approx(stated, rel=1e-13)
    own = math.sqrt(2) * epoch.noise.scale * unit
    assert np.array(error.parts) == pytest.approx(np.array([[3, 2], [own, own]]))
    assert (error.law, error.coordinates, error.rounding) == (law, 2, 0.0625)
    variance, part = epoch.last()
    assert variance == pytest.approx(epoch.noise.variance * unit**2)
    assert np.array(part) == pytest.approx(np.array([own / math.sqrt(2), own]))


def test_gaussian_parts_add_up_in_squares() -> None:
    error = ReleaseError(np.array([1.0, 5.0, 5.0]), ((3.0, 1.0), (4.0, 2.0)), GAUSSIAN, 0.5, 2)
    assert error.simultaneous(0.1) == pytest.approx(5 * math.sqrt(2 * math.log(2 * 6 / 0.1)) + 0.5)
    assert (error.max, error.rms) == (5, math.sqrt(17))


@pytest.mark.parametrize("beta", [1e-300, 1e-9, 0.05, 0.999])
@pytest.mark.parametrize("parts", [((1.0, 1.0),), ((5.0, 1.0),), ((3.0, 1.0), (4.0, 2.0))])
def test_laplace_parts_obey_chernoff(beta: float, parts: tuple[tuple[float, float], ...]) -> None:
    """The least over λ of what Markov's inequality gives for so many weights of each size."""
    bound = ReleaseError(np.ones(4), parts, LAPLACE, 0.0, 3).simultaneous(beta)
    rates = np.linspace(0, 1 / max(largest for _, largest in parts), 400_001)[1:-1]
    logs = sum(-((n / m) ** 2) * np.log1p(-((rates * m) ** 2)) for n, m in parts)
    assert bound == pytest.approx(((math.log(24 / beta) + logs) / rates).min(), rel=1e-4)
