"""Checks of the randomized SVD: certificates and the mean error."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import randomized_svd
from algos.sketching.theorems import low_rank as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.low_rank import (
    DECAYS,
    HARD,
    POWERS,
    SPECTRA,
    Algorithm,
    Decay,
    Reals,
    cut_off,
)

ALL_VALUES = edited(
    randomized_svd,
    "truncation_forgotten",
    "Takes the values beyond the rank for captured ones.",
    ("_frobenius(norm, s[:rank],", "_frobenius(norm, s,"),
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


def _factors(algorithm: Algorithm, decay: Decay, rng: np.random.Generator) -> tuple[Any, Reals]:
    """Decompose; give the result and what is left of the matrix."""
    found = algorithm(
        decay.array, decay.k, oversampling=decay.p, power_iterations=decay.q, probes=1, rng=rng
    )
    return found, decay.array - found.U * found.s @ found.Vt


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


@check(claims.SVD_FROBENIUS, on=ALL, faults=[ALL_VALUES, ASKEW], trials=200)
def svd_frobenius(algorithm: Algorithm, decay: Decay, rng: np.random.Generator) -> Measurement:
    """Compare the error with the reported one."""
    found, rest = _factors(algorithm, decay, rng)
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
    return cut_off(claims.SVD_ERROR, float(np.linalg.norm(rest)) ** 2, decay.shown())
