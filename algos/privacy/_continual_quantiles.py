"""Continual quantiles: noisy ranks of all edges of a row of bins, after every event."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from algos._arguments import checked_array, checked_count, checked_real
from algos.privacy._continual_sum import ContinualSum
from algos.privacy._epoch import LONGEST_EPOCH
from algos.privacy._events import real_numbers
from algos.privacy._mechanism import Mechanism, Reals
from algos.privacy._noise import Integers
from algos.privacy._on_counter import OnCounter
from algos.privacy._privacy import Neighbours

__all__ = ["ContinualQuantiles", "Quantile"]


@dataclass(frozen=True)
class Quantile:
    """A bin that holds a quantile.

    Attributes
    ----------
    low, high : float
        The bin.
    rank : float
        The rank that was asked for, q times the number of events.
    rank_error : float
        Fewer than rank + rank_error events lie below the bin, and at least rank − rank_error
        below its upper end, unless the bound fails.
    failure_probability : float
        With at most this probability the bound fails, for any quantile at any step.
    """

    low: float
    high: float
    rank: float
    rank_error: float
    failure_probability: float


class ContinualQuantiles(OnCounter):
    """Quantiles of a stream of numbers, at any time.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    edges : array_like, shape (bins + 1,)
        Increasing, at least three. A bin holds its lower edge and not its upper one. Numbers below
        the first edge, or from the last on, count for the bin next to them, NaN for the one
        next to zero.
    rho : float, optional
        Budget of zero-concentrated differential privacy.
    epsilon : float, optional
        In place of ``rho``: budget of pure differential privacy, by Laplace noise.
    delta : float, optional
        Together with ``epsilon``: approximate differential privacy, by Gaussian noise. In (0, 1).
    neighbours : {"replace", "add_remove"}
        Whether one event is replaced by any other, or left out of all bins; how many events came
        is known.
    mechanism : str or Mechanism, optional
        That counts.
    insecure_rng : int or Generator, optional
        Draw noise from a pseudo-random generator: for simulations and tests alone.

    Attributes
    ----------
    horizon : int
        As given.
    edges : ndarray
        As given.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be. No noise was drawn.
    ImportError
        OpenDP is not installed, where exact noise is drawn.

    Notes
    -----
    The bins are the leaves of a binary tree of h = ⌈log₂ bins⌉ levels; a `ContinualSum` counts, for
    each of its 2^h − 1 inner nodes, the events that go to the left. The rank of an edge is the
    sum of these along its path, over the nodes where it goes to the right: at most h of them,
    against up to bins/2 where bins are counted. Right children need no counter, and neither
    does the root: the number of events is known. Replacing an event moves at most 2h − 1 counts by
    one, leaving one out h.

    An update costs as much as one of 2^h − 1 counters; quantiles are post-processing.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.privacy import ContinualQuantiles
    >>> ages = ContinualQuantiles(1000, np.arange(0, 101, 10), rho=10, insecure_rng=1)
    >>> ages.update_many(np.arange(1000) % 80)
    >>> median = ages.quantile(0.5)
    >>> median.low, median.high
    (30.0, 40.0)
    """

    _names: ClassVar[tuple[str, ...]] = ("edges",)

    def __init__(
        self,
        horizon: int,
        edges: Any,
        *,
        rho: float | None = None,
        epsilon: float | None = None,
        delta: float | None = None,
        neighbours: Neighbours = "replace",
        mechanism: str | Mechanism = "auto",
        insecure_rng: Any = None,
    ) -> None:
        self.edges = checked_array("edges", edges, shape=(None,))
        if len(self.edges) < 3 or not (np.diff(self.edges) > 0).all():
            raise ValueError(f"edges must be at least three increasing numbers, got {edges!r}")
        nodes = 2**self.levels - 1
        moved = self.levels if neighbours == "add_remove" else 2 * self.levels - 1
        super().__init__(
            ContinualSum(
                mechanism,
                checked_count("horizon", horizon, most=LONGEST_EPOCH),
                rho=rho,
                epsilon=epsilon,
                delta=delta,
                bounds=(np.zeros(nodes), np.ones(nodes)),
                neighbours=neighbours,
                change=math.sqrt(moved) if epsilon is None or delta is not None else moved,
                insecure_rng=insecure_rng,
            )
        )

    @property
    def levels(self) -> int:
        """Levels of the tree."""
        return (len(self.edges) - 2).bit_length()

    @property
    def ranks(self) -> Reals:
        """Noisy numbers of events below each edge, at the last release; shape (bins + 1,)."""
        nodes, right = self._paths(np.arange(len(self.edges) - 1))
        ranks = (self._counter.last[nodes - 1] * right).sum(axis=1)
        return np.append(ranks, float(self.steps))

    def rank_error(self, failure_probability: float) -> float:
        """Bound the errors of all ranks at all steps.

        Parameters
        ----------
        failure_probability : float
            In (0, 1).

        Returns
        -------
        float
            With at most this probability some rank lies farther from the truth.
        """
        error, h = self.error, self.levels
        parts = tuple((math.sqrt(h) * norm, largest) for norm, largest in error.parts)
        ranks = replace(error, parts=parts, rounding=h * error.rounding)
        return ranks.simultaneous(failure_probability)

    def update(self, event: float) -> None:
        """Take the next event.

        Parameters
        ----------
        event : float
            A number.

        Raises
        ------
        TypeError, ValueError
            It is no number, or the horizon is passed.
        RuntimeError
            The process is not the one that made the object.
        """
        self.update_many([event])

    def update_many(self, events: Any) -> None:
        """Take the next events.

        Parameters
        ----------
        events : array_like, shape (k,)
            Numbers, in order.

        Raises
        ------
        TypeError, ValueError
            They are no numbers, or the horizon is passed; nothing has changed.
        RuntimeError
            The process is not the one that made the object.
        """
        numbers = real_numbers(events)
        if numbers.ndim != 1:
            raise ValueError(f"events must have shape (k,), got {numbers.shape}")
        self._counter.update_many(self._taken(numbers))

    def _taken(self, numbers: Reals) -> Integers:
        """Mark, for each number, the nodes at which it goes to the left."""
        near = np.where(np.isnan(numbers), np.clip(0, *self.edges[[0, -1]]), numbers)
        bins = np.searchsorted(self.edges, near, side="right") - 1
        nodes, right = self._paths(np.clip(bins, 0, len(self.edges) - 2))
        marks = np.zeros((len(numbers), 2**self.levels - 1), dtype=np.int64)
        np.put_along_axis(marks, nodes - 1, ~right, axis=1)
        return marks

    def _paths(self, leaves: Integers) -> tuple[Integers, Any]:
        """Give the nodes from the root to leaves, numbered as in a heap, and where they go right.

        Node v has the children 2v and 2v + 1.
        """
        below = np.arange(self.levels, 0, -1)
        last = 2**self.levels + leaves[:, None]
        return last >> below, (last >> (below - 1) & 1).astype(bool)

    def quantile(self, q: float, failure_probability: float = 0.05) -> Quantile:
        """Find the bin of a quantile of the events so far.

        Parameters
        ----------
        q : float
            In [0, 1]; one half for the median.
        failure_probability : float, optional
            In (0, 1).

        Returns
        -------
        Quantile
            The first bin whose upper end has a noisy rank of at least q times the number of events.

        Raises
        ------
        TypeError, ValueError
            An argument is not what it must be, or no event came yet.
        """
        q = checked_real("q", q, 0, 1, low_end=True, high_end=True)
        if self.steps == 0:
            raise ValueError("quantile must be asked for after the first event; update before")
        rank = q * self.steps
        found = int(np.argmax(self.ranks[1:] >= rank))
        low, high = self.edges[found : found + 2].tolist()
        return Quantile(low, high, rank, self.rank_error(failure_probability), failure_probability)

    def _own_state(self) -> dict[str, Any]:
        """Give the edges."""
        return {"edges": self.edges.copy()}

    def _restore(self, state: Mapping[str, Any]) -> None:
        """Take them back."""
        self.edges = np.array(state["edges"], dtype=np.float64)
