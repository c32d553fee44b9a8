"""Checks of batches of random elements while the ground set changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import BatchedDynamicMaximizer, Coverage, Selection, SetFunction
from algos.submodular.theorems import batches as claims
from proofs_checks.check import Instances, Measurement, Sizes, check
from proofs_checks.faults import edited
from proofs_checks.submodular.instances import KINDS, all_values

BATCHES = "algos.submodular._dynamic_batches"
Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Visit:
    """All elements come, then some go, and some of these come again.

    The kind "clones" has clones of one element, and three others as good as it; "equal" has
    elements of the same weight, of which a sixteenth stays.
    """

    kind: str
    size: int
    k: int
    epsilon: float
    seed: int

    @cached_property
    def function(self) -> SetFunction:
        """The function."""
        if self.kind == "equal":
            return Coverage(np.eye(self.size))
        if self.kind == "clones":
            return Coverage(np.eye(4)[[0] * (self.size - 3) + [1, 2, 3]])
        return KINDS[self.kind](self.size, np.random.default_rng(self.seed))

    @cached_property
    def updates(self) -> list[int]:
        """Elements that change sides."""
        everything = list(range(self.size))
        if self.kind == "clones":
            return everything
        if self.kind == "equal":
            return [*everything, *everything[self.size // 16 :]]
        rng = np.random.default_rng(self.seed)
        return [*rng.permutation(self.size).tolist(), *rng.integers(self.size, size=6).tolist()]

    @cached_property
    def optimum(self) -> float:
        """What k elements have that are present at the end."""
        present = sorted(e for e in range(self.size) if self.updates.count(e) % 2)
        if self.kind in ("equal", "clones"):
            return float(min(self.k, len(present) if self.kind == "equal" else 4))
        masks = np.arange(2**self.size)
        kept = sum(1 << e for e in present)
        few = (np.bitwise_count(masks) <= self.k) & (masks & ~kept == 0)
        return float(all_values(self.function)[few].max())

    def selection(self, algorithm: Algorithm, rng: Any) -> Selection:
        """Choose at the end."""
        maximizer = algorithm(self.function, self.k, epsilon=self.epsilon, rng=rng)
        present: set[int] = set()
        for element in self.updates:
            (maximizer.delete if element in present else maximizer.insert)(element)
            present ^= {element}
        selection: Selection = maximizer.selection
        return replace(
            selection, elements=np.array([e for e in selection.elements if e in present], int)
        )


SMALL = st.integers(1, 5).flatmap(
    lambda size: st.builds(
        Visit,
        kind=st.sampled_from(sorted(KINDS)),
        size=st.just(size),
        k=st.integers(1, size),
        epsilon=st.sampled_from([0.1, 0.3, 0.5]),
        seed=st.integers(0, 2**32 - 1),
    )
)
#: Where chosen elements go, and where those that are alike are many.
HARD = [
    *((f"{n - n // 16} of {n} go", Visit("equal", n, 1, 0.1, 0)) for n in (24, 28, 32)),
    ("clones", Visit("clones", 24, 4, 0.3, 0)),
]


@check(
    claims.BATCHES_VALUE,
    on=Instances(SMALL, HARD),
    faults=[
        edited(
            BatchedDynamicMaximizer,
            "kept",
            "Does not notice that chosen elements go.",
            ("batch.gone += element in batch.bucket", "batch.gone += 0"),
            ("strict=True) if e in self.depths)", "strict=True) if e >= 0)"),
            module=BATCHES,
        ),
    ],
    trials=800,
)
def batches_value(algorithm: Algorithm, visit: Visit, rng: np.random.Generator) -> Measurement:
    """Compare with the best at the end."""
    chosen = visit.selection(algorithm, rng)
    value = visit.function.value(chosen.elements) if len(chosen.elements) <= visit.k else 0.0
    return Measurement(value, epsilon=visit.epsilon, optimum=visit.optimum)


@check(
    claims.BATCHES_BOUND,
    on=Instances(SMALL, HARD),
    faults=[
        edited(
            BatchedDynamicMaximizer,
            "halved",
            "Adds half of what elements below the threshold can bring.",
            (
                "found + self.k * self._threshold(rung)",
                "found + self.k * self._threshold(rung) / 2",
            ),
            module="algos.submodular._dynamic_maximizer",
        ),
    ],
)
def batches_bound(algorithm: Algorithm, visit: Visit, rng: np.random.Generator) -> Measurement:
    """Compare the bound with the best at the end."""
    bound = visit.selection(algorithm, rng).upper_bound
    return Measurement(bound, epsilon=visit.epsilon, optimum=visit.optimum)


@dataclass(frozen=True)
class Window:
    """Elements of equal weight come; each goes after n others have come."""

    n: int

    def calls(self, algorithm: Algorithm, rng: Any) -> float:
        """Count marginals an update, and choose a quarter."""
        function = Coverage(np.eye(2 * self.n))
        maximizer = algorithm(function, self.n // 4, epsilon=0.5, rng=rng)
        for element in range(2 * self.n):
            maximizer.insert(element)
            if element >= self.n:
                maximizer.delete(element - self.n)
        return float(maximizer.oracle_calls / (3 * self.n))


@check(
    claims.BATCHES_CALLS,
    on=Sizes("n", [Window(n) for n in (16, 24, 32, 48, 64, 96, 128)], 0.25),
    faults=[
        edited(
            BatchedDynamicMaximizer,
            "restless",
            "Draws anew whenever an element of a bucket goes.",
            ("batch.gone > self.epsilon / 8 * len(batch.bucket)", "batch.gone > 0"),
            module=BATCHES,
        ),
    ],
    trials=2,
)
def batches_calls(algorithm: Algorithm, window: Window, rng: np.random.Generator) -> Measurement:
    """Count marginals."""
    return Measurement(window.calls(algorithm, rng), n=window.n)
