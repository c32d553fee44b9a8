"""Continual histograms: a noisy count of every category after every event."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_count, checked_real
from algos.privacy._continual_sum import ContinualSum
from algos.privacy._epoch import LONGEST_EPOCH
from algos.privacy._events import real_numbers
from algos.privacy._mechanism import Mechanism, Reals
from algos.privacy._noise import Integers
from algos.privacy._on_counter import OnCounter
from algos.privacy._privacy import Neighbours

__all__ = ["ContinualHistogram", "HeavyHitters"]


@dataclass(frozen=True, eq=False)
class HeavyHitters:
    """Categories by whether they reach a threshold.

    Attributes
    ----------
    found : ndarray of int
        Categories whose noisy count reaches the threshold, by their counts.
    surely, undecided, surely_not : ndarray of int
        Categories whose true count reaches it, may reach it, does not reach it, unless the
        bound fails.
    counts : ndarray, shape (categories,)
        The noisy counts.
    margin : float
        Bound on the errors of all counts at all steps.
    failure_probability : float
        With at most this probability the bound fails, at any step.
    """

    found: NDArray[np.int64]
    surely: NDArray[np.int64]
    undecided: NDArray[np.int64]
    surely_not: NDArray[np.int64]
    counts: Reals = field(repr=False)
    margin: float
    failure_probability: float


class ContinualHistogram(OnCounter):
    """Counts of the events in every category, released after every event.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    categories : int
        Their number; an event is one of 0, …, categories − 1.
    rho : float, optional
        Budget of zero-concentrated differential privacy.
    epsilon : float, optional
        In place of ``rho``: budget of pure differential privacy, by Laplace noise.
    delta : float, optional
        Together with ``epsilon``: approximate differential privacy, by Gaussian noise. In (0, 1).
    people : int, optional
        Where an event is a vector of counts, each at most this: the people of an hour or a day,
        of whom neighbouring streams replace, or leave out, one. Without it an event is one
        category.
    neighbours : {"replace", "add_remove"}
        Whether one person's category is replaced by any other, or left out.
    mechanism : str or Mechanism, optional
        That counts.
    insecure_rng : int or Generator, optional
        Draw noise from a pseudo-random generator: for simulations and tests alone.

    Attributes
    ----------
    horizon, categories : int
        As given.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be. No noise was drawn.
    ImportError
        OpenDP is not installed, where exact noise is drawn.

    Notes
    -----
    A `ContinualSum` of unit vectors. Another category moves two counts by one: √2 in Euclidean
    norm, 2 in the sum of absolute values; leaving a person out moves one. An event that is no
    category is counted nowhere, and nothing is said.

    Examples
    --------
    >>> from algos.privacy import ContinualHistogram
    >>> counts = ContinualHistogram(1000, 3, rho=10, insecure_rng=1)
    >>> _ = counts.update_many([0] * 400 + [2] * 500)
    >>> counts.heavy_hitters(300).surely
    array([2, 0])
    """

    _names: ClassVar[tuple[str, ...]] = ("people",)

    def __init__(
        self,
        horizon: int,
        categories: int,
        *,
        rho: float | None = None,
        epsilon: float | None = None,
        delta: float | None = None,
        people: int | None = None,
        neighbours: Neighbours = "replace",
        mechanism: str | Mechanism = "auto",
        insecure_rng: Any = None,
    ) -> None:
        self.categories = checked_count("categories", categories, most=2**31)
        self._people = None if people is None else checked_count("people", people, most=2**50)
        moved = 1 if neighbours == "add_remove" else 2
        super().__init__(
            ContinualSum(
                mechanism,
                checked_count("horizon", horizon, most=LONGEST_EPOCH),
                rho=rho,
                epsilon=epsilon,
                delta=delta,
                bounds=(np.zeros(categories), np.full(categories, float(self._people or 1))),
                neighbours=neighbours,
                change=math.sqrt(moved) if epsilon is None or delta is not None else moved,
                insecure_rng=insecure_rng,
            )
        )

    @property
    def counts(self) -> Reals:
        """The counts released last, shape (categories,); zeros before the first event."""
        return self._counter.last

    def update(self, event: Any) -> Reals:
        """Take the next event and release the counts.

        Parameters
        ----------
        event : int or array_like, shape (categories,)
            A category; a vector of counts where `people` was given.

        Returns
        -------
        ndarray, shape (categories,)
            The counts, with noise.

        Raises
        ------
        TypeError, ValueError
            It has not the shape or type of an event, or the horizon is passed.
        RuntimeError
            The process is not the one that made the object.
        """
        return np.asarray(self.update_many([event])[0])

    def update_many(self, events: Any) -> Reals:
        """Take the next events and release the counts after each.

        Parameters
        ----------
        events : array_like, shape (k,) or (k, categories)
            The events, in order.

        Returns
        -------
        ndarray, shape (k, categories)
            The counts, with noise.

        Raises
        ------
        TypeError, ValueError
            They have not the shape or type of events, or the horizon is passed; nothing has
            changed.
        RuntimeError
            The process is not the one that made the object.
        """
        return self._counter.update_many(events if self._people else self._units(events))

    def _units(self, events: Any) -> Integers:
        """Make unit vectors of categories, and zero of what is none."""
        given = real_numbers(events)
        if given.ndim != 1:
            raise ValueError(f"events must have shape (k,), got {given.shape}")
        units = np.zeros((len(given), self.categories), dtype=np.int64)
        counted = np.flatnonzero(np.isin(given, np.arange(self.categories)))
        units[counted, given[counted].astype(np.int64)] = 1
        return units

    def heavy_hitters(self, threshold: float, failure_probability: float = 0.05) -> HeavyHitters:
        """Sort the categories by whether they reach a threshold, at the last release.

        Parameters
        ----------
        threshold : float
            A count.
        failure_probability : float, optional
            In (0, 1).

        Returns
        -------
        HeavyHitters
            What the counts show. Asking often, at any steps, costs no privacy, and the
            probability is for all answers together.

        Raises
        ------
        TypeError, ValueError
            An argument is not what it must be.
        """
        threshold = checked_real("threshold", threshold, -math.inf, math.inf)
        counts, margin = self.counts, self.error.simultaneous(failure_probability)
        by_count = np.argsort(-counts, kind="stable")
        ordered = counts[by_count]
        surely, surely_not = ordered - margin >= threshold, ordered + margin < threshold
        return HeavyHitters(
            by_count[ordered >= threshold],
            by_count[surely],
            by_count[~(surely | surely_not)],
            by_count[surely_not],
            counts,
            margin,
            failure_probability,
        )

    def _own_state(self) -> dict[str, Any]:
        """Give the people of an event."""
        return {"people": self._people or 0}

    def _restore(self, state: Mapping[str, Any]) -> None:
        """Take them back."""
        self.categories, self._people = len(state["low"]), int(state["people"]) or None
