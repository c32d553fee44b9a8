"""Exact sums that are asked once at the end of every block of events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from algos.privacy._noise import Integers

__all__ = ["Blocks", "best_block"]

#: Answers a question about exact sums, privately.
Ask = Callable[[Integers], int]


class Blocks:
    """Sums of a stream, and the private answer about them at the end of the last whole block.

    Parameters
    ----------
    length : int
        Events of a block.
    dimension : int
        Coordinates of an event.
    """

    def __init__(self, length: int, dimension: int) -> None:
        self.length, self.steps, self.answer = length, 0, 0
        self.sums = np.zeros(dimension, dtype=np.int64)

    def release(self, events: Integers, ask: Ask) -> Integers:
        """Give the last answer after each of the next events; where asking fails, nothing moves."""
        sums, answer = self.sums, self.answer
        answers = np.empty(len(events), dtype=np.int64)
        done = 0
        while done < len(events):
            step = self.steps + done
            end = min(done + self.length - step % self.length, len(events))
            sums = sums + events[done:end].sum(axis=0)
            answers[done:end] = answer
            if (self.steps + end) % self.length == 0:
                answers[end - 1] = answer = ask(sums)
            done = end
        self.sums, self.answer, self.steps = sums, answer, self.steps + done
        return answers

    def state(self) -> dict[str, Any]:
        """Give all there is to know."""
        return {"steps": self.steps, "sums": self.sums.copy(), "answer": self.answer}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Become the blocks that gave the state."""
        self.steps, self.answer = int(state["steps"]), int(state["answer"])
        self.sums = np.array(state["sums"], dtype=np.int64)


def best_block(horizon: int, error: Callable[[Any, Any], Any]) -> int:
    """Find the length whose error, given lengths and numbers of whole blocks, is least.

    Of all lengths with K whole blocks the shortest is ⌊T/(K+1)⌋ + 1: with the lengths and the
    K up to √T that leaves 2√T to look at.
    """
    root = np.arange(1, int(horizon**0.5) + 2)
    lengths = np.concatenate([root[root <= horizon], horizon // (root + 1) + 1])
    return int(lengths[np.argmin(error(lengths, horizon // lengths))])
