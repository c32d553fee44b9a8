"""What is computed from one counter's sums alone: its budget, its rules, its state."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from algos.privacy._continual import Continual, checked_state
from algos.privacy._continual_sum import ContinualSum
from algos.privacy._privacy import Privacy
from algos.privacy._release_error import ReleaseError

__all__ = ["OnCounter"]


class OnCounter(Continual):
    """Post-processing of a `ContinualSum`."""

    #: What a state holds besides the counter's.
    _names: ClassVar[tuple[str, ...]]

    def __init__(self, counter: ContinualSum) -> None:
        super().__init__(counter.horizon)
        self._counter = counter

    @property
    def privacy(self) -> Privacy:
        """What all releases together spend."""
        return self._counter.privacy

    @property
    def error(self) -> ReleaseError:
        """Errors of the noisy counts."""
        return self._counter.error

    @property
    def steps(self) -> int:
        """Events taken so far."""
        return self._counter.steps

    def state(self) -> dict[str, Any]:
        """Give all there is to know but the noise to come, as arrays, numbers and strings.

        Returns
        -------
        dict
            For `from_state`. It holds exact counts: keep it as secret as the events.
        """
        return {**self._own_state(), **self._counter.state()}

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
        checked_state(state, cls._names, released)
        counter = ContinualSum.from_state(state, released=released, insecure_rng=insecure_rng)
        one = cls.__new__(cls)
        OnCounter.__init__(one, counter)
        one._restore(state)
        return one

    @abstractmethod
    def _own_state(self) -> dict[str, Any]:
        """Give what the counter does not know."""

    @abstractmethod
    def _restore(self, state: Mapping[str, Any]) -> None:
        """Take it back."""
