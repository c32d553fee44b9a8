"""Checks of the scores that samples are drawn by."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import sensitivity_sample
from algos.sketching import theorems as claims
from algos.sketching._sampling_scores import leverage_rounds
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.matrices import KINDS, Reals, Tall, tall
from proofs_checks.sketching.sampling import EXPONENTS, SQUARES, Alone, Draws, Heavy

Algorithm = Callable[..., Any]

SCORES_HOME = "algos.sketching._sampling_scores"
FULL_RANK = [kind for kind in KINDS if kind != "rank deficient"]


FACTOR_FORGOTTEN = edited(
    sensitivity_sample,
    "factor_forgotten",
    "Takes Lewis weights for sensitivities where p exceeds 2.",
    ("factor = norm ** (p / 2) if p > 2", "factor = 1.0 if p > 2"),
    module=SCORES_HOME,
)
WRONG_POWER = edited(
    sensitivity_sample,
    "wrong_power",
    "Takes leverages to the power p for the scores of one row.",
    ("squared_norms(rows) ** (self.p / 2)", "squared_norms(rows) ** self.p"),
    ("float(weights @ q ** (self.p / 2))", "float(weights @ q**self.p)"),
    module=SCORES_HOME,
)
NO_ROUNDS = edited(
    sensitivity_sample,
    "a_single_round",
    "Stops after one round where several are wanted.",
    ("rounds = rounds(count, rank, p)", "rounds = 1"),
    module=SCORES_HOME,
)


def _tops(A: Reals) -> Reals:
    """Give x's at which rows matter most: best in l_2, and where d − 1 rows vanish."""
    d = A.shape[1]
    found = [np.linalg.pinv(A).T]
    if d > 1:
        for chosen in itertools.combinations(range(len(A)), d - 1):
            _, values, rows = np.linalg.svd(A[list(chosen)])
            if values[-1] > 1e-9 * values[0]:
                found.append(rows[-1:])
    return np.vstack(found)


@check(
    claims.SAMPLING_SCORES,
    on=Instances(
        st.builds(
            Draws,
            matrix=tall(12, 3, min_rows=4, kinds=FULL_RANK),
            p=st.sampled_from([0.5, 1.0, 1.5]),
            size=st.just(400),
            scores=st.sampled_from(["lewis", "root_leverage", "sensitivity"]),
        ),
        [
            *((f"gaussian, p = {p:g}", Draws(Tall("gaussian", 12, 3), p, 400)) for p in EXPONENTS),
            ("cauchy, p = 3", Draws(Tall("cauchy", 12, 2), 3.0, 400)),
            ("heavy rows", Draws(Heavy(9, 1), 1.0, 400)),
        ],
    ),
    faults=[SQUARES, FACTOR_FORGOTTEN, WRONG_POWER],
    trials=120,
)
def sampling_scores(algorithm: Algorithm, draws: Draws, rng: np.random.Generator) -> Measurement:
    """Look for an x at which a row drawn matters more than its score."""
    A = draws.matrix.array
    sample = draws.run(algorithm, rng)
    products = np.abs(A @ _tops(A).T)
    powers = products[:, products.max(axis=0) > 1e-9 * np.abs(A).max()] ** draws.p
    matters = (powers[sample.rows] / powers.sum(axis=0)).max(axis=1)
    return Measurement(float((matters / (sample.probabilities * sample.total)).max()))


@check(
    claims.SAMPLING_TOTAL,
    on=Instances(
        st.builds(
            Draws,
            matrix=tall(200, 4, min_rows=8),
            p=st.sampled_from([0.5, 1.0, 1.5, 1.9]),
            size=st.just(1),
            scores=st.sampled_from(["root_leverage", "recursive_root_leverage"]),
        ),
        [
            ("identities and a row alone", Draws(Alone(200, 20), 1.0, 1, "root_leverage")),
            ("several rounds", Draws(Alone(2000, 10), 1.0, 1, "recursive_root_leverage")),
        ],
    ),
    faults=[NO_ROUNDS],
    trials=150,
)
def sampling_total(algorithm: Algorithm, draws: Draws, rng: np.random.Generator) -> Measurement:
    """Add up the scores."""
    sample = draws.run(algorithm, rng)
    rows = len(draws.matrix.array)
    one = draws.scores == "root_leverage"
    rounds = 1 if one else leverage_rounds(rows, sample.rank, draws.p)
    return Measurement(sample.total, rows=rows, rank=sample.rank, p=draws.p, rounds=rounds)
