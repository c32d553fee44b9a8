"""Pivotal sampling: its law by rational numbers, its size, its trees, bad probabilities."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from algos.sketching import pivotal_law, pivotal_sample
from algos.sketching._splits import bounds, depth, leaf_order


def parts(count: int, seed: int, *, whole: bool = False) -> tuple[int, ...]:
    """Draw sixteenths; their sum is a multiple of 16 where asked for."""
    rng = np.random.default_rng(seed)
    while True:
        drawn = rng.integers(0, 17, count)
        if not whole or drawn.sum() % 16 == 0:
            return tuple(drawn.tolist())


def plainly(masses: list[Fraction], low: int, high: int) -> list[tuple[Any, Any, Any]]:
    """List (probability, drawn, survivor with its mass) of a node of the tree, recursively."""
    if high - low == 1:
        if masses[low] == 1:
            return [(Fraction(1), (low,), (low, Fraction(0)))]
        return [(Fraction(1), (), (low, masses[low]))]
    levels = depth(len(masses))
    middle = next(
        int(cut)
        for level in range(levels + 1)
        for cut in bounds(len(masses), level)
        if low < cut < high
    )
    found = []
    for p, left, (i, a) in plainly(masses, low, middle):
        for q, right, (j, b) in plainly(masses, middle, high):
            drawn = tuple(sorted((*left, *right)))
            if a + b == 0:
                found.append((p * q, drawn, (i, Fraction(0))))
            elif a + b < 1:
                found.append((p * q * a / (a + b), drawn, (i, a + b)))
                found.append((p * q * b / (a + b), drawn, (j, a + b)))
            else:
                chance = (1 - b) / (2 - a - b)
                rest = a + b - 1
                found.append((p * q * chance, tuple(sorted((*drawn, i))), (j, rest)))
                found.append((p * q * (1 - chance), tuple(sorted((*drawn, j))), (i, rest)))
    return found


@pytest.mark.parametrize("count", range(1, 9))
def test_the_law_is_that_of_the_definition(count: int) -> None:
    sixteenths = parts(count, count)
    masses = [Fraction(k, 16) for k in sixteenths]
    wanted: dict[tuple[int, ...], Fraction] = {}
    for chance, drawn, (last, mass) in plainly(masses, 0, count):
        for taken, probability in ((True, mass), (False, 1 - mass)):
            if chance * probability:
                key = tuple(sorted((*drawn, last))) if taken else drawn
                wanted[key] = wanted.get(key, Fraction(0)) + chance * probability
    assert pivotal_law(np.array(sixteenths) / 16) == wanted


@pytest.mark.parametrize("seed", range(30))
def test_marginals_size_and_correlations_are_exact(seed: int) -> None:
    count = 1 + seed % 9
    sixteenths = parts(count, seed)
    law = pivotal_law(np.array(sixteenths) / 16)
    total = Fraction(sum(sixteenths), 16)
    assert sum(law.values()) == 1
    assert {len(drawn) for drawn in law} <= {math.floor(total), math.ceil(total)}
    for i in range(count):
        assert sum(p for drawn, p in law.items() if i in drawn) == Fraction(sixteenths[i], 16)
        for j in range(i):
            both = sum((p for drawn, p in law.items() if {i, j} <= {*drawn}), Fraction(0))
            assert both <= Fraction(sixteenths[i] * sixteenths[j], 256)


@pytest.mark.parametrize("seed", range(20))
def test_one_index_moves_the_others_by_what_it_takes(seed: int) -> None:
    count = 2 + seed % 8
    chances = [Fraction(k, 16) for k in parts(count, seed, whole=True)]
    law = pivotal_law([float(p) for p in chances])
    for i, chance in enumerate(chances):
        if chance:
            moved = Fraction(0)
            for j, other in enumerate(chances):
                both = sum((p for drawn, p in law.items() if {i, j} <= {*drawn}), Fraction(0))
                moved += abs(both / chance - other)
            assert moved == 2 * (1 - chance)


def test_frequencies_agree_with_the_law() -> None:
    chances = np.array([2, 7, 5, 9, 3, 6]) / 16
    law = pivotal_law(chances)
    rng = np.random.default_rng(0)
    drawn = [tuple(pivotal_sample(chances, rng=rng).tolist()) for _ in range(20000)]
    assert {*drawn} <= {*law}
    for one, probability in law.items():
        spread = math.sqrt(float(probability * (1 - probability)) / 20000)
        assert abs(drawn.count(one) / 20000 - probability) < 5 * spread


@pytest.mark.parametrize("count", [1, 2, 3, 10, 1000, 4097])
@pytest.mark.parametrize("size", [0, 1, 7])
def test_the_size_is_fixed_despite_rounding(count: int, size: int) -> None:
    rng = np.random.default_rng(count)
    if size > count:
        size = count
    masses = rng.random(count) + 1e-3
    chances = np.minimum(size * masses / masses.sum(), 1.0)
    wanted = {math.floor(chances.sum()), math.ceil(chances.sum())}
    if abs(chances.sum() - size) < 1e-12 * max(size, 1):
        wanted = {size}
    for seed in range(20):
        assert pivotal_sample(chances, rng=seed).size in wanted


def test_neighbours_compete_first() -> None:
    points = np.random.default_rng(0).random((64, 1))
    for seed in range(50):
        for tree in ("coordinates", "pca"):
            drawn = pivotal_sample(np.full(64, 0.25), coordinates=points, tree=tree, rng=seed)
            quarters = np.argsort(np.argsort(points[:, 0]))[drawn] // 4
            assert sorted(quarters.tolist()) == list(range(16))


@pytest.mark.parametrize("scale", [1.0, 1e-150, 1e150])
def test_principal_axes_follow_the_longest_direction(scale: float) -> None:
    rng = np.random.default_rng(1)
    along = np.linspace(-1, 1, 32)
    points = scale * (np.outer(rng.permuted(along), [3.0, 4.0]) + 1e-3 * rng.normal(size=(32, 2)))
    order = leaf_order(32, points, "pca")
    projected = np.argsort(points @ [0.6, 0.8])
    assert {*order[:16].tolist()} in ({*projected[:16].tolist()}, {*projected[16:].tolist()})


@pytest.mark.parametrize("tree", ["coordinates", "pca"])
def test_orders_are_permutations_in_which_nodes_are_split(tree: Any) -> None:
    for count in (1, 2, 3, 5, 17, 100):
        points = np.random.default_rng(count).normal(size=(count, 2))
        order = leaf_order(count, points, tree)
        assert sorted(order.tolist()) == list(range(count))
        if tree == "coordinates" and count > 2:
            middle = bounds(count, 1)[1]
            first = points[order, 0]
            assert first[:middle].max() <= first[middle:].min()
            quarter, second = bounds(count, 2)[1], points[order, 1]
            if count > 4:
                assert second[:quarter].max() <= second[quarter:middle].min()


def test_same_seed_same_answer() -> None:
    chances = np.full(100, 0.2)
    one = pivotal_sample(chances, rng=3)
    assert one.dtype == np.int64
    assert one.tolist() == pivotal_sample(chances, rng=3).tolist()
    assert one.tolist() != pivotal_sample(chances, rng=4).tolist()


def test_certain_and_impossible_indices() -> None:
    for seed in range(20):
        drawn = pivotal_sample([1, 0, 1, 0.5, 0.5, 0, True], rng=seed)
        assert {0, 2, 6} <= {*drawn.tolist()} <= {0, 2, 3, 4, 6}
        assert drawn.size == 4
    assert pivotal_sample([0.0, 0.0]).tolist() == []
    assert pivotal_sample([1.0]).tolist() == [0]


@pytest.mark.parametrize(
    ("given", "options", "error", "match"),
    [
        ([0.5, np.nan], {}, ValueError, r"finite, got nan at \(1,\)"),
        ([0.5, np.inf], {}, ValueError, "finite"),
        ([0.5, 1.5], {}, ValueError, r"lie in \[0, 1\], got 1.5 at 1"),
        ([-0.1], {}, ValueError, r"got -0.1 at 0"),
        ([], {}, ValueError, "shape"),
        ([[0.5]], {}, ValueError, "shape"),
        (["a"], {}, TypeError, "real numbers"),
        ([0.5j], {}, TypeError, "real numbers"),
        ([None], {}, TypeError, "real numbers"),
        ([0.5], {"tree": "random"}, ValueError, "tree must be"),
        ([0.5], {"tree": "pca"}, ValueError, "needs coordinates"),
        ([0.5], {"coordinates": [[1.0], [2.0]]}, ValueError, "must have 1 rows"),
        ([0.5], {"coordinates": [[np.nan]]}, ValueError, "coordinates must be finite"),
        ([0.5], {"coordinates": [1.0]}, ValueError, "coordinates must be a matrix"),
    ],
)
def test_bad_arguments(given: Any, options: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        pivotal_sample(given, **options)
    with pytest.raises(error, match=match):
        pivotal_law(given, **options)


def test_long_laws_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 16"):
        pivotal_law(np.full(17, 0.5))


def test_arguments_are_not_modified() -> None:
    chances, points = np.full(9, 1 / 3), np.random.default_rng(0).normal(size=(9, 2))
    for one in (chances, points):
        one.setflags(write=False)
    assert pivotal_sample(chances, coordinates=np.asfortranarray(points), rng=0).size == 3
    assert pivotal_sample(chances, coordinates=points.astype(np.float32), tree="pca").size == 3


@pytest.mark.parametrize(("count", "columns"), [(49, 1), (50, 3), (12, 6), (64, 40)])
def test_principal_axes_are_those_of_each_node(count: int, columns: int) -> None:
    rng = np.random.default_rng(count)
    points = rng.normal(size=(count, columns)) * np.arange(1, columns + 1)
    nodes = [np.arange(count)]
    for level in range(depth(count) - 1):
        ends = bounds(count, level + 1)
        halves = []
        for k, node in enumerate(nodes):
            centred = points[node] - points[node].mean(axis=0)
            along = centred @ np.linalg.svd(centred)[2][0]
            along *= np.sign(along[np.abs(along).argmax()])
            halves += np.split(node[np.argsort(along)], [ends[2 * k + 1] - ends[2 * k]])
        nodes = halves
    order = np.split(leaf_order(count, points, "pca"), bounds(count, depth(count) - 1)[1:-1])
    assert [{*node.tolist()} for node in order] == [{*node.tolist()} for node in nodes]


def test_a_sum_just_beside_an_integer_is_taken_for_it() -> None:
    assert pivotal_law([2.0**-50]) == {(): 1}
    assert {len(drawn) for drawn in pivotal_law([0.5, 0.5 - 2.0**-50])} == {1}
    assert len(pivotal_law([2.0**-49])) == 2
