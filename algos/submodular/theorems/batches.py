"""What is proven of batches of random elements while the ground set changes."""

from sympy import Gt, Symbol, log

from algos.submodular import BatchedDynamicMaximizer
from algos.theorem import InExpectation, Need, Surely, Theorem, here

PAGE = "submodular_batches"

n = Symbol("n", integer=True, positive=True)
epsilon = Symbol("epsilon", positive=True)
optimum = Symbol("optimum", nonnegative=True)
RANGE = {"epsilon": (0.0, 0.5), "optimum": (0.0, float("inf"))}

BATCHES_VALUE = Theorem(
    key="submodular/dynamic-batches/value",
    algorithm=BatchedDynamicMaximizer,
    quantity="f(S)",
    formula=(1 - epsilon / (2 - 2 * epsilon)) / (2 + 2 * epsilon) * optimum,
    direction=">=",
    holds=InExpectation(optimum),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, after every update, chosen without a look at "
        "the draws, the selection's mean value is at least (1 − ε/(2 − 2ε)) / (2 + 2ε) ≥ 1/2 − ε "
        "of the greatest that k present elements have."
    ),
    source=here(PAGE, "Value"),
    needs=(Need(Gt(optimum, 0), "some present element is worth something"),),
    domain=RANGE,
)

BATCHES_BOUND = Theorem(
    key="submodular/dynamic-batches/upper-bound",
    algorithm=BatchedDynamicMaximizer,
    quantity="the upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, after every update, chosen by anybody, no k "
        "present elements have a greater value than the selection's upper bound."
    ),
    source=here(PAGE, "The upper bound"),
    domain=RANGE,
    rtol=1e-9,
)

BATCHES_CALLS = Theorem(
    key="submodular/dynamic-batches/calls",
    algorithm=BatchedDynamicMaximizer,
    quantity="marginals an update",
    formula=log(n) ** 2,
    direction="<=",
    holds=InExpectation(n),
    constants="unspecified",
    statement=(
        "Where f counts elements, n of them come and go, n of them present, and k is a part of n, "
        "an update costs O(log² n) marginals for every fixed ε, amortised, in the mean."
    ),
    source=here(PAGE, "Marginals"),
)
