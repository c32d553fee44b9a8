"""Checks of the sketches: second moments from both sides, failures, singular values."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import CountSketch, GaussianSketch, SparseSignSketch
from algos.sketching import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited
from proofs_checks.sketching.cut_off import cut_off
from proofs_checks.sketching.matrices import HARD, Reals, Tall, tall

Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Apart:
    """A column with two ones, so many rows apart."""

    distance: int

    @property
    def array(self) -> Reals:
        """The matrix."""
        column: Reals = np.zeros((self.distance + 1, 1))
        column[[0, -1]] = 1.0
        return column


@dataclass(frozen=True)
class Embedding:
    """The column space of a matrix, and the sketch that shall keep it."""

    matrix: Tall | Apart
    size: int
    nonzeros: int = 1
    tolerance: float = 0.9
    failure_probability: float = 0.1

    @cached_property
    def basis(self) -> Reals:
        """Orthonormal columns that span the matrix's."""
        A = self.matrix.array
        U, values, _ = np.linalg.svd(A / np.linalg.norm(A, axis=0), full_matrices=False)
        return np.ascontiguousarray(U[:, values > 1e-10 * values[0]])

    @property
    def length(self) -> int:
        """The power of two N."""
        return 1 << (len(self.basis) - 1).bit_length()

    @property
    def parameters(self) -> dict[str, float]:
        """What the theorems speak of."""
        leverage = (self.basis**2).sum(axis=1)
        return {
            "size": self.size,
            "rank": self.basis.shape[1],
            "rows": len(self.basis),
            "length": self.length,
            "leverage_squares": float(leverage @ leverage),
            "tolerance": self.tolerance,
            "failure_probability": self.failure_probability,
            "excess": math.sqrt(2 * math.log(1 / self.failure_probability) / self.size),
        }

    def sketched(self, algorithm: Algorithm, rng: np.random.Generator, **options: Any) -> Reals:
        """Sketch the basis."""
        made: Reals = algorithm(self.size, rng=rng, **options).apply(self.basis)
        return made

    def error(self, algorithm: Algorithm, rng: np.random.Generator, **options: Any) -> Reals:
        """Give (SU)ᵀSU − I."""
        sketched = self.sketched(algorithm, rng, **options)
        return np.asarray(sketched.T @ sketched - np.eye(sketched.shape[1]))

    def square(self, algorithm: Algorithm, rng: np.random.Generator, **options: Any) -> float:
        """Give ‖(SU)ᵀSU − I‖_F²."""
        return float((self.error(algorithm, rng, **options) ** 2).sum())

    def failed(self, algorithm: Algorithm, rng: np.random.Generator, **options: Any) -> Measurement:
        """Tell whether some singular value left the tolerance."""
        norm = float(np.linalg.norm(self.error(algorithm, rng, **options), 2))
        return Measurement(norm > self.tolerance, **self.parameters)


def embeddings(
    matrices: st.SearchStrategy[Tall], sizes: list[int], **options: Any
) -> st.SearchStrategy[Embedding]:
    """Draw column spaces and sizes."""
    return st.builds(Embedding, matrices, st.sampled_from(sizes), **options)


def hard(size: int, **options: Any) -> list[tuple[str, Embedding]]:
    """Give an embedding of every hard matrix, and of a single column of ones."""
    ones = ("one column of ones", Tall("stacked identities", 64, 1))
    return [(name, Embedding(one, size, **options)) for name, one in (*HARD, ones)]


FEW_ROWS = [
    ("three rows", Embedding(Tall("gaussian", 3, 1), 3)),
    ("three equal rows", Embedding(Tall("stacked identities", 3, 1), 2)),
    ("two columns", Embedding(Tall("gaussian", 3, 2), 4)),
]
FEW_NONZEROS = [
    ("three rows", Embedding(Tall("gaussian", 3, 1), 8, nonzeros=2)),
    ("three equal rows", Embedding(Tall("stacked identities", 3, 1), 6, nonzeros=2)),
    ("all places", Embedding(Tall("gaussian", 3, 2), 3, nonzeros=3)),
]
DRAWN = "signed_buckets(seed, first, rows.shape[0], len(total), nonzeros)"


def unsigned(algorithm: Algorithm) -> Fault:
    """Break a sketch that scatters rows."""
    return edited(
        algorithm,
        "sign_dropped",
        "Adds every row with the sign 1.",
        (DRAWN, DRAWN + "; signs = abs(signs)"),
        module="algos.sketching._sketch_rows",
    )


def in_turn(algorithm: Algorithm) -> Fault:
    """Break a sketch that scatters rows."""
    return edited(
        algorithm,
        "no_collisions",
        "Deals the rows out in turn.",
        (
            DRAWN,
            DRAWN + "; turns = buckets.ravel().argsort().argsort() % len(total)"
            "; buckets = turns.astype(np.int32).reshape(buckets.shape)",
        ),
        module="algos.sketching._sketch_rows",
    )


UNSIGNED = unsigned(CountSketch)
FEW_BUCKETS = edited(
    CountSketch,
    "few_buckets",
    "Uses a tenth of the buckets.",
    (DRAWN, DRAWN + "; buckets = buckets // 10"),
    module="algos.sketching._sketch_rows",
)
UNSCALED_SIGNS = edited(
    SparseSignSketch,
    "no_normalisation",
    "Forgets to divide by √s.",
    ("total / math.sqrt(self.nonzeros)", "total.copy()"),
)
SPARSE_FAULTS = [unsigned(SparseSignSketch), UNSCALED_SIGNS]
ON = Instances(embeddings(tall(), [3, 6, 24]), hard(6))
ON_FEW = Instances(embeddings(tall(4, 2), [1, 2, 3, 4]), FEW_ROWS)


@check(claims.COUNT_SKETCH_ABOVE, on=ON, faults=[UNSIGNED, FEW_BUCKETS], trials=3000)
def count_sketch_above(
    algorithm: Algorithm, one: Embedding, rng: np.random.Generator
) -> Measurement:
    """Measure the second moment, cut off."""
    return cut_off(claims.COUNT_SKETCH_ABOVE, one.square(algorithm, rng), **one.parameters)


@check(claims.COUNT_SKETCH_BELOW, on=ON_FEW, faults=[in_turn(CountSketch)], trials=3000)
def count_sketch_below(
    algorithm: Algorithm, one: Embedding, rng: np.random.Generator
) -> Measurement:
    """Measure the second moment of few rows."""
    return Measurement(one.square(algorithm, rng), **one.parameters)


@check(
    claims.SPARSE_SIGN_ABOVE,
    on=Instances(
        embeddings(tall(), [6, 24], nonzeros=st.sampled_from([1, 2, 5])), hard(6, nonzeros=3)
    ),
    faults=SPARSE_FAULTS,
    trials=3000,
)
def sparse_sign_above(
    algorithm: Algorithm, one: Embedding, rng: np.random.Generator
) -> Measurement:
    """Measure the second moment, cut off."""
    square = one.square(algorithm, rng, nonzeros=one.nonzeros)
    return cut_off(claims.SPARSE_SIGN_ABOVE, square, **one.parameters)


@check(
    claims.SPARSE_SIGN_BELOW,
    on=Instances(embeddings(tall(4, 2), [2, 3, 4], nonzeros=st.sampled_from([1, 2])), FEW_NONZEROS),
    faults=[in_turn(SparseSignSketch)],
    trials=30000,
)
def sparse_sign_below(
    algorithm: Algorithm, one: Embedding, rng: np.random.Generator
) -> Measurement:
    """Measure the second moment of few rows."""
    return Measurement(one.square(algorithm, rng, nonzeros=one.nonzeros), **one.parameters)


ON_LARGER = Instances(
    embeddings(tall(max_columns=2), [20, 40]),
    [
        *((name, Embedding(one.matrix, 30)) for name, one in hard(30)),
        ("ones", Embedding(Tall("stacked identities", 256, 1), 20)),
    ],
)


@check(claims.COUNT_SKETCH_FAILURE, on=ON_LARGER, faults=[UNSIGNED, FEW_BUCKETS], trials=2000)
def count_sketch_failure(
    algorithm: Algorithm, one: Embedding, rng: np.random.Generator
) -> Measurement:
    """Count failures."""
    return one.failed(algorithm, rng)


@check(claims.SPARSE_SIGN_FAILURE, on=ON_LARGER, faults=SPARSE_FAULTS, trials=3000)
def sparse_sign_failure(
    algorithm: Algorithm, one: Embedding, rng: np.random.Generator
) -> Measurement:
    """Count failures."""
    return one.failed(algorithm, rng, nonzeros=4)


ON_GAUSSIAN = Instances(
    embeddings(tall(), [10, 40], failure_probability=st.sampled_from([0.1, 0.3])),
    [*hard(30), ("one column", Embedding(Tall("gaussian", 50, 1), 3000))],
)
ROOT = "total / math.sqrt(self.size)"
NORMALS = "normals(self.seed, first + at, len(part), self.size)"
UNSCALED = edited(
    GaussianSketch, "no_normalisation", "Forgets to divide by √m.", (ROOT, "total.copy()")
)
VARIANCE_HALVED = edited(
    GaussianSketch,
    "variance_halved",
    "Gives the entries half of their variance.",
    (ROOT, "total / math.sqrt(2 * self.size)"),
)
ROWS_ALIKE = edited(
    GaussianSketch,
    "rows_alike",
    "Draws one row of S and repeats it.",
    (NORMALS, "normals(self.seed, first + at, len(part), 1).repeat(self.size, axis=1)"),
)


@check(claims.GAUSSIAN_ABOVE, on=ON_GAUSSIAN, faults=[UNSCALED, ROWS_ALIKE], trials=3000)
def gaussian_above(algorithm: Algorithm, one: Embedding, rng: np.random.Generator) -> Measurement:
    """Measure the greatest singular value."""
    return Measurement(float(np.linalg.norm(one.sketched(algorithm, rng), 2)), **one.parameters)


@check(claims.GAUSSIAN_BELOW, on=ON_GAUSSIAN, faults=[VARIANCE_HALVED, ROWS_ALIKE], trials=3000)
def gaussian_below(algorithm: Algorithm, one: Embedding, rng: np.random.Generator) -> Measurement:
    """Measure the least singular value."""
    return Measurement(float(np.linalg.norm(one.sketched(algorithm, rng), -2)), **one.parameters)
