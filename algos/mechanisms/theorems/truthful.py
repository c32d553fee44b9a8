"""What the search for lies that pay finds."""

from sympy import Abs, Symbol

from algos.mechanisms import check_truthful
from algos.theorem import Surely, Theorem, Tightness, here

price = Symbol("price", nonnegative=True)
threshold = Symbol("threshold", nonnegative=True)
high = Symbol("high", positive=True)
grid = Symbol("grid", integer=True, positive=True)
bisections = Symbol("bisections", integer=True, nonnegative=True)

TRUTHFUL_FOUND = Theorem(
    key="mechanisms/check-truthful/found",
    algorithm=check_truthful,
    quantity="gain of the lie that is found",
    formula=Abs(price - threshold) - high / ((grid - 1) * 2**bisections),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "A seller who wins with bids up to a threshold below high and is then paid a fixed price "
        "can gain at most abs(price − threshold) by a lie; the search finds a lie that gains "
        "this, less high / ((grid − 1) 2^bisections)."
    ),
    source=here("mechanisms_facility", "The search for lies"),
    domain={"grid": (2, float("inf")), "bisections": (0, float("inf"))},
    rtol=1e-9,
    tightness=Tightness(1.0, "free"),
)

TRUTHFUL_SOUND = Theorem(
    key="mechanisms/check-truthful/sound",
    algorithm=check_truthful,
    quantity="gain of the lie that is reported",
    formula=Abs(price - threshold),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Against a seller who wins with bids up to a threshold and is then paid a fixed price, "
        "the search reports no gain above abs(price − threshold): none where the price is right."
    ),
    source=here("mechanisms_facility", "The search for lies"),
    rtol=1e-9,
    tightness=Tightness(0.999, "overpaid"),
)
