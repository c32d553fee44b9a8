"""Toeplitz counters: norms of the square root, variances, floors, codes."""

from collections.abc import Callable
from typing import Any, Literal

from sympy import EulerGamma, Expr, Integer, Symbol, log, pi, sqrt

from algos.privacy import BLT, BandedToeplitz, SquareRoot
from algos.theorem import InExpectation, Need, Source, Surely, Theorem, Tightness, here

PAGE = "privacy_toeplitz"

horizon = Symbol("horizon", integer=True, positive=True)
bands = Symbol("bands", integer=True, positive=True)
lower_bound = Symbol("lower_bound", positive=True)
row_squares = Symbol("row_squares", positive=True)  # of a row of A C⁻¹
column_squares = Symbol("column_squares", positive=True)  # of a column of C
rho = Symbol("rho", positive=True)
change = Symbol("change", positive=True)

_landau = (log(horizon - Integer(1) / 4) + EulerGamma + 4 * log(2)) / pi
_landau_spare = Integer(11) / (192 * pi * (horizon - Integer(1) / 4) ** 2)
ROUNDED = 1e-9  # sums of at most 2^20 squares


def _norm(
    key: str,
    formula: Expr,
    direction: Literal["<=", ">="],
    text: str,
    *,
    quantity: str = "W_n, the greatest variance factor of the square root mechanism",
    source: Source | None = None,
    needs: tuple[Need, ...] = (),
    tightness: Tightness,
) -> Theorem:
    """Make a bound on the square root's norms."""
    return Theorem(
        key=f"privacy/square-root/{key}",
        algorithm=SquareRoot,
        quantity=quantity,
        formula=formula,
        direction=direction,
        holds=Surely(),
        constants="exact",
        statement=text,
        source=source or here(PAGE, "Landau's constants"),
        needs=needs,
        rtol=ROUNDED,
        tightness=tightness,
    )


SQUARE_ROOT_NORM_ABOVE = _norm(
    "norm",
    _landau + _landau_spare,
    "<=",
    "W_n = f_0² + … + f_(n−1)², with f_k = C(2k, k) / 4^k, is at most "
    "(ln(n − 1/4) + γ + 4 ln 2) / π + 11 / (192 π (n − 1/4)²).",
    tightness=Tightness(0.999, "many"),
)
SQUARE_ROOT_NORM_BELOW = _norm(
    "norm-from-below",
    _landau,
    ">=",
    "W_n is at least (ln(n − 1/4) + γ + 4 ln 2) / π.",
    tightness=Tightness(0.999, "many"),
)
SQUARE_ROOT_NORM_SHORT = _norm(
    "norm-in-short",
    1 + log(4 * horizon - 3) / pi,
    "<=",
    "W_n is at most 1 + ln(4n − 3) / π.",
    tightness=Tightness(0.999, "one"),
)
SQUARE_ROOT_MEAN = _norm(
    "mean-error",
    1 + log(4 * horizon / Integer(5)) / pi,
    "<=",
    "The root of the mean variance, times √(2ρ) over the change, is at most 1 + ln(4n / 5) / π "
    "from n = 7 on; for the greatest variance this is false at every n.",
    quantity="√(W_n · (W_1 + … + W_n) / n)",
    source=here(PAGE, "The mean error"),
    needs=(Need(horizon >= 7, "at least 7 events"),),
    tightness=Tightness(0.99, "seven"),
)
SQUARE_ROOT_NEAR_OPTIMAL = _norm(
    "distance-from-optimal",
    lower_bound + log(pi) / pi,
    "<=",
    "W_n, the greatest standard deviation times √(2ρ) over the change, exceeds the lower bound on "
    "every factorisation, (1/n) Σ_(j ≤ n) 1 / (2 sin((2j − 1) π / (4n + 2))), by at most ln(π) / π "
    "< 0.3644.",
    source=here(PAGE, "Distance from the optimum"),
    tightness=Tightness(0.999, "many"),
)

BANDED_FLOOR = Theorem(
    key="privacy/banded-toeplitz/floor",
    algorithm=BandedToeplitz,
    quantity="the greatest standard deviation times √(2ρ) over the change",
    formula=sqrt(horizon / bands),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="With b bands the error of the last of n releases is at least √(n / b) for every c.",
    source=here(PAGE, "What bands cost"),
    rtol=ROUNDED,
    tightness=Tightness(0.98, "two bands"),
)


def _variance(
    mechanism: Callable[..., Any], name: str, direction: Literal["<=", ">="], tight: str
) -> Theorem:
    """Make one side of the exact variance of each release."""
    below = direction == ">="
    formula = row_squares * column_squares / (2 * rho)
    return Theorem(
        key=f"privacy/{name}/variance{'-from-below' if below else ''}",
        algorithm=mechanism,
        quantity="mean squared error of release t over 256 streams, cut off at twice the bound",
        formula=formula,
        direction=direction,
        holds=InExpectation(2 * formula),
        constants="exact",
        statement=(
            "Release t has the variance ‖row t of A C⁻¹‖² ‖column of C‖² / (2ρ) for a change of 1, "
            "up to the rounding of codes."
        ),
        source=here(PAGE, "Variances"),
        rtol=1e-4,  # the rounding; a mean of 256 squares passes 2 with probability below 1e-16
        tightness=Tightness(0.9, tight),
    )


SQUARE_ROOT_VARIANCE_ABOVE = _variance(SquareRoot, "square-root", "<=", "last of many")
SQUARE_ROOT_VARIANCE_BELOW = _variance(SquareRoot, "square-root", ">=", "last of many")
BANDED_VARIANCE_ABOVE = _variance(BandedToeplitz, "banded-toeplitz", "<=", "last of many")
BANDED_VARIANCE_BELOW = _variance(BandedToeplitz, "banded-toeplitz", ">=", "last of many")


def _deviation(mechanism: Callable[..., Any], name: str) -> Theorem:
    """Make the bound on what rounding does to codes."""
    return Theorem(
        key=f"privacy/{name}/codes",
        algorithm=mechanism,
        quantity="greatest abs(code − 2^bits (C x)_t) over the stream's deviation",
        formula=Integer(1),
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement="Codes lie within the stated deviation of the exact products with C.",
        source=here(PAGE, "Rounding of codes"),
        tightness=Tightness(0.9, "small numbers"),
    )


SQUARE_ROOT_CODES = _deviation(SquareRoot, "square-root")
BANDED_CODES = _deviation(BandedToeplitz, "banded-toeplitz")


def _spent(mechanism: Callable[..., Any], name: str) -> Theorem:
    """Make the bound on what the codes of two neighbouring streams spend."""
    return Theorem(
        key=f"privacy/{name}/spent",
        algorithm=mechanism,
        quantity="‖φ(x) − φ(x′)‖² / (2 scale²) for the codes φ of neighbouring streams",
        formula=rho,
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement=(
            "The codes of neighbouring streams, with the discrete Gaussian noise that is drawn, "
            "differ by at most ρ of zero-concentrated differential privacy, rounding included."
        ),
        source=here(PAGE, "Privacy"),
        rtol=1e-12,
        tightness=Tightness(0.999, "first event"),
    )


SQUARE_ROOT_SPENT = _spent(SquareRoot, "square-root")
BANDED_SPENT = _spent(BandedToeplitz, "banded-toeplitz")
BLT_SPENT = _spent(BLT, "blt")
