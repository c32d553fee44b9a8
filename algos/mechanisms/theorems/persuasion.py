"""What menus of signalling schemes promise, and what learning them costs."""

from sympy import Float, Min, Symbol, log, sqrt

from algos.mechanisms import OnlineMenus, OnlineSchemes, Persuasion
from algos.theorem import InExpectation, Source, Surely, Theorem, Tightness, here

p = Symbol("p", positive=True)
q = Symbol("q", positive=True)
truth = Symbol("truth", positive=True)
unreported = Symbol("unreported", nonnegative=True)
best = Symbol("best", nonnegative=True)
types = Symbol("types", integer=True, positive=True)
arms = Symbol("arms", integer=True, positive=True)
horizon = Symbol("horizon", integer=True, positive=True)
PAGE = "mechanisms_persuasion"
RTOL = 1e-6  # the linear program's own tolerance is 1e-7 of the utilities' range
UNIT = {"p": (0, 1), "q": (0, 1)}
REPORTING = Source(
    authors="M. Castiglioni, A. Marchesi, N. Gatti",
    title="Bayesian persuasion meets mechanism design: going beyond intractability with "
    "type reporting",
    year=2022,
    venue="arXiv:2202.00605",
    locator="proven anew in docs/theory/mechanisms_persuasion.md, The best menu",
    url="https://arxiv.org/abs/2202.00605",
)

MENU_TRUTHFUL = Theorem(
    key="mechanisms/persuasion/truthful",
    algorithm=Persuasion,
    quantity="utility of the best lie",
    formula=truth,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "No type of receiver gains by reporting another type, or by not doing what is "
        "recommended, or by both."
    ),
    source=REPORTING,
    rtol=RTOL,
    tightness=Tightness(0.999, "tug of war"),
)

MENU_ABOVE = Theorem(
    key="mechanisms/persuasion/value-above",
    algorithm=Persuasion,
    quantity="probability that the receiver acts",
    formula=Min(1, p / q),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "A receiver of one type who acts if the state has a probability of at least q cannot be "
        "brought to act with a probability above p/q where the prior is p."
    ),
    source=here(PAGE, "One type, two states"),
    domain=UNIT,
    rtol=RTOL,
    tightness=Tightness(0.999, "prosecutor"),
)

MENU_BELOW = Theorem(
    key="mechanisms/persuasion/value-below",
    algorithm=Persuasion,
    quantity="probability that the receiver acts",
    formula=Min(1, p / q),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "A receiver of one type who acts if the state has a probability of at least q is brought "
        "to act with a probability of min(1, p/q) where the prior is p."
    ),
    source=here(PAGE, "One type, two states"),
    domain=UNIT,
    rtol=RTOL,
    tightness=Tightness(0.999, "prosecutor"),
)

MENU_UNREPORTED = Theorem(
    key="mechanisms/persuasion/reports-help",
    algorithm=Persuasion,
    quantity="sender's expected utility",
    formula=unreported,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "The best menu is worth at least as much as any one signalling scheme that is "
        "used without asking for the type."
    ),
    source=here(PAGE, "The best menu"),
    rtol=RTOL,
)

ONLINE_REGRET = Theorem(
    key="mechanisms/online-menus/regret",
    algorithm=OnlineMenus,
    quantity="sum of the sender's utilities in [0, 1]",
    formula=best - 2 * sqrt(types * horizon),
    direction=">=",
    holds=InExpectation(spread=horizon),
    constants="exact",
    statement=(
        "Over T rounds with any sequence of K types the expected utility is at least that of the "
        "best fixed menu less 2 √(K T), utilities between 0 and 1."
    ),
    source=here(PAGE, "Round after round"),
    rtol=RTOL,
)

SCHEMES_BEST = Theorem(
    key="mechanisms/online-schemes/enough",
    algorithm=OnlineSchemes,
    quantity="sender's expected utility from the best of the schemes",
    formula=unreported,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "With two states and any weights of types no signalling scheme is better than the best "
        "of the finitely many splits of the prior at kinks."
    ),
    source=here(PAGE, "Without reports"),
    rtol=RTOL,
)

SCHEMES_REGRET = Theorem(
    key="mechanisms/online-schemes/regret",
    algorithm=OnlineSchemes,
    quantity="sum of the sender's utilities in [0, 1]",
    formula=best - Float("2.63") * sqrt(horizon * arms * log(arms)),
    direction=">=",
    holds=InExpectation(spread=horizon),
    constants="exact",
    statement=(
        "Over T rounds with any sequence of types, of which the sender only sees her own "
        "utility, the expected utility is at least that of the best of N schemes less "
        "2.63 √(T N ln N), utilities between 0 and 1."
    ),
    source=here(PAGE, "Without reports"),
    rtol=RTOL,
)
