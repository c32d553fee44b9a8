"""Counts of many streams at once, and how far they err.

For every check of the family that measures a variance: toeplitz, blt, trees, releases.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["CUT", "STREAMS", "codes", "counted", "mean_square"]

Reals = np.ndarray[Any, np.dtype[np.float64]]

STREAMS = 256
#: Mean squares over their expectation are cut off here.
CUT = 2.0


def counted(
    algorithm: Callable[..., Any],
    mechanism: Any,
    steps: int,
    rng: np.random.Generator,
    *,
    horizon: int | None,
    **budget: float,
) -> tuple[Any, Reals]:
    """Count independent streams of random zeros and ones, for a change of 1.

    Parameters
    ----------
    algorithm : callable
        Called as `ContinualSum` is.
    mechanism : str or Mechanism
        What it is given.
    steps : int
        Events to count.
    rng : numpy.random.Generator
        Draws events and noise.
    horizon : int or None
        As for `ContinualSum`.
    **budget : float
        ``rho=``, or ``epsilon=`` with or without ``delta=``.

    Returns
    -------
    counter : ContinualSum
        After the last event.
    errors : ndarray, shape (steps, STREAMS)
        Releases less the truth.
    """
    counter = algorithm(
        mechanism,
        horizon,
        bounds=(np.zeros(STREAMS), np.ones(STREAMS)),
        change=1.0,
        insecure_rng=rng,
        **budget,
    )
    events = rng.integers(0, 2, (steps, STREAMS))
    return counter, counter.update_many(events) - events.cumsum(axis=0)


def mean_square(errors: Reals, deviation: float) -> float:
    """Compute the mean square of one release's errors over their variance, cut off at `CUT`.

    Parameters
    ----------
    errors : ndarray, shape (STREAMS,)
        Of one release.
    deviation : float
        Their standard deviation.

    Returns
    -------
    float
        Of expectation 1, less what is cut off. The mean of 256 squares of normal variables passes 2
        with probability below 10⁻¹⁶, and so little is lost that ``rtol=1e-9`` covers it; for
        Laplace variables, of heavier tails, less than 10⁻⁶.
    """
    return min(float(((errors / deviation) ** 2).mean()), CUT)


class Reading:
    """A decoder that keeps the codes instead."""

    def __init__(self) -> None:
        self.codes: list[Reals] = []

    def follow(self, past: Any, fresh: Reals) -> tuple[Reals, Any]:
        """Keep the codes, some at a time."""
        self.codes.append(fresh[:, 0])
        return fresh, past


def codes(stream: Any, events: Any) -> Any:
    """Give the codes of a Toeplitz mechanism's stream of numbers, without noise."""
    stream._decoder = reading = Reading()
    stream.release(events[:, None], lambda count: np.zeros(count, dtype=np.int64))
    return (np.concatenate(reading.codes) * 2.0**stream.lattice.bits).astype(np.int64)
