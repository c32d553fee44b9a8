"""Benchmark pairs of buffered Toeplitz counters: jax-privacy, in one scan and step by step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from algos.privacy import BLT, ContinualSum
from experiments.bench import Pair

__all__ = ["BATCHED", "BUFFERED", "COMPILED_STEP", "STEP_BY_STEP"]

Reals = np.ndarray[Any, np.dtype[np.float64]]

#: Streams that are counted at once.
STREAMS = 256


@dataclass(frozen=True, eq=False)
class Counting:
    """Streams of counts, and a mechanism for both sides."""

    mechanism: BLT
    events: np.ndarray[Any, np.dtype[np.int64]]
    seed: int

    @property
    def deviation(self) -> float:
        """Standard deviation of the noise in a code, at ρ = 1/2 and a change of 1."""
        return float(self.mechanism.sensitivity(2))

    def has_variance_of(self, sums: Reals) -> bool:
        """Tell whether errors grow as they should: their steps are C⁻¹ z, almost independent."""
        errors = sums - self.events.cumsum(axis=0)
        steps = np.diff(errors, axis=0, prepend=0)
        squares = np.diff(self.mechanism.error_factors(), prepend=0)  # of b, which is positive
        inverse = np.diff(np.sqrt(squares), prepend=0)
        variances = np.cumsum(inverse**2) * self.deviation**2
        ratio = float((steps**2).mean() / variances.mean())
        return abs(ratio - 1) < 12 * math.sqrt(2 / steps.size)  # six deviations, and dependence


@cache
def _mechanism(steps: int) -> BLT:
    """Search the parameters once a horizon."""
    return BLT(steps)


def _counting(steps: int, streams: int, rng: np.random.Generator) -> Counting:
    """Draw events."""
    events = rng.integers(0, 2, (steps, streams))
    return Counting(_mechanism(steps), events, int(rng.integers(2**31)))


def _counter(work: Counting) -> ContinualSum:
    """Make a counter."""
    streams = work.events.shape[1]
    return ContinualSum(
        work.mechanism,
        len(work.events),
        rho=0.5,
        bounds=(np.zeros(streams), np.ones(streams)),
        change=1,
        insecure_rng=work.seed,
    )


def _at_once(work: Counting) -> Reals:
    """Count with one call."""
    return _counter(work).update_many(work.events)


def _one_by_one(work: Counting) -> Reals:
    """Count with a call a step."""
    counter = _counter(work)
    return np.array([counter.update(event) for event in work.events])


@cache
def _jax_step(mechanism: BLT, streams: int) -> tuple[Any, Callable[..., Any]]:
    """Give a first state and a step: draw, multiply by C⁻¹, add up."""
    import jax.numpy as jnp
    from jax_privacy.matrix_factorization.buffered_toeplitz import BufferedToeplitz

    matrix = BufferedToeplitz.build(buf_decay=mechanism.decay, output_scale=mechanism.weights)
    inverse = matrix.inverse_as_streaming_matrix()
    deviation = float(mechanism.sensitivity(2))

    def step(state: Any, given: Any) -> tuple[Any, Any]:
        total, buffers = state
        event, noise = given
        part, buffers = inverse.multiply_next(noise * deviation, buffers)
        total = total + part + event
        return (total, buffers), total

    zero = jnp.zeros(streams)
    return (zero, inverse.init_multiply(zero)), step


@cache
def _scanned(mechanism: BLT, steps: int, streams: int) -> Callable[..., Any]:
    """Compile all steps into one loop."""
    import jax

    state, step = _jax_step(mechanism, streams)

    def run(events: Any, key: Any) -> Any:
        noise = jax.random.normal(key, (steps, streams), dtype=float)
        return jax.lax.scan(step, state, (events, noise))[1]

    return jax.jit(run)


@cache
def _stepped(mechanism: BLT, streams: int) -> tuple[Any, Callable[..., Any]]:
    """Compile one step, its noise included."""
    import jax

    state, step = _jax_step(mechanism, streams)

    def run(state: Any, event: Any, key: Any) -> Any:
        key, now = jax.random.split(key)
        state, total = step(state, (event, jax.random.normal(now, (streams,), dtype=float)))
        return state, total, key

    return state, jax.jit(run)


def _peer_scans(work: Counting) -> Reals:
    """Run jax-privacy's streaming matrix in a compiled loop."""
    import jax

    with jax.enable_x64(True):
        run = _scanned(work.mechanism, *work.events.shape)
        return np.asarray(run(work.events, jax.random.key(work.seed)))


def _peer_steps(work: Counting) -> Reals:
    """Call jax-privacy's streaming matrix once a step; every sum is read, as it is released."""
    import jax

    with jax.enable_x64(True):
        state, run = _stepped(work.mechanism, work.events.shape[1])
        key, sums = jax.random.key(work.seed), []
        for event in work.events:
            state, total, key = run(state, event, key)
            sums.append(np.asarray(total))
        return np.array(sums)


def _peer_calls(work: Counting) -> Reals:
    """Call jax-privacy's streaming matrix as its documentation does, with noise from NumPy."""
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(work.seed)
    with jax.enable_x64(True):
        state, step = _jax_step(work.mechanism, work.events.shape[1])
        sums = []
        for event in work.events:
            noise = jnp.asarray(rng.standard_normal(len(event)))
            state, total = step(state, (event, noise))
            sums.append(np.asarray(total))
        return np.array(sums)


def _agree(work: Counting, ours: Reals, peer: Reals) -> bool:
    """Tell whether both have the variance that the theory gives."""
    return work.has_variance_of(ours) and work.has_variance_of(peer)


BATCHED = Pair(
    name="privacy/BLT, 256 streams at once",
    peer_name="jax-privacy, lax.scan",
    sizes=(1024, 8192, 65536),
    size_name="events",
    workload=lambda steps, rng: _counting(steps, STREAMS, rng),
    ours=_at_once,
    peer=_peer_scans,
    agree=_agree,
    requires=("jax", "jax_privacy"),
    target="at least as fast",
    met=lambda cell: cell.ratio <= 1,
    target_from=8192,
    repetitions=5,
)

STEP_BY_STEP = Pair(
    name="privacy/BLT, 256 streams, a call a step",
    peer_name="jax-privacy, multiply_next",
    sizes=(64, 512),
    size_name="events",
    workload=lambda steps, rng: _counting(steps, STREAMS, rng),
    ours=_one_by_one,
    peer=_peer_calls,
    agree=_agree,
    requires=("jax", "jax_privacy"),
    target="at least 5 times faster",
    met=lambda cell: cell.ratio <= 1 / 5,
    repetitions=3,
)

COMPILED_STEP = Pair(
    name="privacy/BLT, one stream, a call a step",
    peer_name="jax-privacy, one step compiled by jax.jit",
    sizes=(2048, 16384),
    size_name="events",
    workload=lambda steps, rng: _counting(steps, 1, rng),
    ours=_one_by_one,
    peer=_peer_steps,
    agree=_agree,
    requires=("jax", "jax_privacy"),
    repetitions=5,
)

BUFFERED = (BATCHED, STEP_BY_STEP, COMPILED_STEP)
