"""Loops over pairs of tokens against lists."""

from __future__ import annotations

import numpy as np
import pytest

from accel.pairs import greedy_merges, merged


def listed(tokens: list[int], pairs: list[tuple[int, int]], alphabet: int) -> list[int]:
    """Apply merges one by one, each from left to right."""
    for k, pair in enumerate(pairs):
        after: list[int] = []
        while tokens:
            here = tuple(tokens[:2]) == pair
            after.append(alphabet + k if here else tokens[0])
            tokens = tokens[2 if here else 1 :]
        tokens = after
    return tokens


@pytest.mark.parametrize("seed", range(20))
def test_merging_is_left_to_right_and_in_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tokens, pairs = rng.integers(0, 2, 60), []
    for k in range(8):
        pair = tuple(rng.integers(0, 2 + k, 2).tolist())
        pairs += [pair] * (pair not in pairs)
    order = np.argsort([x << 32 | y for x, y in pairs])
    codes = np.array([pairs[k][0] << 32 | pairs[k][1] for k in order])
    given = tokens.copy()
    assert merged(tokens, codes, order, 2).tolist() == listed(tokens.tolist(), pairs, 2)
    assert (tokens == given).all()


def test_nothing_to_merge() -> None:
    none, one = np.zeros(0, np.int64), np.zeros(1, np.int64)
    assert merged(none, one, one, 1).tolist() == []
    assert merged(one, none, none, 1).tolist() == [0]
    assert merged(np.array([0, 1]), np.array([1 << 32]), one, 2).tolist() == [0, 1]
    chosen, counts, operations = greedy_merges(
        none.astype(np.int32), none, none, none, none, 0, 0, 1, False
    )
    assert chosen.shape == (0, 2)
    assert (counts.tolist(), operations) == ([], 0)


def test_one_word_by_hand() -> None:
    """aaabaa: (a, a) twice, then (aa, a) once and (aaa, b) once, then one with (aa)."""
    tokens = np.array([0, 0, 0, 1, 0, 0], np.int32)
    pairs, weights = np.array([0, 0, 1, 2, 0, -1]), np.full(6, 7)
    left, right = np.array([0, 0, 1]), np.array([0, 1, 0])
    chosen, counts, _ = greedy_merges(tokens, pairs, weights, left, right, 2, 9, 1, False)
    assert chosen.tolist() == [[0, 0], [0, 1], [2, 3], [4, 2]]
    assert counts.tolist() == [14, 7, 7, 7]
    assert tokens.tolist() == [5, -1, -1, -1, -1, -1]


def test_the_room_for_pairs_grows() -> None:
    """Sixteen pairs fit at first; merging every other place of 400 tokens makes many more."""
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 2, 400).astype(np.int32)
    before = tokens.astype(np.int64)
    pairs = np.append(2 * before[:-1] + before[1:], -1)
    left, right = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    chosen, counts, _ = greedy_merges(
        tokens, pairs, np.ones(400, np.int64), left, right, 2, 400, 1, False
    )
    assert counts.sum() == 399
    assert (np.diff(counts) <= 0).all()
    assert listed(before.tolist(), list(map(tuple, chosen.tolist())), 2) == [1 + len(chosen)]
