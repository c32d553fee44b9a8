"""Checks of TensorSketch's variance, and of merging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import CountSketch, TensorSketch
from algos.sketching import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited
from proofs_checks.sketching.cut_off import cut_off
from proofs_checks.sketching.matrices import HARD, Tall, tall
from proofs_checks.sketching.sketches import Algorithm, unsigned


@dataclass(frozen=True)
class Powers:
    """Two vectors, the degree of their tensor powers, and the size of the sketch."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    degree: int
    size: int

    @property
    def parameters(self) -> dict[str, float]:
        """What the theorem speaks of."""
        x, y = np.array(self.x), np.array(self.y)
        return {
            "size": self.size,
            "degree": self.degree,
            "inner": float(x @ y),
            "norms": float((x @ x) * (y @ y)),
            "products": float((x * x) @ (y * y)),
            "sums": float(np.abs(x).sum() * np.abs(y).sum()),
        }

    def square(self, algorithm: Algorithm, rng: np.random.Generator) -> float:
        """Give (⟨Sx^q, Sy^q⟩ − ⟨x, y⟩^q)²."""
        sketch = algorithm(self.size, degree=self.degree, rng=rng)
        first, second = sketch.apply(np.column_stack([self.x, self.y])).T
        exact = self.parameters["inner"] ** self.degree
        return float((first @ second - exact) ** 2)


def powers(max_length: int, max_degree: int) -> st.SearchStrategy[Powers]:
    """Draw pairs of vectors."""
    entries = st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0, 2.0])
    return st.integers(2, max_length).flatmap(
        lambda n: st.builds(
            Powers,
            st.tuples(*[entries] * n).filter(any),
            st.tuples(*[entries] * n).filter(any),
            st.integers(1, max_degree),
            st.sampled_from([1, 2, 3, 8]),
        )
    )


SMALL = [
    ("two axes in one bucket", Powers((1.0, 0.0), (0.0, 1.0), 2, 1)),  # always 1, as far as can be
    ("two equal vectors", Powers((1.0, 1.0), (1.0, 1.0), 2, 2)),
    ("orthogonal vectors", Powers((1.0, 1.0), (1.0, -1.0), 2, 3)),
    ("one bucket", Powers((1.0, 2.0), (2.0, 1.0), 2, 1)),
    ("hardly more than one entry", Powers((1.0, 0.1), (1.0, 0.1), 2, 8)),
]
LARGER = [
    ("ones", Powers((1.0,) * 20, (1.0,) * 20, 3, 10)),
    ("even and odd", Powers((1.0, 0.0) * 10, (0.0, 1.0) * 10, 2, 7)),
]
ONE_HASH = edited(
    TensorSketch,
    "one_hash",
    "Sketches every factor alike.",
    ("zip(self._seeds, total", "zip([self.seed] * self.degree, total"),
)
HALVED = edited(
    TensorSketch,
    "halved",
    "Gives half of the sketch.",
    ("n=self.size, axis=0)", "n=self.size, axis=0) / 2"),
)
NO_CONVOLUTION = edited(
    TensorSketch,
    "no_convolution",
    "Multiplies the factors entry by entry.",
    ("np.fft.rfft(total, axis=1).prod(axis=0)", "np.fft.rfft(total.prod(axis=0), axis=0)"),
)


@check(
    claims.TENSOR_ABOVE,
    on=Instances(powers(6, 3), [*SMALL, *LARGER]),
    faults=[ONE_HASH, unsigned(TensorSketch), NO_CONVOLUTION],
    trials=3000,
)
def tensor_above(algorithm: Algorithm, one: Powers, rng: np.random.Generator) -> Measurement:
    """Measure the squared error, cut off."""
    return cut_off(claims.TENSOR_ABOVE, one.square(algorithm, rng), **one.parameters)


@check(
    claims.TENSOR_BELOW,
    on=Instances(powers(2, 2), SMALL),
    faults=[HALVED],
    trials=4000,
)
def tensor_below(algorithm: Algorithm, one: Powers, rng: np.random.Generator) -> Measurement:
    """Measure the squared error of short vectors."""
    return Measurement(one.square(algorithm, rng), **one.parameters)


@dataclass(frozen=True)
class Merge:
    """A matrix, sketched in two parts by sketches of one seed or of two."""

    matrix: Tall
    size: int
    cut: float
    one_seed: bool = True


class MergesAnySeed(CountSketch):
    """Merges whatever the seed."""

    def merge(self, other: Any) -> None:
        """Take the other's seed for its own."""
        other._seed = self.seed
        super().merge(other)


ANY_SEED = Fault("any_seed", "Merges sketches of different seeds.", MergesAnySeed)
PLACE_FORGOTTEN = edited(
    CountSketch,
    "place_forgotten",
    "Hashes every update's rows as if they came first.",
    ("scatter(part, first + at,", "scatter(part, at,"),
)


@check(
    claims.COUNT_SKETCH_MERGE,
    on=Instances(
        st.builds(
            Merge,
            tall(),
            st.sampled_from([1, 3, 8]),
            st.sampled_from([0.0, 0.3, 0.9]),
            st.booleans(),
        ),
        [
            *((name, Merge(one, 5, 0.4)) for name, one in HARD),
            ("two seeds", Merge(HARD[0][1], 5, 0.4, one_seed=False)),
        ],
    ),
    faults=[ANY_SEED, PLACE_FORGOTTEN],
)
def merging(algorithm: Algorithm, one: Merge, rng: np.random.Generator) -> Measurement:
    """Measure the difference; none where the merge is refused for its seeds."""
    A, seed = one.matrix.array, int(rng.integers(2**32))
    cut = 1 + int(one.cut * (len(A) - 1))
    first = algorithm(one.size, rng=seed)
    first.update(A[:cut])
    second = algorithm(one.size, rng=seed if one.one_seed else seed + 1)
    difference = 0.0
    if cut < len(A):
        second.update(A[cut:], at=cut)
        try:
            first.merge(second)
        except ValueError:
            difference = np.inf if one.one_seed else 0.0
        else:
            whole = algorithm(one.size, rng=seed).apply(A)
            difference = float(np.abs(first.result() - whole).max())
    return Measurement(
        difference,
        rows=len(A),
        rounding=np.finfo(float).eps,
        mass=np.abs(A).sum(axis=0).max(),
    )
