"""Checks of the subsampled randomized Hadamard transform."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from algos.sketching import SRHT
from algos.sketching import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.cut_off import cut_off
from proofs_checks.sketching.matrices import Tall, tall
from proofs_checks.sketching.sketches import Algorithm, Apart, Embedding, embeddings, hard

FEW_SAMPLES = [
    ("three rows", Embedding(Tall("gaussian", 3, 1), 2)),
    ("two rows of sixteen", Embedding(Tall("one dominating row", 16, 1), 8)),
    ("two columns", Embedding(Tall("gaussian", 6, 2), 4)),
]

DRAW = "signed_buckets(self.seed, offset, length, 1, 1)"
SRHT_UNSIGNED = edited(SRHT, "sign_dropped", "Leaves D out.", (DRAW, DRAW + "; signs = abs(signs)"))
SRHT_UNSCALED = edited(
    SRHT,
    "no_normalisation",
    "Forgets to divide by √m.",
    ("total / math.sqrt(self.size)", "total.copy()"),
)
SRHT_FIRST_ROWS = edited(
    SRHT,
    "first_rows",
    "Takes the first rows of the transform.",
    ("sorted(kept)", "range(self.size)"),
)
SRHT_BLOCKS_ALIKE = edited(
    SRHT,
    "blocks_alike",
    "Forgets the sign of a block's offset.",
    ("(1.0 - 2.0 * odd)", "np.ones(self.size)"),
)
#: The first four rows of the transform take rows 0, 4, 8 and 12 for one.
ALIKE = Embedding(Tall("stacked identities", 16, 4), 4)
#: The first 64 take rows 0 and 64 for one: the error is 1 in every draw, and should be 1 in 127.
PAIR = Embedding(Apart(64), 64)


@check(
    claims.SRHT_ABOVE,
    on=Instances(
        embeddings(tall().filter(lambda one: one.rows > 12), [2, 4, 9]),
        [
            ("two rows that the first 64 confuse", PAIR),
            *hard(6),
            ("rows that the first four confuse", ALIKE),
        ],
    ),
    faults=[SRHT_UNSIGNED, SRHT_UNSCALED, SRHT_FIRST_ROWS, SRHT_BLOCKS_ALIKE],
    trials=5000,
)
def srht_above(algorithm: Algorithm, one: Embedding, rng: np.random.Generator) -> Measurement:
    """Measure the second moment, cut off."""
    square = one.square(algorithm, rng, rows=len(one.basis))
    return cut_off(claims.SRHT_ABOVE, square, **one.parameters)


@check(
    claims.SRHT_BELOW,
    on=Instances(embeddings(tall(8, 2).filter(lambda one: one.rows > 2), [1, 2]), FEW_SAMPLES),
    faults=[SRHT_FIRST_ROWS],
    trials=2000,
)
def srht_below(algorithm: Algorithm, one: Embedding, rng: np.random.Generator) -> Measurement:
    """Measure the second moment of few rows."""
    return Measurement(one.square(algorithm, rng, rows=len(one.basis)), **one.parameters)


TALL = [
    (kind, Embedding(Tall(kind, 600, 3), 256, tolerance=0.5))
    for kind in ("gaussian", "one dominating row", "stacked identities", "duplicated rows")
]
ON_TALL = Instances(
    embeddings(tall(300, 3).filter(lambda one: one.rows > 128), [64, 128]),
    [*TALL, ("one column of ones", Embedding(Tall("stacked identities", 1024, 1), 128))],
)
SRHT_FAULTS = [SRHT_UNSIGNED, SRHT_UNSCALED]


@check(claims.SRHT_MARKOV, on=ON_TALL, faults=SRHT_FAULTS, trials=5000)
def srht_markov(algorithm: Algorithm, one: Embedding, rng: np.random.Generator) -> Measurement:
    """Count failures."""
    return one.failed(algorithm, rng, rows=len(one.basis))


@check(
    claims.SRHT_FAILURE,
    on=Instances(
        st.builds(
            Embedding,
            st.builds(
                Tall,
                st.sampled_from(["gaussian", "cauchy", "one dominating row"]),
                st.integers(3000, 4096),
                st.integers(1, 3),
            ),
            st.just(2048),
            tolerance=st.sampled_from([0.5, 0.7]),
            failure_probability=st.just(0.05),
        ),
        [
            (
                kind,
                Embedding(Tall(kind, 4096, 3), 2048, tolerance=0.6, failure_probability=0.05),
            )
            for kind in ("stacked identities", "duplicated rows")
        ]
        + [("one column of ones", Embedding(Tall("stacked identities", 4096, 1), 2048))],
    ),
    faults=SRHT_FAULTS,
    trials=2000,
)
def srht_failure(algorithm: Algorithm, one: Embedding, rng: np.random.Generator) -> Measurement:
    """Count failures."""
    return one.failed(algorithm, rng, rows=len(one.basis))


@check(
    claims.SRHT_LEVERAGE,
    on=Instances(embeddings(tall(300, 2), [1]), hard(1)),
    faults=SRHT_FAULTS,
    trials=2000,
)
def srht_leverage(algorithm: Algorithm, one: Embedding, rng: np.random.Generator) -> Measurement:
    """Measure the greatest squared row norm of all N rows, times N."""
    transformed = algorithm(one.length, rows=len(one.basis), rng=rng).apply(one.basis)
    return Measurement(one.length * (transformed**2).sum(axis=1).max(), **one.parameters)
