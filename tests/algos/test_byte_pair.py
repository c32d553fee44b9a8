"""Byte-pair encoding against merging by hand, all sequences of merges, and hostile input."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest

from algos.submodular import BytePairEncoding, byte_pair_encoding, optimal_merges

Words = dict[str, int]


def replaced(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    """Merge from left to right."""
    if len(word) < 2:
        return word
    here = word[:2] == pair
    first = ("".join(pair),) if here else word[:1]
    return first + replaced(word[2:] if here else word[1:], pair)


def in_words(words: Words, pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Apply merges in turn."""
    state = {word: tuple(word) for word in words}
    for pair in pairs:
        state = {word: replaced(parts, pair) for word, parts in state.items()}
    return state


def total(words: Words, pairs: list[tuple[str, str]]) -> int:
    """Count the tokens after merges."""
    return sum(times * len(in_words(words, pairs)[word]) for word, times in words.items())


def by_hand(words: Words, merges: int, overlaps: bool) -> list[tuple[str, str]]:
    """Look at every pair of the text before each merge."""
    order = {one: k for k, one in enumerate(sorted({c for word in words for c in word}))}
    pairs: list[tuple[str, str]] = []
    for _ in range(merges):
        state = in_words(words, pairs)
        found = {pair for parts in state.values() for pair in itertools.pairwise(parts)}
        if not found:
            break
        if overlaps:
            counts = Counter[tuple[str, str]]()
            for word, parts in state.items():
                for pair in itertools.pairwise(parts):
                    counts[pair] += words[word]
        else:
            now = total(words, pairs)
            counts = Counter({pair: now - total(words, [*pairs, pair]) for pair in found})
        pairs.append(min(found, key=lambda p: (-counts[p], order[p[0]], order[p[1]])))
        order["".join(pairs[-1])] = len(order)
    return pairs


def pairs_of(made: BytePairEncoding) -> list[tuple[Any, Any]]:
    """Spell the merges out."""
    return [(made.tokens[x], made.tokens[y]) for x, y in made.merges.tolist()]


def drawn(seed: int) -> Words:
    """Draw a few words of few letters."""
    rng = np.random.default_rng(seed)
    letters = list("abc"[: rng.integers(1, 4)])
    spelt = ("".join(rng.choice(letters, rng.integers(1, 25))) for _ in range(3))
    return {word: int(rng.integers(1, 4)) for word in spelt}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("overlaps", [False, True])
def test_the_most_frequent_pair_is_merged_each_time(seed: int, overlaps: bool) -> None:
    words = drawn(seed)
    made = byte_pair_encoding(words, 8, overlaps=overlaps)
    pairs = pairs_of(made)
    assert pairs == by_hand(words, 8, overlaps)
    assert made.lengths.tolist() == [total(words, pairs[:k]) for k in range(len(pairs) + 1)]
    assert (-np.diff(made.lengths) == made.counts).all()
    assert made.saved == made.lengths[0] - made.lengths[-1]
    assert made.operations <= 9 * sum(map(len, words))


@pytest.mark.parametrize("seed", range(20))
def test_encoding_is_applying_merges(seed: int) -> None:
    words = drawn(seed)
    made = byte_pair_encoding(words, 8)
    for word, parts in in_words(words, pairs_of(made)).items():
        tokens = made.encode(word)
        assert tuple(made.tokens[k] for k in tokens) == parts
        assert made.decode(tokens) == word


def test_example_of_the_literature() -> None:
    """Gage's example, with the least pair of equal ones."""
    made = byte_pair_encoding("aaabdaaabac", 3)
    assert pairs_of(made) == [("a", "a"), ("a", "b"), ("aa", "ab")]
    assert made.lengths.tolist() == [11, 9, 7, 5]


def test_runs_count_once_by_default() -> None:
    """Three a in a row hold two pairs, of which one can be merged."""
    words = {"aaa": 2, "bc": 3}
    assert pairs_of(byte_pair_encoding(words, 1)) == [("b", "c")]
    assert pairs_of(byte_pair_encoding(words, 1, overlaps=True)) == [("a", "a")]
    made = byte_pair_encoding(words, 1, overlaps=True)
    assert made.counts.tolist() == [2]
    assert byte_pair_encoding("a" * 64, 99).lengths.tolist() == [64, 32, 16, 8, 4, 2, 1]
    assert byte_pair_encoding("a" * 7, 99).counts.tolist() == [3, 1, 1, 1]


@pytest.mark.parametrize("seed", range(60))
def test_the_bound_is_at_most_three_times_what_is_saved(seed: int) -> None:
    """Of a run of r, floor(r / 2) places are one pair's, the others one more pair's."""
    words = drawn(seed)
    places = Counter[tuple[str, str, int]]()
    for word, times in words.items():
        for letter, run in ((key, len(list(of))) for key, of in itertools.groupby(word)):
            places[letter, letter, 0] += times * (run // 2)
            places[letter, letter, 1] += times * ((run - 1) // 2)
        for x, y in itertools.pairwise(word):
            places[x, y, 0] += times * (x != y)
    for merges in (1, 2, 3, 8):
        made = byte_pair_encoding(words, merges)
        most = sum(count for _, count in places.most_common(len(made.merges)))
        assert made.upper_bound == most <= 3 * made.saved


def test_a_run_is_bounded_by_its_disjoint_places() -> None:
    assert [byte_pair_encoding("aaaaa", k).upper_bound for k in range(4)] == [0, 2, 4, 4]
    assert byte_pair_encoding(["aa", "aa"], 1).upper_bound == 2
    assert byte_pair_encoding("ababab cd", 9, least_count=2).upper_bound == 3


def test_ties_go_to_the_least_pair() -> None:
    assert pairs_of(byte_pair_encoding(["dc", "ab", "ac"], 3)) == [
        ("a", "b"),
        ("a", "c"),
        ("d", "c"),
    ]


def test_words_in_any_form_and_order() -> None:
    words = ["low", "lower", "low", "newest"]
    made = byte_pair_encoding(words, 4)
    for other in (Counter(words), reversed(words), iter(sorted(words)), {"": 3, **Counter(words)}):
        again = byte_pair_encoding(other, 4)
        assert (again.tokens, again.lengths.tolist()) == (made.tokens, made.lengths.tolist())
    for numpys in (np.array(words), [np.str_(word) for word in words]):
        assert byte_pair_encoding(numpys, 4).tokens == made.tokens
        assert optimal_merges(numpys, 1).tokens == optimal_merges(words, 1).tokens
    joined = byte_pair_encoding("low lower low newest", 4)
    assert joined.lengths[0] == made.lengths[0] + 3


def test_bytes_have_all_bytes_as_alphabet() -> None:
    made = byte_pair_encoding(b"abab\xff", 1)
    assert made.tokens[256:] == (b"ab",)
    assert made.encode(b"ab\x00ab").tolist() == [256, 0, 256]
    assert made.decode([256, 255]) == b"ab\xff"
    assert byte_pair_encoding(np.array([b"abab\xff"]), 1).tokens == made.tokens
    spelt = byte_pair_encoding("naïve café ☕" * 3, 5)
    assert spelt.decode(spelt.encode("café")) == "café"
    assert byte_pair_encoding("\ud800a\ud800a", 1).tokens[-1] in ("\ud800a", "a\ud800")


def test_nothing_to_merge() -> None:
    texts: list[Any] = ["", [], {}, "a", ["a", "b"], b""]
    for text in texts:
        made = byte_pair_encoding(text, 5)
        assert made.merges.shape == (0, 2)
        assert (made.saved, made.upper_bound) == (0, 0)
        assert optimal_merges(text, 5).saved == 0
        assert made.encode(b"" if text == b"" else "").tolist() == []
    assert byte_pair_encoding("abab", 0).lengths.tolist() == [4]
    assert byte_pair_encoding("", 0).decode([]) == ""


def test_rare_pairs_are_left() -> None:
    made = byte_pair_encoding("ababab cd", 9, least_count=2)
    assert pairs_of(made) == [("a", "b")]
    assert byte_pair_encoding({"ab": 5}, 9, least_count=6).saved == 0


@pytest.mark.parametrize("seed", range(30))
def test_a_third_of_the_best_and_the_bound(seed: int) -> None:
    """All sequences of merges, tried one after another."""
    rng = np.random.default_rng(seed)
    word = "".join(rng.choice(list("abc"), rng.integers(2, 9)))
    words, merges = {word: 1}, int(rng.integers(1, 4))

    def best(pairs: list[tuple[str, str]]) -> int:
        """Try every continuation."""
        parts = in_words(words, pairs)[word]
        if len(pairs) == merges:
            return len(word) - len(parts)
        return max(
            (best([*pairs, pair]) for pair in set(itertools.pairwise(parts))),
            default=len(word) - len(parts),
        )

    most = best([])
    made, exact = byte_pair_encoding(words, merges), optimal_merges(words, merges)
    assert exact.saved == exact.upper_bound == most
    assert exact.lengths.tolist() == [
        total(words, pairs_of(exact)[:k]) for k in range(len(exact.merges) + 1)
    ]
    assert most / 3 <= made.saved <= most <= made.upper_bound


def test_greedy_is_not_the_best() -> None:
    made, exact = byte_pair_encoding("bbbabababb", 2), optimal_merges("bbbabababb", 2)
    assert (made.saved, exact.saved) == (4, 5)


def test_the_search_gives_up() -> None:
    with pytest.raises(ValueError, match=r"most_states=50 texts; byte_pair_encoding takes large"):
        optimal_merges("abcabdacdbcabd", 5, most_states=50)
    with pytest.raises(ValueError, match="got one of 1200 characters"):
        optimal_merges("".join(map(chr, range(1200))), 1200)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (5, TypeError, "text must be a str, bytes, words"),
        (None, TypeError, "text must be a str, bytes, words"),
        ([["a"]], TypeError, "all str or all bytes: .*list"),
        ([1, 2], TypeError, "all str or all bytes, got int"),
        (["a", b"a"], TypeError, "all str or all bytes, got bytes, str"),
        (bytearray(b"ab"), TypeError, "all str or all bytes, got int"),
        ({"ab": 0}, ValueError, r"text\['ab'\] must be an integer from 1"),
        ({"ab": -1}, ValueError, r"text\['ab'\] must be an integer from 1"),
        ({"ab": True}, ValueError, r"text\['ab'\] must be an integer from 1"),
        ({"ab": 1.5}, TypeError, r"text\['ab'\] must be an integer"),
        ({"ab": float("nan")}, TypeError, r"text\['ab'\] must be an integer"),
        ({"ab": 2**61}, ValueError, "fewer than 2\\^62 characters"),
    ],
)
def test_hostile_texts(text: Any, error: type[Exception], words: str) -> None:
    for algorithm in (byte_pair_encoding, optimal_merges):
        with pytest.raises(error, match=words):
            algorithm(text, 1)


@pytest.mark.parametrize("merges", [-1, True, 1.5, None, "3", float("nan")])
def test_hostile_counts(merges: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="merges must be an integer"):
        byte_pair_encoding("abab", merges)
    with pytest.raises((TypeError, ValueError), match="merges must be an integer"):
        optimal_merges("abab", merges)
    with pytest.raises((TypeError, ValueError), match="least_count must be an integer"):
        byte_pair_encoding("abab", 1, least_count=merges)


@pytest.mark.parametrize("overlaps", [1, "no", None, np.ones(1, bool)])
def test_hostile_flags(overlaps: Any) -> None:
    with pytest.raises(TypeError, match="overlaps must be True or False"):
        byte_pair_encoding("abab", 1, overlaps=overlaps)


def test_hostile_encoding() -> None:
    made = byte_pair_encoding("abab", 1)
    with pytest.raises(ValueError, match=r"got 'c' at 1; make merges from bytes"):
        made.encode("ac")
    with pytest.raises(TypeError, match="text must be str, got bytes"):
        made.encode(b"ab")
    with pytest.raises(ValueError, match="tokens must be an integer from 0 to 2"):
        made.decode([3])
    with pytest.raises(ValueError, match="tokens must be an integer from 0 to 2"):
        made.decode([-1])
    nothing: Any = 3
    with pytest.raises(TypeError, match="tokens must be an iterable of integers, got 3"):
        made.decode(nothing)
    with pytest.raises(ValueError, match="got 'a' at 0"):
        byte_pair_encoding("", 1).encode("a")


def test_texts_beyond_the_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links have 32 bits; the limit is lowered here, since 2^31 characters take minutes."""
    monkeypatch.setattr("algos.submodular._byte_pair_result.MOST_PLACES", 5)
    assert byte_pair_encoding({"abab": 9}, 1).saved == 18
    with pytest.raises(
        ValueError, match="fewer than 2\\^31 characters, got 5; split it into words"
    ):
        byte_pair_encoding("ababa", 1)


def test_more_merges_than_there_can_be() -> None:
    made = byte_pair_encoding("abcabd", 10**15)
    assert made.lengths[-1] == 1
    assert made.upper_bound == made.saved == 5
