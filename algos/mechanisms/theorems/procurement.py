"""What procurement auctions with critical payments promise."""

from sympy import Integer, Rational, Symbol, exp

from algos.mechanisms import procurement_auction
from algos.theorem import Surely, Theorem, Tightness, here

value = Symbol("value", nonnegative=True)
cost = Symbol("cost", nonnegative=True)
rounds = Symbol("rounds", integer=True, positive=True)
m = Symbol("m", integer=True, nonnegative=True)
beta = Symbol("beta", nonnegative=True)
PAGE = "mechanisms_procurement"
RTOL = 1e-9

AUCTION_TRUTHFUL = Theorem(
    key="mechanisms/procurement/truthful",
    algorithm=procurement_auction,
    quantity="what the best lie gains",
    formula=Integer(0),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Whatever the others bid, the rule, and the samples: no bid brings a seller more than her "
        "cost does."
    ),
    source=here(PAGE, "Truth"),
)

AUCTION_THRESHOLD = Theorem(
    key="mechanisms/procurement/threshold",
    algorithm=procurement_auction,
    quantity="bids that win or lose against what the payment says",
    formula=Integer(0),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "What a winner is paid does not depend on her bid; with a lower bid than this she wins, "
        "with a greater one she loses."
    ),
    source=here(PAGE, "Critical payments"),
)

AUCTION_RATIONAL = Theorem(
    key="mechanisms/procurement/rational",
    algorithm=procurement_auction,
    quantity="least utility of a seller",
    formula=Integer(0),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="No seller who bids her cost is paid less than it, if she wins, or than 0.",
    source=here(PAGE, "Truth"),
)

AUCTION_PAYMENTS = Theorem(
    key="mechanisms/procurement/payments",
    algorithm=procurement_auction,
    quantity="Σ p_i",
    formula=value,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="For every rule, payments sum to at most the value f(S) of what is bought.",
    source=here(PAGE, "The buyer"),
    rtol=RTOL,
    tightness=Tightness(1.0, "one seller, distorted"),
)

AUCTION_SURPLUS = Theorem(
    key="mechanisms/procurement/cost-scaled-surplus",
    algorithm=procurement_auction,
    quantity="f(S) − Σ p_i",
    formula=value * Rational(1, 2),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement="Under the cost-scaled rule the buyer keeps at least half of the value f(S).",
    source=here(PAGE, "The buyer"),
    rtol=RTOL,
    tightness=Tightness(1.0, "one seller"),
)

AUCTION_DISTORTED = Theorem(
    key="mechanisms/procurement/distorted-welfare",
    algorithm=procurement_auction,
    quantity="f(S) − c(S)",
    formula=(1 - (1 - 1 / rounds) ** m) * value - m / rounds * cost,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Under the distorted rule with R rounds and bids c, the welfare is at least "
        "(1 − (1 − 1/R)^m) f(T) − (m/R) c(T) for every set T of at most R sellers and every "
        "integer m from 0 to R."
    ),
    source=here(PAGE, "Welfare"),
    domain={"m": (0.0, float("inf"))},
    rtol=RTOL,
    tightness=Tightness(0.999, "columns of a grid, dear"),
)

AUCTION_COST_SCALED = Theorem(
    key="mechanisms/procurement/cost-scaled-welfare",
    algorithm=procurement_auction,
    quantity="f(S) − c(S)",
    formula=value * Rational(1, 2) - cost,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Under the cost-scaled rule with bids c, the welfare is at least f(T)/2 − c(T) for every "
        "set T of at most k sellers."
    ),
    source=here(PAGE, "Welfare"),
    rtol=RTOL,
    tightness=Tightness(0.88, "parts for free"),
)

AUCTION_ROI = Theorem(
    key="mechanisms/procurement/roi-welfare",
    algorithm=procurement_auction,
    quantity="f(S) − c(S)",
    formula=(1 - exp(-beta)) * value - beta * cost,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Under the rule of greatest return, with k = n and bids c, the welfare is at least "
        "(1 − e^(−β)) f(T) − β c(T) for every set T and every β ≥ 0."
    ),
    source=here(PAGE, "Welfare"),
    rtol=RTOL,
    tightness=Tightness(0.9, "falling returns"),
)
