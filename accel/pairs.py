"""Greedy merging of adjacent equal pairs of tokens, and merging by a given list; host only.

Tokens lie in a row, words one behind another. The places at which a pair stands form a linked list
from left to right, and so do the tokens of a word: merging two neighbours changes a few links. Of
a run of r equal tokens floor(r / 2) pairs can be merged at once, so runs know their two ends,
unless they are themselves being merged: of these at most one token is left.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from accel.loops import compiled

__all__ = ["greedy_merges", "merged"]

Integers = NDArray[np.int64]
Places = NDArray[np.int32]


@compiled
def _last_of(length: int, overlaps: bool) -> int:
    """Count the pairs that the last token of a run of equal ones makes: one, or every other."""
    return 1 if overlaps else 1 - length % 2


@compiled
def _append(
    at: int, pair: int, head: Integers, tail: Integers, later: Places, sooner: Places
) -> None:
    """Add a place to those of a pair, as the last one."""
    sooner[at], later[at] = tail[pair], -1
    if tail[pair] < 0:
        head[pair] = at
    else:
        later[tail[pair]] = at
    tail[pair] = at


@compiled
def _remove(
    at: int, pair: int, head: Integers, tail: Integers, later: Places, sooner: Places
) -> None:
    """Take a place away from those of a pair."""
    if sooner[at] < 0:
        head[pair] = later[at]
    else:
        later[sooner[at]] = later[at]
    if later[at] < 0:
        tail[pair] = sooner[at]
    else:
        sooner[later[at]] = sooner[at]


@compiled
def _numbered(
    numbers: Integers, of: int, left: int, right: int, lefts: Integers, rights: Integers, known: int
) -> tuple[int, int]:
    """Find the number of a pair, or give it the next one; and count the known ones."""
    if numbers[of] < 0:
        numbers[of], lefts[known], rights[known], known = known, left, right, known + 1
    return numbers[of], known


@compiled
def _longer(array: Integers, fill: int) -> Integers:
    """Copy to an array of twice the length."""
    longer = np.full(2 * len(array), fill, array.dtype)
    longer[: len(array)] = array
    return longer


@compiled
def greedy_merges(
    tokens: Places,
    pairs: Integers,
    weights: Integers,
    left: Integers,
    right: Integers,
    alphabet: int,
    merges: int,
    least: int,
    overlaps: bool,
) -> tuple[Integers, Integers, int]:
    """Merge a pair of greatest weight everywhere, again and again.

    Parameters
    ----------
    tokens : array of int32, shape (n,)
        The words' tokens, from 0 to ``alphabet`` - 1; changed in place.
    pairs : array of int64, shape (n,)
        Number of the pair that begins at each place, -1 at the end of a word; changed in place.
    weights : array of int64, shape (n,)
        How often the word of each place counts.
    left, right : array of int64, shape (m,)
        The tokens of each pair.
    alphabet : int
        Number of tokens; merges make the tokens that follow.
    merges : int
        Most merges.
    least : int
        Pairs of less weight are not merged, at least 1.
    overlaps : bool
        Whether a run of r equal tokens counts as r - 1 pairs.

    Returns
    -------
    (array, array, int)
        The pairs merged, of shape (k, 2); the weight of what was merged each time, of shape
        (k,); pushes to and pops from the heap.
    """
    n = len(tokens)
    following, preceding = np.empty(n, np.int32), np.empty(n, np.int32)
    later, sooner = np.empty(n, np.int32), np.full(n, -1, np.int32)  # places of the same pair
    other = np.empty(n, np.int32)  # at an end of a run of equal tokens: the other end
    known = len(left)
    room = max(2 * known, 16)
    count = np.zeros(room, np.int64)
    head, tail = np.full(room, -1, np.int64), np.full(room, -1, np.int64)
    lefts, rights = np.empty(room, np.int64), np.empty(room, np.int64)
    lefts[:known], rights[:known] = left, right
    run = 0
    for i in range(n):
        start = i == 0 or pairs[i - 1] < 0
        preceding[i] = -1 if start else i - 1
        following[i] = -1 if pairs[i] < 0 else i + 1
        run = run + 1 if not start and tokens[i - 1] == tokens[i] else 1
        other[i], other[i - run + 1] = i - run + 1, i
        if pairs[i] >= 0:
            _append(i, pairs[i], head, tail, later, sooner)
            alike = tokens[i] == tokens[i + 1]
            count[pairs[i]] += weights[i] * (_last_of(run + 1, overlaps) if alike else 1)
    width = np.ones(alphabet + merges, np.int32)
    before, behind = np.full(len(width), -1, np.int64), np.full(len(width), -1, np.int64)
    heap = [(-count[p], lefts[p] << 32 | rights[p], p) for p in range(known)]
    heapify(heap)
    operations = 0
    chosen, gained = np.empty((merges, 2), np.int64), np.zeros(merges, np.int64)
    done = 0
    while done < merges and len(heap) > 0:
        key, code, pair = heappop(heap)
        operations += 1
        if -key != count[pair]:  # it has become rarer
            if count[pair] >= least:
                heappush(heap, (-count[pair], code, pair))
                operations += 1
            continue
        if -key < least:
            break
        x, y, z, old = lefts[pair], rights[pair], alphabet + done, known
        width[z] = width[x] + width[y]
        while head[pair] >= 0:
            if known + 2 > len(count):
                count, lefts, rights = _longer(count, 0), _longer(lefts, 0), _longer(rights, 0)
                head, tail = _longer(head, -1), _longer(tail, -1)
            i = int(head[pair])
            j, h, weight = int(following[i]), int(preceding[i]), weights[i]
            k = int(following[j])
            gained[done] += weight
            _remove(i, pair, head, tail, later, sooner)
            if h >= 0:
                _remove(h, pairs[h], head, tail, later, sooner)
                less = 1
                if tokens[h] == x and x != y:  # a run of x loses its last
                    first = other[i]
                    less = _last_of((i - first) // width[x] + 1, overlaps)
                    other[first], other[h] = h, first
                count[pairs[h]] -= less * weight
            if k >= 0:
                _remove(j, pairs[j], head, tail, later, sooner)
                less = 1
                if tokens[k] == y and x != y:  # a run of y loses its first
                    last = other[j]
                    less = _last_of((last - j) // width[y] + 1, overlaps)
                    other[k], other[last] = last, k
                count[pairs[j]] -= less * weight
                preceding[k] = i
            tokens[i], tokens[j], following[i], other[i] = z, -1, k, i
            if h >= 0:
                new, known = _numbered(before, tokens[h], tokens[h], z, lefts, rights, known)
                _append(h, new, head, tail, later, sooner)
                more = 1
                if tokens[h] == z:  # a run of z becomes longer
                    first = other[h]
                    more = _last_of((i - first) // width[z] + 1, overlaps)
                    other[first], other[i] = i, first
                count[new] += more * weight
                pairs[h] = new
            if k >= 0:
                new, known = _numbered(behind, tokens[k], z, tokens[k], lefts, rights, known)
                _append(i, new, head, tail, later, sooner)
                count[new] += weight
                pairs[i] = new
        for new in range(old, known):
            before[lefts[new]] = behind[rights[new]] = -1
            if count[new] >= least:
                heappush(heap, (-count[new], lefts[new] << 32 | rights[new], new))
                operations += 1
        chosen[done, 0], chosen[done, 1] = x, y
        done += 1
    return chosen[:done], gained[:done], operations


@compiled
def _rank(codes: Integers, ranks: Integers, left: int, right: int) -> int:
    """Find which merge a pair is, -1 for none."""
    code = np.int64(left) << 32 | np.int64(right)
    at = np.searchsorted(codes, code)
    return int(ranks[at]) if at < len(codes) and codes[at] == code else -1


@compiled
def merged(tokens: Integers, codes: Integers, ranks: Integers, alphabet: int) -> Integers:
    """Apply merges to a word, the first one everywhere, then the second, and so on.

    Parameters
    ----------
    tokens : array of int64, shape (n,)
        From 0 to ``alphabet`` - 1.
    codes : array of int64, shape (m,)
        2^32 left + right of each merge, rising.
    ranks : array of int64, shape (m,)
        Which merge each is, from 0; it makes the token ``alphabet`` + rank.
    alphabet : int
        Number of tokens before the first merge.

    Returns
    -------
    array of int64, shape (k,)
        What is left.
    """
    n = len(tokens)
    current = tokens.copy()
    following, preceding = np.arange(1, n + 1), np.arange(-1, n - 1)
    first = [_rank(codes, ranks, current[i], current[i + 1]) for i in range(n - 1)]
    heap = [(first[i], i) for i in range(n - 1) if first[i] >= 0]
    heapify(heap)
    while len(heap) > 0:
        rank, i = heappop(heap)
        j = int(following[i])
        if current[i] < 0 or j == n or _rank(codes, ranks, current[i], current[j]) != rank:
            continue
        k, h = int(following[j]), int(preceding[i])
        current[i], current[j], following[i] = alphabet + rank, -1, k
        if k < n:
            preceding[k] = i
            after = _rank(codes, ranks, current[i], current[k])
            if after >= 0:
                heappush(heap, (after, i))
        if h >= 0:
            after = _rank(codes, ranks, current[h], current[i])
            if after >= 0:
                heappush(heap, (after, h))
    return current[current >= 0]
