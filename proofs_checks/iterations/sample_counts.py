"""Checks of how many samples the Halpern iterations take."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from algos.iterations import stochastic_extragradient_halpern, stochastic_halpern
from algos.iterations import theorems as claims
from proofs_checks.check import Measurement, Sizes, check
from proofs_checks.faults import edited
from proofs_checks.iterations.instances import Spiral
from proofs_checks.iterations.stochastic import PAGE, Noisy

Algorithm = Callable[..., Any]
ACCURACIES = (0.1, 0.05, 0.025, 0.0125, 0.006)


def _renewed_every_step(algorithm: Algorithm) -> Any:
    """Draw every estimate afresh, with all the samples that its accuracy needs."""
    return edited(
        algorithm,
        "always_renewed",
        "Every estimate is drawn afresh to the accuracy epsilon² / k.",
        ("        if fresh:", "        error *= probability\n        if True:"),
        module=PAGE,
    )


def _samples(algorithm: Algorithm, case: Noisy, rng: np.random.Generator) -> Measurement:
    """Count the samples of 1 / epsilon steps."""
    result = case.run(algorithm, rng, max_iterations=math.ceil(1 / case.epsilon))
    return Measurement(result.oracle_calls, epsilon=case.epsilon)


@check(
    claims.SAMPLES,
    on=Sizes("epsilon", [Noisy(Spiral((1, 0.1), 1), 0.5, 0.5, one) for one in ACCURACIES]),
    faults=[_renewed_every_step(stochastic_halpern)],
    trials=12,
)
def stochastic_samples(algorithm: Algorithm, case: Noisy, rng: np.random.Generator) -> Measurement:
    """Count samples."""
    return _samples(algorithm, case, rng)


@check(
    claims.EXTRAGRADIENT_SAMPLES,
    on=Sizes("epsilon", [Noisy(Spiral((1j, 0.1), 1), 0.5, 0.5, one) for one in ACCURACIES]),
    faults=[_renewed_every_step(stochastic_extragradient_halpern)],
    trials=12,
)
def extragradient_samples(
    algorithm: Algorithm, case: Noisy, rng: np.random.Generator
) -> Measurement:
    """Count samples."""
    return _samples(algorithm, case, rng)
