"""Halpern's iteration, Krasnoselskii–Mann, the accelerated proximal point method."""

from sympy import E, Eq, Piecewise, Pow, Symbol

from algos.iterations import (
    accelerated_proximal_point,
    displacement_error,
    halpern,
    krasnoselskii_mann,
    krasnoselskii_mann_rate,
)
from algos.iterations.theorems.symbols import DOMAIN, LIEDER, RTOL, counted, distance, step, steps
from algos.theorem import Source, Surely, Theorem, Tightness, here

contraction = Symbol("contraction", positive=True)
errors = Symbol("errors", nonnegative=True)  # Σ_{j<k} (j + 1) ‖e_j‖
restarts = Symbol("restarts", integer=True, nonnegative=True)
first = Symbol("first", nonnegative=True)  # residual at x0

_km_rate = counted("krasnoselskii_mann_rate", krasnoselskii_mann_rate)
_displacement_error = counted("displacement_error", displacement_error)

HALPERN = Theorem(
    key="iterations/halpern/residual",
    algorithm=halpern,
    quantity="residual ‖x − T(x)‖",
    formula=2 * distance / (steps + 1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For every nonexpansive map with a fixed point at the given distance from x0, the "
        "residual after k steps is at most twice the distance over k + 1."
    ),
    source=LIEDER,
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "a fold"),
)

OPTIMAL = Theorem(
    key="iterations/halpern/optimal",
    algorithm=halpern,
    quantity="residual ‖x − T(x)‖",
    formula=2 * distance / (steps + 1),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "On the signed cyclic shift of k + 1 coordinates, every method whose k-th iterate is "
        "spanned by the images seen so far has at least the residual of Halpern's bound."
    ),
    source=Source(
        authors="J. Park, E. Ryu",
        title="Exact optimal accelerated complexity for fixed-point iterations",
        year=2022,
        venue="ICML 2022",
        locator="section 3, lower bound",
        url="https://arxiv.org/abs/2201.11413",
    ),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "eight coordinates"),
)

CONTRACTION = Theorem(
    key="iterations/halpern/contraction",
    algorithm=halpern,
    quantity="residual ‖x − T(x)‖",
    formula=Piecewise(
        (2 * distance / (steps + 1), Eq(contraction, 1)),
        (
            (1 + contraction)
            * distance
            * (1 / contraction - 1)
            / (Pow(1 / contraction, steps + 1) - 1),
            True,
        ),
    ),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a map that contracts distances by the given factor q = 1/γ, the residual after k "
        "steps is at most (1 + q) times the distance over 1 + γ + … + γ^k."
    ),
    source=Source(
        authors="J. Park, E. Ryu",
        title="Exact optimal accelerated complexity for fixed-point iterations",
        year=2022,
        venue="ICML 2022",
        locator="theorem 3.2",
        url="https://arxiv.org/abs/2201.11413",
    ),
    domain={**DOMAIN, "contraction": (0.0, 1.0)},
    rtol=1e-7,
    tightness=Tightness(1 - 1e-6, "minus the identity, contracted"),
)

INEXACT = Theorem(
    key="iterations/halpern/inexact",
    algorithm=halpern,
    quantity="residual ‖x − T(x)‖",
    formula=2 * (distance + errors) / (steps + 1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "With images off by e_j the true residual after k steps is at most 2 / (k + 1) times "
        "the distance plus the sum of (j + 1) ‖e_j‖ over the steps."
    ),
    source=here("iterations", "Images with errors"),
    domain={**DOMAIN, "errors": (0.0, float("inf"))},
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "minus the identity, errors that alternate"),
)

ADAPTIVE = Theorem(
    key="iterations/halpern/adaptive-anchor",
    algorithm=halpern,
    quantity="residual ‖x − T(x)‖",
    formula=2 * distance / (steps + 1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "With the anchor's weight read off the run, the residual after k steps is at most "
        "twice the distance over k + 1."
    ),
    source=here("iterations", "The adaptive anchor"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "one step of minus the identity"),
)

RESTARTS = Theorem(
    key="iterations/halpern/restarts",
    algorithm=halpern,
    quantity="residual ‖x − T(x)‖",
    formula=first * E ** (-restarts),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Where the residual is at least α times the distance to the fixed points, moving the "
        "anchor to the iterate every ⌈2e/α⌉ − 1 steps divides the residual by e each time."
    ),
    source=here("iterations", "Restarts under sharpness"),
    domain={"restarts": (0.0, 2.0**53), "first": (0.0, float("inf"))},
    rtol=RTOL,
)

DISTANCE = Theorem(
    key="iterations/halpern/distance-certificate",
    algorithm=halpern,
    quantity="certified distance to the fixed points",
    formula=distance,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The distance that a run certifies is never more than the distance from x0 to the "
        "nearest fixed point."
    ),
    source=here("iterations", "A certificate of distance"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "minus the identity"),
)

DISPLACEMENT = Theorem(
    key="iterations/halpern/displacement",
    algorithm=halpern,
    quantity="distance of x − T(x) from the infimal displacement",
    formula=_displacement_error(steps, distance),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Where x* − T(x*) is the infimal displacement v, x_n − T(x_n) is within "
        "(√(H_n + 12) + 1) / (n + 1) times the distance from x0 to x* of v."
    ),
    source=Source(
        authors="J. Park, E. Ryu",
        title="Accelerated infeasibility detection of constrained optimization and "
        "fixed-point iterations",
        year=2023,
        venue="ICML 2023",
        locator="theorem on the normalised iterate",
        url="https://arxiv.org/abs/2303.15876",
    ),
    domain=DOMAIN,
    rtol=RTOL,
)

KRASNOSELSKII_MANN = Theorem(
    key="iterations/krasnoselskii-mann/residual",
    algorithm=krasnoselskii_mann,
    quantity="residual ‖x − T(x)‖",
    formula=_km_rate(steps, step) * distance,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For every nonexpansive map with a fixed point at the given distance from x0, the "
        "residual after n steps is at most krasnoselskii_mann_rate(n, step) times the distance."
    ),
    source=Source(
        authors="F. Lieder",
        title="Projection based methods for conic linear programming",
        year=2018,
        venue="PhD thesis, Düsseldorf",
        locator="theorem 4.9",
    ),
    domain={**DOMAIN, "step": (0.0, 1.0)},
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "a rotation of the plane"),
)

PROXIMAL = Theorem(
    key="iterations/accelerated-proximal-point/residual",
    algorithm=accelerated_proximal_point,
    quantity="residual ‖y − J(y)‖",
    formula=distance / (steps + 1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For every maximally monotone operator with a zero at the given distance from x0, the "
        "n-th proximal point is within the distance over n of the point it was taken from."
    ),
    source=Source(
        authors="D. Kim",
        title="Accelerated proximal point method for maximally monotone operators",
        year=2021,
        venue="Mathematical Programming 190",
        locator="theorem 4.1",
        url="https://doi.org/10.1007/s10107-021-01643-0",
    ),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "a fold"),
)
