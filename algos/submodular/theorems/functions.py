"""What is proven of set functions, and of how they are looked at."""

from collections.abc import Callable
from typing import Any

from sympy import Expr, Symbol

from algos.submodular import (
    ConcaveOverModular,
    GraphCut,
    LogDeterminant,
    Mixture,
    SaturatedCoverage,
    check_submodular,
    from_callable,
)
from algos.theorem import InExpectation, Surely, Theorem, Tightness, here

greatest = Symbol("greatest", nonnegative=True)
share = Symbol("share", positive=True)
trials = Symbol("trials", integer=True, positive=True)
calls = Symbol("calls", integer=True, nonnegative=True)
size = Symbol("size", integer=True, positive=True)
trace = Symbol("trace", nonnegative=True)
ROUNDING = 1e-11
PAGE = "submodular_functions"


def _diminishing(
    name: str,
    function: Callable[..., Any],
    what: str,
    formula: Expr = ROUNDING * greatest,
    section: str = "Diminishing returns",
) -> Theorem:
    """State that marginals do not rise, but for rounding."""
    return Theorem(
        key=f"submodular/{name}/diminishing",
        algorithm=function,
        quantity="greatest rise of a marginal, of all S ⊆ S ∪ {j}",
        formula=formula,
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement=f"But for rounding, {what}",
        source=here(PAGE, section),
    )


def _value(
    name: str,
    function: Callable[..., Any],
    what: str,
    formula: Expr = ROUNDING * greatest,
    section: str = "Marginals that are kept",
) -> Theorem:
    """State that marginals add up to the formula, but for rounding."""
    return Theorem(
        key=f"submodular/{name}/value",
        algorithm=function,
        quantity="greatest error of f(S), of all S",
        formula=formula,
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement=f"But for rounding, marginals add up to {what}.",
        source=here(PAGE, section),
    )


CUT_DIMINISHING = _diminishing(
    "graph-cut",
    GraphCut,
    "for weights of at least 0 and any redundancy, marginals of a cut fall as the set grows; "
    "where the function says that it is monotone, none is negative.",
)
CUT_VALUE = _value("graph-cut", GraphCut, "the weight out of S less the redundancy")
CONCAVE_DIMINISHING = _diminishing(
    "concave-over-modular",
    ConcaveOverModular,
    "for a concave non-decreasing φ with φ(0) = 0, marginals of Σ_j w_j φ(Σ_e x_ej) fall as the "
    "set grows, and none is negative.",
)
CONCAVE_VALUE = _value("concave-over-modular", ConcaveOverModular, "Σ_j w_j φ(Σ_(e ∈ S) x_ej)")
SATURATED_DIMINISHING = _diminishing(
    "saturated-coverage",
    SaturatedCoverage,
    "marginals of saturated coverage fall as the set grows, and none is negative.",
)
SATURATED_VALUE = _value(
    "saturated-coverage",
    SaturatedCoverage,
    "Σ_i min(Σ_(e ∈ S) s_ie, saturation · Σ_e s_ie)",
)
DETERMINANT_DIMINISHING = _diminishing(
    "log-determinant",
    LogDeterminant,
    "for a positive semidefinite kernel, marginals of log det(I + K_S) fall as the set grows, and "
    "none is negative. The bound holds while it is at most size.",
    2e-15 * size * (size + 3) * (size + trace),
    "Rounding of determinants",
)
DETERMINANT_VALUE = _value(
    "log-determinant",
    LogDeterminant,
    "log det(I + K_S), as NumPy's slogdet has it, which errs as much. The bound holds while it is "
    "at most size / 2",
    1e-15 * size * (size + 3) * (size + trace),
    "Rounding of determinants",
)
MIXTURE_DIMINISHING = _diminishing(
    "mixture", Mixture, "marginals of a mixture of submodular functions fall as the set grows."
)
MIXTURE_VALUE = _value("mixture", Mixture, "Σ_j w_j f_j(S)")

MISSES = Theorem(
    key="submodular/check-submodular/misses",
    algorithm=check_submodular,
    quantity="probability to find no violation",
    formula=(1 - share) ** trials,
    direction="<=",
    holds=InExpectation(spread=1),
    constants="exact",
    statement=(
        "Let share be the part of the squares (S, {e, j}) on which the marginal of e rises, as a "
        "mean over the sizes of S. Then spot checks miss all of them with probability at most "
        "(1 − share)^trials."
    ),
    source=here(PAGE, "Spot checks"),
    domain={"share": (0.0, 1.0)},
    tightness=Tightness(0.4, "a pair that is worth more together"),
)

EVALUATIONS = Theorem(
    key="submodular/from-callable/evaluations",
    algorithm=from_callable,
    quantity="values that are asked for",
    formula=1 + calls,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Greedy algorithms, which push an element whose marginal they know, ask a callable that is "
        "exactly 0 at ∅ for at most one value a marginal, and for f(∅)."
    ),
    source=here(PAGE, "Spot checks"),
    tightness=Tightness(1.0, "all that are asked for"),
)
