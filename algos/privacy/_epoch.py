"""A counter over a known number of events: lattice, stream and noise that fit a budget."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from algos.privacy._events import Events
from algos.privacy._mechanism import Lattice, Mechanism, Reals
from algos.privacy._noise import LARGEST_SCALE, DiscreteGaussian, DiscreteLaplace, Integers, Noise
from algos.privacy._privacy import Privacy
from algos.privacy._release_error import ReleaseError

__all__ = ["LONGEST_EPOCH", "Epoch", "Parts"]

#: Parts of a noise, as `ReleaseError` keeps them.
Parts = tuple[tuple[float, float], ...]

#: Events of an epoch: its errors are arrays as long as it.
LONGEST_EPOCH = 2**26
#: Codes stay below 2^50: float64 holds them to the integer, with digits to spare.
CODE_BITS = 50
#: No lattice is finer than 2^−30.
FINEST = 30


class Epoch:
    """One run of a mechanism from its first event to its horizon."""

    def __init__(
        self,
        mechanism: Mechanism,
        events: Events,
        privacy: Privacy,
        insecure_rng: np.random.Generator | None,
    ) -> None:
        self.mechanism, self.resolution = mechanism, events.resolution
        self.lattice = _lattice(mechanism, events)
        self.stream = mechanism.stream(self.lattice)
        self.noise = self._fitted(events, privacy)(insecure_rng)

    def _fitted(
        self, events: Events, privacy: Privacy
    ) -> Callable[[np.random.Generator | None], Noise]:
        """Fit noise to what one event moves the codes by: 2^bits ‖C e‖ · change + 2 ‖rounding‖."""
        unit = 2.0**self.lattice.bits
        codes = self.mechanism.horizon * self.stream.codes * self.lattice.dimension
        rounded = 2 * self.stream.deviation
        kind: type[Noise]
        if privacy.pure_epsilon < math.inf:
            moved = self.mechanism.sensitivity(1) * events.moved(1) * unit
            kind, scale = DiscreteLaplace, (moved + rounded * codes) / privacy.pure_epsilon
        else:
            moved = self.mechanism.sensitivity(2) * events.moved(2) * unit
            scale = (moved + rounded * math.sqrt(codes)) / math.sqrt(2 * privacy.rho)
            kind = DiscreteGaussian
        scale *= 1 + 1e-12 + self.lattice.dimension * 2.0**-52  # the rounding of these lines
        if not scale <= LARGEST_SCALE:
            raise ValueError(
                f"the budget must allow noise below 2^55 units of the lattice, got {privacy}; "
                "raise it, or take a coarser resolution"
            )
        return lambda rng: kind(max(scale, 1e-3), rng)

    def release(self, events: Integers) -> Reals:
        """Release the prefix sums after each of the next events."""
        releases = self.stream.release(events, self.noise.draw)
        releases *= self.resolution
        return releases

    def error(self, variance: float, parts: Parts) -> ReleaseError:
        """Give the errors of the releases, each with the noise of earlier epochs besides."""
        unit = self.resolution / 2.0**self.lattice.bits
        variances = self.mechanism.error_factors() * self.noise.variance * unit**2
        return ReleaseError(
            np.sqrt(variances + variance),
            parts=(*parts, self._part(float(self.mechanism.error_factors().max()))),
            law="gaussian" if isinstance(self.noise, DiscreteGaussian) else "laplace",
            rounding=self.stream.rounding * self.resolution,
            coordinates=self.lattice.dimension,
        )

    def last(self) -> tuple[float, tuple[float, float]]:
        """Give the variance of the last release, and its part in later errors."""
        factor = float(self.mechanism.error_factors()[-1])
        unit = self.resolution / 2.0**self.lattice.bits
        return factor * self.noise.variance * unit**2, self._part(factor)

    def _part(self, factor: float) -> tuple[float, float]:
        """Scale the noise's weights by its parameter."""
        scale = self.noise.scale * self.resolution / 2.0**self.lattice.bits
        return math.sqrt(factor) * scale, self.mechanism.largest_weight * scale


def _lattice(mechanism: Mechanism, events: Events) -> Lattice:
    """Choose the finest lattice whose codes need 50 bits."""
    needed = math.ceil(math.log2(max(mechanism.gain() * events.magnitude, 1.0)))
    if needed > CODE_BITS:
        raise ValueError(
            f"bounds must give codes of at most {CODE_BITS} bits over the horizon "
            f"{mechanism.horizon}, got {needed} bits; take a coarser resolution"
        )
    return Lattice(min(FINEST, CODE_BITS - needed), events.magnitude, events.dimension)
