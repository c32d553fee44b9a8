"""How the flips of every method grow."""

from algos.search import (
    backtracking_search,
    burnashev_zigangirov_search,
    multiplicative_weights_search,
    noisy_binary_search,
    repeated_vote_search,
    sharp_crossing_search,
)
from algos.search.theorems.symbols import (
    GRETTA_PRICE,
    KARP_KLEINBERG,
    growth,
    lg,
    n,
    tolerance,
)
from algos.theorem import here

METHODS = {
    "noisy-binary-search": (noisy_binary_search, GRETTA_PRICE),
    "sharp-crossing": (sharp_crossing_search, GRETTA_PRICE),
    "repeated-vote": (repeated_vote_search, here("search_baselines", "Repeated votes")),
    "burnashev-zigangirov": (
        burnashev_zigangirov_search,
        here("search_baselines", "Burnashev and Zigangirov"),
    ),
    "backtracking": (backtracking_search, KARP_KLEINBERG),
    "multiplicative-weights": (multiplicative_weights_search, KARP_KLEINBERG),
}
GROWTH_IN_N = tuple(
    growth(
        f"{name}/growth-in-n",
        algorithm,
        lg(n) * lg(lg(n)) if name == "repeated-vote" else lg(n),
        "With the tolerance and the failure probability fixed, the flips grow at most like "
        + ("lg n lg lg n." if name == "repeated-vote" else "lg n."),
        source,
    )
    for name, (algorithm, source) in METHODS.items()
    if algorithm is not noisy_binary_search  # FLIPS says more
)
GROWTH_IN_TOLERANCE = tuple(
    growth(
        f"{name}/growth-in-tolerance",
        algorithm,
        1 / tolerance**2,
        "With n and the failure probability fixed, the flips grow at most like 1 / tolerance^2.",
        source,
    )
    for name, (algorithm, source) in METHODS.items()
)
