"""Checks of Lewis weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.special import kl_div

from algos.sketching import lewis_weights
from algos.sketching.theorems import weights as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.leverage import ON_MATRICES, orthonormal
from proofs_checks.sketching.matrices import HARD, Reals, Tall, tall

Algorithm = Callable[..., Any]
#: Rounding of logarithms of recomputed scores, for p ≥ 1.
ROUNDING = 1e-7
#: Stands for an infinite distance.
FAR = 1e300


def lewis_leverage(A: Reals, w: Reals, p: float) -> Reals:
    """Give the leverage scores of W^(1/2−1/p) A, for zero rows 0."""
    some = A.any(axis=1)
    scores: Reals = np.zeros(len(A))
    rows = w[some, None] ** (0.5 - 1 / p) * A[some]
    if not np.isfinite(rows).all():
        return np.where(some, FAR, 0.0)
    basis = orthonormal(rows)
    scores[some] = (basis**2).sum(axis=1)
    return scores


def off(one: Reals, other: Reals) -> float:
    """Give the greatest abs(log) of a ratio of entries, not both of them 0."""
    some = (one > 0) | (other > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.abs(np.log(one[some]) - np.log(other[some]))
    return float(np.nan_to_num(ratios, nan=FAR, posinf=FAR).max(initial=0.0))


@dataclass(frozen=True)
class Weighing:
    """A matrix to weigh, with p and a number of steps."""

    matrix: Tall
    p: float = 1.0
    steps: int = 20

    @property
    def rank(self) -> int:
        """The rank of the matrix."""
        return int(orthonormal(self.matrix.array).shape[1])

    @property
    def rounding(self) -> float:
        """Rounding of the logarithm of a recomputed score."""
        return ROUNDING * max(1.0, 1 / self.p)

    @property
    def weights(self) -> Reals:
        """The true weights, by steps over singular value decompositions."""
        A, p = self.matrix.array, self.p
        w: Reals = A.any(axis=1).astype(float)
        for _ in range(400):
            scores = lewis_leverage(A, w, p)
            step = 2 * p / (p + 2)
            some = scores > 0
            last, w = w, np.zeros_like(w)
            w[some] = last[some] ** (1 - step) * scores[some] ** step
            if off(w, last) < 1e-13:
                break
        return w


def weighings(powers: tuple[float, ...]) -> st.SearchStrategy[Weighing]:
    """Draw matrices, powers and numbers of steps."""
    steps = st.sampled_from([0, 1, 2, 5, 20])
    return st.builds(Weighing, matrix=tall(24, 3), p=st.sampled_from(powers), steps=steps)


def hard(powers: tuple[float, ...]) -> list[tuple[str, Weighing]]:
    """Give one matrix of every kind, with powers in turn."""
    return [
        (name, Weighing(matrix, powers[k % len(powers)])) for k, (name, matrix) in enumerate(HARD)
    ]


POWERS = (0.5, 1.0, 1.5, 2.0, 3.0, 3.9, 4.0, 6.0, 10.0)
NO_STEP = ("no step", Weighing(Tall("stacked identities", 12, 1), 1.0, 0))
DUPLICATES = ("duplicates of one row", Weighing(Tall("stacked identities", 12, 1), 1.0, 2))
FAINT = ("weights from 1e-26 to 1", Weighing(Tall("cauchy", 18, 1, 18), 6.0))
ON = Instances(weighings(POWERS), [*hard(POWERS), NO_STEP, DUPLICATES, FAINT])
ON_CONTRACTION = Instances(
    weighings((0.5, 1.0, 1.5, 2.5, 3.0, 3.9)), [*hard((0.5, 1.0, 3.0)), DUPLICATES]
)
ON_DESCENT = Instances(weighings((2.5, 3.0, 4.0, 6.0, 10.0, 50.0)), hard((3.0, 6.0, 20.0)))

NOT_REWEIGHTED = edited(
    lewis_weights,
    "rows_not_reweighted",
    "Adds unweighted rows to the Gram matrix: q stays that of A.",
    ("np.exp(self._exponents(after, self.mean) / 2)", "1.0"),
)
ROOT_MISSING = edited(
    lewis_weights,
    "root_missing",
    "Scales rows by W^(1−2/p), not by its root.",
    ("return (1 - 2 / self.p) * (logs", "return (2 - 4 / self.p) * (logs"),
)
TOLERANCE_REPORTED = edited(
    lewis_weights,
    "tolerance_reported",
    "Reports the tolerance as residual, reached or not.",
    ("residual = float(residuals[-1])", "residual = tolerance"),
)
ONE_STEP = edited(
    lewis_weights,
    "one_step",
    "Makes a single step and says that it converged.",
    ("len(residuals) <= limit:", "len(residuals) <= min(limit, 1):"),
    ("if residual <= tolerance else", "if residual < math.inf else"),
)
LARGE_STEP = edited(
    lewis_weights,
    "step_too_long",
    "Makes plain steps twice as long.",
    ("plain = min(1.0, self.p / 2)", "plain = min(2.0, self.p)"),
)
UNDAMPED = edited(
    lewis_weights,
    "undamped",
    "Makes the plain steps of p < 2 for every p.",
    ("plain = min(1.0, self.p / 2)", "plain = self.p / 2"),
)
MEAN_REPORTED = edited(
    lewis_weights,
    "mean_reported",
    "Reports the mean over the rows, not the greatest.",
    ("float(np.abs(drift).max())", "float(np.abs(drift).mean())"),
)


def weights_of_two(A: Any, p: float, **options: Any) -> Any:
    """Give the weights of p = 2 whatever p is."""
    return replace(lewis_weights(A, 2, **options), p=p)


def _run(algorithm: Algorithm, one: Weighing, **options: Any) -> Any:
    """Make the instance's steps, or all of them."""
    return algorithm(one.matrix.array, one.p, **{"max_iterations": one.steps, **options})


def _recomputed(one: Weighing, result: Any) -> float:
    """Give the residual of the weights."""
    return off(lewis_leverage(one.matrix.array, result.weights, one.p), result.weights)


def _sum(one: Weighing, result: Any) -> Measurement:
    """Add up the weights."""
    total = float(result.weights.sum())
    return Measurement(total, rank=one.rank, residual=min(result.residual, 500.0))


@check(
    claims.LEWIS_RESIDUAL,
    on=ON,
    faults=[weights_of_two, ROOT_MISSING, TOLERANCE_REPORTED, MEAN_REPORTED],
    trials=200,
)
def lewis_residual(algorithm: Algorithm, one: Weighing, rng: np.random.Generator) -> Measurement:
    """Recompute the residual of the weights."""
    result = _run(algorithm, one)
    seen = _recomputed(one, result)
    return Measurement(seen, residual=result.residual, rounding=one.rounding)


@check(
    claims.LEWIS_CONVERGED,
    on=ON,
    faults=[weights_of_two, ROOT_MISSING, ONE_STEP, TOLERANCE_REPORTED],
    trials=200,
)
def lewis_converged(algorithm: Algorithm, one: Weighing, rng: np.random.Generator) -> Measurement:
    """Recompute the residual of the weights, where the run says that it converged."""
    result = _run(algorithm, one, tolerance=1e-6)
    seen = _recomputed(one, result) if result.status == "converged" else 0.0
    return Measurement(seen, tolerance=1e-6, rounding=one.rounding)


@check(claims.LEWIS_SUM_ABOVE, on=ON, faults=[TOLERANCE_REPORTED], trials=200)
def lewis_sum_above(algorithm: Algorithm, one: Weighing, rng: np.random.Generator) -> Measurement:
    """Add up the weights."""
    return _sum(one, _run(algorithm, one))


@check(claims.LEWIS_SUM_BELOW, on=ON, faults=[NOT_REWEIGHTED], trials=200)
def lewis_sum_below(algorithm: Algorithm, one: Weighing, rng: np.random.Generator) -> Measurement:
    """Add up the weights."""
    return _sum(one, _run(algorithm, one, accelerated=False))


@check(claims.LEWIS_CONTRACTION, on=ON_CONTRACTION, faults=[LARGE_STEP], trials=200)
def lewis_contraction(algorithm: Algorithm, one: Weighing, rng: np.random.Generator) -> Measurement:
    """Compare the last residual with the first."""
    result = _run(algorithm, one, accelerated=False, tolerance=0)
    return Measurement(
        result.residual,
        p=one.p,
        steps=result.iterations,
        first=result.residuals[0],
        rounding=1e-11,
    )


def potential(A: Reals, w: Reals, p: float) -> float:
    """Give −log det(AᵀVA) + (1 − 2/p) Σ w, V = W^(1−2/p), in a basis of A's columns."""
    basis = orthonormal(A)
    gram = basis.T @ (w[:, None] ** (1 - 2 / p) * basis)
    return float(-np.linalg.slogdet(gram)[1] + (1 - 2 / p) * w.sum())


@check(claims.LEWIS_DESCENT, on=ON_DESCENT, faults=[UNDAMPED], trials=200)
def lewis_descent(algorithm: Algorithm, one: Weighing, rng: np.random.Generator) -> Measurement:
    """Compare the potential before and after a step."""
    A, p = one.matrix.array, one.p
    last, after = (
        _run(algorithm, one, accelerated=False, tolerance=0, max_iterations=k).weights
        for k in (one.steps, one.steps + 1)
    )
    start = potential(A, last, p)
    return Measurement(
        min(potential(A, after, p), FAR),
        p=p,
        before=start,
        divergence=max(float(kl_div(lewis_leverage(A, last, p), last).sum()), 0.0),
        rounding=1e-9 * (1 + abs(start)),
    )


@check(
    claims.LEWIS_ERROR,
    on=ON,
    faults=[weights_of_two, NOT_REWEIGHTED, ROOT_MISSING, TOLERANCE_REPORTED],
    trials=150,
)
def lewis_error(algorithm: Algorithm, one: Weighing, rng: np.random.Generator) -> Measurement:
    """Compare with weights from another algorithm."""
    result = _run(algorithm, one, accelerated=False)
    return Measurement(
        off(result.weights, one.weights),
        residual=result.residual,
        p=one.p,
        rank=one.rank,
        rounding=one.rounding * max(1.0, one.p),
    )


@check(claims.LEWIS_TWO, on=ON_MATRICES, faults=[LARGE_STEP], trials=150)
def lewis_two(algorithm: Algorithm, one: Tall, rng: np.random.Generator) -> Measurement:
    """Compare with the leverage scores."""
    weights = algorithm(one.array, 2, max_iterations=1, accelerated=False).weights
    true = (orthonormal(one.array) ** 2).sum(axis=1)
    return Measurement(float(np.abs(weights - true).max()), rounding=1e-9)
