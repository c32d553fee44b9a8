"""Lewis weights."""

import numpy as np
from sympy import Lt, Max, Symbol, exp
from sympy.utilities.lambdify import implemented_function

from algos.sketching import lewis_error_bound, lewis_weights
from algos.sketching.theorems.leverage import PAGE, RTOL, rank
from algos.theorem import Need, Surely, Theorem, Tightness, here

p = Symbol("p", positive=True)
steps = Symbol("steps", integer=True, nonnegative=True)
residual = Symbol("residual", nonnegative=True)
tolerance = Symbol("tolerance", nonnegative=True)
rounding = Symbol("rounding", nonnegative=True)
first = Symbol("first", nonnegative=True)
before = Symbol("before", real=True)
divergence = Symbol("divergence", nonnegative=True)

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
}

_error_bound = implemented_function(
    "lewis_error_bound",
    np.vectorize(lambda off, power, d: lewis_error_bound(off, power, int(d)), otypes=[float]),
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
