"""Checks of leverage scores and ridge leverage scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import leverage_scores, ridge_leverage_scores
from algos.sketching.theorems import leverage as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.matrices import HARD, Reals, Tall, tall

Algorithm = Callable[..., Any]
WHITENING = "algos.sketching._whitening"
ON_MATRICES = Instances(tall(), HARD)


def orthonormal(A: Reals) -> Reals:
    """Give an orthonormal basis of the columns, by a singular value decomposition.

    Its rows are products with A's rows, so that small ones keep their digits: the left singular
    vectors have rounding of 1e-16 in every row.
    """
    norms = np.linalg.norm(A, axis=0)
    scaled = A / np.where(norms > 0, norms, 1)
    _, values, right = np.linalg.svd(scaled, full_matrices=False)
    kept = values > 1e-9 * values[0]
    basis: Reals = scaled @ right[kept].T / values[kept]
    return basis


def _rank(one: Tall) -> int:
    """Give the rank."""
    return int(orthonormal(one.array).shape[1])


NOT_INVERTED = edited(
    leverage_scores,
    "values_not_inverted",
    "Multiplies by the singular values instead of dividing by them.",
    ("Whitening(directions.T / values / scale[:, None]), count",
     "Whitening(directions.T * values / scale[:, None]), count"),
    ("directions[strong].T / values[strong", "directions[strong].T * values[strong"),
    module=WHITENING,
)  # fmt: skip
NOT_SQUARED = edited(
    leverage_scores,
    "norms_not_squared",
    "Adds up absolute values of coordinates instead of squares.",
    ("np.square(self.coordinates(rows))", "np.abs(self.coordinates(rows))"),
    module=WHITENING,
)
ONE_SHORT = edited(
    leverage_scores,
    "weakest_direction_lost",
    "Takes the weakest direction for rounding.",
    ("values[-1] > SAFE * values[0]", "values[-1] > 10 * values[0]"),
    ("values[-1] > NOISE * values[0]", "values[-1] > 10 * values[0]"),
    ("values > SAFE * values[0]", "values > 0.99 * values[0]"),
    ("if left.shape[1]:\n", "if len(found.T):\n            break\n        if left.shape[1]:\n"),
    module=WHITENING,
)


@check(claims.LEVERAGE_LARGEST, on=ON_MATRICES, faults=[NOT_INVERTED, NOT_SQUARED], trials=200)
def leverage_largest(algorithm: Algorithm, one: Tall, rng: np.random.Generator) -> Measurement:
    """Take the greatest score."""
    return Measurement(float(algorithm(one.array).scores.max()))


def _total(algorithm: Algorithm, one: Tall, rng: np.random.Generator) -> Measurement:
    """Add up the scores."""
    return Measurement(float(algorithm(one.array).scores.sum()), rank=_rank(one))


leverage_above = check(
    claims.LEVERAGE_TOTAL_ABOVE, on=ON_MATRICES, faults=[NOT_INVERTED, NOT_SQUARED], trials=200
)(_total)
leverage_below = check(claims.LEVERAGE_TOTAL_BELOW, on=ON_MATRICES, faults=[ONE_SHORT], trials=200)(
    _total
)


FEW_ROWS = edited(
    leverage_scores,
    "few_rows",
    "Draws a sixteenth of the rows that the bound speaks of.",
    ("if size is None else size, rng=rng)", "if size is None else size // 16, rng=rng)"),
)
SIGNS_DROPPED = edited(
    leverage_scores,
    "signs_dropped",
    "Adds rows to their buckets without the random signs.",
    ("sketch._add(sums, first, block)",
     "from accel.counters import signed_buckets; "
     "places, _ = signed_buckets(sketch.seed, first, len(block), sketch.size, 1); "
     "np.add.at(sums, places[:, 0], block)"),
)  # fmt: skip
NOT_ORTHONORMAL = edited(
    leverage_scores,
    "not_orthonormal",
    "Multiplies by the sketch's singular values instead of dividing by them.",
    ("directions[kept].T / values[kept]", "directions[kept].T * values[kept]"),
    module=WHITENING,
)


@check(
    claims.LEVERAGE_SKETCHED,
    on=Instances(tall(), [*HARD, ("a long column of ones", Tall("stacked identities", 3000, 1))]),
    faults=[FEW_ROWS, SIGNS_DROPPED, NOT_ORTHONORMAL],
    trials=900,
)
def leverage_sketched(algorithm: Algorithm, one: Tall, rng: np.random.Generator) -> Measurement:
    """Compare with the exact scores."""
    true = (orthonormal(one.array) ** 2).sum(axis=1)
    scores = algorithm(
        one.array, method="sketch", size=200, failure_probability=0.25, rng=rng
    ).scores
    some = true > 1e-20
    worst = float(np.abs(true[some] / np.maximum(scores[some], 1e-300) - 1).max(initial=0.0))
    return Measurement(worst, columns=one.columns, size=200, failure_probability=0.25)


# Ridge leverage scores.


@dataclass(frozen=True)
class Ridge:
    """A matrix and two penalties."""

    matrix: Tall
    small: float = 1.0
    large: float = 10.0

    @property
    def squares(self) -> Reals:
        """The squared singular values."""
        squares: Reals = np.linalg.svd(self.matrix.array)[1] ** 2
        return squares


ON_RIDGE = Instances(
    st.builds(
        Ridge,
        matrix=tall(),
        small=st.sampled_from([1e-3, 0.5, 1.0]),
        large=st.sampled_from([2.0, 30.0, 1e4]),
    ),
    [
        *((name, Ridge(matrix)) for name, matrix in HARD),
        ("a weak penalty", Ridge(Tall("gaussian", 24, 3), 1e-9, 1e-6)),
        ("a strong penalty", Ridge(Tall("gaussian", 24, 3), 1e6, 1e9)),
    ],
)
PENALTY_SQUARED = edited(
    ridge_leverage_scores,
    "penalty_squared",
    "Puts the penalty below the matrix, not its root.",
    ("math.sqrt(penalty) * np.eye", "penalty * np.eye"),
)
PENALTY_INVERTED = edited(
    ridge_leverage_scores,
    "penalty_inverted",
    "Divides by the root of the penalty.",
    ("math.sqrt(penalty) * np.eye", "1 / math.sqrt(penalty) * np.eye"),
)
PENALTY_COUNTED = edited(
    ridge_leverage_scores,
    "penalty_counted",
    "Gives the rank of the matrix with the penalty below it for the effective dimension.",
    ("float(scores.sum()), penalty", "float(found.rank), penalty"),
)


def _ratios(algorithm: Algorithm, one: Ridge) -> Reals:
    """Give the ratios of the scores that are not rounding, large penalty over small."""
    many = algorithm(one.matrix.array, one.small).scores
    few = algorithm(one.matrix.array, one.large).scores
    some = many > 0
    ratios: Reals = few[some] / many[some]
    return ratios


@check(claims.RIDGE_MONOTONE, on=ON_RIDGE, faults=[PENALTY_INVERTED], trials=200)
def ridge_monotone(algorithm: Algorithm, one: Ridge, rng: np.random.Generator) -> Measurement:
    """Take the greatest ratio."""
    return Measurement(float(_ratios(algorithm, one).max(initial=0.0)))


@check(claims.RIDGE_FALL, on=ON_RIDGE, faults=[PENALTY_SQUARED], trials=200)
def ridge_fall(algorithm: Algorithm, one: Ridge, rng: np.random.Generator) -> Measurement:
    """Take the least ratio."""
    least = float(_ratios(algorithm, one).min(initial=1.0))
    return Measurement(least, small=one.small, large=one.large)


def _dimension(algorithm: Algorithm, one: Ridge, rng: np.random.Generator) -> Measurement:
    """Compare the effective dimension with Σ σ²/(σ² + penalty)."""
    found = algorithm(one.matrix.array, one.small).effective_dimension
    return Measurement(found, dimension=(one.squares / (one.squares + one.small)).sum())


ridge_above, ridge_below = (
    check(claim, on=ON_RIDGE, faults=[PENALTY_SQUARED, PENALTY_INVERTED], trials=200)(_dimension)
    for claim in (claims.RIDGE_ABOVE, claims.RIDGE_BELOW)
)


@check(claims.RIDGE_RANK, on=ON_RIDGE, faults=[PENALTY_COUNTED], trials=200)
def ridge_rank(algorithm: Algorithm, one: Ridge, rng: np.random.Generator) -> Measurement:
    """Take the effective dimension."""
    found = algorithm(one.matrix.array, one.small).effective_dimension
    return Measurement(found, rank=_rank(one.matrix))
