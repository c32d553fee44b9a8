"""What is proven of DR-submodular functions that an adversary chooses, round by round."""

from sympy import Rational, Symbol, sqrt

from algos.submodular import BanditDRMaximizer, OnlineDRMaximizer, SemiBanditDRMaximizer
from algos.theorem import InExpectation, Source, Theorem

horizon = Symbol("horizon", integer=True, positive=True)
LINEAR = "regret to the best point, for linear functions"


def _source(locator: str) -> Source:
    """Point at where the rates are printed, and proven here."""
    return Source(
        authors="M. Pedramfar, C. J. Quinn, V. Aggarwal",
        title="A unified approach for maximizing continuous DR-submodular functions",
        year=2023,
        venue="NeurIPS 36; constants in docs/theory/submodular_continuous.md",
        locator=locator,
    )


ONLINE = Theorem(
    key="submodular/online-dr/regret",
    algorithm=OnlineDRMaximizer,
    quantity=LINEAR,
    formula=sqrt(horizon),
    direction="<=",
    holds=InExpectation(spread=2 * horizon),
    constants="unspecified",
    statement=(
        "From whole gradients, the regret to the factor of the method, and for linear functions to "
        "the best point itself, grows like √T in expectation, for functions chosen before the "
        "first round."
    ),
    source=_source("full information; here: Online"),
)
SEMI_BANDIT = Theorem(
    key="submodular/semi-bandit-dr/regret",
    algorithm=SemiBanditDRMaximizer,
    quantity=LINEAR,
    formula=horizon ** Rational(3, 4),
    direction="<=",
    holds=InExpectation(spread=horizon),
    constants="unspecified",
    statement=(
        "From gradients at the played points alone, the regret to 1 − 1/e of the best point, and "
        "for linear functions to the best point itself, grows like T^(3/4) in expectation."
    ),
    source=_source("semi-bandit and bandit feedback; here: Semi-bandit and bandit feedback"),
)
BANDIT = Theorem(
    key="submodular/bandit-dr/regret",
    algorithm=BanditDRMaximizer,
    quantity=LINEAR,
    formula=horizon ** Rational(5, 6),
    direction="<=",
    holds=InExpectation(spread=horizon),
    constants="unspecified",
    statement=(
        "From values at the played points alone, the regret to 1 − 1/e of the best point, and for "
        "linear functions to the best point itself, grows like T^(5/6) in expectation."
    ),
    source=_source("semi-bandit and bandit feedback; here: Semi-bandit and bandit feedback"),
)
