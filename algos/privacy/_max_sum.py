"""The largest column sum of a stream, released after every event."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from algos.privacy._largest_column import LargestColumn
from algos.privacy._mechanism import Reals
from algos.privacy._noise import LARGEST_SCALE, DiscreteGaussian, DiscreteLaplace, Integers, Noise

__all__ = ["MaxSum"]


class MaxSum(LargestColumn):
    """The largest column sum, released after every event under differential privacy.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    dimension : int
        Coordinates of an event.
    rho : float, optional
        Budget of zero-concentrated differential privacy.
    epsilon : float, optional
        In place of ``rho``: budget of pure differential privacy, by Laplace noise.
    delta : float, optional
        Together with ``epsilon``: approximate differential privacy, by Gaussian noise. In (0, 1).
    bound : int, optional
        An event is a vector of integers from 0 to this; others are moved there.
    neighbours : {"replace", "add_remove"}
        Whether one event of neighbouring streams is replaced by any other, or by zero.
    method : {"auto", "block", "columns"}
        Release the exact maximum with fresh noise after every block of events, or the maximum of
        noisy column sums; "auto" takes the least `error_bound`.
    mechanism : str or Mechanism, optional
        That counts the columns.
    block : int, optional
        Events of a block; the best number by default.
    failure_probability : float, optional
        Of the bounds that are compared.
    insecure_rng : int or Generator, optional
        Draw noise from a pseudo-random generator: for simulations and tests alone.

    Attributes
    ----------
    horizon, dimension : int
        As given.
    choice : MethodChoice
        The method, what it was compared with, and why it was taken.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be. No noise was drawn.
    ImportError
        OpenDP is not installed, where exact noise is drawn.

    Notes
    -----
    One event moves the maximum by at most the bound, whatever the dimension: with K whole blocks of
    B events the noise has σ = bound √(K/2ρ). In between a release grows by half the bound an
    event, the middle of what may have come, so that with probability 1 − β all errors are at most
    bound (B − 1)/2 + σ √(2 ln(2K/β)): of order T^⅓ for the best B. Columns cost √dimension
    times the error of one counter, which is of order log T.

    An update costs O(dimension). No copy, pickle or other process goes on with the stream; `state`
    and `from_state` move it.

    References
    ----------
    P. Jain, S. Raskhodnikova, S. Sivakumar, A. Smith, "The price of differential privacy under
    continual observation", ICML 2023: recomputing at intervals; of many columns no mechanism
    has an error of smaller order, up to logarithms.

    Examples
    --------
    >>> from algos.privacy import MaxSum
    >>> largest = MaxSum(2**14, 1024, rho=0.5, insecure_rng=1)
    >>> largest.choice.method, largest.choice.block
    ('block', 71)
    >>> round(largest.error_bound(0.05), 1)
    99.8
    """

    _key: ClassVar[str] = "privacy/max-sum"
    _errors: ClassVar[int] = 1

    def _fit(self, releases: int) -> None:
        """Split the budget over the answers."""
        scale = float(self._scale(releases)) * (1 + 1e-12)
        if not scale <= LARGEST_SCALE:
            raise ValueError(
                f"the budget must allow noise below 2^55, got {self._budget}; raise it"
            )
        kind: type[Noise] = DiscreteLaplace if self._pure else DiscreteGaussian
        self._noise = kind(max(scale, 1e-3), self._rng)

    def _scale(self, releases: Any) -> Any:
        """Compute the noise's parameter: one event moves every answer by the bound."""
        if self._pure:
            return self._bound * releases / self._budget.pure_epsilon
        return self._bound * np.sqrt(releases / (2 * self._budget.rho))

    def _ask(self, sums: Integers) -> int:
        """Answer with the noisy maximum."""
        return int(sums.max() + self._noise.draw(1)[0])

    def _block_error(self, length: Any, releases: Any, beta: float) -> Any:
        """Add half of what a block can bring to the largest noise."""
        odds, scale = np.log(2 * releases / beta), self._scale(releases)
        tail = scale * odds if self._pure else scale * np.sqrt(2 * odds)
        return self._bound * (length - 1) / 2 + tail

    def _of_answers(self, answers: Integers, steps: Integers) -> Reals:
        """Move the last answer on with the middle of what may have come."""
        age = steps % self._blocks.length
        return self._possible(answers + self._bound * age / 2, steps)

    def _of_columns(self, sums: Reals, steps: Integers) -> Reals:
        """Take the maximum."""
        return self._possible(sums.max(axis=1), steps)

    def _possible(self, releases: Reals, steps: Integers) -> Reals:
        """Move releases to what so many events can sum to: no farther from the truth."""
        return np.clip(releases, 0, self._bound * steps)
