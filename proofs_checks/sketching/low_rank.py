"""Checks of the range finder: mean errors, and how often its bound is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import range_finder
from algos.sketching.theorems import low_rank as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.cut_off import cut_off

Algorithm = Callable[..., Any]
Reals = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Decay:
    """A matrix with given singular values, a target rank, oversampling and power iterations."""

    spectrum: str
    k: int
    p: int
    q: int = 0
    rows: int = 40
    columns: int = 30

    @cached_property
    def values(self) -> Reals:
        """The singular values."""
        j = np.arange(1.0, self.columns + 1)
        values: Reals = {
            "flat tail": np.where(j <= self.k, 1e4, 1.0),
            "flat": np.ones(self.columns),
            "slow": j**-0.5,
            "fast": 0.7**j,
            "one beyond": np.where(j <= self.k, 1e4, j == self.k + 1),
            "low rank": (j <= self.k) * 1.0,
        }[self.spectrum]
        return values

    @cached_property
    def array(self) -> Reals:
        """The matrix; its singular vectors do not matter in law, so they are coordinates."""
        made = np.zeros((self.rows, self.columns))
        np.fill_diagonal(made, self.values)
        made.setflags(write=False)
        return made

    @property
    def size(self) -> int:
        """Random vectors."""
        return self.k + self.p

    def shown(self) -> dict[str, float]:
        """Name what the bounds take."""
        rest = self.values[self.k :]
        return {
            "k": self.k,
            "p": self.p,
            "q": self.q,
            "tail": float(np.linalg.norm(rest)),
            "next_value": float(rest[0]),
            "power_tail": float(np.linalg.norm(rest ** (2 * self.q + 1))),
        }

    def missed(self, basis: Any) -> Reals:
        """Give A − QQᵀA."""
        rest: Reals = self.array - basis @ (basis.T @ self.array)
        return rest


SPECTRA = ("flat tail", "flat", "slow", "fast")
DECAYS = st.builds(
    Decay,
    spectrum=st.sampled_from(SPECTRA),
    k=st.integers(2, 10),
    p=st.integers(2, 10),
    columns=st.sampled_from([21, 30, 60]),
)
HARD = [
    ("a flat tail", Decay("flat tail", 10, 10)),
    ("a flat tail, little oversampling", Decay("flat tail", 8, 3)),
    ("slow decay", Decay("slow", 6, 4)),
    ("fast decay", Decay("fast", 5, 5)),
    ("a wide matrix", Decay("flat tail", 10, 5, rows=25, columns=60)),
]
POWERS = [
    ("a flat tail", Decay("flat tail", 10, 10, q=2, columns=60, rows=60)),
    ("slow decay", Decay("slow", 6, 4, q=1)),
    ("flat", Decay("flat", 4, 4, q=3)),
]

HALF = edited(
    range_finder,
    "oversampling_off",
    "Multiplies with half as many random vectors.",
    (
        'size = checked_count("size", size)',
        'size = max(checked_count("size", size) // 2, 1)',
    ),
)
NOT_ORTHONORMAL = edited(
    range_finder,
    "not_orthonormal",
    "Scales the columns and leaves them askew.",
    (
        "        rest = _spanning(rest)\n",
        "        rest = rest / np.linalg.norm(rest, axis=0)\n",
    ),
)
NO_CONSTANT = edited(
    range_finder,
    "bound_without_constant",
    "Takes the longest probe for the bound.",
    ("factor = probe_factor(probes, chance / math.ceil(size / step))", "factor = 1.0"),
)
NO_POWERS = edited(
    range_finder,
    "powers_left_out",
    "Multiplies no more than once, however many power iterations are asked for.",
    ("for _ in range(turns)", "for _ in range(0)"),
)


def _run(algorithm: Algorithm, decay: Decay, rng: np.random.Generator) -> Reals:
    """Find a basis; give what it misses."""
    found = algorithm(decay.array, decay.size, power_iterations=decay.q, probes=1, rng=rng)
    return decay.missed(found.basis)


@check(
    claims.RANGE_FROBENIUS,
    on=Instances(DECAYS, HARD),
    faults=[HALF, NOT_ORTHONORMAL],
    trials=1000,
    detect=1.5,
)
def range_frobenius(algorithm: Algorithm, decay: Decay, rng: np.random.Generator) -> Measurement:
    """Measure the Frobenius error."""
    error = float(np.linalg.norm(_run(algorithm, decay, rng)))
    return cut_off(claims.RANGE_FROBENIUS, error, **decay.shown())


@check(
    claims.RANGE_SPECTRAL,
    on=Instances(DECAYS, HARD),
    faults=[NOT_ORTHONORMAL],
    trials=1000,
    detect=1.5,
)
def range_spectral(algorithm: Algorithm, decay: Decay, rng: np.random.Generator) -> Measurement:
    """Measure the spectral error."""
    error = float(np.linalg.norm(_run(algorithm, decay, rng), 2))
    return cut_off(claims.RANGE_SPECTRAL, error, **decay.shown())


@check(
    claims.RANGE_POWER,
    on=Instances(
        st.builds(
            Decay, st.sampled_from(SPECTRA), st.integers(2, 8), st.integers(2, 8), st.integers(1, 3)
        ),
        POWERS,
    ),
    faults=[NOT_ORTHONORMAL, NO_POWERS],
    trials=1000,
    detect=1.5,
)
def range_power(algorithm: Algorithm, decay: Decay, rng: np.random.Generator) -> Measurement:
    """Measure the spectral error after power iterations."""
    error = float(np.linalg.norm(_run(algorithm, decay, rng), 2))
    return cut_off(claims.RANGE_POWER, error, **decay.shown())


@dataclass(frozen=True)
class Probing:
    """A matrix, how often it is probed, and how often the bound may be wrong."""

    decay: Decay
    probes: int
    chance: float
    tolerance: float | None = None


PROBING = st.builds(
    Probing,
    decay=DECAYS,
    probes=st.integers(1, 4),
    chance=st.sampled_from([0.05, 0.2]),
    tolerance=st.sampled_from([None, 1.0, 0.1]),
)
BEYOND = Decay("one beyond", 4, 0)


@check(
    claims.RANGE_BOUND,
    on=Instances(
        PROBING,
        [
            ("one direction missed", Probing(BEYOND, 1, 0.2)),
            ("one direction missed, two probes", Probing(BEYOND, 2, 0.05)),
            ("growing", Probing(Decay("slow", 20, 5), 2, 0.2, 1.5)),
        ],
    ),
    faults=[NO_CONSTANT],
    trials=1500,
)
def range_bound(algorithm: Algorithm, given: Probing, rng: np.random.Generator) -> Measurement:
    """See whether the bound is too small."""
    found = algorithm(
        given.decay.array,
        given.decay.size,
        probes=given.probes,
        tolerance=given.tolerance,
        failure_probability=given.chance,
        rng=rng,
    )
    error = float(np.linalg.norm(given.decay.missed(found.basis), 2))
    return Measurement(
        error > found.error_bound + 1e-9 * given.decay.values[0], failure_probability=given.chance
    )
