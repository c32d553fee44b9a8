"""Continual sums: a noisy prefix sum after every event, all of them private together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self, cast

from algos._arguments import checked_count
from algos.privacy._budget import budget
from algos.privacy._continual import Continual, checked_state, under
from algos.privacy._epoch import LONGEST_EPOCH
from algos.privacy._epochs import Epochs
from algos.privacy._events import Events
from algos.privacy._mechanism import Mechanism, Reals
from algos.privacy._mechanisms import made
from algos.privacy._noise import Integers, simulated
from algos.privacy._privacy import Neighbours, Privacy
from algos.privacy._release_error import ReleaseError

__all__ = ["ContinualSum"]

#: What a state holds besides the mechanism's options and what its stream adds.
STATE = (
    *("kind", "unbounded", "rho", "pure_epsilon", "neighbours", "low", "high", "change"),
    *("scalar", "resolution", "steps", "start", "before", "last", "variance", "parts"),
    *("mechanism", "horizon"),
)


class ContinualSum(Continual):
    """Prefix sums of a stream, released after every event under differential privacy.

    Parameters
    ----------
    mechanism : str or Mechanism
        A name, such as ``"tree"``, or a mechanism made for the horizon.
    horizon : int or None
        Number of events, from 1 to 2^26. With None there is no end: the mechanism, then a name,
        starts anew after 64 events, 128 more, 256 more, and so on, at last every 2^26.
    rho : float, optional
        Budget of zero-concentrated differential privacy.
    epsilon : float, optional
        In place of ``rho``: budget of pure differential privacy, by Laplace noise.
    delta : float, optional
        Together with ``epsilon``: approximate differential privacy, by Gaussian noise. In (0, 1).
    bounds : tuple of (low, high)
        What an event may be: numbers, or arrays of shape (d,) for events that are vectors. Events
        outside are moved to the nearest bound, NaN to the event next to zero, and nothing is
        said: an error would tell of the data.
    neighbours : {"replace", "add_remove"}
        Whether one event of neighbouring streams is replaced by any other, or by zero.
    change : float, optional
        Neighbouring streams differ in one event by at most this norm, within the bounds: Euclidean
        for Gaussian noise, a sum of absolute values for Laplace noise. An event that counts the
        people of a day, one person in one coordinate, has change 1. Events must then be integers,
        or have a resolution, whose rounding is added.
    resolution : float, optional
        Events are rounded to its multiples; the bounds must be such. 1 for integers.
    clamped_rho : float, optional
        Spend so much more on counting the events that lay outside the bounds, as `clamped`.
    insecure_rng : int or Generator, optional
        Draw noise from a pseudo-random generator: for simulations and tests alone. Without it noise
        is drawn exactly, from a generator that the operating system seeds.

    Attributes
    ----------
    clamped : float or None
        Noisy number of the events so far that lay outside the bounds, where it was asked for.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be. No noise was drawn.
    ImportError
        OpenDP is not installed, where exact noise is drawn.

    Notes
    -----
    The stream publishes codes C x + z on a lattice of integers, z discrete Gaussian or Laplace, and
    computes releases from them. Events may depend on earlier releases. An unbounded horizon costs
    no privacy, for an event lies in one epoch alone, but the noise of earlier epochs stays in
    the sums. One object serves one stream: it refuses to be copied, pickled, or used in a
    forked process, and threads take turns. `state` and `from_state` move it elsewhere.

    References
    ----------
    S. Denisov, B. McMahan, K. Rush, A. Smith, A. Guha Thakurta, "Improved differential privacy for
    SGD via optimal private linear operators on adaptive streams", NeurIPS 2022, Theorem 2.1.

    Examples
    --------
    >>> from algos.privacy import ContinualSum
    >>> counter = ContinualSum("tree", 1000, rho=0.5, bounds=(0, 1), insecure_rng=1)
    >>> [round(counter.update(event)) for event in (1, 1, 0, 1)]
    [2, 5, 6, -1]
    >>> round(counter.error.max, 1)
    9.5
    """

    def __init__(
        self,
        mechanism: str | Mechanism,
        horizon: int | None,
        *,
        rho: float | None = None,
        epsilon: float | None = None,
        delta: float | None = None,
        bounds: tuple[Any, Any],
        neighbours: Neighbours = "replace",
        change: float | None = None,
        resolution: float = 1.0,
        clamped_rho: float | None = None,
        insecure_rng: Any = None,
    ) -> None:
        if horizon is None and not isinstance(mechanism, str):
            raise TypeError(f"mechanism must be a name where horizon is None, got {mechanism!r}")
        longest = None if horizon is None else checked_count("horizon", horizon, most=LONGEST_EPOCH)
        super().__init__(longest)
        self._kind = mechanism
        self._events = Events.within(bounds, resolution, neighbours, change)
        self._budget = budget(rho, epsilon, delta, neighbours, "privacy/continual-sum")
        rng = simulated(insecure_rng)
        self._epochs = Epochs(mechanism, self.horizon, self._events, self._budget, rng)
        self._outside: ContinualSum | None = None
        self.clamped: float | None = None
        if clamped_rho is not None:
            self._outside = ContinualSum(
                "tree", horizon, rho=clamped_rho, bounds=(0, 1), insecure_rng=rng
            )
            self.clamped = 0.0

    @property
    def privacy(self) -> Privacy:
        """What all releases together spend."""
        if self._outside is None:
            return self._budget
        both = self._budget.rho + self._outside.privacy.rho
        return replace(self._outside.privacy, rho=both, neighbours=self._budget.neighbours)

    @property
    def error(self) -> ReleaseError:
        """Errors of the releases: of all, or of the present epoch's where there is no horizon."""
        return self._epochs.error

    @property
    def mechanism(self) -> Mechanism:
        """The mechanism at work."""
        return self._epochs.epoch.mechanism

    @property
    def steps(self) -> int:
        """Events taken so far."""
        return self._epochs.steps

    @property
    def last(self) -> Reals:
        """The sums released last, shape (d,); zeros before the first event."""
        return self._epochs.last.copy()

    def update(self, event: Any) -> Any:
        """Take the next event and release the sum.

        Parameters
        ----------
        event : number or array_like, shape (d,)
            The event.

        Returns
        -------
        float or ndarray, shape (d,)
            Sum of all events so far, with noise.

        Raises
        ------
        TypeError, ValueError
            It has not the shape or type of an event, or the horizon is passed.
        RuntimeError
            The process is not the one that made the counter.
        """
        release = self.update_many([event])[0]
        return float(release) if self._events.scalar else release

    def update_many(self, events: Any) -> Reals:
        """Take the next events and release the sum after each.

        Parameters
        ----------
        events : array_like, shape (k,) or (k, d)
            The events, in order.

        Returns
        -------
        ndarray, shape (k,) or (k, d)
            The sums, with noise.

        Raises
        ------
        TypeError, ValueError
            They have not the shape or type of events, or the horizon is passed; the counter is
            as it was.
        RuntimeError
            The process is not the one that made the counter.
        """
        clean, outside = self._events.clamped(events)
        with self._turn(len(clean)), self._counted(outside):
            releases = self._epochs.release(clean)
        return releases[:, 0] if self._events.scalar else releases

    @contextmanager
    def _counted(self, outside: Integers) -> Iterator[None]:
        """Count the events outside the bounds, where asked for, with a release that succeeds."""
        if self._outside is None:
            yield
        else:
            with self._outside._epochs.undone_if_fails():
                self._outside.update_many(outside)
                yield
            self.clamped = float(self._outside.last[0])

    def state(self) -> dict[str, Any]:
        """Give all there is to know but the noise to come, as arrays, numbers and strings.

        Returns
        -------
        dict
            For `from_state`. It holds the events' exact sums: keep it as secret as the events. Of
            noise it holds but the counter ``steps``, which tells what has been released.

        Raises
        ------
        ValueError
            The mechanism draws noise ahead, as `KAry` does: two counters that went on from one
            state would share it.
        """
        with self._lock:
            return {
                "kind": self._kind if isinstance(self._kind, str) else "",
                "unbounded": self.horizon is None,
                "rho": self._budget.rho,
                "pure_epsilon": self._budget.pure_epsilon,
                "neighbours": self._budget.neighbours,
                **self._events.state(),
                **self._epochs.state(),
                **self._outside_state(),
            }

    def _outside_state(self) -> dict[str, Any]:
        """Give the state of the counter of events outside the bounds."""
        if self._outside is None:
            return {}
        state = {f"clamped.{key}": value for key, value in self._outside.state().items()}
        return {"clamped": self.clamped, **state}

    @classmethod
    def from_state(
        cls, state: Mapping[str, Any], *, released: int, insecure_rng: Any = None
    ) -> Self:
        """Go on from a `state`, with fresh noise.

        Parameters
        ----------
        state : mapping
            What `state` gave.
        released : int
            Number of sums that were released so far, by any object. Where that is more than
            the state has seen, going on would release sums again under new noise, and spend more
            than the budget: this is refused.
        insecure_rng : int or Generator, optional
            As for the constructor; a seed goes on behind the noise of the releases so far.

        Returns
        -------
        ContinualSum
            At the next event.

        Raises
        ------
        TypeError, ValueError
            The state lacks something, or is older than the last release.
        """
        released = checked_state(state, STATE, released)
        mechanism, change = made(state), float(state["change"])
        pure, unbounded = float(state["pure_epsilon"]), bool(state["unbounded"])
        low, high = (state[end][0] if state["scalar"] else state[end] for end in ("low", "high"))
        rng = simulated(insecure_rng, released)
        counter = cls(
            str(state["kind"]) if unbounded else mechanism,
            None if unbounded else mechanism.horizon,
            rho=None if pure < math.inf else float(state["rho"]),
            epsilon=pure if pure < math.inf else None,
            bounds=(low, high),
            neighbours=cast(Neighbours, str(state["neighbours"])),
            change=None if change == math.inf else change,
            resolution=float(state["resolution"]),
            insecure_rng=rng,
        )
        counter._epochs.restore(state)
        if "clamped" in state:
            counter.clamped = float(state["clamped"])
            counter._outside = cls.from_state(
                under("clamped.", state), released=released, insecure_rng=rng
            )
        return counter
