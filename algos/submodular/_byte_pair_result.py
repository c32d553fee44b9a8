"""What byte-pair encoding gives back, and what it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from accel.pairs import merged
from algos._arguments import checked_count

__all__ = ["BytePairEncoding", "Integers", "Kind", "Text", "counted", "spelt"]

Integers = NDArray[np.int64]
Text = str | bytes
Kind = type[str] | type[bytes]
#: All words together, as often as they occur, must have fewer characters.
MOST = 2**62
#: Distinct words must have fewer characters: links between them are of 32 bits.
MOST_PLACES = 2**31


@dataclass(frozen=True, eq=False)
class BytePairEncoding:
    """Merges, and what they make of a text.

    Attributes
    ----------
    tokens : tuple of str, or of bytes
        What each token stands for: the alphabet, then one for every merge.
    merges : ndarray of int64, shape (m, 2)
        The two tokens that each merge makes one of.
    counts : ndarray of int64, shape (m,)
        How often it does.
    lengths : ndarray of int64, shape (m + 1,)
        Tokens of the text before the first merge and after each.
    upper_bound : int
        No m merges save more tokens of this text.
    operations : int
        Pushes to and pops from the heap; of an exact search, the texts that it has met.
    """

    tokens: tuple[Text, ...]
    merges: Integers
    counts: Integers
    lengths: Integers
    upper_bound: int
    operations: int

    @property
    def saved(self) -> int:
        """Tokens by which the text has become shorter."""
        return int(self.lengths[0] - self.lengths[-1])

    @cached_property
    def _tables(self) -> tuple[Integers, Integers, Integers]:
        """Give the alphabet's characters, the merged pairs, rising, and which merge each is."""
        alphabet = [ord(one) for one in self.tokens[: len(self.tokens) - len(self.merges)]]
        pairs = self.merges[:, 0] << 32 | self.merges[:, 1]
        order = np.argsort(pairs)
        return np.array(alphabet, np.int64), pairs[order], order

    def encode(self, text: Text) -> Integers:
        """Apply the merges to a word, in their order.

        Parameters
        ----------
        text : str or bytes
            Of the kind that the merges were made from.

        Returns
        -------
        ndarray of int64
            Tokens.

        Raises
        ------
        TypeError, ValueError
            The text is of the other kind, or has a character that the alphabet lacks.
        """
        kind = type(self.tokens[0]) if self.tokens else str
        if not isinstance(text, kind):
            raise TypeError(f"text must be {kind.__name__}, got {type(text).__name__}")
        alphabet, pairs, order = self._tables
        symbols = codes(text)
        tokens = np.searchsorted(alphabet, symbols)
        unknown = np.flatnonzero(np.append(alphabet, -1)[tokens] != symbols)
        if len(unknown):
            raise ValueError(
                f"text must have characters of the alphabet alone, got {text[unknown[0]]!r} at "
                f"{unknown[0]}; make merges from bytes, of which none is unknown"
            )
        return merged(tokens, pairs, order, len(alphabet))

    def decode(self, tokens: Iterable[int]) -> Text:
        """Put together what tokens stand for.

        Parameters
        ----------
        tokens : iterable of int
            From 0 to their number less 1.

        Returns
        -------
        str or bytes
            The text.

        Raises
        ------
        TypeError, ValueError
            The tokens are not what they must be.
        """
        if not isinstance(tokens, Iterable):
            raise TypeError(f"tokens must be an iterable of integers, got {tokens!r}")
        last = len(self.tokens) - 1
        parts = [self.tokens[checked_count("tokens", one, least=0, most=last)] for one in tokens]
        return joined(bytes if self.tokens and isinstance(self.tokens[0], bytes) else str, parts)


def joined(kind: Kind, words: Iterable[Text]) -> Text:
    """Put words of a kind together."""
    if kind is bytes:
        return b"".join(word for word in words if isinstance(word, bytes))
    return "".join(word for word in words if isinstance(word, str))


def kind_of(word: object) -> type:
    """Find the type of a word; str and bytes also stand for those derived from them."""
    return next((kind for kind in (str, bytes) if isinstance(word, kind)), type(word))


def codes(text: Text) -> Integers:
    """Give the characters' code points, or the bytes, as numbers."""
    if isinstance(text, str):
        return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    return np.frombuffer(text, np.uint8).astype(np.int64)


def counted(
    text: Text | Iterable[Text] | Mapping[Text, int],
) -> tuple[Kind, Integers, Integers, Integers]:
    """Validate words: give their kind, characters, lengths, and how often each word occurs."""
    given: Mapping[Text, int]
    if isinstance(text, (str, bytes)):
        given = {text: 1}
    elif isinstance(text, Mapping):
        given = text
    elif isinstance(text, Iterable):
        try:
            given = Counter(text)
        except TypeError as error:
            raise TypeError(
                f"text must have words that are all str or all bytes: {error}"
            ) from error
    else:
        raise TypeError(
            f"text must be a str, bytes, words, or a mapping from words to counts, got {text!r}"
        )
    kinds = {kind_of(word) for word in given}
    if not kinds <= {str} and not kinds <= {bytes}:
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise TypeError(f"text must have words that are all str or all bytes, got {names}")
    counts = [checked_count(f"text[{word!r}]", count) for word, count in given.items()]
    lengths = [len(word) for word in given]
    total = sum(count * length for count, length in zip(counts, lengths, strict=True))
    if total >= MOST:
        raise ValueError(f"text must have fewer than 2^62 characters in all, got {total}")
    if sum(lengths) >= MOST_PLACES:
        raise ValueError(
            f"text must have distinct words of fewer than 2^31 characters, got {sum(lengths)}; "
            "split it into words, of which each is kept once, or make merges from a part of it"
        )
    kind: Kind = bytes if kinds == {bytes} else str
    symbols = codes(joined(kind, given))
    return kind, symbols, np.array(lengths, np.int64), np.array(counts, np.int64)


def spelt(kind: Kind, alphabet: Integers, merges: Integers) -> tuple[Text, ...]:
    """Spell tokens out: characters of the alphabet, then what merges make of them."""
    tokens = [chr(one) for one in alphabet.tolist()]
    for x, y in merges.tolist():
        tokens.append(tokens[x] + tokens[y])
    return tuple(tokens) if kind is str else tuple(token.encode("latin-1") for token in tokens)
