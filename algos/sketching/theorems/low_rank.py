"""Range finder and randomized SVD."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from sympy import E, Expr, Ge, Symbol, sqrt

from algos.sketching import randomized_svd, range_finder
from algos.theorem import InExpectation, Need, Source, Surely, Theorem, Tightness, here

k = Symbol("k", integer=True, positive=True)
p = Symbol("p", integer=True, positive=True)
q = Symbol("q", integer=True, nonnegative=True)
tail = Symbol("tail", nonnegative=True)
next_value = Symbol("next_value", nonnegative=True)
power_tail = Symbol("power_tail", nonnegative=True)
failure_probability = Symbol("failure_probability", positive=True)
frobenius_error = Symbol("frobenius_error", nonnegative=True)
singular_value = Symbol("singular_value", nonnegative=True)

#: Mean errors are measured cut off at this multiple of the bound; that only lowers them, and
#: gives them a sure range.
CUT = 4

ANY = (0.0, float("inf"))
DOMAIN = {"tail": ANY, "next_value": ANY, "power_tail": ANY, "q": (0.0, 100.0)}
TWO = (Need(Ge(k, 2), "k is at least 2"), Need(Ge(p, 2), "the oversampling p is at least 2"))

HALKO = Source(
    authors="N. Halko, P. G. Martinsson, J. A. Tropp",
    title="Finding structure with randomness",
    year=2011,
    venue="SIAM Review 53",
    locator="theorem 10.5",
    url="https://doi.org/10.1137/090771806",
)


def _mean_error(
    name: str,
    algorithm: Callable[..., Any],
    quantity: str,
    formula: Expr,
    statement: str,
    source: Source,
    tightness: Tightness | Literal["unknown"] = "unknown",
) -> Theorem:
    """Make a bound of a mean error."""
    return Theorem(
        key=f"sketching/{name}",
        algorithm=algorithm,
        quantity=f"{quantity}, cut off",
        formula=formula,
        direction="<=",
        holds=InExpectation(CUT * formula),
        constants="exact",
        statement=statement,
        source=source,
        needs=TWO,
        domain=DOMAIN,
        tightness=tightness,
    )


RANGE_FROBENIUS = _mean_error(
    "range-finder/frobenius",
    range_finder,
    "‖A − QQᵀA‖_F",
    sqrt(1 + k / (p - 1)) * tail,
    "With k + p random vectors, p ≥ 2, the mean Frobenius error is at most √(1 + k/(p−1)) "
    "times the least one of rank k.",
    HALKO,
    Tightness(0.8, "a flat tail, little oversampling"),
)

RANGE_SPECTRAL = _mean_error(
    "range-finder/spectral",
    range_finder,
    "‖A − QQᵀA‖",
    (1 + sqrt(k / (p - 1))) * next_value + E * sqrt(k + p) / p * tail,
    "With k + p random vectors, p ≥ 2, the mean spectral error is at most "
    "(1 + √(k/(p−1))) σ_{k+1} + e √(k+p)/p · √(Σ_{j>k} σ_j²).",
    replace(HALKO, locator="theorem 10.6"),
)

RANGE_POWER = _mean_error(
    "range-finder/power",
    range_finder,
    "‖A − QQᵀA‖",
    ((1 + sqrt(k / (p - 1))) * next_value ** (2 * q + 1) + E * sqrt(k + p) / p * power_tail)
    ** (1 / (2 * q + 1)),
    "After q power iterations the same holds for the (2q+1)-th powers of the singular values, "
    "and the mean error is at most the (2q+1)-th root of that bound.",
    replace(HALKO, locator="corollary 10.10"),
    Tightness(0.6, "a flat tail"),
)

SVD_ERROR = _mean_error(
    "randomized-svd/error",
    randomized_svd,
    "‖A − U diag(s) Vᵀ‖_F²",
    (2 + k / (p - 1)) * tail**2,
    "With oversampling p ≥ 2 the mean squared Frobenius error is at most 2 + k/(p−1) times the "
    "least one of rank k, whatever the number of power iterations.",
    here("sketching_low_rank", "The mean error"),
    Tightness(0.6, "a flat tail, little oversampling"),
)

RANGE_BOUND = Theorem(
    key="sketching/range-finder/bound",
    algorithm=range_finder,
    quantity="probability that ‖A − QQᵀA‖ exceeds the bound",
    formula=failure_probability,
    direction="<=",
    holds=InExpectation(1),
    constants="exact",
    statement=(
        "The bound α √(2/π) max ‖(I − QQᵀ) A ω‖ over r probes is wrong with probability α⁻ʳ at "
        "most, also where the basis grows until the bound is small enough."
    ),
    source=here("sketching_low_rank", "A bound from probes"),
    tightness=Tightness(0.5, "one direction missed"),
)

SVD_FROBENIUS = Theorem(
    key="sketching/randomized-svd/frobenius",
    algorithm=randomized_svd,
    quantity="‖A − U diag(s) Vᵀ‖_F",
    formula=frobenius_error,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="The Frobenius error is at most the reported one, rounding included.",
    source=here("sketching_low_rank", "Errors that can be computed"),
    domain={"frobenius_error": ANY},
    tightness=Tightness(0.99, "a flat tail, array"),
)

SVD_VALUES = Theorem(
    key="sketching/randomized-svd/values",
    algorithm=randomized_svd,
    quantity="s_j",
    formula=singular_value,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="No reported singular value exceeds the matrix's own.",
    source=here("sketching_low_rank", "Errors that can be computed"),
    domain={"singular_value": ANY},
    rtol=1e-8,
    tightness=Tightness(0.999, "a low rank"),
)
