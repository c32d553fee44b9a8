"""What greedy algorithms reach within a budget and under matroids."""

from sympy import Integer, Rational, Symbol, exp

from algos.submodular import knapsack_greedy, matroid_greedy
from algos.theorem import Source, Surely, Theorem, Tightness, here

count = Symbol("count", integer=True, positive=True)
optimum = Symbol("optimum", nonnegative=True)
PAGE = "submodular_constrained"
RTOL = 1e-9

KNAPSACK_VALUE = Theorem(
    key="submodular/knapsack-greedy/value",
    algorithm=knapsack_greedy,
    quantity="f(S), or 0 beyond the budget",
    formula=(1 - exp(-Rational(1, 2))) * optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, the better of greedy by marginals per cost "
        "and the best single element has at least 1 − 1/√e of the greatest value within the "
        "budget."
    ),
    source=here(PAGE, "Greedy and the best single element"),
    rtol=RTOL,
    tightness=Tightness(0.77, "a mite and two halves"),
)

KNAPSACK_ONE = Theorem(
    key="submodular/knapsack-greedy/one",
    algorithm=knapsack_greedy,
    quantity="f(S), or 0 beyond the budget",
    formula=optimum / 2,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, the best of greedy by marginals per cost from "
        "each single element has at least half of the greatest value within the budget."
    ),
    source=here(PAGE, "Greedy from few elements"),
    rtol=RTOL,
    tightness=Tightness(0.98, "a mite and two halves"),
)

KNAPSACK_PAIRS = Theorem(
    key="submodular/knapsack-greedy/pairs",
    algorithm=knapsack_greedy,
    quantity="f(S), or 0 beyond the budget",
    formula=(1 - exp(-Integer(1))) * optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, the best of greedy by marginals per cost from "
        "each two elements has at least 1 − 1/e of the greatest value within the budget."
    ),
    source=Source(
        authors="A. Kulik, R. Schwartz, H. Shachnai",
        title="A refined analysis of submodular greedy",
        year=2021,
        venue="Operations Research Letters 49",
        locator="abstract; proof in docs/theory/submodular_constrained.md",
    ),
    rtol=RTOL,
    tightness=Tightness(0.94, "a mite and three thirds"),
)

KNAPSACK_BOUND = Theorem(
    key="submodular/knapsack-greedy/upper-bound",
    algorithm=knapsack_greedy,
    quantity="upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, no set within the budget has a value above the "
        "upper bound of any run."
    ),
    source=here(PAGE, "Upper bounds of a run"),
    rtol=RTOL,
    tightness=Tightness(0.99, "a whale and a mite"),
)

MATROID_VALUE = Theorem(
    key="submodular/matroid-greedy/value",
    algorithm=matroid_greedy,
    quantity="f(S), or 0 for dependent sets",
    formula=optimum / (count + 1),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, greedy has at least 1/(p + 1) of the greatest "
        "value of a set that is independent in p matroids."
    ),
    source=Source(
        authors="M. L. Fisher, G. L. Nemhauser, L. A. Wolsey",
        title="An analysis of approximations for maximizing submodular set functions—II",
        year=1978,
        venue="Mathematical Programming Studies 8",
        locator="greedy heuristic; proof in docs/theory/submodular_constrained.md",
    ),
    rtol=RTOL,
    tightness=Tightness(0.99, "three rivals"),
)

MATROID_BOUND = Theorem(
    key="submodular/matroid-greedy/upper-bound",
    algorithm=matroid_greedy,
    quantity="upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, no set that is independent in all matroids has "
        "a value above the upper bound of the run."
    ),
    source=here(PAGE, "Upper bounds of a run"),
    rtol=RTOL,
    tightness=Tightness(0.99, "one rival"),
)
