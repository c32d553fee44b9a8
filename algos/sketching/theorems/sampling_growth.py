"""How many rows a sample needs, up to constants and logarithms."""

from sympy import Expr, Symbol

from algos.sketching import sensitivity_sample
from algos.sketching.theorems.sampling import p, rank
from algos.theorem import Source, Surely, Theorem

sensitivity = Symbol("sensitivity", positive=True)

WOODRUFF_YASUDA = Source(
    authors="D. Woodruff, T. Yasuda",
    title="Sharper bounds for l_p sensitivity sampling",
    year=2023,
    venue="ICML 2023",
    locator="abstract, version 1; logarithms and powers of the distortion left out",
    url="https://arxiv.org/abs/2306.00732",
)
CHEN_DEREZINSKI = Source(
    authors="X. Chen, M. Dereziński",
    title="Query complexity of least absolute deviation regression via robust uniform convergence",
    year=2021,
    venue="COLT 2021",
    locator="as cited in version 2 of arXiv 2306.00732",
    url="https://arxiv.org/abs/2102.02322",
)
MUNTEANU_OMLOR = Source(
    authors="A. Munteanu, S. Omlor",
    title="Optimal bounds for l_p sensitivity sampling via l_2 augmentation",
    year=2024,
    venue="arXiv 2406.00328",
    locator="abstract",
    url="https://arxiv.org/abs/2406.00328",
)


def _growth(what: str, formula: Expr, statement: str, source: Source) -> Theorem:
    """State how the draws that a fixed distortion takes grow; the source has logarithms too."""
    return Theorem(
        key=f"sketching/sensitivity-sample/growth-{what}",
        algorithm=sensitivity_sample,
        quantity="draws until no distortion above 1/2 is found",
        formula=formula,
        direction="<=",
        holds=Surely(),
        constants="unspecified",
        statement=statement,
        source=source,
    )


GROWTH_FIRST = _growth(
    "first",
    sensitivity ** (2 / p),
    "For p in [1, 2] draws by sensitivities of sum S number about S^(2/p): superseded by "
    "growth-sensitivity.",
    WOODRUFF_YASUDA,
)
GROWTH_SENSITIVITY = _growth(
    "sensitivity",
    rank ** (1 - p / 2) * sensitivity,
    "For p in [1, 2] draws by sensitivities of sum S number about d^(1 − p/2) S.",
    CHEN_DEREZINSKI,
)
GROWTH_AUGMENTED = _growth(
    "augmented",
    sensitivity + rank,
    "For p in [1, 2] draws by sensitivities plus leverages number about S + d.",
    MUNTEANU_OMLOR,
)
GROWTH_ABOVE_TWO = _growth(
    "above-two",
    sensitivity ** (2 - 2 / p),
    "For p > 2 draws by sensitivities of sum S number about S^(2 − 2/p).",
    WOODRUFF_YASUDA,
)
GROWTH_LEVERAGE = _growth(
    "leverage",
    rank ** (2 / p) * sensitivity ** (2 - 4 / p),
    "For p > 2 draws by sensitivities plus leverages number about d^(2/p) S^(2 − 4/p).",
    WOODRUFF_YASUDA,
)
