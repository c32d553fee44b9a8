"""Continual sums of any mechanism: conversions, changes of events, errors."""

from typing import Literal

from sympy import Integer, Symbol, erfc, exp, sqrt

from algos.privacy import ContinualSum, zcdp_delta
from algos.theorem import InExpectation, Source, Surely, Theorem, Tightness, here

PAGE = "privacy_releases"

rho = Symbol("rho", positive=True)
epsilon = Symbol("epsilon", nonnegative=True)
failure_probability = Symbol("failure_probability", positive=True)

_shift = sqrt(2 * rho)  # a Gaussian mechanism of ρ shifts its mean by so many deviations
CONVERSION = Theorem(
    key="privacy/zcdp/delta",
    algorithm=zcdp_delta,
    quantity="the δ that is stated for ρ and ε",
    formula=(
        erfc((epsilon / _shift - _shift / 2) / sqrt(2))
        - exp(epsilon) * erfc((epsilon / _shift + _shift / 2) / sqrt(2))
    )
    / 2,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The δ stated for ρ-zCDP is at least that of the Gaussian mechanism of the same ρ, which "
        "is known exactly: Φ(s/2 − ε/s) − e^ε Φ(−s/2 − ε/s) with s = √(2ρ)."
    ),
    source=Source(
        authors="B. Balle, Y.-X. Wang",
        title="Improving the Gaussian mechanism for differential privacy",
        year=2018,
        venue="ICML",
        locator="Theorem 8",
    ),
    rtol=1e-6,  # erfc − e^ε erfc cancels
    tightness=Tightness(0.6, "small ε"),
)

CHANGE = Theorem(
    key="privacy/continual-sum/change",
    algorithm=ContinualSum,
    quantity="norm of the difference of two neighbours' events as taken, over what noise is fit to",
    formula=Integer(1),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Whatever two events a stream is given, moved into the bounds and rounded to the "
        "resolution they differ by at most the norm to which the noise is fit."
    ),
    source=here(PAGE, "What one event can change"),
    rtol=1e-12,
    tightness=Tightness(0.999, "opposite corners"),
)


def _variance(direction: Literal["<=", ">="]) -> Theorem:
    """Make one side of the variance of sums without a horizon."""
    below = direction == ">="
    return Theorem(
        key=f"privacy/continual-sum/unbounded-variance{'-from-below' if below else ''}",
        algorithm=ContinualSum,
        quantity="mean squared error of 256 streams over the stated variance, cut off at 2",
        formula=Integer(1),
        direction=direction,
        holds=InExpectation(2),
        constants="exact",
        statement=(
            "Where there is no horizon, a release has the variances of the last releases of all "
            "epochs before, and its own: the stated standard deviation, exactly."
        ),
        source=here(PAGE, "No horizon"),
        rtol=1e-9,  # a mean of 256 squares passes 2 with probability below 1e-16
        tightness=Tightness(0.9, "two epochs"),
    )


UNBOUNDED_ABOVE = _variance("<=")
UNBOUNDED_BELOW = _variance(">=")


def _simultaneous(law: str, text: str) -> Theorem:
    """Make the failure probability of the bound on all errors at once."""
    return Theorem(
        key=f"privacy/continual-sum/simultaneous-{law}",
        algorithm=ContinualSum,
        quantity="runs in which some release lies farther from the truth than stated",
        formula=failure_probability,
        direction="<=",
        holds=InExpectation(1),
        constants="exact",
        statement=(
            f"With {text} noise all releases of a counter up to its horizon (without one: all of "
            "the present epoch), in all coordinates, lie within error.simultaneous(β) of the "
            "truth with probability 1 − β."
        ),
        source=here(PAGE, "All releases at once"),
        domain={"failure_probability": (0.0, 1.0)},
    )


SIMULTANEOUS_GAUSSIAN = _simultaneous("gaussian", "discrete Gaussian")
SIMULTANEOUS_LAPLACE = _simultaneous("laplace", "discrete Laplace")
