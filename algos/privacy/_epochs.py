"""One epoch up to a horizon; or epochs without end, each twice as long as the one before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from algos.privacy._epoch import LONGEST_EPOCH, Epoch
from algos.privacy._events import Events
from algos.privacy._mechanism import Mechanism, Reals
from algos.privacy._mechanisms import described, made, named
from algos.privacy._noise import Integers
from algos.privacy._privacy import Privacy
from algos.privacy._release_error import ReleaseError

__all__ = ["Epochs"]

#: Events of the first epoch where the horizon is unbounded.
FIRST = 64


class Epochs:
    """Sums over all epochs: the last releases of those before, and the present one's."""

    def __init__(
        self,
        kind: str | Mechanism,
        horizon: int | None,
        events: Events,
        budget: Privacy,
        rng: np.random.Generator | None,
    ) -> None:
        self.kind, self.horizon = kind, horizon
        self.steps = self.start = 0
        self.before = self.last = np.zeros(events.dimension)
        self.variance, self.parts = 0.0, np.zeros((0, 2))
        self._fit = events, budget, rng
        self._begin(self._named(FIRST if horizon is None else horizon))

    @property
    def error(self) -> ReleaseError:
        """Errors of the present epoch's releases."""
        return self.epoch.error(self.variance, tuple((a, b) for a, b in self.parts.tolist()))

    def release(self, events: Integers) -> Reals:
        """Release epoch by epoch; take all back where something fails."""
        with self.undone_if_fails():
            return self._released(events)

    def _released(self, events: Integers) -> Reals:
        """Release epoch by epoch."""
        room = self.start + self.epoch.mechanism.horizon - self.steps
        if len(events) <= room:
            releases = self.epoch.release(events)
            releases += self.before
            self.steps += len(events)
            if len(releases):
                self.last = releases[-1].copy()  # the caller may write to the releases
            return releases
        first = self._released(events[:room])
        self._begin_next()
        return np.concatenate([first, self._released(events[room:])])

    @contextmanager
    def undone_if_fails(self) -> Iterator[None]:
        """Take back all releases of a block that fails: nobody has seen them."""
        saved, stream = dict(vars(self)), self.epoch.stream
        kept = dict(vars(stream))  # streams assign, and change nothing in place
        try:
            yield
        except BaseException:
            vars(stream).update(kept)
            vars(self).update(saved)
            raise

    def _named(self, horizon: int) -> Mechanism:
        """Make an epoch's mechanism."""
        return named(self.kind, horizon, pure=self._fit[1].pure_epsilon < math.inf)

    def _begin(self, mechanism: Mechanism) -> None:
        """Begin an epoch."""
        self.epoch = Epoch(mechanism, *self._fit)

    def _begin_next(self) -> None:
        """Close an epoch, whose last release stays in all sums, and begin one twice as long."""
        variance, part = self.epoch.last()
        self.variance += variance
        self.parts = np.vstack([self.parts, part])
        self.before, self.start = self.last, self.steps
        self._begin(self._named(min(2 * self.epoch.mechanism.horizon, LONGEST_EPOCH)))

    def state(self) -> dict[str, Any]:
        """Give all there is to know, as arrays and numbers."""
        if self.epoch.stream.draws_ahead:
            raise ValueError(
                "mechanism must not draw noise ahead where a stream is moved: streams that go on "
                "from one state would give away how their events differ, got "
                f"{self.epoch.mechanism!r}; take SmoothBinary with few zeros, or 'tree'"
            )
        return {
            "steps": self.steps,
            "start": self.start,
            "before": self.before.copy(),
            "last": self.last.copy(),
            "variance": self.variance,
            "parts": self.parts.copy(),
            **described(self.epoch.mechanism),
            **{f"stream.{key}": value for key, value in self.epoch.stream.state().items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Become the epochs that gave the state."""
        self.steps, self.start = int(state["steps"]), int(state["start"])
        self.before, self.last = (np.array(state[key], float) for key in ("before", "last"))
        self.variance = float(state["variance"])
        self.parts = np.array(state["parts"], float).reshape(-1, 2)
        self._begin(made(state))
        kept = {key[7:]: state[key] for key in state if key.startswith("stream.")}
        fits = (
            kept.keys() == self.epoch.stream.state().keys()
            and self.before.shape == self.last.shape == (self.epoch.lattice.dimension,)
            and 0 <= self.steps - self.start <= self.epoch.mechanism.horizon
        )
        if not fits:
            raise ValueError("state must be what state() gave; its parts do not fit each other")
        self.epoch.stream.restore(kept)
