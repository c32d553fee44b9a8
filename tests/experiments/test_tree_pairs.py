"""The tree's benchmark pairs: the peer's consistent sums, and what a wrong law looks like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.bench import Pair
from experiments.privacy import K_ARY, TREE
from experiments.privacy.tree_pairs import consistent_prefixes


@pytest.mark.parametrize("height", [0, 1, 2, 5])
def test_consistent_prefixes_are_least_squares(height: int) -> None:
    leaves = 2**height
    rows = [
        np.arange(leaves) * 2**level // leaves == j
        for level in range(height + 1)
        for j in range(2**level)
    ]
    nodes = np.random.default_rng(height).standard_normal(2 * leaves - 1)
    best = np.linalg.lstsq(np.array(rows, dtype=float), nodes, rcond=None)[0]
    assert consistent_prefixes(nodes) == pytest.approx(np.cumsum(best))


@pytest.mark.parametrize("pair", [TREE, K_ARY], ids=lambda pair: pair.name)
def test_a_wrong_scale_is_noticed(pair: Pair) -> None:
    events = pair.workload(2**12, np.random.default_rng(1))
    ours, peer = pair.ours(events), pair.peer(events)
    assert pair.agree(events, ours, peer)
    for factor in (0.5, 1.5, float("nan")):
        assert not pair.agree(events, replace(ours, ratio=factor * ours.ratio), peer)
        assert not pair.agree(events, ours, replace(peer, ratio=factor * peer.ratio))
