"""Checks of ℓ_p sensitivities, by brute force."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import lp_sensitivities
from algos.sketching.theorems import sensitivities as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.matrices import KINDS, Reals, Tall, tall
from proofs_checks.sketching.sensitivity_truth import ANGLES, Case, LongRow, Opposites, truth

Algorithm = Callable[..., Any]


def cases(*, least: float = 0.0) -> st.SearchStrategy[Case]:
    """Draw small matrices; of two columns where the truth comes from angles."""

    def of(p: float) -> st.SearchStrategy[Case]:
        columns = 3 if p in (0.5, 1, 2) else 2
        return tall(14, columns, min_rows=columns).map(lambda matrix: Case(matrix, p))

    exponents = [one for one in (0.5, 1.0, 1.2, 1.5, 2.0, 3.0, 6.0) if one >= least]
    return st.sampled_from(exponents).flatmap(of)


HARD = [
    (f"{kind}, p = {p:g}", Case(Tall(kind, 14, 3 if p <= 2 and p != 1.5 else 2), p))
    for kind in KINDS
    for p in (0.5, 1, 1.5, 2, 3)
]
LONG = [(f"a long row among signs, p = {p:g}", Case(LongRow(), p)) for p in (1, 3)]
ON = Instances(cases(), HARD)
ON_LONG = Instances(cases(), [*HARD, *LONG])


def run(algorithm: Algorithm, case: Case, **options: Any) -> Any:
    """Run, with a loose tolerance that leaves room for other tolerances to fail."""
    return algorithm(case.array, case.p, **{"tolerance": 1e-6, **options})


def _worst(bounds: Reals, known: Reals, *, most: bool) -> Measurement:
    """Take the row whose bound is worst beside what is known of its sensitivity."""
    rows = np.flatnonzero(known > 0)
    ratios = bounds[rows] / known[rows]
    row = rows[ratios.argmax() if most else ratios.argmin()]
    return Measurement(float(bounds[row]), sensitivity=float(known[row]))


EXACT, WEIGHTED = "algos.sketching._exact_sensitivities", "algos.sketching._weighted_sensitivities"
VERTICES = "algos.sketching._vertex_sensitivities"
BLOCKS = "algos.sketching._subsampled_sensitivities"
NO_POWER = edited(
    lp_sensitivities,
    "no_power_below",
    "The lower bound is the ratio of norms, without its power p.",
    ("(low * norms[some]) ** p", "(low * norms[some])"),
    ("where.greatest) ** 2", "where.greatest)"),
    module=EXACT,
)
WRONG_POINT = edited(
    lp_sensitivities,
    "norm_of_another_p",
    "The point is measured in the Euclidean norm.",
    ("_norms(y @ where.rows.T, p)", "lengths(y @ where.rows.T)"),
    module=EXACT,
)
WRONG_DUAL_NORM = edited(
    lp_sensitivities,
    "dual_norm_with_p",
    "The dual vector is measured in the norm p itself.",
    ("p / (p - 1) if p > 1 else math.inf", "p"),
    module=EXACT,
)
INFEASIBLE = edited(
    lp_sensitivities,
    "infeasible_certificate",
    "Shrinks the dual vector, and does not look whether it is feasible.",
    ("w = w + (c - w @ rows) @ rows.T", "w = 0.9 * w"),
    ("growth * missed / where.least", "0.0"),
    module=EXACT,
)
FEW_VERTICES = edited(
    lp_sensitivities,
    "half_of_the_vertices",
    "Looks at half of the directions alone.",
    ("first = first[labels[first] >= 0]", "first = first[labels[first] >= len(first) // 2]"),
    module=VERTICES,
)


@check(claims.SENSITIVITY_LOWER, on=ON, faults=[NO_POWER, WRONG_POINT], trials=120)
def sensitivity_lower(algorithm: Algorithm, case: Case, rng: np.random.Generator) -> Measurement:
    """Compare lower bounds with brute force."""
    return _worst(run(algorithm, case).lower, truth(case)[1], most=True)


@check(
    claims.SENSITIVITY_UPPER,
    on=ON,
    faults=[WRONG_DUAL_NORM, INFEASIBLE, FEW_VERTICES],
    trials=120,
)
def sensitivity_upper(algorithm: Algorithm, case: Case, rng: np.random.Generator) -> Measurement:
    """Compare upper bounds with brute force."""
    return _worst(run(algorithm, case).upper, truth(case)[0], most=False)


LEVERAGE = edited(
    lp_sensitivities,
    "scores_of_p_2",
    "Takes the leverage scores for Lewis weights, whatever p.",
    ("exponent = 0.5 - 1 / p", "exponent = 0.0"),
    (
        "least, most = sorted(",
        "logs, kappa = np.where(some, high, 0.0), 0.0\n    least, most = sorted(",
    ),
    module=WEIGHTED,
)
NOT_RAISED = edited(
    lp_sensitivities,
    "not_raised_to_half_of_p",
    "Takes τ w^(2/p − 1) for s, without the power p/2.",
    ("p / 2 * (low - logs) + logs", "low - logs + 2 / p * logs"),
    ("p / 2 * (high - logs) + logs", "high - logs + 2 / p * logs"),
    module=WEIGHTED,
)
SIDES_SWAPPED = edited(
    lp_sensitivities,
    "sandwich_turned_around",
    "Takes the factors of p ≥ 2 for p ≤ 2, and the other way round.",
    ("least, most = sorted(", "most, least = sorted("),
    module=WEIGHTED,
)
OTHER_WEIGHTS = edited(
    lp_sensitivities,
    "weights_of_p_2",
    "Starts from the Lewis weights of p = 2.",
    ("lewis_weights(A, p).weights", "lewis_weights(A, 2).weights"),
)


@check(claims.LEWIS_LOWER, on=ON_LONG, faults=[LEVERAGE, NOT_RAISED, SIDES_SWAPPED], trials=120)
def lewis_lower(algorithm: Algorithm, case: Case, rng: np.random.Generator) -> Measurement:
    """Compare lower bounds with brute force."""
    return _worst(run(algorithm, case, method="lewis").lower, truth(case)[1], most=True)


@check(claims.LEWIS_UPPER, on=ON_LONG, faults=[LEVERAGE, NOT_RAISED, SIDES_SWAPPED], trials=120)
def lewis_upper(algorithm: Algorithm, case: Case, rng: np.random.Generator) -> Measurement:
    """Compare upper bounds with brute force."""
    return _worst(run(algorithm, case, method="lewis").upper, truth(case)[0], most=False)


@check(claims.LEWIS_RATIO, on=ON, faults=[OTHER_WEIGHTS], trials=120)
def lewis_ratio(algorithm: Algorithm, case: Case, rng: np.random.Generator) -> Measurement:
    """Measure how far the bounds are apart, where neither is cut off at 1."""
    result = run(algorithm, case, method="lewis")
    rows = (result.upper > 0) & (result.upper < 1)
    ratio = (result.upper[rows] / result.lower[rows]).max(initial=1.0)
    return Measurement(float(ratio), rank=truth(case)[2], p=case.p)


UNSCALED = edited(
    lp_sensitivities,
    "twice_the_targets",
    "Solves for twice the row.",
    ("where.rows[rows], where.errors[rows]", "2 * where.rows[rows], where.errors[rows]"),
)


def some_rows(A: Any, p: float, **options: Any) -> Any:
    """Leave out every other row."""
    result = lp_sensitivities(A, p, **options)
    return replace(result, upper=result.upper[::2])


@check(claims.TOTAL_ABOVE, on=ON, faults=[UNSCALED], trials=120)
def total_above(algorithm: Algorithm, case: Case, rng: np.random.Generator) -> Measurement:
    """Add up the lower bounds."""
    lower = run(algorithm, case).lower
    return Measurement(math.fsum(lower), rank=truth(case)[2], p=case.p)


@check(claims.TOTAL_BELOW, on=ON, faults=[some_rows, INFEASIBLE], trials=120)
def total_below(algorithm: Algorithm, case: Case, rng: np.random.Generator) -> Measurement:
    """Add up the upper bounds."""
    upper = run(algorithm, case).upper
    return Measurement(math.fsum(upper), rank=truth(case)[2], p=case.p)


DELTA = 0.2
NO_SIGNS = edited(
    lp_sensitivities,
    "no_signs",
    "Adds up the rows of a block without signs.",
    ("rng.choice([-1.0, 1.0], n)[:, None]", "np.ones(n)[:, None]"),
    module=BLOCKS,
)
ONE_SIGNING = edited(
    lp_sensitivities,
    "one_signing",
    "Takes one sign a row, once.",
    ("count = signings(n, failure_probability)", "count = 1"),
    module=BLOCKS,
)
NOT_WEIGHTED = edited(
    lp_sensitivities,
    "draws_not_weighted",
    "Forgets that rows were not drawn uniformly.",
    ("share = times / drawn.size / chance[rows]", "share = times / drawn.size * n"),
    module=BLOCKS,
)
ON_BLOCKS = Instances(cases(least=1.0), [one for one in HARD if one[1].p in (1, 1.5, 3)])
ON_OPPOSITES = Instances(
    st.builds(
        Case,
        st.builds(Opposites, st.integers(8, 10), st.integers(1, 2)),
        st.sampled_from([1.0, 2.0]),
    ),
    [("opposite rows, p = 1", Case(Opposites(8, 2), 1))],
)


@check(
    claims.SUBSAMPLED_FAILURE,
    on=ON_OPPOSITES,
    faults=[NO_SIGNS, ONE_SIGNING, NOT_WEIGHTED],
    trials=450,
)
def subsampled_failure(algorithm: Algorithm, case: Case, rng: np.random.Generator) -> Measurement:
    """Count runs in which some bound fails."""
    result = run(
        algorithm, case, method="subsampled", block_size=2, failure_probability=DELTA, rng=rng
    )
    low, high, _ = truth(case)
    rows = bool((result.lower <= high * ANGLES).all() and (low <= result.upper * ANGLES).all())
    total = result.total_lower <= high.sum() * ANGLES and low.sum() <= result.total_upper * ANGLES
    return Measurement(not (rows and total), failure_probability=DELTA)


NO_LARGEST = edited(
    lp_sensitivities,
    "sum_over_signings",
    "Adds up the bounds of a block's signings, and looks at no other bound.",
    ("reshape(count, blocks).max(axis=0)", "reshape(count, blocks).sum(axis=0)"),
    ("np.minimum(sure.upper, upper[block])", "upper[block]"),
    ("np.minimum(found.upper, sure.upper[rows])", "upper[rows]"),
    module=BLOCKS,
)


@check(claims.SUBSAMPLED_SIZE, on=ON_BLOCKS, faults=[NO_LARGEST], trials=60)
def subsampled_size(algorithm: Algorithm, case: Case, rng: np.random.Generator) -> Measurement:
    """Add up the upper bounds."""
    result = run(algorithm, case, method="subsampled", block_size=2, rng=rng)
    return Measurement(
        math.fsum(result.upper),
        block_size=2,
        p=case.p,
        total=float(truth(case)[1].sum()),
        tolerance=1e-6,
    )
