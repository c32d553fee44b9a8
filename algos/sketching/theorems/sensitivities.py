"""ℓ_p sensitivities: proven sides, the sandwich of Lewis weights, totals, blocks of rows."""

from functools import partial

from sympy import Abs, Ge, Max, Min, Symbol

from algos.sketching import lp_sensitivities
from algos.theorem import InExpectation, Need, Surely, Theorem, Tightness, here

PAGE = "sketching_sensitivities"

p = Symbol("p", positive=True)
rank = Symbol("rank", integer=True, positive=True)
sensitivity = Symbol("sensitivity", positive=True)
total = Symbol("total", positive=True)
tolerance = Symbol("tolerance", positive=True)
block_size = Symbol("block_size", integer=True, positive=True)
failure_probability = Symbol("failure_probability", positive=True)

RTOL = 1e-9

_proven = partial(Theorem, algorithm=lp_sensitivities, holds=Surely(), constants="exact", rtol=RTOL)
_below_a_row = partial(
    _proven, quantity="lower bound of the worst row", formula=sensitivity, direction="<="
)
_above_a_row = partial(
    _proven, quantity="upper bound of the worst row", formula=sensitivity, direction=">="
)

SENSITIVITY_LOWER = _below_a_row(
    key="sketching/lp-sensitivities/lower",
    statement=(
        "However a run ends, no row's lower bound exceeds its sensitivity, the largest "
        "abs(a·x)^p / ‖Ax‖_p^p; directions that vanish beside the rounding of A count as zero."
    ),
    source=here(PAGE, "Two sides of a row"),
    tightness=Tightness(1 - 1e-5, "gaussian, p = 1.5"),
)

SENSITIVITY_UPPER = _above_a_row(
    key="sketching/lp-sensitivities/upper",
    statement=(
        "However a run ends, no row's upper bound is below its sensitivity: ‖w‖_q^p for a "
        "vector w with Aᵀw = a, 1/p + 1/q = 1, or for p < 1 the largest value at a vertex."
    ),
    source=here(PAGE, "Two sides of a row"),
    tightness=Tightness(1 - 1e-5, "gaussian, p = 1.5"),
)

LEWIS_LOWER = _below_a_row(
    key="sketching/lp-sensitivities/lewis-lower",
    statement=(
        "For any positive weights w of sum W, with v = w^(1/2 − 1/p), leverage scores τ of "
        "diag(v) A, s = τ^(p/2) w^(1 − p/2) and κ = max τ/w, a sensitivity is at least "
        "W^(p/2 − 1) s for p ≤ 2 and κ^(1 − p/2) s for p ≥ 2."
    ),
    source=here(PAGE, "Any weights"),
    tightness=Tightness(0.97, "a long row among signs, p = 1"),
)

LEWIS_UPPER = _above_a_row(
    key="sketching/lp-sensitivities/lewis-upper",
    statement=(
        "With the same s, κ and W, a sensitivity is at most κ^(1 − p/2) s for p ≤ 2 and "
        "W^(p/2 − 1) s for p ≥ 2: the Lewis weight itself for p ≤ 2."
    ),
    source=here(PAGE, "Any weights"),
    tightness=Tightness(0.97, "a long row among signs, p = 3"),
)

LEWIS_RATIO = _proven(
    key="sketching/lp-sensitivities/lewis-ratio",
    quantity="the greatest upper bound / lower bound",
    formula=rank ** Abs(1 - p / 2),
    direction="<=",
    statement=(
        "With Lewis weights, W = d and κ = 1, so that the two bounds of a row are "
        "d^abs(1 − p/2) apart; the residual of the weights and rounding are within 1e-6."
    ),
    source=here(PAGE, "Any weights"),
    rtol=1e-6,
    tightness=Tightness(1 - 1e-6, "gaussian, p = 1"),
)

TOTAL_ABOVE = _proven(
    key="sketching/lp-sensitivities/total-above",
    quantity="sum of the lower bounds",
    formula=Max(rank, rank ** (p / 2)),
    direction="<=",
    statement="All sensitivities together are at most d for p ≤ 2 and d^(p/2) for p ≥ 2.",
    source=here(PAGE, "The total"),
    tightness=Tightness(1 - 1e-5, "stacked identities, p = 1"),
)

TOTAL_BELOW = _proven(
    key="sketching/lp-sensitivities/total-below",
    quantity="sum of the upper bounds",
    formula=Min(rank, rank ** (p / 2)),
    direction=">=",
    statement="All sensitivities together are at least d^(p/2) for p ≤ 2 and d for p ≥ 2.",
    source=here(PAGE, "The total"),
    tightness=Tightness(1 - 1e-5, "stacked identities, p = 3"),
)

SUBSAMPLED_FAILURE = Theorem(
    key="sketching/lp-sensitivities/subsampled-failure",
    algorithm=lp_sensitivities,
    quantity="runs in which some bound fails",
    formula=failure_probability,
    direction="<=",
    holds=InExpectation(spread=1),
    constants="exact",
    statement=(
        "For p ≥ 1, bounds from blocks of rows with random signs and from drawn rows hold, for "
        "all rows and for the total at once, but for a share of failure_probability of the runs."
    ),
    source=here(PAGE, "Blocks with random signs"),
)

SUBSAMPLED_SIZE = _proven(
    key="sketching/lp-sensitivities/subsampled-size",
    quantity="sum of the upper bounds",
    formula=block_size**p * total / (1 - tolerance),
    direction="<=",
    statement=(
        "In every run that converged, the upper bounds from blocks of α rows add up to at most "
        "α^p S / (1 − tolerance), S being the total sensitivity."
    ),
    source=here(PAGE, "Blocks with random signs"),
    needs=(Need(Ge(p, 1), "p is at least 1"),),
    domain={"tolerance": (0.0, 0.5)},
)
