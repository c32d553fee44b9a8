"""Batches of trials: how long they are, who runs them, and what comes back."""

from __future__ import annotations

import platform
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from joblib import delayed

from experiments._git import GitError, git
from experiments.store import Store
from experiments.trials import Outcome, Work, source_hash

#: Seconds of work that are stored together: what a kill may lose of each worker.
BATCH_SECONDS = 0.1
LARGEST_BATCH = 1000
#: Batches a worker that may be under way or wait to be stored, where the store is the slower one.
AHEAD = 16
#: Pieces that the missing trials are cut into; they are run in random order, so that two
#: processes on one store meet rarely and the time left is estimated over the whole grid.
PIECES = 200


@dataclass(frozen=True)
class Piece:
    """Trials of one point that wait."""

    point: int
    work: Work
    indices: range


class Queue:
    """The tasks, cut to the length that the trials seen so far suggest."""

    def __init__(self, store: Store, pieces: list[Piece], batch: int | None, recheck: bool) -> None:
        self._store, self._pieces, self._batch, self._recheck = store, pieces, batch, recheck
        self._sizes: dict[int, int] = {}
        self._tasks = self._cut()
        self._learnt = 0
        self.drawn = self.skipped = 0
        self.error: Exception | None = None

    def round(self, workers: int) -> Iterator[Any]:
        """Give tasks until none is left, or the store is behind the workers.

        An error waits for the main thread, since joblib asks from others.
        """
        try:
            while self.drawn - self._learnt < AHEAD * workers:
                task = next(self._tasks, None)
                if task is None:
                    return
                self.drawn += 1
                yield task
        except Exception as error:
            self.error = error

    def _cut(self) -> Iterator[Any]:
        for piece in self._pieces:
            waiting = list(piece.indices)
            random.SystemRandom().shuffle(waiting)
            while waiting:
                size = self._batch or self._sizes.get(piece.point, 1)
                part, waiting = waiting[:size], waiting[size:]
                stored = self._store.stored(piece.point, part) if self._recheck else set()
                self.skipped += len(stored)
                part = [index for index in part if index not in stored]
                if part:
                    yield delayed(_work)(piece.point, piece.work, part)

    def learn(self, answer: Answer) -> None:
        """Note that a batch is stored, and how long the point's next one may be."""
        self._learnt += 1
        pace = sum(one.seconds for one in answer.outcomes) / len(answer.outcomes)
        longest = min(8 * len(answer.outcomes), LARGEST_BATCH)  # the first trial may compile
        self._sizes[answer.point] = max(1, min(longest, int(BATCH_SECONDS / max(pace, 1e-9))))


@dataclass(frozen=True)
class Answer:
    """A batch that is done."""

    point: int
    origin: tuple[str, str, str]
    source: str | None
    outcomes: list[Outcome]


def _work(point: int, work: Work, indices: list[int]) -> Answer:
    """Run a batch where a worker is."""
    by_name = work.trial.__module__ != "__main__"  # else the driver sent the function itself
    source = source_hash(work.trial) if by_name else None
    return Answer(point, _origin(work.trial.__module__), source, work.run(indices))


@cache
def _origin(module: str) -> tuple[str, str, str]:
    """Give the library's version, git's revision of a module, and what machine this is."""
    machine = f"{platform.node()}, {platform.system()} {platform.machine()}, "
    machine += f"python {platform.python_version()}, numpy {np.__version__}"
    return metadata.version("lemmata"), _revision(module), machine


def _revision(module: str) -> str:
    """Give git's revision of a module, or nothing outside of git."""
    file = getattr(sys.modules[module], "__file__", None)
    try:
        folder = Path(file or "").absolute().parent
        revision = git(folder, "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty")
        tracked = git(folder, "ls-files", "--", str(file))
    except (GitError, OSError):
        return ""
    return revision if tracked else ""
