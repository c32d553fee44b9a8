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


def _claims(algorithm: Callable[..., Any], name: str) -> tuple[Theorem, Theorem, Theorem]:
    """State what the bounds and the status of a regression promise."""

    def claim(what: str, statement: str, attained: float = 0.9999, **stated: Any) -> Theorem:
        return Theorem(
            key=f"sketching/{name}/{what}",
            algorithm=algorithm,
            holds=Surely(),
            constants="exact",
            statement=statement,
            source=here(PAGE, "The certificate"),
            domain=DOMAIN,
            rtol=RTOL,
            tightness=Tightness(attained, "all steps"),
            **stated,
        )

    lower = claim(
        "lower-bound",
        "Whatever the sample, the number of steps and the status, lower_bound is at most the "
        "least norm of b − A x over all x; columns that are dependent up to rounding in every "
        "row count as dependent.",
        quantity="lower bound",
        formula=optimum,
        direction="<=",
    )
    objective = claim(
        "objective",
        "The reported objective is at least the least norm of b − A x over all x.",
        quantity="objective",
        formula=optimum,
        direction=">=",
    )
    ratio = claim(
        "ratio",
        "Where the status is certified, the norm of b − A x at the coefficients is at most "
        "(1 + tolerance) times the least.",
        attained=0.99,
        quantity="norm of b − A x where the status is certified, else 0",
        formula=(1 + tolerance) * optimum,
        direction="<=",
    )
    return lower, objective, ratio


LP_LOWER, LP_OBJECTIVE, LP_RATIO = _claims(lp_regression, "lp-regression")
ORLICZ_LOWER, ORLICZ_OBJECTIVE, ORLICZ_RATIO = _claims(orlicz_regression, "orlicz-regression")
SYMMETRIC_LOWER, SYMMETRIC_OBJECTIVE, SYMMETRIC_RATIO = _claims(
    symmetric_norm_regression, "symmetric-norm-regression"
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
