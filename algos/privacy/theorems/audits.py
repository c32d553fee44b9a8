"""Audits: lower bounds that hold, and counters that stay below what they claim."""

from typing import Any

from sympy import Symbol, sqrt

from algos.privacy import ContinualSum, audit
from algos.theorem import Surely, Theorem, Tightness, WithProbability, here

PAGE = "privacy_audit"

confidence = Symbol("confidence", positive=True)
epsilon = Symbol("epsilon", nonnegative=True)
rho = Symbol("rho", nonnegative=True)
mu = Symbol("mu", nonnegative=True)


def _below(key: str, what: Symbol, *, of: Any, says: str, section: str, **more: Any) -> Theorem:
    """Make the claim that an audited bound stays below what is true."""
    return Theorem(
        key=key,
        algorithm=of,
        quantity=f"the audit's lower bound on {what.name}",
        formula=what,
        direction="<=",
        holds=WithProbability(confidence),
        constants="exact",
        statement=says,
        source=here(PAGE, section),
        domain={"confidence": (0.0, 1.0), what.name: (0.0, float("inf"))},
        rtol=1e-9,
        **more,
    )


def _valid(what: Symbol, privacy: str) -> Theorem:
    """Make the validity of one of the audit's bounds."""
    return _below(
        f"privacy/audit/{what.name}",
        what,
        of=audit,
        says=(
            f"Whatever the mechanism, if it has {privacy}, the audit's lower bound on it is true "
            "with at least the probability that was asked for."
        ),
        section="What two counts show",
        tightness=Tightness(0.9, "response, many runs"),
    )


AUDIT_EPSILON = _valid(epsilon, "(ε, δ)-differential privacy")
AUDIT_RHO = _valid(rho, "ρ-zero-concentrated differential privacy")
AUDIT_MU = _valid(mu, "μ-Gaussian differential privacy")

STREAMS = (
    "for events that an adversary chooses from the releases before, with fresh noise after every "
    "restart, and for events outside the bounds: no audit passes it, but with the probability that "
    "it allows itself"
)
ZCDP = _below(
    "privacy/continual-sum/zcdp",
    rho,
    of=ContinualSum,
    says=f"All releases of a counter together are ρ-zCDP, {STREAMS}.",
    section="Counters with Gaussian noise",
)
SHIFT = Theorem(
    key="privacy/continual-sum/shift",
    algorithm=ContinualSum,
    quantity="standard deviations by which one event moves the best statistic of all releases",
    formula=sqrt(2 * rho),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "One event moves the likelihood-ratio statistic of all releases of a counter with Gaussian "
        "noise by at most √(2ρ) of its standard deviations: no test of the releases alone does "
        "better than a μ-Gaussian mechanism allows, up to the lattice."
    ),
    source=here(PAGE, "The best statistic"),
    domain={"rho": (0.0, float("inf"))},
    rtol=1e-9,
    tightness=Tightness(0.999, "tree, 16 events"),
)
PURE = _below(
    "privacy/continual-sum/pure",
    epsilon,
    of=ContinualSum,
    says=f"All releases of a counter with Laplace noise are ε-differentially private, {STREAMS}.",
    section="Counters with Laplace noise",
)
