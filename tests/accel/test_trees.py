"""Streams of trees: interpreted as compiled, against sums of intervals."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from accel.trees import balanced, dyadic, from_below, signed_digits

Array = np.ndarray[Any, Any]
RNG = np.random.default_rng(4)
EVENTS = RNG.integers(-99, 100, (40, 3))
NOISE = RNG.integers(-(2**20), 2**20, (200, 3))


def run(kernel: Any, interpreted: bool, *arguments: Any) -> Array:
    """Run a kernel, on copies."""
    arguments = tuple(one.copy() if isinstance(one, np.ndarray) else one for one in arguments)
    found: Array = (kernel.py_func if interpreted else kernel)(*arguments)
    return found


def zeros(*shape: int, kind: Any = np.int64) -> Array:
    """Make an array of zeros for three coordinates."""
    return np.zeros((*shape, 3), dtype=kind)


@pytest.mark.parametrize("interpreted", [False, True])
@pytest.mark.parametrize("levels", [1, 3, 6])
def test_dyadic_intervals_by_digits(levels: int, interpreted: bool) -> None:
    state = zeros(), zeros(levels + 1), zeros(levels + 1, kind=float)
    found = run(dyadic, interpreted, EVENTS, NOISE[:40], 0, *state)
    for t in range(1, 41):
        noise, step = np.zeros(3), t
        while step:
            noise += NOISE[step - 1]
            step -= min(step & -step, 2 ** (levels - 1))
        assert (found[t - 1] == EVENTS[:t].sum(axis=0) + noise).all()


@pytest.mark.parametrize("interpreted", [False, True])
def test_estimates_from_below_by_recursion(interpreted: bool) -> None:
    levels, drawn, codes = 6, 0, {}
    for end in range(1, 41):
        for level in range(levels):
            if end % 2**level == 0:
                inside = EVENTS[end - 2**level : end].sum(axis=0)
                codes[level, end] = inside + NOISE[drawn]
                drawn += 1

    def estimate(level: int, end: int) -> Array:
        own: Array = codes[level, end]
        if level == 0:
            return own
        share = 2**level / (2 ** (level + 1) - 1)
        halves = estimate(level - 1, end - 2 ** (level - 1)) + estimate(level - 1, end)
        return np.asarray(share * own + (1 - share) * halves)

    shares = 2.0 ** np.arange(levels) / (2.0 ** np.arange(1, levels + 1) - 1)
    state = zeros(levels), zeros(levels, kind=float), zeros(levels + 1, kind=float)
    found = run(from_below, interpreted, EVENTS, NOISE[:drawn], 0, shares, *state)
    for t in range(1, 41):
        total, end = np.zeros(3), t
        while end:
            level = (end & -end).bit_length() - 1
            total += estimate(level, end)
            end -= 2**level
        assert found[t - 1] == pytest.approx(total, abs=1e-7)


@pytest.mark.parametrize("interpreted", [False, True])
@pytest.mark.parametrize("ones", [1, 3, 4])
def test_balanced_leaves_in_order(ones: int, interpreted: bool) -> None:
    empty = NOISE[100 : 100 + ones].astype(float).cumsum(axis=0)
    state = zeros(), zeros(ones + 1), zeros(ones + 1, kind=float)
    found = run(balanced, interpreted, EVENTS, NOISE[:40], np.arange(ones), empty, *state)
    places = combinations(range(41 if ones == 1 else 9), ones)
    leaves = sorted(sum(1 << place for place in one) for one in places)
    for t in range(1, 41):
        noise, path = np.zeros(3), leaves[t]
        low = ((path + 1) & ~path).bit_length() - 1  # ones at the end: empty intervals
        for place in range(low, path.bit_length()):
            if path >> place & 1:  # published when this place was turned to 1
                turned = next(s for s in range(1, 41) if leaves[s] >> place == path >> place)
                noise += NOISE[turned - 1]
        assert (found[t - 1] == EVENTS[:t].sum(axis=0) + noise + empty[low]).all()


@pytest.mark.parametrize("interpreted", [False, True])
@pytest.mark.parametrize(("arity", "levels"), [(3, 4), (5, 3), (81, 1)])
def test_signed_digits_by_intervals(arity: int, levels: int, interpreted: bool) -> None:
    most, order = arity // 2, []
    used: list[list[tuple[tuple[int, int], int]]] = []
    for t in range(1, 41):
        combined, rest = [], t
        for level in range(levels):
            digit = (rest + most) % arity - most
            rest = (rest - digit) // arity
            ends = range(rest * arity + min(digit, 0) + 1, rest * arity + max(digit, 0) + 1)
            combined.append([((level, end), 1 if digit > 0 else -1) for end in ends])
        flat = [one for part in reversed(combined) for one in part]
        order += [interval for interval, _ in flat if interval not in order]
        used.append(flat)
    state = zeros(levels, most), zeros(levels + 1), zeros()
    digits = np.zeros(levels, dtype=np.int64)
    found = run(signed_digits, interpreted, EVENTS, NOISE[: len(order)], digits, *state)
    for t in range(1, 41):
        noise = sum(sign * NOISE[order.index(interval)] for interval, sign in used[t - 1])
        assert (found[t - 1] == EVENTS[:t].sum(axis=0) + noise).all()
