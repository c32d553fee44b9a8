"""What streams of trees share: they keep a number of events and arrays, and change all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from algos.privacy._mechanism import Reals, Stream
from algos.privacy._noise import Integers

__all__ = ["TreeStream"]


class TreeStream(Stream):
    """A stream that is the number of events so far, and arrays whose shapes never change.

    A release changes copies, which are kept when nothing can fail any more.
    """

    #: Names of the arrays.
    kept: ClassVar[tuple[str, ...]]
    bits: int
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
        vars(self).update(arrays, step=int(state["step"]))

    def _copies(self) -> list[NDArray[Any]]:
        """Copy the arrays, for a loop to change."""
        return [getattr(self, name).copy() for name in self.kept]

    def _advanced(self, arrays: list[NDArray[Any]], releases: Reals | Integers) -> Reals:
        """Scale releases, then take the arrays and the steps at once, for an interrupt's sake."""
        scaled = releases / 2.0**self.bits
        changed = dict(zip(self.kept, arrays, strict=True))
        vars(self).update(changed, step=self.step + len(releases))
        return scaled
