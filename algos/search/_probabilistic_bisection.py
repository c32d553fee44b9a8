"""Bisection of an interval with an oracle that errs at a known rate."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.search._posterior import CrossingPosterior
from algos.search._problem import Coins, FlipError

CELLS_A_HALF = 16  # grid cells within the tolerance, on either side


@dataclass(frozen=True)
class BisectionResult:
    """Where the root lies.

    Attributes
    ----------
    root : float
        Posterior median, up to a grid cell.
    probability : float
        Posterior probability that the root lies within the tolerance of it.
    samples : int
        Oracle calls.
    status : {"found", "budget exhausted"}
        Whether the stopping rule was reached.
    """

    root: float
    probability: float
    samples: int
    status: Literal["found", "budget exhausted"]


def probabilistic_bisection(
    sample: Callable[[float], int],
    *,
    low: float = 0.0,
    high: float = 1.0,
    error_probability: float,
    tolerance: float,
    failure_probability: float,
    max_samples: int | None = None,
    rng: np.random.Generator | int | None = None,
) -> BisectionResult:
    """Find a root on an interval from signs that are wrong at a known rate.

    Use it for a monotone response whose sign is seen through symmetric noise: a
    threshold in psychophysics, a noisy root.

    Parameters
    ----------
    sample : callable
        ``sample(x)`` returns 1 if x seems to lie beyond the root, 0 if before it;
        wrong with probability ``error_probability`` at every x, independently.
    low, high : float, optional
        The interval, low < high.
    error_probability : float
        In (0, 0.5).
    tolerance : float
        In (0, (high − low) / 2), and well above the spacing of floating-point
        numbers there.
    failure_probability : float
        In (0, 1).
    max_samples : int, optional
        Give up after this many calls.
    rng : numpy.random.Generator, int or None, optional
        Not used; given the signs, the method is deterministic.

    Returns
    -------
    BisectionResult
        The root and how sure it is.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was sampled.
    FlipError
        A sample raised or was not 0 or 1; the error carries a note that says
        where, and how its tally's grid points translate.

    Notes
    -----
    The posterior of a uniform root is kept on a grid of sixteenths of the
    tolerance.  The median is asked until the posterior gives the tolerance around
    it at least 1 − failure_probability; for a uniform root the answer is then
    further off with at most that probability.  O(log samples) a call.

    References
    ----------
    M. Horstein, "Sequential transmission using noiseless feedback", 1963.

    R. Waeber, P. Frazier, S. Henderson, "Bisection search with noisy responses",
    SIAM Journal on Control and Optimization 51, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.search import probabilistic_bisection
    >>> rng = np.random.default_rng(5)
    >>> result = probabilistic_bisection(
    ...     lambda x: (x >= 0.7321) ^ (rng.random() < 0.2),
    ...     error_probability=0.2, tolerance=1e-6, failure_probability=0.001,
    ... )
    >>> abs(result.root - 0.7321) <= 1e-6, result.status
    (True, 'found')
    """
    low = checked_real("low", low, -math.inf, math.inf)
    high = checked_real("high", high, -math.inf, math.inf)
    if not 0 < high - low < math.inf:
        raise ValueError(f"low < high must hold, got {low!r} and {high!r}")
    noise = checked_real("error_probability", error_probability, 0, 0.5)
    tolerance = checked_real("tolerance", tolerance, 0, (high - low) / 2)
    delta = checked_real("failure_probability", failure_probability, 0, 1)
    limit = None if max_samples is None else checked_count("max_samples", max_samples)
    finest = CELLS_A_HALF * math.ulp(max(abs(low), abs(high)))
    if tolerance < finest:
        raise ValueError(
            f"tolerance must be at least {finest:.3g} between {low!r} and {high!r}, where numbers "
            f"lie no closer, got {tolerance!r}"
        )
    cells = math.ceil((high - low) / tolerance * CELLS_A_HALF)
    width = (high - low) / cells
    posterior = CrossingPosterior(cells - 1, low=noise, high=1 - noise)
    # Point k separates cell k from cell k+1, as coin k separates index k from k+1.
    signs = Coins(lambda point: sample(low + (point + 1) * width), cells - 1)
    while True:
        point = posterior.ask()
        first, last = point + 1 - CELLS_A_HALF, point + CELLS_A_HALF
        sure = posterior.probability(max(first, 0), min(last, cells - 1))
        if sure >= 1 - delta or signs.samples == limit:
            break
        try:
            posterior.tell(point, signs.flip(point))
        except FlipError as error:
            error.add_note(
                f"the sample was taken at {low + (point + 1) * width!r}; point k of the error's "
                f"tally lies at {low!r} + (k + 1) * {width!r}"
            )
            raise
    status: Literal["found", "budget exhausted"]
    status = "found" if sure >= 1 - delta else "budget exhausted"
    return BisectionResult(low + (point + 1) * width, sure, signs.samples, status)
