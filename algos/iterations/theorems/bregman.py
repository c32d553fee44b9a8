"""Bregman methods: descent, projections, averaging."""

from sympy import Pow, Symbol, cos, exp, loggamma, sqrt, tanh

from algos.iterations import (
    accelerated_bregman_proximal_gradient,
    averaged_iteration,
    bregman_proximal_gradient,
    bregman_proximal_point,
    dykstra_bregman,
    mirror_descent,
    sinkhorn,
)
from algos.iterations.theorems.symbols import RTOL, lipschitz, step, steps
from algos.theorem import Need, Source, Surely, Theorem, Tightness, here

smoothness = Symbol("smoothness", positive=True)
divergence = Symbol("divergence", nonnegative=True)  # D(x*, x0)
modulus = Symbol("modulus", positive=True)
exponent = Symbol("exponent", positive=True)
contraction = Symbol("contraction", nonnegative=True)
shift = Symbol("shift", positive=True)  # a in the weights a / (t + a)
angle = Symbol("angle", nonnegative=True)
diameter = Symbol("diameter", nonnegative=True)
hilbert_error = Symbol("hilbert_error", nonnegative=True)
reg = Symbol("reg", positive=True)
optimum = Symbol("optimum", nonnegative=True)
entropy = Symbol("entropy", nonnegative=True)

DOMAIN = {
    "steps": (1.0, 2.0**53),
    "divergence": (0.0, float("inf")),
    "contraction": (0.0, 1.0),
    "angle": (0.0, 1.5707963267948966),
    "diameter": (0.0, float("inf")),
    "hilbert_error": (0.0, float("inf")),
    "optimum": (0.0, float("inf")),
    "entropy": (0.0, float("inf")),
    "exponent": (1.0, 2.0),
}
TWO_STEPS = Need(steps >= 2, "at least two steps")


DRAGOMIR = Source(
    authors="R. Dragomir, A. Taylor, A. d'Aspremont, J. Bolte",
    title="Optimal complexity and certification of Bregman first-order methods",
    year=2021,
    venue="Mathematical Programming 194",
    locator="Proposition 4",
    url="https://arxiv.org/abs/1911.08510",
)
HANZELY = Source(
    authors="F. Hanzely, P. Richtárik, L. Xiao",
    title="Accelerated Bregman proximal gradient methods for relatively smooth convex optimization",
    year=2021,
    venue="Computational Optimization and Applications 79",
    locator="Theorem 1, after k + 1 steps",
    url="https://arxiv.org/abs/1808.03045",
)

BPG_GAP = Theorem(
    key="iterations/bregman-proximal-gradient/gap",
    algorithm=bregman_proximal_gradient,
    quantity="objective gap",
    formula=smoothness * divergence / steps,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "If f is convex and smoothness-smooth relative to h, the gap of f + psi is at most "
        "smoothness D(x*, x0) / steps."
    ),
    source=here("bregman", "The proximal gradient method"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.99, "a far wall, Burg"),
)

BPG_RESIDUAL = Theorem(
    key="iterations/bregman-proximal-gradient/residual",
    algorithm=bregman_proximal_gradient,
    quantity="least divergence of a step",
    formula=2 * divergence / (steps * (steps - 1)),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "If f is convex and smoothness-smooth relative to h, some step so far has "
        "D(x_(i-1), x_i) at most 2 D(x*, x0) / (steps (steps - 1))."
    ),
    source=DRAGOMIR,
    needs=(TWO_STEPS,),
    domain={**DOMAIN, "steps": (2.0, 2.0**53)},
    rtol=RTOL,
)

BPP_GAP = Theorem(
    key="iterations/bregman-proximal-point/gap",
    algorithm=bregman_proximal_point,
    quantity="objective gap",
    formula=divergence / (step * steps),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="After n proximal steps of a convex f its gap is at most D(x*, x0) / (step n).",
    source=here("bregman", "The proximal point method"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.99, "a far wall, Burg"),
)

MIRROR_GAP = Theorem(
    key="iterations/mirror-descent/gap",
    algorithm=mirror_descent,
    quantity="objective gap of the average",
    formula=lipschitz * sqrt(2 * divergence / (modulus * steps)),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "If h is modulus-strongly convex and subgradients have dual norms of at most lipschitz, "
        "the average of n points has a gap of at most lipschitz sqrt(2 D / (modulus n))."
    ),
    source=here("bregman", "Mirror descent"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "one coordinate after the other"),
)

ACCELERATED_GAP = Theorem(
    key="iterations/accelerated-bregman-proximal-gradient/gap",
    algorithm=accelerated_bregman_proximal_gradient,
    quantity="objective gap",
    formula=Pow(exponent / (steps - 1 + exponent), exponent) * smoothness * divergence,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "If the divergence scales with the exponent, or h is 1-strongly convex in a norm in which "
        "the gradient is smoothness-Lipschitz (exponent 2), the gap of f + psi is at most "
        "(exponent / (steps - 1 + exponent))^exponent smoothness D(x*, x0)."
    ),
    source=HANZELY,
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.98, "a far wall, entropy"),
)

AVERAGED = Theorem(
    key="iterations/averaged-iteration/divergence",
    algorithm=averaged_iteration,
    quantity="divergence from the fixed point",
    formula=divergence
    * exp(
        loggamma(shift * contraction + steps)
        - loggamma(shift * contraction)
        + loggamma(shift)
        - loggamma(shift + steps)
    ),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "If T contracts the divergence from its fixed point by the factor contraction, steps "
        "with weights w_t multiply it by at most the product of 1 - w_t (1 - contraction); the "
        "formula is that product for w_t = shift / (t + shift)."
    ),
    source=here("bregman", "Averaged iterations"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.999, "far out, Burg"),
)

DYKSTRA_CERTIFICATE = Theorem(
    key="iterations/dykstra-bregman/certificate",
    algorithm=dykstra_bregman,
    quantity="divergence left, plus the dual value",
    formula=divergence,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For every common point u, D(u, x) plus the dual value is at most D(u, x0) after any "
        "number of sweeps; here u is the projection."
    ),
    source=here("bregman", "Dykstra's algorithm"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "a corner"),
)

DYKSTRA_LINES = Theorem(
    key="iterations/dykstra-bregman/two-lines",
    algorithm=dykstra_bregman,
    quantity="divergence from the common point",
    formula=divergence * cos(angle) ** (4 * steps - 2),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Between two lines through a point, n Euclidean sweeps divide the squared distance from "
        "it by cos(angle)^(2 - 4 n) at least; with equality from a point of the first line."
    ),
    source=here("bregman", "Two lines"),
    domain=DOMAIN,
    rtol=1e-6,
    tightness=Tightness(1 - 1e-9, "from the first line"),
)

SINKHORN_MARGINAL = Theorem(
    key="iterations/sinkhorn/marginal",
    algorithm=sinkhorn,
    quantity="l1 error of the marginals",
    formula=sqrt(2 * divergence / (steps + 1)),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For masses of sum 1 and a divergence KL(P, P_0) of any plan P with these marginals, the "
        "error after n sweeps is at most sqrt(2 KL / (n + 1)); here P is the product a b^T."
    ),
    source=here("bregman", "Sinkhorn's marginals"),
    domain={**DOMAIN, "steps": (0.0, 2.0**53)},
    rtol=RTOL,
)

SINKHORN_CONTRACTION = Theorem(
    key="iterations/sinkhorn/contraction",
    algorithm=sinkhorn,
    quantity="Hilbert distance of the row sums to a",
    formula=tanh(diameter / 4) ** (2 * steps) * hilbert_error,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Each sweep divides the Hilbert distance of the plan's row sums to the wanted ones by "
        "tanh(diameter / 4)^-2 at least, diameter being that of the kernel's image."
    ),
    source=here("bregman", "Sinkhorn's contraction"),
    domain=DOMAIN,
    rtol=1e-6,
    tightness=Tightness(1 - 1e-6, "two by two, nearly balanced"),
)

SINKHORN_COST = Theorem(
    key="iterations/sinkhorn/cost",
    algorithm=sinkhorn,
    quantity="transport cost",
    formula=optimum + reg * entropy,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The regularised plan costs at most reg times the smaller entropy of the two histograms "
        "more than the cheapest plan."
    ),
    source=here("bregman", "The price of entropy"),
    domain=DOMAIN,
    rtol=1e-6,
)
