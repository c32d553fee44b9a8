"""Regressions with certificates: what their bounds promise."""

from collections.abc import Callable
from typing import Any

from sympy import Gt, Symbol

from algos.sketching import (
    GaussianSketch,
    OrliczNorm,
    lp_regression,
    orlicz_regression,
    symmetric_norm_regression,
)
from algos.theorem import InExpectation, Need, Surely, Theorem, Tightness, here

PAGE = "sketching_regression"

optimum = Symbol("optimum", nonnegative=True)
tolerance = Symbol("tolerance", positive=True)
product = Symbol("product", nonnegative=True)  # ⟨w, r⟩
size = Symbol("size", integer=True, positive=True)
rank = Symbol("rank", integer=True, positive=True)

#: Rounding of sums; and of the search for the scale in an Orlicz norm's dual.
RTOL, SEARCH = 1e-9, 1e-6
#: A mean is measured on a quantity cut off at this multiple of its bound.
CUT = 8
DOMAIN = {"optimum": (0.0, float("inf")), "product": (0.0, float("inf"))}


def _lower(algorithm: Callable[..., Any], name: str) -> Theorem:
    """State that the lower bound is one."""
    return Theorem(
        key=f"sketching/{name}/lower-bound",
        algorithm=algorithm,
        quantity="lower bound",
        formula=optimum,
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement=(
            "Whatever the sample, the number of steps and the status, lower_bound is at most the "
            "least norm of b − A x over all x; columns that are dependent up to rounding in every "
            "row count as dependent."
        ),
        source=here(PAGE, "The certificate"),
        domain=DOMAIN,
        rtol=RTOL,
        tightness=Tightness(0.9999, "all steps"),
    )


def _objective(algorithm: Callable[..., Any], name: str) -> Theorem:
    """State that the objective is that of some coefficients."""
    return Theorem(
        key=f"sketching/{name}/objective",
        algorithm=algorithm,
        quantity="objective",
        formula=optimum,
        direction=">=",
        holds=Surely(),
        constants="exact",
        statement="The reported objective is at least the least norm of b − A x over all x.",
        source=here(PAGE, "The certificate"),
        domain=DOMAIN,
        rtol=RTOL,
        tightness=Tightness(0.9999, "all steps"),
    )


def _ratio(algorithm: Callable[..., Any], name: str) -> Theorem:
    """State what the status promises."""
    return Theorem(
        key=f"sketching/{name}/ratio",
        algorithm=algorithm,
        quantity="norm of b − A x where the status is certified, else 0",
        formula=(1 + tolerance) * optimum,
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement=(
            "Where the status is certified, the norm of b − A x at the coefficients is at most "
            "(1 + tolerance) times the least."
        ),
        source=here(PAGE, "The certificate"),
        domain=DOMAIN,
        rtol=RTOL,
        tightness=Tightness(0.99, "all steps"),
    )


LP_LOWER, LP_OBJECTIVE, LP_RATIO = (
    make(lp_regression, "lp-regression") for make in (_lower, _objective, _ratio)
)
ORLICZ_LOWER, ORLICZ_OBJECTIVE, ORLICZ_RATIO = (
    make(orlicz_regression, "orlicz-regression") for make in (_lower, _objective, _ratio)
)
SYMMETRIC_LOWER, SYMMETRIC_OBJECTIVE, SYMMETRIC_RATIO = (
    make(symmetric_norm_regression, "symmetric-norm-regression")
    for make in (_lower, _objective, _ratio)
)

ORLICZ_DUAL = Theorem(
    key="sketching/orlicz-norm/dual",
    algorithm=OrliczNorm,
    quantity="dual norm",
    formula=product,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For r of norm 1 and w any multiple of G'(abs(r)) sign(r), the least of "
        "(1 + Σ G*(k abs(w))) / k over k is at most ⟨w, r⟩: the certificate loses nothing."
    ),
    source=here(PAGE, "Orlicz norms"),
    domain=DOMAIN,
    rtol=SEARCH,
    tightness=Tightness(0.9999, "Huber, small w"),
)

ORLICZ_PAIRING = Theorem(
    key="sketching/orlicz-norm/pairing",
    algorithm=OrliczNorm,
    quantity="dual norm",
    formula=product,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="For every r of norm 1 and every w, the dual norm of w is at least ⟨w, r⟩.",
    source=here(PAGE, "Orlicz norms"),
    domain=DOMAIN,
    rtol=SEARCH,
    tightness=Tightness(0.9999, "Huber, small w"),
)

SKETCHED_LEAST_SQUARES = Theorem(
    key="sketching/gaussian-sketch/least-squares",
    algorithm=GaussianSketch,
    quantity="‖A x̃ − A x*‖² / ‖b − A x*‖², cut off",
    formula=rank / (size - rank - 1),
    direction="<=",
    holds=InExpectation(CUT * rank / (size - rank - 1)),
    constants="exact",
    statement=(
        "Least squares solved on S A and S b, S Gaussian with m rows, has the mean excess "
        "d / (m − d − 1), exactly; the test cuts it off at eight times that."
    ),
    source=here(PAGE, "Sketch and solve"),
    needs=(Need(Gt(size, rank + 1), "the sketch has more than d + 1 rows"),),
    rtol=RTOL,
    tightness=Tightness(0.9, "40 rows for 3 columns"),
)
