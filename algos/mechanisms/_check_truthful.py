"""A search for lies that pay, in anyone's mechanism."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from algos._arguments import checked_array, checked_count, checked_number, checked_real
from algos.mechanisms._truthful_agents import SELLERS, Agents
from algos.mechanisms._truthful_report import PROMISES, Mechanism, TruthfulnessReport
from algos.mechanisms._truthful_search import Line, Search

__all__ = ["check_truthful"]

STEP = 1e-6  # of the range of reports: how far beside a tie is looked


def check_truthful(
    mechanism: Mechanism,
    types: ArrayLike,
    *,
    agents: Agents = SELLERS,
    value: Callable[[Any], float] | None = None,
    budget: float | None = None,
    low: float = 0.0,
    high: float | None = None,
    grid: int = 16,
    samples: int = 8,
    bisections: int = 20,
    coins: int = 0,
    tolerance: float = 1e-9,
    rng: np.random.Generator | int | None = None,
) -> TruthfulnessReport:
    """Search for a lie that pays, and for other broken promises.

    Parameters
    ----------
    mechanism : callable
        ``mechanism(reports)`` gives an outcome; ``mechanism(reports, rng)`` where it tosses coins.
    types : array_like, shape (n,) or (m, n)
        Types of n agents; several rows are searched one after the other.
    agents : Agents, optional
        What the agents want. `SELLERS` reads outcomes as winners and a payment to each of the n
        sellers (0 to losers; or a mapping), `COMMUTERS` as a place on the line from 0 to 1.
    value : callable, optional
        ``value(outcome)``: what is bought is worth this; payments must not exceed it.
    budget : float, optional
        Payments must not exceed it.
    low, high : float, optional
        Reports are searched from here to there; from 0 to twice the greatest type by default.
    grid, samples : int, optional
        Reports of each agent on a grid, and random ones.
    bisections : int, optional
        Halvings on the way to each report at which the agent's share jumps.
    coins : int, optional
        Number of generators to fix for a mechanism that tosses coins; 0 for one that does not.
    tolerance : float, optional
        Amounts up to this part of the utilities and payments count as rounding.
    rng : Generator, int or None, optional
        Draws the random reports and the coins.

    Returns
    -------
    TruthfulnessReport
        The worst findings, each of which can be replayed.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; a utility is no finite number; the mechanism gives
        different outcomes for the same reports and coins.

    Notes
    -----
    The others' reports stay fixed, since truth must be a best answer to anything. An agent's
    reports are her type, a grid, random ones, everybody else's report with its neighbours on
    both sides, and bisections of the three widest jumps of her share. Each of them is tried as
    her type against each other as her lie, so that m runs test m² pairs. A mechanism with one
    threshold that pays winners p in place of the threshold τ is found with a gain of at least
    abs(p − τ) − (high − low) / ((grid − 1) 2^bisections).

    What is found is a proof, what is not found is none. With coins the claim is the strong one,
    truthfulness for every outcome of the coins, tested on those that were drawn; a
    mechanism that is truthful only on average fails it.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.mechanisms import check_truthful
    >>> def lowest_bid_wins(bids):
    ...     winner = int(np.argmin(bids))
    ...     return [winner], {winner: bids[winner]}
    >>> lie = check_truthful(lowest_bid_wins, [1.0, 3.0], rng=0).deviation
    >>> lie.agent, lie.type, round(lie.report, 3), round(lie.amount, 3)
    (0, 0.0, 3.0, 3.0)
    """
    profiles = np.atleast_2d(checked_array("types", types))
    if profiles.ndim != 2:
        raise ValueError(f"types must have shape (n,) or (m, n), got {profiles.shape}")
    low = checked_real("low", low, -np.inf, np.inf)
    top = agents.high if high is None else high
    top = max(2 * float(profiles.max()), low + 1) if top is None else checked_number("high", top)
    if not (low < top < np.inf and low <= profiles.min() and profiles.max() <= top):
        raise ValueError(
            f"high must be finite, above low, and all types between the two, got low {low:g}, "
            f"high {top:g} and types from {profiles.min():g} to {profiles.max():g}"
        )
    generator = np.random.default_rng(rng)
    search = Search(
        mechanism,
        agents,
        value,
        None if budget is None else checked_real("budget", budget, 0, np.inf, low_end=True),
        checked_real("tolerance", tolerance, 0, 1, low_end=True),
    )
    grid = checked_count("grid", grid, least=2)
    samples = checked_count("samples", samples, least=0)
    bisections = checked_count("bisections", bisections, least=0)
    coins = checked_count("coins", coins, least=0)
    seeds: list[int | None] = [int(seed) for seed in generator.integers(2**63, size=coins)]
    for profile in profiles:
        for coin in seeds or [None]:
            search.refuse_unsteady(profile, coin)
            for agent in range(len(profile)):
                others = np.delete(profile, agent)
                step = STEP * (top - low)
                line = Line(search, profile, agent, coin)
                line.add("truth", [profile[agent]])
                line.add("grid", np.linspace(low, top, grid))
                ties = (others[:, None] + [-step, 0, step]).ravel()
                line.add("tie", ties[(ties >= low) & (ties <= top)])
                line.add("random", generator.uniform(low, top, samples))
                line.bisect(bisections)
                line.judge()
    return TruthfulnessReport(
        **{name: search.worst.get(name) for name in PROMISES},
        calls=search.calls,
        pairs=search.pairs,
        tried=MappingProxyType(search.tried),
    )
