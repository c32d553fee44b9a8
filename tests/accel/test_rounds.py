"""Rounds with old marginals: who wins, and who might, against a plain search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from accel.rounds import advance

N, ROUNDS, SLACK = 12, 6, 0.01


def plainly(step: int, pools: Any, weights: Any, charge: float, ratio: bool, floor: float,
            gains: Any, fresh: Any, costs: Any, present: Any) -> Any:  # fmt: skip
    """Go through the rounds one by one."""
    for t in range(step, ROUNDS):
        pool = [e for e in pools[t if len(pools) > 1 else 0] if present[e]]

        def score(e: int, t: int = t) -> float:
            gain = gains[e] + (0 if fresh[e] else SLACK)
            if not ratio:
                return float(weights[t] * gain - charge * costs[e])
            if costs[e] > 0:
                return float(gain / costs[e])
            return np.inf if gain > 0 else 0.0

        known = sorted((-score(e), e) for e in pool if fresh[e] and score(e) > floor)
        most, winner = (-known[0][0], known[0][1]) if known else (floor, -1)
        old = [e for e in pool if not fresh[e]]
        if any(score(e) > most or (score(e) == most and winner >= 0) for e in old):
            return t, sorted((score(e) for e in old), reverse=True), None
        if winner >= 0:
            return t, [], (winner, most)
    return ROUNDS, [], (-1, floor)


@pytest.mark.parametrize("ratio", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_rounds_agree_with_a_plain_search(ratio: bool, shared: bool) -> None:
    seen = set()
    for seed in range(400):
        rng = np.random.default_rng(seed)
        pools = np.arange(N)[None] if shared else rng.integers(N, size=(ROUNDS, 1 + seed % 2))
        weights: Any = np.sort(rng.random(ROUNDS))
        gains: Any = rng.integers(0, 5, N) * 1.0
        costs: Any = rng.integers(0, 5, N) / 2 + 5 * (seed % 4 == 0)
        fresh, present = rng.random(N) < 0.6, rng.random(N) < 0.7
        if seed % 3 == 0:
            fresh[:] = True
        floor = 1.0 if ratio else 0.0
        charge = float(rng.choice([1, 2]))
        old, bounds = np.empty(5, dtype=np.intp), np.empty(4)
        step = int(rng.integers(ROUNDS))
        shown = advance(
            step, ROUNDS - 1, pools, weights, charge, ratio, floor, gains, SLACK, fresh, costs,
            present, old, bounds,
        )  # fmt: skip
        t, scores, won = plainly(
            step, pools, weights, charge, ratio, floor, gains, fresh, costs, present
        )
        assert shown[0] == t
        assert shown[1] == min(len(scores), 4)
        assert bounds[: shown[1]].tolist() == scores[:4]
        asked = old[: shown[1]]
        assert not fresh[asked].any()
        assert present[asked].all()
        if won is not None:
            assert shown[2:] == won
        seen.add((won is None, won is not None and won[0] >= 0))
    assert len(seen) == 3


def test_the_plain_function_is_the_compiled_one() -> None:
    arguments = (
        0, 0, np.arange(3)[None], np.ones(1), 1.0, False, 0.0, np.array([3.0, 3, 1]), 0.0,
        np.array([True, True, True]), np.zeros(3), np.array([True, True, True]),
        np.empty(2, dtype=np.intp), np.empty(2),
    )  # fmt: skip
    assert advance(*arguments) == advance.py_func(*arguments) == (0, 0, 0, 3.0)  # type: ignore[attr-defined]
