"""Committees from rankings: scores by hand, quotas, the model of bias, bad input."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from algos.submodular import (
    CommitteeScore,
    GraphCut,
    QuotaMatroid,
    biased_rankings,
    check_submodular,
    from_callable,
    quota_greedy,
)

RANKINGS = [[0, 1, 2, 3], [0, 2, 1, 3], [3, 0, 1, 2]]


@pytest.mark.parametrize(
    ("points", "shares", "values"),
    [  # of {0}, {1}, {3}, {0, 1}, {0, 3}, {1, 2, 3}
        (1, "sum", [2, 0, 1, 2, 3, 1]),
        (2, "sum", [3, 1, 1, 4, 4, 3]),
        ("borda", "sum", [8, 4, 3, 12, 11, 10]),
        ("borda", "best", [8, 4, 3, 8, 9, 7]),
        (2, "best", [3, 1, 1, 3, 3, 3]),
        (2, "harmonic", [3, 1, 1, 3.5, 3.5, 3]),
        ([4, 2, 1, 0], [1, 0.5, 0.25, 0], [10, 4, 4, 12, 13, 9.5]),
    ],
)
def test_scores_by_hand(points: Any, shares: Any, values: list[float]) -> None:
    score = CommitteeScore(RANKINGS, points, shares)
    sets = [[0], [1], [3], [0, 1], [0, 3], [1, 2, 3]]
    assert [score.value(S) for S in sets] == values


@pytest.mark.parametrize("shares", ["sum", "best", "harmonic", [1, 1, 0.5, 0.5, 0.5, 0]])
@pytest.mark.parametrize("points", ["borda", 1, 3, [5, 5, 1, 1, 0.5, 0]])
def test_every_square_of_a_score_is_submodular(points: Any, shares: Any) -> None:
    rankings = biased_rankings(np.arange(1, 7), np.arange(6) % 2, 7, bias=0.5, rng=0)
    report = check_submodular(CommitteeScore(rankings, points, shares), trials=1000)
    assert report.violation is None
    assert report.exhaustive


def test_a_score_keeps_rankings_and_a_second_push_changes_nothing() -> None:
    rankings = np.array(RANKINGS)
    score = CommitteeScore(rankings, shares="harmonic")
    state = score.start()
    score.push(state, 0)
    before = score.gains(state, np.arange(4))
    other = score.copy(state)
    score.push(state, 0)
    score.push(other, 2)
    assert score.gains(state, np.arange(4)).tolist() == before.tolist()
    assert (rankings == RANKINGS).all()


def independents(matroid: QuotaMatroid) -> set[frozenset[int]]:
    """List all independent sets."""
    n = matroid.size
    sets = (S for k in range(n + 1) for S in combinations(range(n), k))
    return {frozenset(S) for S in sets if matroid.independent(S)}


@pytest.mark.parametrize("seed", range(20))
def test_independent_sets_are_what_can_be_completed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k = 6, int(rng.integers(1, 7))
    groups = np.append(rng.integers(0, 3, n - 1), 2)
    held = np.bincount(groups[rng.permutation(n)[:k]], minlength=3)
    lower, upper = np.maximum(held - rng.integers(0, 2, 3), 0), held + rng.integers(0, 2, 3)
    complete = [
        set(S)
        for S in combinations(range(n), k)
        if all(lower[g] <= (groups[list(S)] == g).sum() <= upper[g] for g in range(3))
    ]
    expected = {frozenset(S) for C in complete for r in range(k + 1) for S in combinations(C, r)}
    found = independents(QuotaMatroid(groups, k, lower=lower, upper=upper))
    assert found == expected
    for S in found:  # the smaller set can be enlarged from the larger one
        for T in found:
            assert len(S) >= len(T) or any(S | {e} in found for e in T - S)


def test_quotas_fill_up_with_elements_that_add_nothing() -> None:
    score = CommitteeScore([[0, 1, 2, 3]], points=1)
    chosen = quota_greedy(score, [0, 0, 1, 1], 3, lower=[0, 2])
    assert chosen.elements.tolist() == [0, 2, 3]
    assert chosen.gains.tolist() == [1, 0, 0]
    assert chosen.value == chosen.upper_bound == 1


def test_all_of_one_group_and_quotas_of_zero() -> None:
    borda = CommitteeScore(RANKINGS)
    assert quota_greedy(borda, [0] * 4, 4).elements.tolist() == [0, 1, 2, 3]
    chosen = quota_greedy(borda, [0, 0, 1, 1], 2, upper=[0, 2])
    assert sorted(chosen.elements) == [2, 3]
    chosen = quota_greedy(borda, [0, 0, 1, 1], 1, lower=[0, 1])
    assert chosen.elements.tolist() == [2]
    assert chosen.oracle_calls == 2
    assert quota_greedy(CommitteeScore([[0]]), [0], 1).elements.tolist() == [0]


def test_quotas_of_a_group_without_elements() -> None:
    chosen = quota_greedy(CommitteeScore(RANKINGS), [0, 2, 2, 2], 2, lower=[1, 0, 1])
    assert chosen.elements.tolist() == [0, 1]
    with pytest.raises(ValueError, match=r"lower must be at most .* 1 for group 1, of 0 elements"):
        quota_greedy(CommitteeScore(RANKINGS), [0, 2, 2, 2], 2, lower=1)


def test_pairs_are_in_the_order_of_plackett_and_luce() -> None:
    """20,000 pairs are off by 6 standard errors 1 time in 10⁸."""
    count, strengths = 20_000, [1.0, 3.0, 2.0, 5.0]
    drawn = biased_rankings(strengths, [0, 0, 1, 1], count, bias=0.25, rng=1)
    seen = [1.0, 3.0, 0.5, 1.25]
    places = np.argsort(drawn, axis=1)
    for i, j in combinations(range(4), 2):
        p = seen[i] / (seen[i] + seen[j])
        above = (places[:, i] < places[:, j]).mean()
        assert abs(above - p) < 6 * math.sqrt(p * (1 - p) / count)
    first = np.bincount(drawn[:, 0], minlength=4) / count
    for i, p in enumerate(np.array(seen) / sum(seen)):
        assert abs(first[i] - p) < 6 * math.sqrt(p * (1 - p) / count)


def test_rankings_follow_the_seed_and_stand_extreme_strengths() -> None:
    one = biased_rankings([1, 2, 3], [0, 1, 0], 5, bias=0.5, rng=4)
    assert (one == biased_rankings([1, 2, 3], [0, 1, 0], 5, bias=0.5, rng=4)).all()
    assert one.shape == (5, 3)
    drawn = biased_rankings([1e-300, 1e300, 1.0], [0, 0, 0], 50, rng=0)
    assert drawn.tolist() == [[1, 2, 0]] * 50
    assert biased_rankings([2.0], [True], 3, bias=1e-9).tolist() == [[0]] * 3


def test_quotas_undo_a_bias_that_first_places_cannot_see() -> None:
    """k-Borda with quotas finds the strongest of both groups, where k-Borda alone finds none."""
    strengths = np.tile([8.0, 4, 2, 1], 2)
    behind = np.repeat([0, 1], 4)
    drawn = biased_rankings(strengths, behind, 300, bias=1e-4, rng=0)
    borda = CommitteeScore(drawn)
    assert sorted(quota_greedy(borda, behind, 4).elements) == [0, 1, 2, 3]
    assert sorted(quota_greedy(borda, behind, 4, lower=2).elements) == [0, 1, 4, 5]
    fair = CommitteeScore(biased_rankings(strengths, behind, 300, rng=0))
    assert fair.value([0, 1, 4, 5]) > fair.value([0, 1, 2, 3])


SCORE = CommitteeScore(RANKINGS)
GROUPS = [0, 0, 1, 1]
BAD: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: CommitteeScore([[0, 1], [1, 1]]), ValueError, "once in every row, but row 1 does not"),
    (lambda: CommitteeScore([[1, 2]]), ValueError, "rankings must hold each of 0, …, 1 once"),
    (lambda: CommitteeScore([[0.5, 1]]), ValueError, "rankings must hold each of 0"),
    (lambda: CommitteeScore([0, 1]), ValueError, "rankings must have shape"),
    (lambda: CommitteeScore([[0, math.nan]]), ValueError, "rankings must be finite"),
    (lambda: CommitteeScore([["a"]]), TypeError, "rankings must be an array of real"),
    (lambda: CommitteeScore(RANKINGS, "plurality"), ValueError, "points must be 'borda'"),
    (lambda: CommitteeScore(RANKINGS, 5), ValueError, "points must be an integer from 1 to 4"),
    (lambda: CommitteeScore(RANKINGS, 1.5), TypeError, "points must be an integer"),
    (lambda: CommitteeScore(RANKINGS, True), ValueError, "points must be an integer"),
    (lambda: CommitteeScore(RANKINGS, [1, 2, 0, 0]), ValueError, "points .* not rise"),
    (lambda: CommitteeScore(RANKINGS, [1, 0, 0, -1]), ValueError, "points .* at least 0"),
    (lambda: CommitteeScore(RANKINGS, [1, 0]), ValueError, r"points must have shape \(4\)"),
    (lambda: CommitteeScore(RANKINGS, [[1, 2], 3, 4, 5]), TypeError, "points must be an array"),
    (lambda: CommitteeScore(RANKINGS, [1e308] * 4), ValueError, "sums that fit into a float"),
    (
        lambda: CommitteeScore(RANKINGS, [1e200] * 4, [1e200] * 4),
        ValueError,
        r"points must have sums .* got 1e\+200 for the first place, times 1e\+200",
    ),
    (lambda: CommitteeScore(RANKINGS, 1, "all"), ValueError, "shares must be 'sum'"),
    (lambda: CommitteeScore(RANKINGS, 1, [0, 1, 0, 0]), ValueError, "shares .* not rise"),
    (lambda: CommitteeScore(RANKINGS, 1, 1), ValueError, "shares must have shape"),
    (lambda: biased_rankings([0, 1], [0, 0], 1), ValueError, "strengths must be above 0, got 0"),
    (lambda: biased_rankings([], [], 1), ValueError, "strengths must have shape"),
    (lambda: biased_rankings([math.inf], [0], 1), ValueError, "strengths must be finite"),
    (lambda: biased_rankings([1], [2], 1), ValueError, "disadvantaged must hold True and False"),
    (lambda: biased_rankings([1], [0, 1], 1), ValueError, "disadvantaged must have shape"),
    (lambda: biased_rankings([1], [0], 0), ValueError, "count must be an integer from 1"),
    (lambda: biased_rankings([1], [0], 1, bias=0), ValueError, "bias must lie in"),
    (lambda: biased_rankings([1], [0], 1, bias=1.1), ValueError, "bias must lie in"),
    (lambda: biased_rankings([1], [0], 1, bias=math.nan), ValueError, "bias must lie in"),
    (lambda: quota_greedy(SCORE, GROUPS, 5), ValueError, "k must be an integer from 1 to 4"),
    (lambda: quota_greedy(SCORE, GROUPS, 0), ValueError, "k must be an integer from 1 to 4"),
    (lambda: quota_greedy(SCORE, GROUPS, 1, lower=1), ValueError, "k must lie between .* 2 and 4"),
    (lambda: quota_greedy(SCORE, GROUPS, 3, upper=1), ValueError, "k must lie between .* 0 and 2"),
    (lambda: quota_greedy(SCORE, GROUPS, 2, lower=3), ValueError, "got 3 for group 0, of 2 elem"),
    (lambda: quota_greedy(SCORE, GROUPS, 2, lower=[2, 1], upper=1), ValueError, "and 1 above"),
    (lambda: quota_greedy(SCORE, GROUPS, 2, lower=-1), ValueError, "lower must hold integers"),
    (lambda: quota_greedy(SCORE, GROUPS, 2, upper=1.5), ValueError, "upper must hold integers"),
    (lambda: quota_greedy(SCORE, GROUPS, 2, lower=[1]), ValueError, r"lower must have shape \(2\)"),
    (lambda: quota_greedy(SCORE, [0, 0, 1], 2), ValueError, r"groups must have shape \(4,\)"),
    (lambda: quota_greedy(SCORE, [0, 0, 1, 5], 2), ValueError, "up to that of elements, 4, got 5"),
    (lambda: quota_greedy(SCORE, [0, 0, 1, 2**31], 2), ValueError, "return_inverse=True"),
    (lambda: quota_greedy(SCORE, GROUPS, 2, upper=[[1], [1, 2]]), TypeError, "upper must be an ar"),
    (lambda: quota_greedy(SCORE, GROUPS, 2, lower="one"), TypeError, "lower must be an array"),
    (lambda: quota_greedy(SCORE, [0, 0, 1, -1], 2), ValueError, "groups must hold integers"),
    (lambda: quota_greedy(SCORE, [0, 0, 1, math.nan], 2), ValueError, "groups must be finite"),
    (lambda: quota_greedy(GraphCut(np.ones((4, 4))), GROUPS, 2), ValueError, "must be monotone"),
    (lambda: quota_greedy(len, GROUPS, 2), TypeError, "from_callable"),  # type: ignore[arg-type]
    (
        lambda: quota_greedy(from_callable(lambda S: -len(S), 4, verify=0), GROUPS, 2),
        ValueError,
        "function must be monotone",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_arguments_are_named(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()
