"""What greedy algorithms reach under a bound on the number of elements."""

from sympy import Integer, Symbol, ceiling, log

from algos.submodular import greedy, lazy_greedy, stochastic_greedy
from algos.theorem import InExpectation, Need, Source, Surely, Theorem, Tightness, here

k = Symbol("k", integer=True, positive=True)
n = Symbol("n", integer=True, positive=True)
epsilon = Symbol("epsilon", positive=True)
optimum = Symbol("optimum", nonnegative=True)
upper_bound = Symbol("upper_bound", nonnegative=True)
RTOL = 1e-9
PAGE = "submodular_greedy"
SMALL = {"epsilon": (0.0, 1.0)}

GREEDY = Theorem(
    key="submodular/greedy/value",
    algorithm=greedy,
    quantity="f(S)",
    formula=(1 - (1 - 1 / k) ** k) * optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, the k elements that greedy chooses have a "
        "value of at least 1 − (1 − 1/k)^k of the greatest that k elements have."
    ),
    source=Source(
        authors="G. L. Nemhauser, L. A. Wolsey, M. L. Fisher",
        title="An analysis of approximations for maximizing submodular set functions—I",
        year=1978,
        venue="Mathematical Programming 14",
        locator="Theorem 4.2",
    ),
    rtol=RTOL,
    tightness=Tightness(0.97, "columns of a grid"),
)

GREEDY_BOUND = Theorem(
    key="submodular/greedy/upper-bound",
    algorithm=greedy,
    quantity="upper bound on f",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, no k elements have a greater value than the "
        "upper bound of greedy's result: the least sum of a value on the way and the k greatest "
        "marginals there."
    ),
    source=here(PAGE, "The upper bound of a run"),
    rtol=RTOL,
    tightness=Tightness(0.999, "columns of a grid"),
)

GREEDY_GAP = Theorem(
    key="submodular/greedy/gap",
    algorithm=greedy,
    quantity="f(S)",
    formula=(1 - (1 - 1 / k) ** k) * upper_bound,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, the elements that greedy chooses have a value "
        "of at least 1 − (1 − 1/k)^k of the upper bound of its result."
    ),
    source=here(PAGE, "The upper bound of a run"),
    rtol=RTOL,
    tightness=Tightness(0.97, "columns of a grid"),
)

LAZY_CHOICE = Theorem(
    key="submodular/lazy-greedy/choice",
    algorithm=lazy_greedy,
    quantity="places where the chosen elements are not greedy's",
    formula=Integer(0),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0 lazy greedy chooses the elements that greedy "
        "chooses, in the same order, wherever marginals are computed without rounding or never "
        "grow by it."
    ),
    source=here(PAGE, "Lazy greedy"),
)

LAZY_CALLS = Theorem(
    key="submodular/lazy-greedy/calls",
    algorithm=lazy_greedy,
    quantity="marginals",
    formula=k * n - k * (k - 1) / 2,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Lazy greedy computes no more marginals than greedy: n − t in round t = 0, …, k − 1.",
    source=here(PAGE, "Lazy greedy"),
    tightness=Tightness(1.0, "halves of one item"),
)

LAZY_BOUND = Theorem(
    key="submodular/lazy-greedy/upper-bound",
    algorithm=lazy_greedy,
    quantity="upper bound on f",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, no k elements have a greater value than the "
        "upper bound of lazy greedy's result, which takes old marginals for new ones."
    ),
    source=here(PAGE, "Lazy greedy"),
    rtol=RTOL,
    tightness=Tightness(0.999, "columns of a grid"),
)

STOCHASTIC_VALUE = Theorem(
    key="submodular/stochastic-greedy/value",
    algorithm=stochastic_greedy,
    quantity="f(S)",
    formula=(1 - (1 - (1 - epsilon) / k) ** k) * optimum,
    direction=">=",
    holds=InExpectation(optimum),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, the k elements that stochastic greedy chooses "
        "have in the mean a value of at least 1 − (1 − (1 − ε)/k)^k > 1 − 1/e − ε of the greatest "
        "that k elements have."
    ),
    source=Source(
        authors="B. Mirzasoleiman, A. Badanidiyuru, A. Karbasi, J. Vondrák, A. Krause",
        title="Lazier than lazy greedy",
        year=2015,
        venue="AAAI",
        locator="Theorem 1; docs/theory/submodular_greedy.md, Stochastic greedy",
        url="https://arxiv.org/abs/1409.7938",
    ),
    needs=(Need(optimum > 0, "some k elements have a positive value"),),
    domain=SMALL,
    rtol=RTOL,
)

STOCHASTIC_CALLS = Theorem(
    key="submodular/stochastic-greedy/calls",
    algorithm=stochastic_greedy,
    quantity="marginals",
    formula=k * ceiling(n / k * log(1 / epsilon)),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Stochastic greedy computes at most k ⌈(n/k) ln(1/ε)⌉ marginals, lazy or not, unless an "
        "upper bound is asked for."
    ),
    source=here(PAGE, "Stochastic greedy"),
    domain=SMALL,
    tightness=Tightness(1.0, "one item among twenty"),
)

STOCHASTIC_BOUND = Theorem(
    key="submodular/stochastic-greedy/upper-bound",
    algorithm=stochastic_greedy,
    quantity="upper bound on f",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0, no k elements have a greater value than the "
        "upper bound of stochastic greedy's result, if it is asked for: the value of the chosen "
        "set and the k greatest marginals to it."
    ),
    source=here(PAGE, "Stochastic greedy"),
    rtol=RTOL,
    tightness=Tightness(0.999, "two items among forty"),
)
