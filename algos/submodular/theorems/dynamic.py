"""What is proven of maximisation while the ground set changes."""

from sympy import Symbol, ceiling, floor, log

from algos.submodular import DynamicMaximizer
from algos.theorem import InExpectation, Source, Surely, Theorem, here

k = Symbol("k", integer=True, positive=True)
epsilon = Symbol("epsilon", positive=True)
optimum = Symbol("optimum", nonnegative=True)
value = Symbol("value", nonnegative=True)
RANGE = {"epsilon": (0.0, 1.0), "optimum": (0.0, float("inf"))}
RTOL = 1e-9

DYNAMIC_VALUE = Theorem(
    key="submodular/dynamic/value",
    algorithm=DynamicMaximizer,
    quantity="f(S)",
    formula=optimum / (2 + epsilon),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, after every update, chosen by anybody, the "
        "selection's value is at least 1 / (2 + ε) of the greatest that k present elements have."
    ),
    source=here("submodular_dynamic", "Value and certificate"),
    domain=RANGE,
    rtol=RTOL,
)

DYNAMIC_BOUND = Theorem(
    key="submodular/dynamic/upper-bound",
    algorithm=DynamicMaximizer,
    quantity="the upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, after every update no k present elements "
        "have a greater value than the selection's upper bound."
    ),
    source=here("submodular_dynamic", "Value and certificate"),
    domain=RANGE,
    rtol=RTOL,
)

DYNAMIC_GAP = Theorem(
    key="submodular/dynamic/gap",
    algorithm=DynamicMaximizer,
    quantity="the upper bound",
    formula=(2 + epsilon) * value,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, after every update the upper bound is at most "
        "2 + ε times the selection's value."
    ),
    source=here("submodular_dynamic", "Value and certificate"),
    domain={"epsilon": (0.0, 1.0), "value": (0.0, float("inf"))},
    rtol=RTOL,
)

_halvings = ceiling(log(k + 1, 2))
_guesses = floor(log(2 * k) / log(1 + epsilon)) + 2
CALLS = 1 + _guesses * (k * (2 + _halvings) + _halvings)

DYNAMIC_CALLS = Theorem(
    key="submodular/dynamic/calls",
    algorithm=DynamicMaximizer,
    quantity="marginals an update, at most four times the bound",
    formula=CALLS,
    direction="<=",
    holds=InExpectation(spread=4 * CALLS),
    constants="exact",
    statement=(
        "For a submodular f and updates that do not depend on the draws, the mean number of "
        "marginals of an update is bounded in k and ε alone, however many elements there are."
    ),
    source=Source(
        authors=(
            "K. Banihashem, L. Biabani, S. Goudarzi, M. Hajiaghayi, P. Jabbarzade, M. Monemizadeh"
        ),
        title="Dynamic algorithms for matroid submodular maximization",
        year=2024,
        venue="SODA 2024; the constants in docs/theory/submodular_dynamic.md",
        locator="O(k log² k / ε) queries, k levels of one element",
    ),
    domain={"epsilon": (0.0, 1.0)},
)
