"""Linear programs: the residual of anchored primal-dual steps, and the dual bound."""

from sympy import Symbol

from algos.iterations import halpern_pdhg, solve_lp
from algos.theorem import Source, Surely, Theorem, Tightness

steps = Symbol("steps", integer=True, nonnegative=True)
reflection = Symbol("reflection", nonnegative=True)
distance = Symbol("distance", nonnegative=True)
optimum = Symbol("optimum", real=True)

HERE = Source(
    authors="lemmata",
    title="proof of this library",
    year=2026,
    venue="docs/theory/linear_programs.md",
    locator="The residual of an epoch",
)
constant = 2 / (1 + reflection)

PDHG_RESIDUAL = Theorem(
    key="iterations/halpern-pdhg/residual",
    algorithm=halpern_pdhg,
    quantity="distance between a point and its image",
    formula=constant * distance / (steps + constant),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "After k anchored steps with reflection r on the primal-dual hybrid gradient of a linear "
        "program that has an optimum, the point and its image are at most c R / (k + c) apart, "
        "c = 2 / (1 + r), in the norm of the method; R is the start's distance from a solution."
    ),
    source=HERE,
    domain={"steps": (0.0, 2.0**62), "reflection": (0.0, 1.0), "distance": (0.0, float("inf"))},
    rtol=1e-9,
    tightness=Tightness(1 - 1e-9, "threshold"),
)

DUAL_BOUND = Theorem(
    key="iterations/solve-lp/dual-bound",
    algorithm=solve_lp,
    quantity="dual bound",
    formula=optimum,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Wherever the solver stops, no feasible point has an objective below the returned dual "
        "bound, the rounding of its computation included."
    ),
    source=Source(
        authors="lemmata",
        title="proof of this library",
        year=2026,
        venue="docs/theory/linear_programs.md",
        locator="The dual bound",
    ),
    domain={"optimum": (-float("inf"), float("inf"))},
)
