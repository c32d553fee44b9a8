"""Drawing instances: hypothesis proposes them, and never a seed.

An adversary who may pick seeds refutes every claim that holds with some
probability, so a strategy describes instances alone; the engine spawns the
seeds of their trials.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import SearchStrategy

__all__ = ["draw", "log_integers", "same_everywhere"]


@contextmanager
def same_everywhere() -> Iterator[None]:
    """Keep hypothesis from mixing constants of the loaded modules into its draws.

    It does so for modules outside of site-packages, so that the same seed would
    give other instances in a clone, in an installation and in another process.
    There is no public switch; where the private one is gone, nothing changes.
    """
    internals: Any = providers
    provider = internals.HypothesisProvider
    original = vars(provider).get("_local_constants")
    if original is None or not hasattr(internals, "Constants"):
        yield
        return
    provider._local_constants = property(lambda _: internals.Constants())
    try:
        yield
    finally:
        provider._local_constants = original


def draw(strategy: SearchStrategy[Any], count: int, *, key: int) -> list[Any]:
    """Draw instances from a strategy, outside of a test.

    Parameters
    ----------
    strategy : SearchStrategy
        What to draw from.
    count : int
        At most this many; fewer where the strategy has no more.
    key : int
        Same key, same instances.

    Returns
    -------
    list
        The instances.
    """
    drawn: list[Any] = []

    @seed(key)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(instance: Any) -> None:
        drawn.append(instance)

    with same_everywhere():
        collect()
    return drawn


def log_integers(low: int, high: int) -> SearchStrategy[int]:
    """Draw integers whose logarithm is spread evenly.

    Parameters
    ----------
    low, high : int
        Inclusive ends, 1 <= low <= high.

    Returns
    -------
    SearchStrategy
        Integers in [low, high].
    """
    exponents = st.floats(math.log(low), math.log(high), allow_nan=False)
    return exponents.map(lambda x: min(high, max(low, round(math.exp(x)))))
