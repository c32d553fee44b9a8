"""Checks of the randomized SVD: certificates and the mean error."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import randomized_svd
from algos.sketching.theorems import low_rank as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.cut_off import cut_off
from proofs_checks.sketching.low_rank import (
    DECAYS,
    HARD,
    POWERS,
    SPECTRA,
    Algorithm,
    Decay,
    Reals,
)

ALL_VALUES = edited(
    randomized_svd,
    "truncation_forgotten",
    "Takes the values beyond the rank for captured ones.",
    ("_frobenius(found, s[:rank],", "_frobenius(found, s,"),
)
ASKEW = edited(
    randomized_svd,
    "not_orthonormal",
    "Scales the columns and leaves them askew.",
    (
        "        rest = _spanning(rest)\n",
        "        rest = rest / np.linalg.norm(rest, axis=0)\n",
    ),
    module="algos.sketching._range_finder",
)
NO_OVERSAMPLING = edited(
    randomized_svd,
    "oversampling_off",
    "Draws as many random vectors as the rank.",
    ("min(rank + extra, *matrix.shape)", "rank"),
)
NOT_SUMMED = edited(
    randomized_svd,
    "blocks_not_summed",
    "Takes the last block's share of the product with the transpose for all of it.",
    ("back += transposed_product", "back = transposed_product"),
)


def _factors(
    algorithm: Algorithm, decay: Decay, rng: np.random.Generator, form: str = "array"
) -> tuple[Any, Reals]:
    """Decompose; give the result and what is left of the matrix."""
    given = decay.array.astype(np.float32 if form == "single precision" else np.float64)
    once = form == "blocks, once"
    found = algorithm(
        iter(np.array_split(given, 3)) if once else given,
        decay.k,
        oversampling=decay.p,
        power_iterations=0 if once else decay.q,
        probes=1,
        rng=rng,
    )
    return found, given - found.U.astype(np.float64) * found.s @ found.Vt


FORMS = ("array", "single precision", "blocks, once")
ALL = Instances(
    st.builds(
        Decay,
        spectrum=st.sampled_from([*SPECTRA, "low rank", "one beyond"]),
        k=st.integers(1, 10),
        p=st.integers(0, 10),
        q=st.integers(0, 3),
    ),
    [
        *HARD,
        *(("power iterations, " + name, one) for name, one in POWERS),
        ("a low rank", Decay("low rank", 5, 5, q=1)),
    ],
)


@check(
    claims.SVD_FROBENIUS,
    on=Instances(
        st.tuples(ALL.random, st.sampled_from(FORMS)),
        [(f"{name}, {form}", (one, form)) for name, one in ALL.hard for form in FORMS],
    ),
    faults=[ALL_VALUES, ASKEW, NOT_SUMMED],
    trials=300,
)
def svd_frobenius(
    algorithm: Algorithm, instance: tuple[Decay, str], rng: np.random.Generator
) -> Measurement:
    """Compare the error with the reported one."""
    found, rest = _factors(algorithm, instance[0], rng, instance[1])
    return Measurement(float(np.linalg.norm(rest)), frobenius_error=found.frobenius_error)


@check(claims.SVD_VALUES, on=ALL, faults=[ASKEW], trials=200)
def svd_values(algorithm: Algorithm, decay: Decay, rng: np.random.Generator) -> Measurement:
    """Compare the singular value that exceeds its own most."""
    found, _ = _factors(algorithm, decay, rng)
    exact = decay.values[: len(found.s)]
    rounding = 1e-12 * decay.values[0]
    j = int(np.argmax(found.s / np.maximum(exact, rounding)))
    return Measurement(found.s[j], singular_value=max(float(exact[j]), rounding))


@check(
    claims.SVD_ERROR,
    on=Instances(DECAYS, HARD),
    faults=[NO_OVERSAMPLING, ASKEW],
    trials=1000,
    detect=1.5,
)
def svd_error(algorithm: Algorithm, decay: Decay, rng: np.random.Generator) -> Measurement:
    """Measure the squared Frobenius error."""
    _, rest = _factors(algorithm, decay, rng)
    return cut_off(claims.SVD_ERROR, float(np.linalg.norm(rest)) ** 2, **decay.shown())
