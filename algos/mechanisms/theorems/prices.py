"""What mechanisms promise that ask no bids and offer prices."""

from sympy import Integer, Rational, Symbol

from algos.mechanisms import budget_clock, descending_clock, posted_prices
from algos.theorem import Surely, Theorem, Tightness, here

value = Symbol("value", nonnegative=True)
cost = Symbol("cost", nonnegative=True)
alpha = Symbol("alpha", positive=True)
beta = Symbol("beta", positive=True)
decrement = Symbol("decrement", positive=True)
missed = Symbol("missed", integer=True, nonnegative=True)
budget = Symbol("budget", positive=True)
PAGE = "mechanisms_prices"
RTOL = 1e-9

POSTED_WELFARE = Theorem(
    key="mechanisms/posted-prices/welfare",
    algorithm=posted_prices,
    quantity="f(S) − c(S)",
    formula=beta / (1 + beta) * value - beta * cost,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "With prices f(i|S)/(1 + β), in whatever order sellers come, the welfare is at least "
        "β/(1 + β) f(T) − β c(T) for every set T."
    ),
    source=here(PAGE, "Posted prices"),
    rtol=RTOL,
    tightness=Tightness(0.999, "shut out"),
)

POSTED_PAYMENTS = Theorem(
    key="mechanisms/posted-prices/payments",
    algorithm=posted_prices,
    quantity="Σ p_i",
    formula=value / (1 + beta),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Payments sum to f(S)/(1 + β).",
    source=here(PAGE, "Posted prices"),
    rtol=RTOL,
    tightness=Tightness(0.999, "shut out"),
)

CLOCK_WELFARE = Theorem(
    key="mechanisms/descending-clock/welfare",
    algorithm=descending_clock,
    quantity="f(S) − c(S)",
    formula=value * Rational(1, 2) - cost - decrement * missed,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "In whatever order prices fall by ε, the welfare of the descending clock is at least "
        "f(T)/2 − c(T) − ε · (number of sellers in T that are not bought) for every set T."
    ),
    source=here(PAGE, "The descending clock"),
    domain={"missed": (0.0, float("inf"))},
    rtol=RTOL,
    tightness=Tightness(0.98, "shut out"),
)

CLOCK_PAYMENTS = Theorem(
    key="mechanisms/descending-clock/payments",
    algorithm=descending_clock,
    quantity="Σ p_i",
    formula=value * Rational(1, 2),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Payments sum to at most f(S)/2.",
    source=here(PAGE, "The descending clock"),
    rtol=RTOL,
    tightness=Tightness(0.999, "shut out"),
)

CLOCK_USEFUL = Theorem(
    key="mechanisms/descending-clock/useful",
    algorithm=descending_clock,
    quantity="winners who added nothing",
    formula=Integer(0),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Everyone who is bought adds something to what was bought before.",
    source=here(PAGE, "The descending clock"),
)

CLOCK_TRUTHFUL = Theorem(
    key="mechanisms/descending-clock/truthful",
    algorithm=descending_clock,
    quantity="what the best lie gains",
    formula=Integer(0),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Against a fixed order of prices, no limit brings a seller more than to leave at the first "
        "price below her cost; with this one she loses nothing."
    ),
    source=here(PAGE, "Truth"),
    rtol=RTOL,
)

BUDGET_SPENT = Theorem(
    key="mechanisms/budget-clock/budget",
    algorithm=budget_clock,
    quantity="Σ p_i",
    formula=budget,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Payments sum to at most the budget, whatever the answers, rounding included.",
    source=here(PAGE, "The budget clock"),
)

BUDGET_PAYMENTS = Theorem(
    key="mechanisms/budget-clock/payments",
    algorithm=budget_clock,
    quantity="Σ p_i",
    formula=value / beta,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Payments sum to at most f(S)/β.",
    source=here(PAGE, "The budget clock"),
    rtol=RTOL,
    tightness=Tightness(0.999, "one seller"),
)

BUDGET_WELFARE = Theorem(
    key="mechanisms/budget-clock/welfare",
    algorithm=budget_clock,
    quantity="f(S) − c(S)",
    formula=(value - beta * cost) / (2 * alpha + (3 + 2 / (alpha - 1)) * beta / (beta - 1)),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The welfare of the budget clock is at least r (f(T) − β c(T)) for every set T whose costs "
        "sum to at most the budget, with 1/r = 2α + (3 + 2/(α − 1)) β/(β − 1)."
    ),
    source=here(PAGE, "Welfare within a budget"),
    domain={"alpha": (1.0, float("inf")), "beta": (1.0, float("inf"))},
    rtol=RTOL,
)

BUDGET_TRUTHFUL = Theorem(
    key="mechanisms/budget-clock/truthful",
    algorithm=budget_clock,
    quantity="what the best lie gains",
    formula=Integer(0),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "No limit brings a seller more than to leave at the first price below her cost; with "
        "this one she loses nothing."
    ),
    source=here(PAGE, "Truth"),
    rtol=RTOL,
)
