"""Leverage scores, ridge leverage scores, Lewis weights."""

import numpy as np
from sympy import Integer, Lt, Max, Symbol, exp, log, sqrt
from sympy.utilities.lambdify import implemented_function

from algos.sketching import (
    leverage_scores,
    lewis_error_bound,
    lewis_weights,
    ridge_leverage_scores,
)
from algos.theorem import Need, Surely, Theorem, Tightness, WithProbability, here

p = Symbol("p", positive=True)
rank = Symbol("rank", integer=True, nonnegative=True)
size = Symbol("size", integer=True, positive=True)
steps = Symbol("steps", integer=True, nonnegative=True)
failure_probability = Symbol("failure_probability", positive=True)
residual = Symbol("residual", nonnegative=True)
tolerance = Symbol("tolerance", nonnegative=True)
rounding = Symbol("rounding", nonnegative=True)
first = Symbol("first", nonnegative=True)
before = Symbol("before", real=True)
divergence = Symbol("divergence", nonnegative=True)
small = Symbol("small", positive=True)
large = Symbol("large", positive=True)
dimension = Symbol("dimension", nonnegative=True)

ANY = (0.0, float("inf"))
DOMAIN = {
    "rank": (0.0, 2.0**53),
    "steps": (0.0, 2.0**53),
    "residual": ANY,
    "tolerance": ANY,
    "rounding": ANY,
    "first": ANY,
    "divergence": ANY,
    "before": (-float("inf"), float("inf")),
    "dimension": ANY,
}
#: Relative rounding of sums of scores.
RTOL = 1e-8
PAGE = "sketching_weights"

_error_bound = implemented_function(
    "lewis_error_bound",
    np.vectorize(lambda off, power, d: lewis_error_bound(off, power, int(d)), otypes=[float]),
)

LEVERAGE_LARGEST = Theorem(
    key="sketching/leverage-scores/largest",
    algorithm=leverage_scores,
    quantity="greatest score",
    formula=Integer(1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="No leverage score exceeds 1.",
    source=here(PAGE, "Leverage scores"),
    rtol=RTOL,
    tightness=Tightness(0.999, "one dominating row"),
)

LEVERAGE_TOTAL_ABOVE = Theorem(
    key="sketching/leverage-scores/total-above",
    algorithm=leverage_scores,
    quantity="sum of the scores",
    formula=rank,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="The leverage scores sum to the rank: they do not exceed it.",
    source=here(PAGE, "Leverage scores"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.999, "rank deficient"),
)

LEVERAGE_TOTAL_BELOW = Theorem(
    key="sketching/leverage-scores/total-below",
    algorithm=leverage_scores,
    quantity="sum of the scores",
    formula=rank,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="The leverage scores sum to the rank: they do not fall short of it.",
    source=here(PAGE, "Leverage scores"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.999, "rank deficient"),
)

_t = sqrt(rank / size) + sqrt(2 * log(2 / failure_probability) / size)

LEVERAGE_SKETCHED = Theorem(
    key="sketching/leverage-scores/sketched",
    algorithm=leverage_scores,
    quantity="greatest abs(true score / score − 1)",
    formula=_t * (2 + _t),
    direction="<=",
    holds=WithProbability(1 - failure_probability),
    constants="exact",
    statement=(
        "Scores from a Gaussian sketch of m rows are off by a factor between 1 − ε and 1 + ε at "
        "most, ε = t (2 + t), t = √(rank/m) + √(2 ln(2/δ)/m), t < 1."
    ),
    source=here(PAGE, "Sketched scores"),
    needs=(Need(Lt(_t, 1), "the sketch has rows enough"),),
    domain={**DOMAIN, "failure_probability": (0.0, 1.0)},
)

RIDGE_MONOTONE = Theorem(
    key="sketching/ridge-leverage-scores/monotone",
    algorithm=ridge_leverage_scores,
    quantity="greatest ratio of scores, large penalty over small",
    formula=Integer(1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="No ridge leverage score grows with the penalty.",
    source=here(PAGE, "Ridge leverage scores"),
    rtol=RTOL,
    tightness=Tightness(0.99, "a weak penalty"),
)

RIDGE_FALL = Theorem(
    key="sketching/ridge-leverage-scores/fall",
    algorithm=ridge_leverage_scores,
    quantity="least ratio of scores, large penalty over small",
    formula=small / large,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="A ridge leverage score falls no faster than the penalty grows.",
    source=here(PAGE, "Ridge leverage scores"),
    rtol=RTOL,
    tightness=Tightness(0.99, "a strong penalty"),
)

RIDGE_ABOVE = Theorem(
    key="sketching/ridge-leverage-scores/dimension-above",
    algorithm=ridge_leverage_scores,
    quantity="effective dimension",
    formula=dimension,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="The scores sum to Σ σ²/(σ² + penalty) over A's singular values, at most.",
    source=here(PAGE, "Ridge leverage scores"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.999, "a weak penalty"),
)

RIDGE_BELOW = Theorem(
    key="sketching/ridge-leverage-scores/dimension-below",
    algorithm=ridge_leverage_scores,
    quantity="effective dimension",
    formula=dimension,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="The scores sum to Σ σ²/(σ² + penalty) over A's singular values, at least.",
    source=here(PAGE, "Ridge leverage scores"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.999, "a weak penalty"),
)

RIDGE_RANK = Theorem(
    key="sketching/ridge-leverage-scores/rank",
    algorithm=ridge_leverage_scores,
    quantity="effective dimension",
    formula=rank,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="The effective dimension is the rank at most.",
    source=here(PAGE, "Ridge leverage scores"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.99, "a weak penalty"),
)

LEWIS_RESIDUAL = Theorem(
    key="sketching/lewis-weights/residual",
    algorithm=lewis_weights,
    quantity="greatest abs(log(τ / w)), recomputed",
    formula=residual + rounding,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="The reported residual is that of the returned weights.",
    source=here(PAGE, "Lewis weights"),
    domain=DOMAIN,
    tightness=Tightness(0.99, "no step"),
)

LEWIS_CONVERGED = Theorem(
    key="sketching/lewis-weights/converged",
    algorithm=lewis_weights,
    quantity="greatest abs(log(τ / w)), recomputed",
    formula=tolerance + rounding,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Weights of a run that says so satisfy their equation up to the tolerance.",
    source=here(PAGE, "Lewis weights"),
    domain=DOMAIN,
)

LEWIS_SUM_ABOVE = Theorem(
    key="sketching/lewis-weights/total-above",
    algorithm=lewis_weights,
    quantity="sum of the weights",
    formula=rank * exp(residual),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Weights of residual ρ sum to exp(ρ) times the rank at most.",
    source=here(PAGE, "Lewis weights"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.999, "no step"),
)

LEWIS_SUM_BELOW = Theorem(
    key="sketching/lewis-weights/total-below",
    algorithm=lewis_weights,
    quantity="sum of the weights",
    formula=rank * exp(-residual),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="Weights of residual ρ sum to exp(−ρ) times the rank at least.",
    source=here(PAGE, "Lewis weights"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.999, "stacked identities"),
)

LEWIS_CONTRACTION = Theorem(
    key="sketching/lewis-weights/contraction",
    algorithm=lewis_weights,
    quantity="residual after plain steps",
    formula=Max(1 - p / 2, 2 - 4 / p) ** steps * first + rounding,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For p < 4, a plain step takes the residual down by the factor 1 − p/2, for p ≤ 2, or "
        "2 − 4/p, for p ≥ 2."
    ),
    source=here(PAGE, "Plain steps"),
    needs=(Need(Lt(p, 4), "p is below 4"),),
    domain=DOMAIN,
    tightness=Tightness(0.999, "duplicates of one row"),
)

LEWIS_DESCENT = Theorem(
    key="sketching/lewis-weights/descent",
    algorithm=lewis_weights,
    quantity="potential after plain steps",
    formula=before - (1 - 2 / p) * divergence + rounding,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For p > 2 a plain step lowers −log det(AᵀVA) + (1 − 2/p) Σ w, V = W^(1−2/p), by at least "
        "(1 − 2/p) KL(τ, w); its only minimum is at the Lewis weights."
    ),
    source=here(PAGE, "Beyond p = 4"),
    needs=(Need(Lt(2, p), "p is above 2"),),
    domain=DOMAIN,
)

LEWIS_ERROR = Theorem(
    key="sketching/lewis-weights/error",
    algorithm=lewis_weights,
    quantity="greatest abs(log(w / true weight))",
    formula=_error_bound(residual, p, rank) + rounding,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Weights of residual ρ are within the factor exp(ρ) of the true ones for p ≤ 2, and beyond "
        "within exp(c ρ), c the lesser of p/(4−p), for p < 4, and p/2 (1 + (p/2−1) √rank)."
    ),
    source=here(PAGE, "What the residual proves"),
    domain=DOMAIN,
    tightness=Tightness(0.999, "duplicates of one row"),
)

LEWIS_TWO = Theorem(
    key="sketching/lewis-weights/two",
    algorithm=lewis_weights,
    quantity="greatest abs(weight − leverage score)",
    formula=rounding,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="For p = 2 the weights are the leverage scores, after a single step.",
    source=here(PAGE, "Lewis weights"),
    domain=DOMAIN,
)
