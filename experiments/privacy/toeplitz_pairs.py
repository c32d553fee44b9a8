"""Benchmark pairs of Toeplitz counters: jax-privacy in one scan, SciPy's transform offline."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import fft, signal

from algos.privacy import BandedToeplitz, ContinualSum, SquareRoot
from experiments.bench import Pair

__all__ = ["TOEPLITZ"]

Reals = np.ndarray[Any, np.dtype[np.float64]]

#: Streams that are counted at once.
STREAMS = 64


@dataclass(frozen=True, eq=False)
class Counting:
    """Streams of counts, and a mechanism for both sides."""

    mechanism: SquareRoot | BandedToeplitz
    events: np.ndarray[Any, np.dtype[np.int64]]
    seed: int

    @property
    def deviation(self) -> float:
        """Standard deviation of the noise in a code, at ρ = 1/2 and a change of 1."""
        return float(self.mechanism.sensitivity(2))

    def agree(self, ours: Reals, peer: Reals) -> bool:
        """Tell whether both sides' noise, multiplied by C A⁻¹, has the stated variance.

        Then it is independent: so six standard deviations are 6 √(2 / numbers).
        """
        ratios = []
        for sums in (ours, peer):
            steps = np.diff(sums - self.events.cumsum(axis=0), axis=0, prepend=0)
            codes = signal.oaconvolve(steps, self.mechanism.encoding[:, None], axes=0)
            ratios.append(float((codes[: len(steps)] ** 2).mean()) / self.deviation**2)
        return all(abs(ratio - 1) < 6 * math.sqrt(2 / ours.size) for ratio in ratios)


@cache
def _banded(steps: int) -> BandedToeplitz:
    """Optimise once a horizon."""
    return BandedToeplitz(steps)


def _counting(
    mechanism: Callable[[int], Any], steps: int, rng: np.random.Generator, streams: int = STREAMS
) -> Counting:
    """Draw events."""
    events = rng.integers(0, 2, (steps, streams))
    return Counting(mechanism(steps), events, int(rng.integers(2**31)))


def _counter(work: Counting, seed: int | None) -> ContinualSum:
    """Make a counter."""
    streams = work.events.shape[1]
    return ContinualSum(
        work.mechanism,
        len(work.events),
        rho=0.5,
        bounds=(np.zeros(streams), np.ones(streams)),
        change=1,
        insecure_rng=seed,
    )


def _counted(work: Counting) -> Reals:
    """Count with one call."""
    return _counter(work, work.seed).update_many(work.events)


def _exactly_counted(work: Counting) -> Reals:
    """Count with noise from the operating system's randomness."""
    return _counter(work, None).update_many(work.events)


def _sampled(work: Counting) -> Reals:
    """Draw exact noise alone; decode it offline, so that it can be looked at."""
    epoch = _counter(work, None)._epochs.epoch
    codes = epoch.noise.draw(work.events.size).reshape(work.events.shape)
    return _offline(work, codes / 2.0**epoch.lattice.bits)


def _offline(work: Counting, noise: Reals) -> Reals:
    """Multiply noise by B with one transform over all time, and add the sums."""
    steps = len(noise)
    waves = fft.rfft(work.mechanism.decoding, 2 * steps)[:, None] * fft.rfft(
        noise, 2 * steps, axis=0
    )
    made: Reals = fft.irfft(waves, 2 * steps, axis=0)[:steps] + work.events.cumsum(axis=0)
    return made


def _peer_transforms(work: Counting) -> Reals:
    """Draw all noise before the first event."""
    rng = np.random.default_rng(work.seed)
    return _offline(work, rng.standard_normal(work.events.shape) * work.deviation)


@cache
def _scanned(mechanism: SquareRoot | BandedToeplitz, shape: tuple[int, int]) -> Callable[..., Any]:
    """Compile jax-privacy's streaming matrix for C⁻¹, and sums, into one loop."""
    import jax
    import jax.numpy as jnp
    from jax_privacy.matrix_factorization import toeplitz

    inverse = toeplitz.inverse_as_streaming_matrix(jnp.asarray(mechanism.encoding))
    deviation = float(mechanism.sensitivity(2))

    def step(state: Any, given: Any) -> tuple[Any, Any]:
        total, past = state
        event, noise = given
        part, past = inverse.multiply_next(noise * deviation, past)
        total = total + part + event
        return (total, past), total

    def run(events: Any, key: Any) -> Any:
        noise = jax.random.normal(key, shape, dtype=float)
        zero = jnp.zeros(shape[1])
        return jax.lax.scan(step, (zero, inverse.init_multiply(zero)), (events, noise))[1]

    return jax.jit(run)


@cache
def _square_root(steps: int) -> SquareRoot:
    """Make one mechanism a horizon, so that the peer compiles once."""
    return SquareRoot(steps)


def _peer_scans(work: Counting) -> Reals:
    """Run jax-privacy's."""
    import jax

    with jax.enable_x64(True):
        run = _scanned(work.mechanism, (len(work.events), work.events.shape[1]))
        return np.asarray(run(work.events, jax.random.key(work.seed)))


def _agree(work: Counting, ours: Reals, peer: Reals) -> bool:
    """Tell whether both have the law that the theory gives."""
    return work.agree(ours, peer)


SQUARE_ROOT = Pair(
    name="privacy/square root, 64 streams at once",
    peer_name="jax-privacy, all bands, lax.scan",
    sizes=(512, 2048, 4096),
    size_name="events",
    workload=lambda steps, rng: _counting(_square_root, steps, rng),
    ours=_counted,
    peer=_peer_scans,
    agree=_agree,
    requires=("jax", "jax_privacy"),
    target="at least as fast",
    met=lambda cell: cell.ratio <= 1,
    repetitions=5,
)

OFFLINE = Pair(
    name="privacy/square root against one transform of all time, 64 streams",
    peer_name="NumPy and SciPy, noise offline",
    sizes=(4096, 16384, 65536),
    size_name="events",
    workload=lambda steps, rng: _counting(_square_root, steps, rng),
    ours=_counted,
    peer=_peer_transforms,
    agree=_agree,
    repetitions=5,
)

BANDED = Pair(
    name="privacy/64 bands, 64 streams at once",
    peer_name="jax-privacy, lax.scan",
    sizes=(4096, 16384, 65536),
    size_name="events",
    workload=lambda steps, rng: _counting(_banded, steps, rng),
    ours=_counted,
    peer=_peer_scans,
    agree=_agree,
    requires=("jax", "jax_privacy"),
    repetitions=5,
)

EXACT_NOISE = Pair(
    name="privacy/square root with exact noise, 64 streams",
    peer_name="OpenDP's sampler alone",
    sizes=(64, 1024),
    size_name="events",
    workload=lambda steps, rng: _counting(_square_root, steps, rng),
    ours=_exactly_counted,
    peer=_sampled,
    agree=_agree,
    requires=("opendp",),
    target="limited by the sampler: at most 1.2 times its time",
    met=lambda cell: cell.ratio <= 1.2,
    repetitions=5,
)

TOEPLITZ = (SQUARE_ROOT, OFFLINE, BANDED, EXACT_NOISE)
