"""What streams of trees share: they keep a number of events and arrays, and change all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from algos.privacy._mechanism import Stream

__all__ = ["TreeStream"]


class TreeStream(Stream):
    """A stream that is the number of events so far, and arrays whose shapes never change.

    A release changes copies, and commits them in one call: an interrupt finds all or nothing.
    """

    #: Names of the arrays.
    kept: ClassVar[tuple[str, ...]]
    step: int = 0

    def state(self) -> dict[str, Any]:
        """Copy the number and the arrays."""
        return {"step": self.step, **{name: getattr(self, name).copy() for name in self.kept}}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the number and the arrays; compiled loops would pass the ends of shorter ones."""
        own = {name: getattr(self, name) for name in self.kept}
        arrays = {name: np.array(state[name], own[name].dtype, order="C") for name in self.kept}
        if any(arrays[name].shape != own[name].shape for name in self.kept):
            raise ValueError("state must be what state() gave; its arrays do not fit the stream")
        self._commit({"step": int(state["step"]), **arrays})

    def _commit(self, state: dict[str, Any]) -> None:
        """Become what a state says, without copies."""
        vars(self).update(state)
