"""Benchmark pairs of greedy selection: the same matrix, the same k, the same value of f."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.spatial.distance import cdist

from algos.submodular import (
    Coverage,
    FacilityLocation,
    Selection,
    SetFunction,
    greedy,
    lazy_greedy,
)
from experiments.bench import Pair

__all__ = [
    "APRICOT_COVERAGE",
    "APRICOT_LAZY",
    "APRICOT_NAIVE",
    "SUBMODLIB_LAZY",
    "SUBMODLIB_NAIVE",
]


@dataclass(frozen=True, eq=False)
class Work:
    """Similarities of points, or what elements cover, and how many to choose."""

    matrix: Any
    k: int
    function: SetFunction
    theirs: Any = None


def similarities(n: int, rng: np.random.Generator) -> Any:
    """Compute exp(−d²/64) of normal points in 32 dimensions."""
    points = rng.standard_normal((n, 32))
    return np.exp(-cdist(points, points, "sqeuclidean") / 64)


def facility(n: int, rng: np.random.Generator) -> Work:
    """Draw points."""
    matrix = similarities(n, rng)
    return Work(matrix, n // 20, FacilityLocation(matrix))


def facility_of_both(n: int, rng: np.random.Generator) -> Work:
    """Draw points, and hand their similarities to submodlib as well."""
    from submodlib import FacilityLocationFunction

    one = facility(n, rng)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # it names SciPy's
        theirs = FacilityLocationFunction(n=n, mode="dense", separate_rep=False, sijs=one.matrix)
    return Work(one.matrix, one.k, one.function, theirs)


def coverage(n: int, rng: np.random.Generator) -> Work:
    """Let each of n elements cover ten of n items."""
    items = rng.integers(0, n, (n, 10)).ravel().astype(np.int32)
    starts = np.arange(0, 10 * n + 1, 10, dtype=np.int32)
    matrix = sparse.csr_matrix((np.ones(10 * n), items, starts), shape=(n, n))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return Work(matrix, n // 20, Coverage(matrix))


def submodlib(optimizer: str) -> Callable[[Work], list[int]]:
    """Maximise with submodlib, which has the matrix already."""

    def run(work: Work) -> list[int]:
        """Choose."""
        pairs = work.theirs.maximize(budget=work.k, optimizer=optimizer, show_progress=False)
        return [element for element, _ in pairs]

    return run


def apricot(optimizer: str) -> Callable[[Work], list[int]]:
    """Maximise with apricot, which compiles its loops in every call."""

    def run(work: Work) -> list[int]:
        """Choose."""
        from apricot import FacilityLocationSelection

        selector = FacilityLocationSelection(work.k, metric="precomputed", optimizer=optimizer)
        return [int(element) for element in selector.fit(work.matrix).ranking]

    return run


def apricot_coverage(work: Work) -> list[int]:
    """Choose with apricot, lazily."""
    from apricot import MaxCoverageSelection

    selector = MaxCoverageSelection(work.k, optimizer="lazy").fit(work.matrix)
    return [int(element) for element in selector.ranking]


def same_value(work: Work, ours: Selection, theirs: list[int]) -> bool:
    """Tell whether both sets have as many elements, and the same value."""
    value = work.function.value(theirs)
    return len(set(theirs)) == work.k and abs(ours.value - value) <= 1e-9 * value


def both_greedy(work: Work, ours: Selection, theirs: list[int]) -> bool:
    """Tell whether every element has the greatest marginal: ties may go either way.

    Both take as many rounds; after a tie they may meet other marginals, and so other work.
    """
    function, everything = work.function, np.arange(work.matrix.shape[0])
    for chosen in (ours.elements.tolist(), theirs):
        state = function.start()
        for element in chosen:
            gains = function.gains(state, everything)
            if gains[element] < gains.max():
                return False
            function.push(state, element)
    return len(set(theirs)) == len(set(ours.elements)) == work.k


def pair(
    name: str,
    peer_name: str,
    ours: Callable[[Work], Selection],
    peer: Callable[[Work], list[int]],
    times: float,
    workload: Callable[[int, np.random.Generator], Work],
) -> Pair:
    """Make a pair on similarities of 500, 1,000 and 2,000 points."""
    return Pair(
        name=f"submodular/{name}",
        peer_name=peer_name,
        sizes=(500, 1000, 2000),
        size_name="points",
        workload=workload,
        ours=ours,
        peer=peer,
        agree=same_value,
        requires=(peer_name.split()[0],),
        target=f"at least {times:g} times faster",
        met=lambda cell: cell.ratio <= 1 / times,
        target_from=2000,
        repetitions=5,
    )


SUBMODLIB_NAIVE = pair(
    "greedy, facility location",
    "submodlib NaiveGreedy",
    lambda work: greedy(work.function, work.k),
    submodlib("NaiveGreedy"),
    2,
    facility_of_both,
)
SUBMODLIB_LAZY = pair(
    "lazy greedy, facility location",
    "submodlib LazyGreedy",
    lambda work: lazy_greedy(work.function, work.k),
    submodlib("LazyGreedy"),
    1.5,
    facility_of_both,
)
APRICOT_NAIVE = pair(
    "greedy from a matrix, facility location",
    "apricot naive",
    lambda work: greedy(FacilityLocation(work.matrix), work.k),
    apricot("naive"),
    4,
    facility,
)
APRICOT_LAZY = pair(
    "lazy greedy from a matrix, facility location",
    "apricot lazy",
    lambda work: lazy_greedy(FacilityLocation(work.matrix), work.k),
    apricot("lazy"),
    20,
    facility,
)
APRICOT_COVERAGE = Pair(
    name="submodular/lazy greedy, coverage",
    peer_name="apricot lazy",
    sizes=(200, 1000, 5000),
    size_name="elements",
    workload=coverage,
    ours=lambda work: lazy_greedy(Coverage(work.matrix), work.k),
    peer=apricot_coverage,
    agree=both_greedy,
    requires=("apricot",),
    repetitions=3,
)
