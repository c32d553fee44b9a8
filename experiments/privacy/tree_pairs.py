"""Benchmark pairs of tree-like counters: OpenDP's tree, at equal privacy and with exact noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from algos.privacy import ContinualSum
from experiments.bench import Pair

__all__ = ["K_ARY", "TREE", "consistent_prefixes"]

Array = np.ndarray[Any, Any]
EPSILON = 1.0


@dataclass(frozen=True, eq=False)
class Answer:
    """Noisy prefix sums, and noise whose law is known.

    Attributes
    ----------
    sums : ndarray, shape (T,)
        After every event.
    ratio : float
        Mean square of independent Laplace noise in them, over what it should be.
    count : int
        Numbers of the mean.
    """

    sums: Array
    ratio: float
    count: int


def consistent_prefixes(nodes: Array) -> Array:
    """Compute the best linear unbiased prefix sums from the noisy sums of a full binary tree.

    Parameters
    ----------
    nodes : ndarray, shape (2T − 1,)
        From the root, level by level, from left to right; T a power of two.

    Returns
    -------
    ndarray, shape (T,)
        Sums of the leaves' estimates.
    """
    height = len(nodes).bit_length() - 1
    levels = [nodes[2**i - 1 : 2 ** (i + 1) - 1].astype(float) for i in range(height + 1)]
    for i in reversed(range(height)):  # from below: own sum and halves, by inverse variances
        share = 2 ** (height - i) / (2 ** (height - i + 1) - 1)
        levels[i] = share * levels[i] + (1 - share) * levels[i + 1].reshape(-1, 2).sum(axis=1)
    best = levels[0]
    for i in range(height):  # from above: what halves lack, they lack alike
        halves = levels[i + 1].reshape(-1, 2)
        best = (halves + (best - halves.sum(axis=1))[:, None] / 2).ravel()
    return np.cumsum(best)


def _events(size: int, rng: np.random.Generator) -> Array:
    """Draw zeros and ones."""
    return rng.integers(0, 2, size)


def _tree(events: Array) -> Answer:
    """Run the library's tree."""
    counter = ContinualSum("tree", len(events), epsilon=EPSILON, bounds=(0, 1))
    sums = counter.update_many(events)
    errors = np.concatenate([[0.0], sums - np.cumsum(events)])
    steps = np.arange(1, len(errors))
    noise = errors[1:] - errors[steps & (steps - 1)]  # each release adds one interval
    return _answer(sums, noise, counter.mechanism.sensitivity(1) / EPSILON)


def _k_ary(events: Array) -> Answer:
    """Run the library's k-ary tree."""
    counter = ContinualSum("k_ary", len(events), epsilon=EPSILON, bounds=(0, 1))
    sums = counter.update_many(events)
    errors = np.concatenate([[0.0], sums - np.cumsum(events)])
    arity, steps = int(getattr(counter.mechanism, "arity", 0)), np.arange(1, len(errors))
    same = (steps + arity // 2) % arity != 0  # the two last releases differ by one interval
    return _answer(sums, np.diff(errors)[same], counter.mechanism.sensitivity(1) / EPSILON)


def _opendp(events: Array) -> Answer:
    """Run OpenDP's tree, and make it consistent."""
    import opendp.prelude as dp

    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    tree: Any = dp.t.make_b_ary_tree(*space, leaf_count=len(events), branching_factor=2)
    scale = tree.map(1) / EPSILON
    nodes = (tree >> dp.m.then_laplace(scale=scale))(events.tolist())
    leaves = dp.t.make_consistent_b_ary_tree(branching_factor=2)(nodes)
    sums = np.cumsum(leaves)
    if not np.allclose(sums, consistent_prefixes(np.array(nodes)), rtol=0, atol=1e-6):
        return Answer(sums, math.nan, len(nodes))
    return _answer(sums, np.array(nodes) - _exact_nodes(events), scale)


def _exact_nodes(events: Array) -> Array:
    """Sum up the tree's intervals, from the root."""
    levels = [events]
    while len(levels[-1]) > 1:
        levels.append(levels[-1].reshape(-1, 2).sum(axis=1))
    return np.concatenate(levels[::-1])


def _answer(sums: Array, noise: Array, scale: float) -> Answer:
    """Compare noise with Laplace noise of a scale."""
    return Answer(sums, float((noise**2).mean()) / (2 * scale**2), len(noise))


def _agree(_: Array, ours: Answer, other: Answer) -> bool:
    """Tell whether both noises' variances lie within six standard errors of what they should be."""
    return all(abs(one.ratio - 1) < 6 * math.sqrt(5 / one.count) for one in (ours, other))


def _pair(name: str, ours: Any) -> Pair:
    """Make a pair against OpenDP's tree."""
    return Pair(
        name=f"privacy/{name}, all prefix sums",
        peer_name="OpenDP, binary tree made consistent",
        sizes=(2**12, 2**14, 2**16),
        size_name="events",
        workload=_events,
        ours=ours,
        peer=_opendp,
        agree=_agree,
        requires=("opendp",),
        target="at least as fast",
        met=lambda cell: cell.ratio <= 1,
        target_from=2**12,
        repetitions=5,
    )


TREE = _pair("tree", _tree)
K_ARY = _pair("k-ary tree", _k_ary)
