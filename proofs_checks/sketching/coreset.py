"""Checks of coresets of streams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import Coreset
from algos.sketching import theorems as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.cut_off import cut_off
from proofs_checks.sketching.matrices import KINDS, Tall, tall
from proofs_checks.sketching.sampling import estimate_ratio

Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Stream:
    """Rows that come in blocks, the second half elsewhere."""

    matrix: Tall
    p: float
    size: int
    height: int = 7

    def part(self, algorithm: Algorithm, seed: int, first: int, stop: int) -> Any:
        """Feed some of the rows."""
        coreset = algorithm(self.p, self.size, rng=seed)
        for at in range(first, stop, self.height):
            coreset.update(self.matrix.array[at : min(at + self.height, stop)], at=at)
        return coreset

    def merged(self, algorithm: Algorithm, rng: np.random.Generator) -> Any:
        """Merge the halves."""
        seed, half = int(rng.integers(2**62)), self.matrix.rows // 2
        whole = self.part(algorithm, seed, 0, half)
        whole.merge(self.part(algorithm, seed, half, self.matrix.rows))
        return whole

    def ratio(self, result: Any) -> float:
        """Give the estimate of ‖Ax‖_p^p over it, at the x that maximises the first row in l_2."""
        return estimate_ratio(self.matrix.array, self.p, result, 0)

    @property
    def parameters(self) -> dict[str, float]:
        """Name what the claims take."""
        leaves = self.matrix.rows // self.size
        return {
            "p": self.p,
            "size": self.size,
            "rows": self.matrix.rows,
            "rank": self.matrix.columns,
            "levels": leaves.bit_length() if self.matrix.rows > self.size else 0,
        }


def _streams(columns: int, most: int) -> st.SearchStrategy[Stream]:
    """Draw streams of a few leaves."""
    return st.builds(
        Stream,
        matrix=tall(most, columns, min_rows=21),
        p=st.sampled_from([1.0, 1.5, 2.0, 3.0]),
        size=st.just(20),
        height=st.integers(1, 30),
    )


HARD = [
    *((f"{kind}, p = 1", Stream(Tall(kind, 40, 2), 1.0, 20)) for kind in KINDS),
    ("four leaves", Stream(Tall("gaussian", 80, 1), 1.0, 20)),
]

WEIGHTS_DROPPED = edited(
    Coreset,
    "weights_dropped",
    "Forgets at the second level what rows stand for.",
    ("kept = weights[drawn] * counts", "kept = counts"),
)
SIDE_DROPPED = edited(
    Coreset,
    "side_dropped",
    "Merging keeps the other side's unfinished leaves alone.",
    ("for place, node in other._nodes.items():", "for place, node in ():"),
)
SIZE_FORGOTTEN = edited(
    Coreset,
    "size_forgotten",
    "Does not divide by the number of draws.",
    ("counts / (self.size * chances)", "counts / chances"),
)
NO_WEIGHTS = edited(
    Coreset,
    "no_weights",
    "Weighs all rows drawn alike.",
    ("* counts / (self.size * chances)", "* counts * len(rows) / self.size"),
)
NEVER_REDUCED = edited(
    Coreset,
    "siblings_ignored",
    "Keeps all leaves side by side.",
    ("while (level, number ^ 1) in self._nodes:", "while False:"),
)
SEED_BY_ARRIVAL = edited(
    Coreset,
    "seed_by_arrival",
    "Draws by how many nodes there are, not by the node's place.",
    ("rng([self.seed, *place])", "rng([self.seed, len(self._nodes)])"),
)
PAIRS_AS_THEY_COME = edited(
    Coreset,
    "pairs_as_they_come",
    "Puts the sibling that came first to the left.",
    ("[sibling, node] if number & 1 else [node, sibling]", "[sibling, node]"),
)


def _unbiased(algorithm: Algorithm, stream: Stream, rng: np.random.Generator) -> Measurement:
    """Compare the estimate with the norm."""
    ratio = stream.ratio(stream.merged(algorithm, rng).result())
    return Measurement(ratio, **stream.parameters)


coreset_unbiased = (
    check(
        claims.CORESET_UNBIASED[0],
        on=Instances(_streams(2, 80), HARD),
        faults=[SIZE_FORGOTTEN, NO_WEIGHTS],
        trials=1200,
    )(_unbiased),
    check(
        claims.CORESET_UNBIASED[1],
        on=Instances(_streams(2, 80), HARD),
        faults=[WEIGHTS_DROPPED, SIDE_DROPPED],
        trials=1200,
    )(_unbiased),
)


@check(
    claims.CORESET_VARIANCE,
    on=Instances(_streams(3, 400), HARD),
    faults=[WEIGHTS_DROPPED, SIDE_DROPPED, NO_WEIGHTS, SIZE_FORGOTTEN],
    trials=1200,
)
def coreset_variance(algorithm: Algorithm, stream: Stream, rng: np.random.Generator) -> Measurement:
    """Compare the squared error, cut off, with its bound."""
    off = stream.ratio(stream.merged(algorithm, rng).result()) - 1
    return cut_off(claims.CORESET_VARIANCE, off**2, **stream.parameters)


@check(
    claims.CORESET_ROWS,
    on=Instances(
        _streams(2, 400),
        [
            ("two leaves less a row", Stream(Tall("gaussian", 39, 2), 1.0, 20)),
            ("many leaves", Stream(Tall("gaussian", 20 * 63, 2), 1.0, 20)),
        ],
    ),
    faults=[NEVER_REDUCED],
    trials=100,
)
def coreset_held(algorithm: Algorithm, stream: Stream, rng: np.random.Generator) -> Measurement:
    """Count the rows in memory."""
    coreset = stream.part(algorithm, int(rng.integers(2**62)), 0, stream.matrix.rows)
    return Measurement(coreset.held, **stream.parameters)


@check(
    claims.CORESET_ORDER,
    on=Instances(_streams(2, 400), HARD),
    faults=[SEED_BY_ARRIVAL, PAIRS_AS_THEY_COME, SIDE_DROPPED],
    trials=80,
)
def coreset_order(algorithm: Algorithm, stream: Stream, rng: np.random.Generator) -> Measurement:
    """Cut the rows anywhere, merge the parts in any order, compare with the whole stream."""
    seed, rows = int(rng.integers(2**62)), stream.matrix.rows
    whole = stream.part(algorithm, seed, 0, rows).result()
    cuts = [0, *sorted(rng.choice(np.arange(1, rows), 3, replace=False).tolist()), rows]
    parts = [stream.part(algorithm, seed, cuts[k], cuts[k + 1]) for k in rng.permutation(4)]
    while len(parts) > 1:
        first, second = rng.choice(len(parts), 2, replace=False)
        parts[first].merge(parts[second])
        del parts[second]
    result = parts[0].result()
    weights = [dict(zip(one.rows, one.weights, strict=True)) for one in (whole, result)]
    every = weights[0].keys() | weights[1].keys()
    return Measurement(sum(weights[0].get(row) != weights[1].get(row) for row in every))
