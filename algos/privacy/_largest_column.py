"""What the maximum of column sums and its index share: events, methods and their choice, state."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self, cast

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.privacy._blocks import Blocks, best_block
from algos.privacy._budget import budget
from algos.privacy._choose_mechanism import choose_mechanism
from algos.privacy._continual import Continual, checked_state, under
from algos.privacy._continual_sum import ContinualSum
from algos.privacy._epoch import LONGEST_EPOCH
from algos.privacy._events import Events
from algos.privacy._mechanism import Mechanism, Reals
from algos.privacy._mechanisms import named
from algos.privacy._method_choice import Method, MethodCandidate, MethodChoice, least_bound
from algos.privacy._noise import Integers, simulated
from algos.privacy._privacy import Neighbours, Privacy
from algos.privacy._release_error import ReleaseError

__all__ = ["LargestColumn"]

#: Numbers that the counters of all columns may keep, where "auto" chooses their mechanism.
KEPT = 2**24
#: What a state holds besides a counter's.
STATE = (
    *("horizon", "dimension", "rho", "pure_epsilon", "neighbours", "bound"),
    *("releases", "method", "block", "failure_probability", "steps", "sums", "answer"),
)


class LargestColumn(Continual):
    """Releases of the largest column sum, or of its index."""

    #: Key of the theorems.
    _key: ClassVar[str]
    #: Errors of the columns' sums that can add up in one release.
    _errors: ClassVar[int]

    def __init__(
        self,
        horizon: int,
        dimension: int,
        *,
        rho: float | None = None,
        epsilon: float | None = None,
        delta: float | None = None,
        bound: int = 1,
        neighbours: Neighbours = "replace",
        method: Method = "auto",
        mechanism: str | Mechanism = "auto",
        block: int | None = None,
        failure_probability: float = 0.05,
        insecure_rng: Any = None,
    ) -> None:
        self._horizon = checked_count("horizon", horizon, most=LONGEST_EPOCH)
        super().__init__(self._horizon)
        self.dimension = checked_count("dimension", dimension, most=2**31)
        self._bound = checked_count("bound", bound, most=2**50 // self._horizon)
        ends = np.zeros(self.dimension), np.full(self.dimension, float(self._bound))
        self._events = Events.within(ends, 1.0, neighbours, None)
        self._budget = budget(rho, epsilon, delta, neighbours, self._key)
        self._pure = self._budget.pure_epsilon < math.inf
        beta = checked_real("failure_probability", failure_probability, 0, 1)
        if method not in ("auto", "block", "columns"):
            raise ValueError(f"method must be 'auto', 'block' or 'columns', got {method!r}")
        length = None if block is None else checked_count("block", block, most=self._horizon)
        self._rng = simulated(insecure_rng)
        self._mechanism = self._counting(mechanism) if method != "block" else None
        self.choice = self._chosen(method, length, beta)
        self._blocks = Blocks(max(self.choice.block, 1), self.dimension)
        self._counter: ContinualSum | None = None
        if self.choice.method == "columns":
            assert self._mechanism is not None
            self._counter = ContinualSum(
                self._mechanism,
                self._horizon,
                rho=None if self._pure else self._budget.rho,
                epsilon=self._budget.pure_epsilon if self._pure else None,
                bounds=ends,
                neighbours=neighbours,
                insecure_rng=self._rng,
            )
        else:
            self._fit(self._horizon // self.choice.block)

    @property
    def privacy(self) -> Privacy:
        """What all releases together spend."""
        return self._budget if self._counter is None else self._counter.privacy

    @property
    def steps(self) -> int:
        """Events taken so far."""
        return self._blocks.steps if self._counter is None else self._counter.steps

    def error_bound(self, failure_probability: float) -> float:
        """Bound the errors of all releases at once.

        Parameters
        ----------
        failure_probability : float
            In (0, 1).

        Returns
        -------
        float
            With at most this probability a release, or a released column's sum, is farther off.
        """
        beta = checked_real("failure_probability", failure_probability, 0, 1)
        if self._counter is not None:
            bound = self._errors * self._counter.error.simultaneous(beta)
        else:
            bound = self._block_error(block := self.choice.block, self._horizon // block, beta)
        return float(min(bound, self._horizon * self._bound))

    def update(self, event: Any) -> Any:
        """Take the next event and release.

        Parameters
        ----------
        event : array_like, shape (dimension,)
            Integers from 0 to the bound; others are moved there.

        Returns
        -------
        number
            As in `update_many`.

        Raises
        ------
        TypeError, ValueError
            It has not the shape or type of an event, or the horizon is passed.
        RuntimeError
            The process is not the one that made the object.
        """
        return self.update_many([event])[0].item()

    def update_many(self, events: Any) -> Any:
        """Take the next events and release after each.

        Parameters
        ----------
        events : array_like, shape (k, dimension)
            The events, in order.

        Returns
        -------
        ndarray, shape (k,)
            What was released.

        Raises
        ------
        TypeError, ValueError
            They have not the shape or type of events, or the horizon is passed; nothing has
            changed.
        RuntimeError
            The process is not the one that made the object.
        """
        clean, _ = self._events.clamped(events)
        with self._turn(len(clean)):
            steps = self.steps + np.arange(1, len(clean) + 1)
            if self._counter is not None:
                return self._of_columns(self._counter.update_many(clean), steps)
            return self._of_answers(self._blocks.release(clean, self._ask), steps)

    @abstractmethod
    def _fit(self, releases: int) -> None:
        """Make the noise of so many answers."""

    @abstractmethod
    def _ask(self, sums: Integers) -> int:
        """Answer about exact sums."""

    @abstractmethod
    def _block_error(self, length: Any, releases: Any, beta: float) -> Any:
        """Bound the error with blocks of a length."""

    @abstractmethod
    def _of_answers(self, answers: Integers, steps: Integers) -> Any:
        """Make releases of the last answers."""

    @abstractmethod
    def _of_columns(self, sums: Reals, steps: Integers) -> Any:
        """Make releases of noisy column sums."""

    def _counting(self, mechanism: str | Mechanism) -> Mechanism:
        """Make the mechanism that would count the columns."""
        if isinstance(mechanism, str) and mechanism == "auto":
            return choose_mechanism(
                self._horizon,
                memory=max(KEPT // self.dimension, 128),
                noise="laplace" if self._pure else "gaussian",
            ).mechanism
        return named(mechanism, self._horizon, pure=self._pure)

    def _chosen(self, method: Method, block: int | None, beta: float) -> MethodChoice:
        """Compare the methods' bounds."""
        horizon, found = self._horizon, []
        if method != "columns":
            length = block or best_block(horizon, lambda b, k: self._block_error(b, k, beta))
            error = float(self._block_error(length, horizon // length, beta))
            found.append(MethodCandidate("block", length, error))
        if self._mechanism is not None:
            found.append(MethodCandidate("columns", 0, self._columns_error(self._mechanism, beta)))
        return least_bound(found, beta)

    def _columns_error(self, mechanism: Mechanism, beta: float) -> float:
        """Bound the error with counters, before any is made."""
        factors = mechanism.error_factors()
        norm: Literal[1, 2] = 1 if self._pure else 2
        scale = mechanism.sensitivity(norm) * self._events.moved(norm)
        scale /= self._budget.pure_epsilon if self._pure else math.sqrt(2 * self._budget.rho)
        law = "laplace" if self._pure else "gaussian"
        part = math.sqrt(float(factors.max())) * scale, mechanism.largest_weight * scale
        error = ReleaseError(np.sqrt(factors) * scale, (part,), law, 0.0, self.dimension)
        return self._errors * error.simultaneous(beta)

    def state(self) -> dict[str, Any]:
        """Give all there is to know but the noise to come, as arrays, numbers and strings.

        Returns
        -------
        dict
            For `from_state`. It holds exact sums: keep it as secret as the events.
        """
        with self._lock:
            inner = {} if self._counter is None else self._counter.state()
            return {
                "releases": self._key,
                "horizon": self._horizon,
                "dimension": self.dimension,
                "rho": self._budget.rho,
                "pure_epsilon": self._budget.pure_epsilon,
                "neighbours": self._budget.neighbours,
                "bound": self._bound,
                "method": self.choice.method,
                "block": self.choice.block,
                "failure_probability": self.choice.failure_probability,
                **self._blocks.state(),
                "steps": self.steps,
                **{f"counter.{key}": value for key, value in inner.items()},
            }

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
            Number of releases so far, by any object; a state that has seen fewer is refused, for
            going on would release again under new noise.
        insecure_rng : int or Generator, optional
            As for the constructor; a seed goes on behind the noise of the releases so far.

        Returns
        -------
        object
            At the next event.

        Raises
        ------
        TypeError, ValueError
            The state lacks something, or is older than the last release.
        """
        released = checked_state(state, STATE, released)
        if str(state["releases"]) != cls._key:
            raise ValueError(f"state must be of {cls._key}, got one of {state['releases']}")
        pure, rng = float(state["pure_epsilon"]), simulated(insecure_rng, released)
        counter = None
        if state["method"] == "columns":
            inner = under("counter.", state)
            counter = ContinualSum.from_state(inner, released=released, insecure_rng=rng)
        one = cls(
            int(state["horizon"]),
            int(state["dimension"]),
            rho=None if pure < math.inf else float(state["rho"]),
            epsilon=pure if pure < math.inf else None,
            bound=int(state["bound"]),
            neighbours=cast(Neighbours, str(state["neighbours"])),
            method=cast(Method, str(state["method"])),
            mechanism="auto" if counter is None else counter.mechanism,
            block=int(state["block"]) or None,
            failure_probability=float(state["failure_probability"]),
            insecure_rng=rng,
        )
        one._blocks.restore(state)
        one._counter = counter
        return one
