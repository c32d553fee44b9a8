"""What is reached where elements may lower the function."""

from sympy import Gt, Symbol

from algos.submodular import double_greedy, random_greedy
from algos.theorem import InExpectation, Need, Source, Surely, Theorem, Tightness, here

k = Symbol("k", integer=True, positive=True)
optimum = Symbol("optimum", nonnegative=True)
whole = Symbol("whole", nonnegative=True)
RTOL = 1e-9
SOME = (Need(Gt(optimum, 0), "some set has a value above 0"),)


def _source(locator: str, *, constrained: bool = False) -> Source:
    """Name one of the two papers."""
    titles = (
        "A tight linear time (1/2)-approximation for unconstrained submodular maximization",
        "Submodular maximization with cardinality constraints",
    )
    return Source(
        authors="N. Buchbinder, M. Feldman, J. Naor, R. Schwartz",
        title=titles[constrained],
        year=2014 if constrained else 2015,
        venue="SODA" if constrained else "SIAM Journal on Computing 44",
        locator=f"{locator}; proof in docs/theory/submodular_constrained.md",
    )


DOUBLE_VALUE = Theorem(
    key="submodular/double-greedy/value",
    algorithm=double_greedy,
    quantity="f(S)",
    formula=(optimum + whole) / 3,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a submodular f with f(∅) = 0, double greedy without coins has at least a third of "
        "the greatest value of all and of that of the whole ground set together."
    ),
    source=_source("deterministic algorithm"),
    rtol=RTOL,
    tightness=Tightness(0.83, "five arcs"),
)

DOUBLE_MEAN = Theorem(
    key="submodular/double-greedy/mean",
    algorithm=double_greedy,
    quantity="f(S)",
    formula=optimum / 2 + whole / 4,
    direction=">=",
    holds=InExpectation(optimum),
    constants="exact",
    statement=(
        "For a submodular f ≥ 0 with f(∅) = 0, double greedy has in the mean at least half of the "
        "greatest value and a quarter of that of the whole ground set."
    ),
    source=_source("randomized algorithm"),
    needs=SOME,
    rtol=RTOL,
)

DOUBLE_BOUND = Theorem(
    key="submodular/double-greedy/upper-bound",
    algorithm=double_greedy,
    quantity="upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a submodular f with f(∅) = 0, no set has a value above that of the chosen one and "
        "what was forgone on the way, whatever the coins."
    ),
    source=here("submodular_constrained", "Double greedy"),
    rtol=RTOL,
    tightness=Tightness(0.99, "arcs from three to three"),
)

RANDOM_MEAN = Theorem(
    key="submodular/random-greedy/mean",
    algorithm=random_greedy,
    quantity="f(S)",
    formula=(1 - 1 / k) ** (k - 1) * optimum,
    direction=">=",
    holds=InExpectation(optimum),
    constants="exact",
    statement=(
        "For a submodular f ≥ 0 with f(∅) = 0, random greedy has in the mean at least "
        "(1 − 1/k)^(k − 1) ≥ 1/e of the greatest value of k elements."
    ),
    source=_source("Random Greedy", constrained=True),
    needs=SOME,
    rtol=RTOL,
)

RANDOM_MONOTONE = Theorem(
    key="submodular/random-greedy/monotone",
    algorithm=random_greedy,
    quantity="f(S)",
    formula=(1 - (1 - 1 / k) ** k) * optimum,
    direction=">=",
    holds=InExpectation(optimum),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, random greedy has in the mean at least "
        "1 − (1 − 1/k)^k of the greatest value of k elements."
    ),
    source=_source("Random Greedy", constrained=True),
    needs=SOME,
    rtol=RTOL,
    tightness=Tightness(0.9, "a needle"),
)
