"""What it takes to hire somebody who finds something out."""

from sympy import Float, Ge, Rational, Symbol, log, sqrt

from algos.mechanisms import OnlineContracts, best_contract
from algos.theorem import InExpectation, Need, Surely, Theorem, Tightness, here

cost = Symbol("cost", nonnegative=True)
accuracy = Symbol("accuracy", positive=True)
most = Symbol("most", positive=True)
honest = Symbol("honest", positive=True)
other = Symbol("other")
horizon = Symbol("horizon", integer=True, positive=True)
scales = Symbol("scales", integer=True, positive=True)
width = Symbol("width", positive=True)
payment = Symbol("payment", nonnegative=True)
best = Symbol("best", nonnegative=True)
PAGE = "mechanisms_persuasion"
RTOL = 1e-6  # the linear program's own tolerance is 1e-7
RANGE = Need(
    Ge(most * (accuracy - Rational(1, 2)), cost),
    "the payment for a right report is in range",
)

HIRING_TRUTHFUL = Theorem(
    key="mechanisms/best-contract/truthful",
    algorithm=best_contract,
    quantity="1 + utility of the best other behaviour",
    formula=honest,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=("The agent gains neither by another effort, nor by other reports, nor by both."),
    source=here(PAGE, "The cheapest contract"),
    rtol=RTOL,
    tightness=Tightness(0.999, "an analyst"),
)

HIRING_ABOVE = Theorem(
    key="mechanisms/best-contract/payment-above",
    algorithm=best_contract,
    quantity="expected payment",
    formula=cost * accuracy / (accuracy - Rational(1, 2)),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Work that shows which of two equally probable states it is with probability "
        "r > 1/2, at cost c, is paid c r / (r − 1/2) on average."
    ),
    source=here(PAGE, "The cheapest contract"),
    needs=(RANGE,),
    domain={"accuracy": (0.5, 1)},
    rtol=RTOL,
    tightness=Tightness(0.999, "an analyst"),
)

HIRING_BELOW = Theorem(
    key="mechanisms/best-contract/payment-below",
    algorithm=best_contract,
    quantity="expected payment",
    formula=cost * accuracy / (accuracy - Rational(1, 2)),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Work that shows which of two equally probable states it is with probability "
        "r > 1/2, at cost c, cannot be had for less than c r / (r − 1/2) on average."
    ),
    source=here(PAGE, "The cheapest contract"),
    needs=(RANGE,),
    domain={"accuracy": (0.5, 1)},
    rtol=RTOL,
    tightness=Tightness(0.999, "an analyst"),
)

HIRING_BEST = Theorem(
    key="mechanisms/best-contract/best",
    algorithm=best_contract,
    quantity="principal's expected profit",
    formula=other,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "No other payments in range leave the principal a greater profit, whatever the agent "
        "then does that is best for the agent."
    ),
    source=here(PAGE, "The cheapest contract"),
    domain={"other": (float("-inf"), float("inf"))},
    rtol=RTOL,
)

ONLINE_HIRING = Theorem(
    key="mechanisms/online-contracts/regret",
    algorithm=OnlineContracts,
    quantity="sum of the profits, each above the least possible",
    formula=best
    - horizon * payment / scales
    - Float("2.63") * width * sqrt(horizon * scales * log(scales)),
    direction=">=",
    holds=InExpectation(spread=width * horizon),
    constants="exact",
    statement=(
        "Over T agents with any sequence of costs the expected profit is at least that of the best "
        "fixed scale of the contract less T P / m + 2.63 w √(T m ln m), with m scales, P the "
        "greatest expected payment, w the width of the range of profits."
    ),
    source=here(PAGE, "One agent after another"),
    rtol=RTOL,
)
