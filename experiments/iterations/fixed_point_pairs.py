"""Benchmark pairs of Halpern's iteration: what its steps cost beyond the operator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from algos.iterations import halpern
from experiments.bench import Pair

__all__ = ["LARGE", "STEPS", "TEXTBOOK"]

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Turns:
    """Rotate pairs of coordinates; the answer goes into one array that is used again."""

    turns: NDArray[np.complex128]
    start: Vector
    out: Vector
    steps: int

    def __call__(self, x: Vector) -> Vector:
        """Apply the map."""
        np.multiply(self.turns, x.view(complex), out=self.out.view(complex))
        return self.out


def _turns(length: int, steps: int, rng: np.random.Generator) -> Turns:
    """Draw the angles."""
    turns = np.exp(1j * rng.uniform(0.1, 3.0, length // 2))
    return Turns(turns, rng.standard_normal(length), np.empty(length), steps)


def _halpern(work: Turns) -> Vector:
    return halpern(work, work.start, tolerance=0, max_iterations=work.steps, check=False).x


def _calls_alone(work: Turns) -> int:
    """Call the operator as often, and do nothing else."""
    x = work.start
    for _ in range(work.steps + 1):
        work(x)
    return work.steps + 1


def _textbook(work: Turns) -> Vector:
    """Write the iteration in NumPy, with the residual that a stopping rule needs."""
    x = work.start
    for k in range(work.steps):
        image = work(x)
        residual = np.linalg.norm(x - image)
        if not residual > 0:
            break
        x = work.start / (k + 2) + (k + 1) / (k + 2) * image
    return x


def _with_room(length: int, rng: np.random.Generator) -> tuple[Turns, Vector, Vector]:
    """Add two pairs of vectors to copy between, touched once."""
    return _turns(length, 100, rng), np.ones((2, length)), np.zeros((2, length))


def _copies(work: tuple[Turns, Vector, Vector]) -> Vector:
    """Move at least the bytes that a step must: it reads three vectors and writes one."""
    turns, source, target = work
    for _ in range(turns.steps + 1):
        turns(turns.start)
        np.copyto(target, source)
    return target


STEPS = Pair(
    name="iterations/halpern a step",
    peer_name="the operator alone",
    sizes=(1_000, 10_000),
    size_name="steps, vectors of length 100",
    workload=lambda size, rng: _turns(100, size, rng),
    ours=_halpern,
    peer=_calls_alone,
    agree=lambda work, ours, peer: bool(np.isfinite(ours).all()) and peer == work.steps + 1,
    per_unit=True,
    target="less than 1 microsecond a step more, from 10,000 steps on",
    met=lambda cell: cell.extra < 1e-6,
    target_from=10_000,
    repetitions=11,
)
TEXTBOOK = Pair(
    name="iterations/halpern",
    peer_name="Halpern's iteration in NumPy",
    sizes=(100, 10_000, 1_000_000),
    size_name="coordinates, 200 steps",
    workload=lambda size, rng: _turns(size, 200, rng),
    ours=_halpern,
    peer=_textbook,
    agree=lambda work, ours, peer: bool(np.allclose(ours, peer, rtol=1e-10, atol=1e-12)),
    repetitions=5,
)
LARGE = Pair(
    name="iterations/halpern in memory",
    peer_name="the operator, and two copies of a vector",
    sizes=(10**7,),
    size_name="coordinates, 100 steps",
    workload=_with_room,
    ours=lambda work: _halpern(work[0]),
    peer=_copies,
    agree=lambda work, ours, peer: bool(np.isfinite(ours).all()) and bool((peer == 1).all()),
    target="at most 1.3 times the operator and the copies: bound by memory",
    met=lambda cell: cell.ratio < 1.3,
    repetitions=5,
)
