"""Byte-pair encoding: merge the most frequent pair of neighbours, again and again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from accel.pairs import greedy_merges
from algos._arguments import checked_count
from algos.submodular._byte_pair_result import (
    BytePairEncoding,
    Integers,
    Text,
    counted,
    spelt,
)

__all__ = ["byte_pair_encoding"]


def byte_pair_encoding(
    text: Text | Iterable[Text] | Mapping[Text, int],
    merges: int,
    *,
    least_count: int = 1,
    overlaps: bool = False,
) -> BytePairEncoding:
    """Merge the pair of neighbouring tokens that is found most often, again and again.

    Parameters
    ----------
    text : str, bytes, iterable of words, or mapping from words to how often they occur
        What is to become short. Merges do not reach over the ends of words; a str or bytes is
        one word, spaces and all.
    merges : int
        Most merges, at least 0; fewer are made where no pair is left.
    least_count : int, optional
        Pairs that are found less often are not merged, at least 1.
    overlaps : bool, optional
        Whether aaa counts as two pairs (a, a), of which one can be merged; by default it counts
        as one.

    Returns
    -------
    BytePairEncoding
        Merges, counts, lengths, and a bound on what as many merges can save.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The alphabet is the characters that occur, sorted, or all 256 bytes; merges number the tokens
    that follow. Of pairs that are equally frequent the one with the least left token is merged,
    then the one with the least right token. With ``overlaps=True`` these are the merges of
    Hugging Face's ``BpeTrainer`` without special tokens.

    The number of tokens saved is at least a third of what any sequence of as many merges saves
    [1]_, and (1 − e^(−σ)) / σ of it, where σ is the total backward curvature [2]_; both without
    ``overlaps``. The upper bound is at most three times what they save.

    At most 9 n operations on a heap and O(n) links of lists, where n is the length of the
    distinct words: O(n log(m + alphabet)) time after the text's pairs have been sorted.

    References
    ----------
    .. [1] L. Kozma, J. Voderholzer, "Theoretical analysis of byte-pair encoding", arXiv
       2411.08671, 2024; proof in ``docs/theory/submodular_byte_pair.md``.
    .. [2] V. Zouhar, C. Meister, J. L. Gastaldi, L. Du, T. Vieira, M. Sachan, R. Cotterell,
       "A formal perspective on byte-pair encoding", Findings of ACL 2023.

    Examples
    --------
    >>> from algos.submodular import byte_pair_encoding
    >>> made = byte_pair_encoding("aaabdaaabac", 3)
    >>> made.tokens[4:], made.counts.tolist(), made.lengths.tolist()
    (('aa', 'ab', 'aaab'), [2, 2, 2], [11, 9, 7, 5])
    >>> made.decode(made.encode("baaab"))
    'baaab'
    """
    merges = checked_count("merges", merges, least=0)
    least_count = checked_count("least_count", least_count)
    if not isinstance(overlaps, (bool, np.bool_)):
        raise TypeError(f"overlaps must be True or False, got {overlaps!r}")
    kind, symbols, lengths, weights = counted(text)
    alphabet, tokens = np.unique(symbols, return_inverse=True)
    if kind is bytes:
        alphabet, tokens = np.arange(256), symbols
    weight = np.repeat(weights, lengths)
    inner = np.ones(len(tokens), np.bool_)
    inner[np.cumsum(lengths)[lengths > 0] - 1] = False
    left, right = tokens[:-1][inner[:-1]], tokens[1:][inner[:-1]]
    known, number = np.unique(left * len(alphabet) + right, return_inverse=True)
    pairs = np.full(len(tokens), -1, np.int64)
    pairs[inner] = number
    most = most_saved(tokens, pairs, weight)
    chosen, counts, operations = greedy_merges(
        tokens.astype(np.int32),
        pairs,
        weight,
        *np.divmod(known, len(alphabet)),
        len(alphabet),
        min(merges, len(tokens)),
        least_count,
        bool(overlaps),
    )
    saved = [int(weight.sum()), *(-counts).tolist()]
    return BytePairEncoding(
        tokens=spelt(kind, alphabet, chosen),
        merges=chosen,
        counts=counts,
        lengths=np.cumsum(saved),
        upper_bound=int(most[: len(chosen)].sum()),
        operations=int(operations),
    )


def most_saved(tokens: Integers, pairs: Integers, weights: Integers) -> Integers:
    """Bound what each merge saves, falling: the places of a pair of characters.

    No merge takes two neighbouring places, so that every other place in a run of equal
    characters is one of a second pair.
    """
    at = np.arange(len(tokens))
    alike = (pairs >= 0) & (tokens == np.roll(tokens, -1))
    since = at - np.maximum.accumulate(np.where(alike, -1, at))
    kinds = 2 * pairs + (alike & (since % 2 == 0))
    places = np.zeros(2 * int(pairs.max(initial=-1)) + 2, np.int64)
    np.add.at(places, kinds[pairs >= 0], weights[pairs >= 0])
    return np.sort(places)[::-1]
