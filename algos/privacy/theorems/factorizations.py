"""Factorisations of least error: lower bound, dense optimum, buffered Toeplitz matrices."""

from collections.abc import Callable
from typing import Literal

import numpy as np
from sympy import Expr, Integer, Rational, Symbol
from sympy.utilities.lambdify import implemented_function

from algos.privacy import (
    BLT,
    ContinualSum,
    DenseFactorization,
    choose_mechanism,
    factorization_lower_bound,
)
from algos.privacy._blt_optimum import squared_error
from algos.theorem import InExpectation, Surely, Theorem, Tightness, here

BLT_PAGE, PAGE = "privacy_blt", "privacy_factorizations"

horizon = Symbol("horizon", integer=True, positive=True)

L: Callable[..., Expr] = implemented_function(
    "L", np.vectorize(lambda n: factorization_lower_bound(int(n)), otypes=[float])
)

#: Rounding of norms and singular values.
RTOL = 1e-9
SINGULAR_VALUES = Theorem(
    key="privacy/factorization/singular-values",
    algorithm=factorization_lower_bound,
    quantity="1 + the bound's relative distance from the nuclear norm of prefix sums over n",
    formula=Integer(1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "(1/n) Σ 1 / (2 sin((2j − 1) π / (4n + 2))) is the nuclear norm of the matrix of prefix "
        "sums over n."
    ),
    source=here(PAGE, "The lower bound"),
    rtol=RTOL,
    tightness=Tightness(0.999999, "two events"),
)

LOWER_BOUND = Theorem(
    key="privacy/factorization/lower-bound",
    algorithm=choose_mechanism,
    quantity="greatest standard deviation of the best mechanism, at a sensitivity of 1",
    formula=L(horizon),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For every factorisation B C = A of the prefix sums the longest row of B times the "
        "longest column of C is at least (1/n) Σ 1 / (2 sin((2j − 1) π / (4n + 2)))."
    ),
    source=here(PAGE, "The lower bound"),
    rtol=RTOL,
    tightness=Tightness(0.95, "eight events"),
)

DENSE_LOWER_BOUND = Theorem(
    key="privacy/dense/lower-bound",
    algorithm=DenseFactorization,
    quantity="root of the mean variance, at a sensitivity of 1",
    formula=L(horizon),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="The lower bound holds for the root of the mean squared error, too.",
    source=here(PAGE, "The lower bound"),
    rtol=RTOL,
    tightness=Tightness(0.96, "64 events"),
)

OPTIMUM = Theorem(
    key="privacy/dense/optimum",
    algorithm=DenseFactorization,
    quantity="error times sensitivity, over a lower bound on every factorisation",
    formula=1 + Rational(11, 10**5),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The error of the dense factorisation times its sensitivity is at most 1.00011 times the "
        "nuclear norm of diag(√q) A diag(√v), which no factorisation goes below; v are its "
        "weights, and q is v in reverse for the maximum, 1/n for the mean."
    ),
    source=here(PAGE, "The optimal factorisation"),
    tightness=Tightness(0.999, "one event"),
)

DENSE_RATIO = Theorem(
    key="privacy/dense/ratio",
    algorithm=DenseFactorization,
    quantity="error times sensitivity",
    formula=Rational(106, 100) * L(horizon),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Up to 64 events the greatest error of the dense factorisation times its sensitivity is at "
        "most 1.06 times the lower bound."
    ),
    source=here(PAGE, "How far the lower bound lies below"),
    domain={"horizon": (1, 64)},
    tightness=Tightness(0.98, "eight events"),
)

BLT_RATIO = Theorem(
    key="privacy/blt/ratio",
    algorithm=BLT,
    quantity="error times sensitivity",
    formula=Rational(12, 10) * L(horizon),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "At 2^k events, k up to 16, the greatest error of five buffers times their sensitivity is "
        "at most 1.2 times the lower bound."
    ),
    source=here(BLT_PAGE, "How good the parameters are"),
    domain={"horizon": (1, 2**16)},
    tightness=Tightness(0.99, "16 events"),
)

BLT_SENSITIVITY = Theorem(
    key="privacy/blt/sensitivity",
    algorithm=BLT,
    quantity="stated sensitivity over the norm of C's first column",
    formula=Integer(1),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The closed form 1 + Σ ω_i ω_j (1 − (θ_i θ_j)^(n−1)) / (1 − θ_i θ_j) is the squared norm "
        "of the longest column of C; what is stated is not less, with rounding."
    ),
    source=here(BLT_PAGE, "Closed forms"),
    rtol=1e-14,  # that of the plain sum
    tightness=Tightness(0.999, "one buffer"),
)

BLT_ERROR = Theorem(
    key="privacy/blt/error",
    algorithm=squared_error,
    quantity="1 + the closed form's relative distance from Σ b_k²",
    formula=Integer(1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "b_k = β_0 + Σ β_j λ_j^k, with the eigenvalues λ of diag(θ) − √ω √ωᵀ, is the first column "
        "of B = A C⁻¹, and its squared norm the closed form."
    ),
    source=here(BLT_PAGE, "Closed forms"),
    rtol=1e-8,
    tightness=Tightness(0.999, "one buffer"),
)

BLT_DEVIATION = Theorem(
    key="privacy/blt/deviation",
    algorithm=BLT,
    quantity="greatest distance of a code from its exact value, over what noise is fit to",
    formula=Integer(1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "In float64, with the buffers in two parts, every code of a BLT stream lies within "
        "½ + (d + 12) u 2^bits ‖c‖₁ M of 2^bits C x, for events up to M and u = 2^−53."
    ),
    source=here(BLT_PAGE, "Rounding of the codes"),
    tightness=Tightness(0.9, "small events"),
)


def _variance(direction: Literal["<=", ">="]) -> Theorem:
    """Make one side of the variance of a BLT's releases."""
    below = direction == ">="
    return Theorem(
        key=f"privacy/blt/variance{'-from-below' if below else ''}",
        algorithm=ContinualSum,
        quantity="mean squared error of 256 streams over the stated variance, cut off at 2",
        formula=Integer(1),
        direction=direction,
        holds=InExpectation(2),
        constants="exact",
        statement=(
            "The release after t events has the variance Σ_{k<t} b_k² times that of the noise: the "
            "stated standard deviation, exactly."
        ),
        source=here(BLT_PAGE, "Closed forms"),
        rtol=1e-9,  # a mean of 256 squares passes 2 with probability below 1e-16
        tightness=Tightness(0.9, "last of 40"),
    )


BLT_VARIANCE_ABOVE = _variance("<=")
BLT_VARIANCE_BELOW = _variance(">=")
