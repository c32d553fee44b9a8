"""Sketches: exact second moments, failure probabilities, singular values, merging."""

from collections.abc import Callable
from typing import Any

from sympy import Abs, Expr, Gt, Le, Max, Mod, Rational, Symbol, exp, log, sqrt

from algos.sketching import SRHT, CountSketch, GaussianSketch, SparseSignSketch, TensorSketch
from algos.theorem import (
    InExpectation,
    Need,
    Source,
    Surely,
    Theorem,
    Tightness,
    WithProbability,
    here,
)

PAGE = "sketching_sketches"

size = Symbol("size", integer=True, positive=True)
rank = Symbol("rank", integer=True, positive=True)
rows = Symbol("rows", integer=True, positive=True)
length = Symbol("length", integer=True, positive=True)  # the power of two N
leverage_squares = Symbol("leverage_squares", nonnegative=True)  # Σ τ_i²
tolerance = Symbol("tolerance", positive=True)
excess = Symbol("excess", positive=True)  # the t of the Gaussian singular values
failure_probability = Symbol("failure_probability", positive=True)
degree = Symbol("degree", integer=True, positive=True)
inner = Symbol("inner", real=True)  # ⟨x, y⟩
norms = Symbol("norms", positive=True)  # ‖x‖² ‖y‖²
products = Symbol("products", nonnegative=True)  # Σ x_i² y_i²
sums = Symbol("sums", positive=True)  # Σ |x_i| Σ |y_i|
mass = Symbol("mass", nonnegative=True)  # the greatest Σ |A_ij| of a column
rounding = Symbol("rounding", positive=True)

#: The upper sides of second moments cut a measurement off at this multiple of the bound; that
#: only lowers a mean, and gives it a sure range.
CUT = 8
RTOL = 1e-9

PAIRS = rank**2 + rank - 2 * leverage_squares
SAMPLED = (length - size) / (length - 1)  # what drawing without replacement takes off
SPREAD_OUT = Need(Gt(PAIRS, Rational(1, 10**6)), "more than one row is not zero")
NOT_ALL = Need(Gt(length, size), "not all rows of the transform are drawn")

#: (SU)ᵀSU is positive and its norm at most ‖S‖² ≤ ‖S‖_F² = rows.
SURE = rank * Max(1, (rows - 1) ** 2)

MOMENTS = "the mean of ‖(SU)ᵀSU − I‖_F² is (d² + d − 2 Σ τ_i²) / m"
INDEPENDENT = "For U with d orthonormal columns and row norms² τ_i, and truly random choices, "


def _second_moment(
    name: str,
    algorithm: Callable[..., Any],
    formula: Expr,
    text: str,
    *,
    sure: Expr | None = None,
    needs: tuple[Need, ...] = (SPREAD_OUT,),
) -> Theorem:
    """Make one side of an exact second moment: the lower one where a sure range is given."""
    lower = sure is not None
    return Theorem(
        key=f"sketching/{name}/second-moment{'-from-below' if lower else ''}",
        algorithm=algorithm,
        quantity="‖(SU)ᵀSU − I‖_F²" if lower else "‖(SU)ᵀSU − I‖_F², cut off",
        formula=formula,
        direction=">=" if lower else "<=",
        holds=InExpectation(sure if lower else CUT * formula),
        constants="exact",
        statement=f"{INDEPENDENT}{text}, exactly: this is the {'>=' if lower else '<='} of it.",
        source=here(PAGE, "The second moment"),
        needs=needs,
        rtol=RTOL,
        tightness=Tightness(0.8, "three rows" if lower else "duplicated rows"),
    )


def _failure(name: str, algorithm: Callable[..., Any], formula: Expr, text: str) -> Theorem:
    """Make the failure probability that Markov's inequality gives."""
    return Theorem(
        key=f"sketching/{name}/failure",
        algorithm=algorithm,
        quantity="runs with ‖(SU)ᵀSU − I‖ > tolerance",
        formula=formula,
        direction="<=",
        holds=InExpectation(1),
        constants="exact",
        statement=(
            f"{INDEPENDENT}the singular values of SU leave [√(1 − tolerance), √(1 + tolerance)] "
            f"with probability at most {text}."
        ),
        source=here(PAGE, "Failure probabilities"),
        needs=(Need(Le(formula, 1), "the bound says something"),),
        domain={"tolerance": (0.0, 1.0)},
    )


COUNT_SKETCH_ABOVE = _second_moment("count-sketch", CountSketch, PAIRS / size, MOMENTS)
COUNT_SKETCH_BELOW = _second_moment("count-sketch", CountSketch, PAIRS / size, MOMENTS, sure=SURE)
SPARSE_SIGNS = f"{MOMENTS} for whatever number of nonzeros"
SPARSE_SIGN_ABOVE = _second_moment("sparse-sign", SparseSignSketch, PAIRS / size, SPARSE_SIGNS)
SPARSE_SIGN_BELOW = _second_moment(
    "sparse-sign", SparseSignSketch, PAIRS / size, SPARSE_SIGNS, sure=SURE
)
SRHT_MOMENT = f"{MOMENTS} · (N − m) / (N − 1)"
SRHT_ABOVE = _second_moment(
    "srht", SRHT, PAIRS / size * SAMPLED, SRHT_MOMENT, needs=(SPREAD_OUT, NOT_ALL)
)
SRHT_BELOW = _second_moment(
    "srht",
    SRHT,
    PAIRS / size * SAMPLED,
    SRHT_MOMENT,
    sure=rank * Max(1, (length / size - 1) ** 2),  # ‖S‖² = N / m
    needs=(SPREAD_OUT, NOT_ALL),
)

_markov = (rank**2 + rank) / (size * tolerance**2)
COUNT_SKETCH_FAILURE = _failure("count-sketch", CountSketch, _markov, "(d² + d) / (m tolerance²)")
SPARSE_SIGN_FAILURE = _failure(
    "sparse-sign", SparseSignSketch, _markov, "(d² + d) / (m tolerance²)"
)
SRHT_MARKOV = _failure(
    "srht", SRHT, _markov * SAMPLED, "(d² + d) / (m tolerance²) · (N − m) / (N − 1)"
)

#: N max ‖v_k‖² for the rows v_k of the transformed U, with this failure probability.
LEVERAGE = (sqrt(rank) + sqrt(2 * log(length / failure_probability))) ** 2
SRHT_LEVERAGE = Theorem(
    key="sketching/srht/leverage",
    algorithm=SRHT,
    quantity="N times the greatest leverage after the transform",
    formula=LEVERAGE,
    direction="<=",
    holds=WithProbability(1 - failure_probability),
    constants="exact",
    statement=(
        "For U with d orthonormal columns and random signs the rows of H D U / √N have squared "
        "norms of at most (√d + √(2 ln(N / δ)))² / N, all of them with probability 1 − δ."
    ),
    source=here(PAGE, "Leverage after the transform"),
    domain={"failure_probability": (0.0, 1.0)},
    tightness=Tightness(0.5, "one column of ones"),
)

_upper, _lower = (
    rank * exp(-size / LEVERAGE * ((1 + t) * log(1 + t) - t)) for t in (tolerance, -tolerance)
)
SRHT_FAILURE = Theorem(
    key="sketching/srht/exponential-failure",
    algorithm=SRHT,
    quantity="runs with ‖(SU)ᵀSU − I‖ > tolerance",
    formula=failure_probability + _upper + _lower,
    direction="<=",
    holds=InExpectation(1),
    constants="exact",
    statement=(
        "With L = (√d + √(2 ln(N / δ)))² the singular values of SU leave [√(1 − ε), √(1 + ε)] "
        "with probability at most δ + d exp(−(m/L) ((1+ε) ln(1+ε) − ε)) + "
        "d exp(−(m/L) (ε + (1−ε) ln(1−ε)))."
    ),
    source=here(PAGE, "A matrix Chernoff bound for sampled rows"),
    needs=(Need(Le(failure_probability + _upper + _lower, 1), "the bound says something"),),
    domain={"failure_probability": (0.0, 1.0), "tolerance": (0.0, 1.0)},
)

_tail = 1 - exp(-size * excess**2 / 2)
DAVIDSON_SZAREK = Source(
    authors="K. Davidson, S. Szarek",
    title="Local operator theory, random matrices and Banach spaces",
    year=2001,
    venue="Handbook of the Geometry of Banach Spaces 1",
    locator="theorem II.13",
)
GAUSSIAN_ABOVE = Theorem(
    key="sketching/gaussian/greatest-singular-value",
    algorithm=GaussianSketch,
    quantity="the greatest singular value of SU",
    formula=1 + sqrt(rank / size) + excess,
    direction="<=",
    holds=WithProbability(_tail),
    constants="exact",
    statement=(
        "For U with d orthonormal columns σ_max(SU) is at most 1 + √(d/m) + t with probability "
        "at least 1 − exp(−m t² / 2)."
    ),
    source=DAVIDSON_SZAREK,
    tightness=Tightness(0.95, "one column"),
)
GAUSSIAN_BELOW = Theorem(
    key="sketching/gaussian/least-singular-value",
    algorithm=GaussianSketch,
    quantity="the least singular value of SU",
    formula=1 - sqrt(rank / size) - excess,
    direction=">=",
    holds=WithProbability(_tail),
    constants="exact",
    statement=(
        "For U with d orthonormal columns σ_min(SU) is at least 1 − √(d/m) − t with probability "
        "at least 1 − exp(−m t² / 2)."
    ),
    source=DAVIDSON_SZAREK,
    tightness=Tightness(0.9, "one column"),
)

_square = inner**2
_one = (_square + norms - products) ** degree
_two = (2 * _square - products) ** degree
_all = (2 * _square + norms - 2 * products) ** degree
_odd = 1 + Mod(size + 1, 2)  # solutions of 2 x = 0 modulo m
VARIANCE = (_one + _two - 2 * _square**degree) / size + _odd / size**2 * (
    _all - _one - _two + _square**degree
)


def _tensor(below: bool) -> Theorem:
    """Make one side of TensorSketch's exact variance."""
    return Theorem(
        key=f"sketching/tensor-sketch/variance{'-from-below' if below else ''}",
        algorithm=TensorSketch,
        quantity=f"(⟨Sx^q, Sy^q⟩ − ⟨x, y⟩^q)²{'' if below else ', cut off'}",
        formula=VARIANCE,
        direction=">=" if below else "<=",
        holds=InExpectation(
            (sums**degree + Abs(inner) ** degree) ** 2 if below else CUT * VARIANCE
        ),
        constants="exact",
        statement=(
            "For truly random choices, g = ⟨x, y⟩, p = ‖x‖²‖y‖² and t = Σ x_i² y_i², the mean of "
            "(⟨Sx^q, Sy^q⟩ − g^q)² is ((g² + p − t)^q + (2g² − t)^q − 2g^(2q)) / m + "
            "gcd(2, m) ((2g² + p − 2t)^q − (g² + p − t)^q − (2g² − t)^q + g^(2q)) / m², exactly: "
            f"this is the {'>=' if below else '<='} of it."
        ),
        source=here(PAGE, "TensorSketch"),
        needs=(Need(Gt(VARIANCE, norms**degree / 10**6), "the variance is not zero"),),
        domain={"inner": (float("-inf"), float("inf"))},
        rtol=RTOL,
        tightness=Tightness(0.8, "two equal vectors"),
    )


TENSOR_ABOVE, TENSOR_BELOW = _tensor(below=False), _tensor(below=True)

COUNT_SKETCH_MERGE = Theorem(
    key="sketching/count-sketch/merge",
    algorithm=CountSketch,
    quantity="greatest difference between merged sketches and one pass",
    formula=2 * rows * rounding * mass,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Sketches of disjoint rows, merged in any order, differ from the sketch of all rows by at "
        "most 2 n ε times the greatest column sum of absolute values; sketches of different "
        "seeds are refused."
    ),
    source=here(PAGE, "Merging"),
)
