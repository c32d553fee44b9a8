"""The merges that save most, by trying all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from algos._arguments import checked_count
from algos.submodular._byte_pair_result import BytePairEncoding, Text, counted, spelt

__all__ = ["optimal_merges"]

#: The code points of a token: those of one string are always merged in one way.
Token = tuple[int, ...]
Word = tuple[Token, ...]
Pair = tuple[Token, Token]


def optimal_merges(
    text: Text | Iterable[Text] | Mapping[Text, int], merges: int, *, most_states: int = 100_000
) -> BytePairEncoding:
    """Find merges that make a small text as short as so many merges can.

    Parameters
    ----------
    text : str, bytes, iterable of words, or mapping from words to how often they occur
        What is to become short, as in `byte_pair_encoding`.
    merges : int
        Most merges, at least 0.
    most_states : int, optional
        How many texts the search may meet before it gives up.

    Returns
    -------
    BytePairEncoding
        The upper bound is what the merges save.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or the text is too large.

    Notes
    -----
    The best from a text on depends on this text and the number of merges that are left, so both
    are remembered. No merge is made more often than the most frequent pair of the text before
    it, which ends the search for better ones early. Exponential time.

    References
    ----------
    V. Zouhar, C. Meister, J. L. Gastaldi, L. Du, T. Vieira, M. Sachan, R. Cotterell, "A formal
    perspective on byte-pair encoding", Findings of ACL 2023, Section 5.

    Examples
    --------
    >>> from algos.submodular import byte_pair_encoding, optimal_merges
    >>> text = "bbbabababb"
    >>> byte_pair_encoding(text, 2).saved, optimal_merges(text, 2).saved
    (4, 5)
    """
    merges = checked_count("merges", merges, least=0)
    most_states = checked_count("most_states", most_states)
    kind, symbols, lengths, weights = counted(text)
    alphabet = np.arange(256) if kind is bytes else np.unique(symbols)
    words = np.split(symbols, np.cumsum(lengths))[:-1]
    start: tuple[Word, ...] = tuple(tuple((one,) for one in word.tolist()) for word in words)
    times = weights.tolist()
    best: dict[tuple[tuple[Word, ...], int], tuple[int, Pair | None]] = {}

    def most(state: tuple[Word, ...], left: int) -> int:
        """Find what so many merges save of a text, and the first one of them."""
        if (state, left) in best:
            return best[state, left][0]
        if len(best) >= most_states:
            raise ValueError(
                f"text must be small, got one where {merges} merges make more than "
                f"most_states={most_states} texts; byte_pair_encoding takes large ones"
            )
        counts = pair_counts(state, times) if left else Counter()
        found: tuple[int, Pair | None] = (0, None)
        for pair, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
            if count + (left - 1) * max(counts.values()) <= found[0]:
                break
            after = tuple(merged_word(word, pair) for word in state)
            saved = count + most(after, left - 1)
            if saved > found[0]:
                found = saved, pair
        best[state, left] = found
        return found[0]

    try:
        saved = most(start, merges)
    except RecursionError:
        raise ValueError(
            f"text must be small, got one of {len(symbols)} characters; byte_pair_encoding takes "
            "large ones"
        ) from None
    number: dict[Token, int] = {(one,): k for k, one in enumerate(alphabet.tolist())}
    state, chosen, counts = start, [], []
    for left in range(merges, 0, -1):
        save, pair = best[state, left]
        if pair is None:
            break
        chosen.append([number[pair[0]], number[pair[1]]])
        number[pair[0] + pair[1]] = len(number)
        state = tuple(merged_word(word, pair) for word in state)
        counts.append(save - most(state, left - 1))
    made = np.array(chosen, np.int64).reshape(-1, 2)
    return BytePairEncoding(
        tokens=spelt(kind, alphabet, made),
        merges=made,
        counts=np.array(counts, np.int64),
        lengths=int(lengths @ weights) - np.cumsum([0, *counts]),
        upper_bound=saved,
        operations=len(best),
    )


def merged_word(word: Word, pair: Pair) -> Word:
    """Merge a pair wherever it stands, from left to right."""
    after, k = list[Token](), 0
    while k < len(word):
        here = word[k : k + 2] == pair
        after.append(pair[0] + pair[1] if here else word[k])
        k += 2 if here else 1
    return tuple(after)


def pair_counts(state: tuple[Word, ...], times: list[int]) -> Counter[Pair]:
    """Count how often each pair can be merged."""
    counts: Counter[Pair] = Counter()
    for word, weight in zip(state, times, strict=True):
        last: dict[Pair, int] = {}
        for k, pair in enumerate(pairwise(word)):
            if pair[0] != pair[1] or last.get(pair) != k - 1:
                counts[pair] += weight
                last[pair] = k
    return counts
