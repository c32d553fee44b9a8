"""Checks of byte-pair encoding: texts whose every sequence of merges can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.submodular import BytePairEncoding, byte_pair_encoding, optimal_merges
from algos.submodular.theorems import byte_pair as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited

#: Words in which every token is one character, and the pairs that were merged in turn.
State = tuple[str, ...]
Pairs = tuple[str, ...]


@dataclass(frozen=True)
class Merging:
    """Words, how often each occurs, and a number of merges."""

    words: State
    times: tuple[int, ...]
    merges: int
    names: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def text(self) -> dict[str, int]:
        """Words and how often they occur; a word that is given twice occurs as often as both."""
        together: dict[str, int] = {}
        for word, times in zip(self.words, self.times, strict=True):
            together[word] = together.get(word, 0) + times
        return together

    def length(self, state: State) -> int:
        """Count tokens."""
        return sum(len(word) * times for word, times in zip(state, self.times, strict=True))

    def merged(self, state: State, pairs: Pairs) -> State:
        """Merge pairs in turn, from left to right; a pair becomes a character of its own."""
        for pair in pairs:
            new = self.names.setdefault(pair, chr(0xE000 + len(self.names)))
            state = tuple(word.replace(pair, new) for word in state)
        return state

    def sequences(self, state: State, merges: int) -> Iterator[tuple[Pairs, State]]:
        """Walk through all sequences of at most so many merges that save anything."""
        yield (), state
        if merges:
            for pair in sorted({x + y for word in state for x, y in pairwise(word)}):
                for pairs, end in self.sequences(self.merged(state, (pair,)), merges - 1):
                    yield (pair, *pairs), end

    def saved(self, state: State) -> int:
        """Count what has been saved."""
        return self.length(self.words) - self.length(state)

    @cached_property
    def all(self) -> list[tuple[Pairs, State]]:
        """All sequences of merges with their ends."""
        return list(self.sequences(self.words, self.merges))

    @cached_property
    def best(self) -> tuple[Pairs, State]:
        """The merges that save most."""
        return max(self.all, key=lambda one: self.saved(one[1]))

    @cached_property
    def optimum(self) -> int:
        """What they save."""
        return self.saved(self.best[1])

    @cached_property
    def curvature(self) -> float:
        """The total backward curvature at the best merges; 1 where nothing can be merged."""
        pairs = self.best[0]
        return max(
            (
                1 - (self.saved(self.merged(end, pairs)) - self.optimum) / self.saved(end)
                for _, end in self.all
                if self.saved(end)
            ),
            default=1.0,
        )

    def not_first(self, made: BytePairEncoding) -> int:
        """Count the merges that are not the first of those that save most."""
        tokens, state, wrong = sorted(set("".join(self.words))), self.words, 0
        for x, y in made.merges.tolist():
            number = {token: k for k, token in enumerate(tokens)}
            found = {a + b for word in state for a, b in pairwise(word)}
            gains = {pair: self.saved(self.merged(state, (pair,))) for pair in found}
            first = min(found, key=lambda p: (-gains[p], number[p[0]], number[p[1]]), default="")
            wrong += first != tokens[x] + tokens[y]
            state = self.merged(state, (tokens[x] + tokens[y],))
            tokens.append(self.names[tokens[x] + tokens[y]])
        return wrong


def _one(word: str, merges: int) -> Merging:
    """Take a single word."""
    return Merging((word,), (1,), merges)


#: What the faults need: different letters, one frequent pair, runs, ties, greedy not the best.
HARD = (
    ("six letters", _one("abcdef", 5)),
    ("one frequent pair", _one("ababababcd", 1)),
    ("runs", _one("aaabaacaa", 2)),
    ("one run", _one("aaaa", 2)),
    ("a run cut at both ends", Merging(("caaab", "ab", "ca"), (1, 3, 2), 3)),
    ("a pair that becomes rare", Merging(("abc", "bd", "de"), (2, 1, 2), 3)),
    ("ties", _one("badc", 2)),
    ("greedy is not the best", _one("bbbabababb", 2)),
    ("two thirds", _one("aabaaaba", 3)),
    ("the best is found late", Merging(("pxyq", "pxr", "syq", "xy"), (2, 2, 2, 1), 2)),
)
ON = Instances(
    st.integers(1, 2).flatmap(
        lambda count: st.builds(
            Merging,
            words=st.tuples(*[st.text("abc", min_size=1, max_size=8)] * count),
            times=st.tuples(*[st.integers(1, 3)] * count),
            merges=st.integers(1, 3),
        )
    ),
    HARD,
)
#: Faults of the loops run as plain Python.
PLAIN = ("from accel.loops import compiled\n", "def compiled(loop):\n    return loop\n")


def _loop(name: str, description: str, *edits: tuple[str, str]) -> Fault:
    """Break the loops."""
    return edited(byte_pair_encoding, name, description, PLAIN, *edits, module="accel.pairs")


RAREST = _loop(
    "rarest",
    "Merges the rarest pair.",
    (
        "from heapq import heapify, heappop, heappush\n",
        "from heapq import heapify, heappush\n\n"
        "def heappop(heap):\n    heap.sort()\n    return heap.pop()\n",
    ),
)
STALE = _loop(
    "stale",
    "Takes the count of a pair for what it was when the pair came into the heap.",
    ("if -key != count[pair]:", "if False:"),
)
OVERLAPS = _loop(
    "overlaps",
    "Counts two pairs in three equal tokens.",
    ("return 1 if overlaps else 1 - length % 2", "return 1"),
)
TIES = _loop(
    "ties",
    "Of equally frequent pairs takes the last.",
    ("lefts[p] << 32 | rights[p]", "-(lefts[p] << 32 | rights[p])"),
)
LONG_RUNS = _loop(
    "long_runs",
    "Forgets that a run has lost its last token.",
    ("                    other[first], other[h] = h, first\n", ""),
)
REBUILT = _loop(
    "rebuilt",
    "Puts all pairs into the heap again after every merge.",
    ("for new in range(old, known):", "for new in range(known):"),
)
ONCE = edited(byte_pair_encoding, "once", "Merges once.", ("min(merges, len(tokens))", "1"))
ONE_PAIR_LESS = edited(
    byte_pair_encoding,
    "one_pair_less",
    "Bounds by the places of one pair too few.",
    ("[: len(chosen)]", "[: len(chosen) - 1]"),
)
HALF_RUNS = edited(
    byte_pair_encoding,
    "half_runs",
    "Forgets every other place of runs in the bound.",
    ("np.sort(places)", "np.sort(places[::2])"),
)
RESULT = "algos.submodular._byte_pair_result"
SHIFTED = edited(
    byte_pair_encoding,
    "shifted",
    "Takes each merge for the one before it when it encodes.",
    ("np.int64), pairs[order], order", "np.int64), pairs[order], order + 1"),
    module=RESULT,
)
BY_PAIR = edited(
    byte_pair_encoding,
    "by_pair",
    "Encodes by merges in the order of their tokens.",
    ("np.int64), pairs[order], order", "np.int64), pairs[order], np.arange(len(order))"),
    module=RESULT,
)
SHORT_SIGHTED = edited(
    optimal_merges,
    "short_sighted",
    "Takes one token for the most that a later merge can save.",
    ("(left - 1) * max(counts.values())", "(left - 1)"),
)


@check(claims.BYTE_PAIR_THIRD, on=ON, faults=[RAREST, ONCE], trials=200)
def byte_pair_third(algorithm: Any, one: Merging, rng: np.random.Generator) -> Measurement:
    """Compare with all sequences of merges."""
    return Measurement(algorithm(one.text, one.merges).saved, optimum=one.optimum)


@check(claims.BYTE_PAIR_CURVATURE, on=ON, faults=[RAREST, ONCE], trials=200)
def byte_pair_curvature(algorithm: Any, one: Merging, rng: np.random.Generator) -> Measurement:
    """Compare with all sequences of merges, and let each go before the best one."""
    made = algorithm(one.text, one.merges)
    return Measurement(made.saved, optimum=one.optimum, curvature=one.curvature)


@check(claims.BYTE_PAIR_BOUND, on=ON, faults=[ONE_PAIR_LESS, HALF_RUNS], trials=200)
def byte_pair_bound(algorithm: Any, one: Merging, rng: np.random.Generator) -> Measurement:
    """Compare with all sequences of merges."""
    return Measurement(algorithm(one.text, one.merges).upper_bound, optimum=one.optimum)


@check(
    claims.BYTE_PAIR_GREEDY, on=ON, faults=[RAREST, STALE, OVERLAPS, TIES, LONG_RUNS], trials=200
)
def byte_pair_greedy(algorithm: Any, one: Merging, rng: np.random.Generator) -> Measurement:
    """Try every pair before every merge."""
    return Measurement(one.not_first(algorithm(one.text, 8)))


@check(claims.BYTE_PAIR_ENCODE, on=ON, faults=[SHIFTED, BY_PAIR], trials=200)
def byte_pair_encode(algorithm: Any, one: Merging, rng: np.random.Generator) -> Measurement:
    """Encode what the merges were made from."""
    made = algorithm(one.text, 8)
    encoded = sum(len(made.encode(word)) * times for word, times in one.text.items())
    return Measurement(encoded, tokens=made.lengths[-1])


@check(claims.BYTE_PAIR_OPERATIONS, on=ON, faults=[REBUILT], trials=100)
def byte_pair_operations(algorithm: Any, one: Merging, rng: np.random.Generator) -> Measurement:
    """Merge until nothing is left, in a longer text."""
    text = "".join(rng.permutation(list("".join(one.words) * 20)))
    return Measurement(algorithm(text, len(text)).operations, characters=len(text))


@check(claims.OPTIMAL_MERGES, on=ON, faults=[SHORT_SIGHTED], trials=200)
def optimal_merges_saved(algorithm: Any, one: Merging, rng: np.random.Generator) -> Measurement:
    """Compare with all sequences of merges."""
    return Measurement(algorithm(one.text, one.merges).saved, optimum=one.optimum)
