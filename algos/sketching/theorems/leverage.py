"""Leverage scores and ridge leverage scores."""

from sympy import Integer, Lt, Symbol, sqrt

from algos.sketching import leverage_scores, ridge_leverage_scores
from algos.theorem import Need, Surely, Theorem, Tightness, WithProbability, here

rank = Symbol("rank", integer=True, nonnegative=True)
columns = Symbol("columns", integer=True, positive=True)
size = Symbol("size", integer=True, positive=True)
failure_probability = Symbol("failure_probability", positive=True)
small = Symbol("small", positive=True)
large = Symbol("large", positive=True)
dimension = Symbol("dimension", nonnegative=True)

DOMAIN = {"rank": (0.0, 2.0**53), "dimension": (0.0, float("inf"))}
#: Relative rounding of sums of scores.
RTOL = 1e-8
PAGE = "sketching_weights"

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

_error = sqrt((columns**2 + columns) / (size * failure_probability))

LEVERAGE_SKETCHED = Theorem(
    key="sketching/leverage-scores/sketched",
    algorithm=leverage_scores,
    quantity="greatest abs(true score / score − 1)",
    formula=_error,
    direction="<=",
    holds=WithProbability(1 - failure_probability),
    constants="exact",
    statement=(
        "With d columns and a CountSketch of m rows, its choices independent, the true scores are "
        "between 1 − ε and 1 + ε times those given, ε = √((d² + d) / (m δ)) < 1."
    ),
    source=here(PAGE, "Sketched scores"),
    needs=(Need(Lt(_error, 1), "the sketch has rows enough"),),
    domain={"failure_probability": (0.0, 1.0)},
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
