"""What objects that release over and over hold to: one stream, one process, one thread a time."""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from algos._arguments import checked_count

__all__ = ["Continual", "checked_state", "under"]


class Continual(ABC):
    """Releases of one stream, which no copy and no other process may go on with."""

    def __init__(self, horizon: int | None) -> None:
        self.horizon = horizon
        self._process, self._lock = os.getpid(), threading.Lock()

    @property
    @abstractmethod
    def steps(self) -> int:
        """Events taken so far."""

    @contextmanager
    def _turn(self, count: int) -> Iterator[None]:
        """Take turns, in the process that made the object, up to the horizon."""
        if os.getpid() != self._process:  # before the lock, which a thread may hold at the fork
            raise RuntimeError(
                f"the {type(self).__name__} must be used in the process that made it: a copy "
                "would spend its budget twice; move it with state() and from_state"
            )
        with self._lock:
            if self.horizon is not None and self.steps + count > self.horizon:
                raise ValueError(
                    f"the {type(self).__name__} must take at most {self.horizon} events, got "
                    f"{self.steps} before and {count} now; take a longer horizon"
                )
            yield

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} must not be copied or pickled: two copies would spend its "
            "budget twice; move it with state() and from_state"
        )


def checked_state(state: Mapping[str, Any], names: Sequence[str], released: int) -> int:
    """Validate that a state is whole, and no older than the last release; give its steps."""
    missing = [name for name in names if name not in state]
    if missing:
        raise ValueError(f"state must be what state() gave; it lacks {', '.join(missing)}")
    released, steps = checked_count("released", released, least=0), int(state["steps"])
    if released != steps:
        raise ValueError(
            f"released must be the {steps} releases that the state has seen, got {released}; a "
            "state older than the last release cannot go on: begin anew on a new budget"
        )
    return released


def under(prefix: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Give the part of a state that stands under a prefix."""
    return {key[len(prefix) :]: state[key] for key in state if key.startswith(prefix)}
