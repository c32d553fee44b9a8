"""What is proven of DR-submodular functions on convex sets."""

from typing import Any

from sympy import Expr, Rational, Symbol

from algos.submodular import continuous_greedy, dr_maximize
from algos.theorem import InExpectation, Source, Surely, Theorem, Tightness, here

steps = Symbol("steps", integer=True, positive=True)
smoothness = Symbol("smoothness", nonnegative=True)
radius = Symbol("radius", nonnegative=True)
diameter = Symbol("diameter", nonnegative=True)
lowest = Symbol("lowest", nonnegative=True)
optimum = Symbol("optimum", nonnegative=True)
ANY = (0.0, float("inf"))
RANGES = {
    "smoothness": ANY, "radius": ANY, "diameter": ANY, "optimum": ANY, "lowest": (0.0, 1.0)
}  # fmt: skip
RTOL = 1e-9

_left = (1 - 1 / steps) ** steps
_far = 1 - Rational(1, 2) ** (1 / steps)  # length of a step of the general method


def _offline(key: str, formula: Expr, words: str, **options: Any) -> Theorem:
    """State what a method reaches."""
    return Theorem(
        key=f"submodular/dr/{key}",
        algorithm=dr_maximize,
        quantity="F(x)",
        formula=formula,
        direction=">=",
        holds=Surely(),
        constants="exact",
        statement=f"For a nonnegative DR-submodular F with an L-Lipschitz gradient, {words}",
        source=here("submodular_continuous", "Offline"),
        domain=RANGES,
        rtol=RTOL,
        **options,
    )


DR_MONOTONE = _offline(
    "monotone",
    (1 - _left) * (optimum - smoothness * radius**2 / (2 * steps)),
    "monotone, N equal steps from 0 reach 1 − (1 − 1/N)^N of the best, less a part of L R² / 2N.",
    tightness=Tightness(0.999, "linear, one step"),
)
DR_INSIDE = _offline(
    "monotone-inside",
    optimum / 2 - smoothness * diameter**2 / (2 * (steps + 2)),
    "monotone, and gradients at points of K alone, N steps reach half of the best, less "
    "L D² / (2 (N + 2)).",
)
DR_DOWN_CLOSED = _offline(
    "down-closed",
    (1 - 1 / steps) ** (steps - 1) * optimum - (1 - _left) * smoothness * radius**2 / (2 * steps),
    "and a down-closed K, N measured steps reach (1 − 1/N)^(N − 1) of the best, less a part of "
    "L R² / 2N.",
    tightness=Tightness(0.999, "linear, one step"),
)
DR_GENERAL = _offline(
    "general",
    (1 - lowest) * (Rational(1, 2) - (1 - 2 * _far) ** steps) * optimum
    - smoothness * _far * diameter**2 / 4,
    "N steps halfway to points of K reach (1 − m) / 4 of the best, less L D² ln 2 / 4N, where m "
    "is the least greatest coordinate of a point of K.",
)
DR_BOUND = Theorem(
    key="submodular/dr/upper-bound",
    algorithm=dr_maximize,
    quantity="the upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a nonnegative DR-submodular F no point of K has a greater value than the upper bound "
        "of any method."
    ),
    source=here("submodular_continuous", "Certificates"),
    domain=RANGES,
    rtol=RTOL,
)

rank = Symbol("rank", integer=True, positive=True)
CONTINUOUS_GREEDY = Theorem(
    key="submodular/continuous-greedy/value",
    algorithm=continuous_greedy,
    quantity="f(S)",
    formula=(1 - (1 - (1 - 1 / steps) ** (rank - 1) / steps) ** steps) * optimum,
    direction=">=",
    holds=InExpectation(spread=optimum),
    constants="exact",
    statement=(
        "For a monotone submodular f and a matroid of rank r, N steps with exact weights and swap "
        "rounding reach in expectation 1 − (1 − a)^N of the best independent set's value, with "
        "a = (1 − 1/N)^(r − 1) / N."
    ),
    source=Source(
        authors="G. Calinescu, C. Chekuri, M. Pál, J. Vondrák",
        title="Maximizing a monotone submodular function subject to a matroid constraint",
        year=2011,
        venue="SIAM Journal on Computing 40; constants in docs/theory/submodular_continuous.md",
        locator="Section 3; here: Continuous greedy",
    ),
    domain=RANGES,
    rtol=RTOL,
)
