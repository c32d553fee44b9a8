"""Learning thresholds."""

from sympy import Rational

from algos.search import (
    learn_threshold,
    learn_threshold_online,
)
from algos.search.theorems.symbols import (
    CENSORED,
    DOMAIN,
    SMOOTH,
    Q,
    R,
    failure_probability,
    growth,
    horizon,
    lg,
    lipschitz,
    sure_count,
    tolerance,
    wrong_answer,
)
from algos.theorem import InExpectation, Theorem, Tightness, here

THRESHOLD_FAILURE = wrong_answer(
    "learn-threshold",
    learn_threshold,
    "Under either Lipschitz condition the utility of the threshold found stays more than the "
    "tolerance below the best with probability at most failure_probability.",
    here("thresholds", "The grid"),
    SMOOTH,
)
THRESHOLD_QUERIES = sure_count(
    "learn-threshold/queries",
    learn_threshold,
    "queries",
    Q(tolerance, failure_probability, lipschitz),
    "Every run uses Q queries.",
    here("thresholds", "The grid"),
    Tightness(0.999, "posted price"),
)
THRESHOLD_REGRET = Theorem(
    key="search/learn-threshold-online/regret",
    algorithm=learn_threshold_online,
    quantity="regret",
    formula=R(horizon, lipschitz),
    direction="<=",
    holds=InExpectation(horizon),
    constants="exact",
    statement=(
        "Under either Lipschitz condition the expected regret against the best fixed threshold is "
        "at most R, which grows like horizon^(2/3) up to logarithms."
    ),
    source=here("thresholds", "Online"),
    needs=(SMOOTH,),
    domain=DOMAIN,
)


QUERIES_GROWTH = growth(
    "learn-threshold/growth-in-tolerance",
    learn_threshold,
    lg(1 / tolerance) / tolerance**3,
    "With the Lipschitz constant fixed, the queries grow at most like 1 / tolerance^3 up to a "
    "logarithm.",
    CENSORED,
    "queries",
)
REGRET_GROWTH = growth(
    "learn-threshold-online/growth",
    learn_threshold_online,
    horizon ** Rational(2, 3) * lg(horizon) ** Rational(1, 3),
    "The regret grows at most like horizon^(2/3) up to logarithms.",
    CENSORED,
    "regret",
)
