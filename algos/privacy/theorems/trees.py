"""Tree-like counters: variances, sensitivities, errors over all releases."""

from collections.abc import Callable
from typing import Any, Literal

from sympy import Expr, Float, Integer, Symbol, ceiling, floor

from algos.privacy import ContinualSum, HonakerTree, KAry, SmoothBinary, Tree
from algos.theorem import InExpectation, Surely, Theorem, Tightness, here

PAGE = "privacy_trees"

levels = Symbol("levels", integer=True, positive=True)
height = Symbol("height", integer=True, positive=True)
arity = Symbol("arity", integer=True, positive=True)

#: The sum of 1 / (2^n − 1) over n = 1, 2, …
ERDOS_BORWEIN = Float("1.6066951524152917638", 18)


def _variance(direction: Literal["<=", ">="]) -> Theorem:
    """Make one side of the variance of a release."""
    below = direction == ">="
    return Theorem(
        key=f"privacy/trees/variance{'-from-below' if below else ''}",
        algorithm=ContinualSum,
        quantity="mean squared error of 256 streams at one release over the stated variance, "
        "cut off at 2",
        formula=Integer(1),
        direction=direction,
        holds=InExpectation(2),
        constants="exact",
        statement=(
            "Every release of the tree, of Honaker's tree, of the smooth binary and of the k-ary "
            "mechanism has the stated standard deviation, exactly."
        ),
        source=here(PAGE, "What a release costs"),
        rtol=1e-6,  # for what is cut off of means of 256 squares of Laplace variables
        tightness=Tightness(0.9, "tree"),
    )


TREES_VARIANCE_ABOVE = _variance("<=")
TREES_VARIANCE_BELOW = _variance(">=")

TREES_SENSITIVITY = Theorem(
    key="privacy/trees/sensitivity",
    algorithm=ContinualSum,
    quantity="least norm of a shift of the noise that hides one event, over the sensitivity",
    formula=Integer(1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "What one event changes in all releases, a shift of the noise makes up for, and its norm "
        "is at most the sensitivity to which the noise is fit: Euclidean for Gaussian noise, the "
        "sum of absolute values for Laplace noise."
    ),
    source=here(PAGE, "What an event moves"),
    rtol=1e-9,
    tightness=Tightness(0.999, "tree, the first of eight events"),
)


def _error(
    key: str,
    formula: Expr,
    direction: Literal["<=", ">="],
    *,
    of: Callable[..., Any],
    quantity: str,
    says: str,
    section: str,
    tight: str,
) -> Theorem:
    """Make a claim about the squared errors of all releases."""
    return Theorem(
        key=f"privacy/{key}",
        algorithm=of,
        quantity=quantity,
        formula=formula,
        direction=direction,
        holds=Surely(),
        constants="exact",
        statement=says,
        source=here(PAGE, section),
        rtol=1e-12,
        tightness=Tightness(0.999, tight),
    )


TREE_ERROR = _error(
    "tree/error",
    levels**2,
    "<=",
    of=Tree,
    quantity="greatest variance of a release at ρ = 1/2",
    says="A horizon of L binary digits costs the tree a variance of at most L² at ρ = 1/2.",
    section="Dyadic intervals",
    tight="all digits",
)
TREE_MEAN = _error(
    "tree/mean-error",
    levels**2 / 2 * 2**levels / (2**levels - 1),
    "<=",
    of=Tree,
    quantity="mean variance of the releases at ρ = 1/2",
    says="Over a horizon of 2^L − 1 events the tree's mean variance at ρ = 1/2 is L²/2, but for a "
    "factor 2^L / (2^L − 1).",
    section="Dyadic intervals",
    tight="ten levels",
)
HONAKER_ERROR = _error(
    "honaker/error",
    levels * (levels + ERDOS_BORWEIN) / 2,
    "<=",
    of=HonakerTree,
    quantity="greatest variance of a release at ρ = 1/2",
    says="A horizon of L binary digits costs Honaker's tree a variance of at most L (L + E) / 2 at "
    "ρ = 1/2, with E = 1.6067 the sum of all 1 / (2^n − 1).",
    section="Estimation from below",
    tight="all digits",
)
HONAKER_BEST = _error(
    "honaker/best",
    Integer(1),
    "<=",
    of=HonakerTree,
    quantity="variance of a release over the least that a linear unbiased estimate can have",
    says="No linear unbiased estimate from the noisy intervals that are complete has less variance "
    "than a release of Honaker's tree, whatever the events.",
    section="Estimation from below",
    tight="sixteen events",
)


def _smooth(direction: Literal["<=", ">="]) -> Theorem:
    """Make one side of the smooth binary mechanism's error, the same at every step."""
    below = direction == ">="
    return _error(
        f"smooth-binary/error{'-from-below' if below else ''}",
        floor(height / 2) * ceiling(height / 2),
        direction,
        of=SmoothBinary,
        quantity=f"{'least' if below else 'greatest'} variance of a release at ρ = 1/2",
        says="All releases of the smooth binary mechanism have the variance ⌊h/2⌋ ⌈h/2⌉ at "
        "ρ = 1/2, h the least height with more than T balanced leaves, C(h, ⌊h/2⌋) > T.",
        section="Balanced leaves",
        tight="a hundred events",
    )


SMOOTH_ABOVE = _smooth("<=")
SMOOTH_BELOW = _smooth(">=")

K_ARY_ERROR = _error(
    "k-ary/error",
    levels**3 * (arity - 1),
    "<=",
    of=KAry,
    quantity="greatest variance of a release at ε = 1",
    says="With h digits from −(k−1)/2 to (k−1)/2 the k-ary mechanism's variance at ε = 1 is at "
    "most h³ (k − 1).",
    section="Signed digits",
    tight="all numbers",
)
K_ARY_MEAN = _error(
    "k-ary/mean-error",
    levels**3 * (arity**2 - 1) / (2 * arity) * arity**levels / (arity**levels - 1),
    "<=",
    of=KAry,
    quantity="mean variance of the releases at ε = 1",
    says="Over a horizon of (k^h − 1) / 2 events the k-ary mechanism's mean variance at ε = 1 is "
    "h³ (k² − 1) / (2k), but for a factor k^h / (k^h − 1).",
    section="Signed digits",
    tight="all numbers",
)
