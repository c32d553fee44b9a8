"""Checks of the auditor, and, by audit, of what the counters claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Algorithm = Callable[..., Any]


def batch(counter: Algorithm, mechanism: Any, **budget: Any) -> Algorithm:
    """Run many streams at once: coordinates of a vector, of which one person changes one."""

    def run(events: Any, rng: np.random.Generator, count: int) -> Any:
        stream = counter(
            mechanism,
            len(events),
            bounds=(np.zeros(count), np.ones(count)),
            change=1,
            insecure_rng=rng,
            **budget,
        )
        return stream.update_many(np.repeat(np.asarray(events)[:, None], count, axis=1)).T

    return run
