"""Score rules: scores by hand, ties in floats and fractions, floors, rounds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from algos.submodular import Coverage
from algos.submodular._net_rounds import net_rounds
from algos.submodular._oracle import Oracle
from algos.submodular._score_rules import CostScaled, Distorted, ReturnOnInvestment, ScoreRule

RULES: list[ScoreRule] = [Distorted(4), CostScaled(4), ReturnOnInvestment(4)]
EXACT: list[ScoreRule] = [Distorted(4, exact=True), CostScaled(4), ReturnOnInvestment(4)]


def fractions(*numbers: Any) -> Any:
    """Make an array of fractions."""
    return np.array([Fraction(number) for number in numbers], dtype=object)


def test_weights_rise_to_one() -> None:
    rule = Distorted(4, exact=True)
    assert [rule.weight(step) for step in range(4)] == [
        Fraction(27, 64), Fraction(9, 16), Fraction(3, 4), 1,
    ]  # fmt: skip
    assert Distorted(1).weight(0) == 1
    assert [Distorted(3).weight(step) for step in range(3)] == pytest.approx([4 / 9, 2 / 3, 1])
    assert Distorted(2, ratio=0.5).weight(0) == 0.75
    assert Distorted(2, ratio=Fraction(1, 2), exact=True).weight(0) == Fraction(3, 4)


def test_scores_by_hand() -> None:
    gains, costs = np.array([4.0, 3, 2, 0]), np.array([1.0, 0, 3, 0])
    assert Distorted(2).scores(0, gains, costs).tolist() == [1, 1.5, -2, 0]
    assert Distorted(2).scores(1, gains, costs).tolist() == [3, 3, -1, 0]
    assert CostScaled(2).scores(0, gains, costs).tolist() == [2, 3, -4, 0]
    assert ReturnOnInvestment(2).scores(1, gains, costs) == pytest.approx([4, np.inf, 2 / 3, 0])


@pytest.mark.parametrize("rule", EXACT)
def test_fractions_stay_fractions(rule: ScoreRule) -> None:
    scores = rule.scores(1, fractions(4, "1/3"), fractions("1/7", 2))
    assert all(isinstance(score, Fraction) for score in scores)
    floats = rule.scores(1, np.array([4, 1 / 3]), np.array([1 / 7, 2]))
    assert [float(score) for score in scores] == pytest.approx(floats.tolist())


@pytest.mark.parametrize("rule", EXACT)
@pytest.mark.parametrize("step", range(4))
def test_at_the_tie_scores_are_equal_and_below_it_the_element_is_ahead(
    rule: ScoreRule, step: int
) -> None:
    for gain in fractions(5, "7/2"):
        for rival in fractions("1/9", "2/3", 1, "3/2"):
            cost = rule.tie(step, gain, rival)
            hurdle = max(rival, rule.floor)
            for asked, sign in ((cost, 0), (cost - Fraction(1, 99), 1), (cost + 1, -1)):
                [score] = rule.scores(step, fractions(gain), fractions(asked))
                assert (score > hurdle) - (score < hurdle) == sign


def test_nothing_beats_a_rival_that_costs_nothing() -> None:
    assert ReturnOnInvestment(3).tie(0, 5.0, np.inf) == 0
    assert ReturnOnInvestment(3).tie(0, Fraction(5), np.inf) == 0
    assert CostScaled(3).tie(0, 5.0, -np.inf) == 2.5
    assert Distorted(2).tie(0, 5.0, -3.0) == 2.5


@pytest.mark.parametrize("rule", RULES)
def test_rounds_tell_state_pool_and_winner(rule: ScoreRule) -> None:
    function = Coverage(np.eye(3), [5.0, 7, 3])
    oracle = Oracle(function)
    rounds = []
    for one in net_rounds(oracle, np.array([0.1, 0.1, 20]), rule):
        winner = None if one.place is None else int(one.pool[one.place])
        left = function.gains(one.state, np.arange(3)).tolist()
        rounds.append((one.step, winner, one.pool.tolist(), left))
    assert rounds[:3] == [
        (0, 1, [0, 1, 2], [5, 7, 3]),
        (1, 0, [0, 2], [5, 0, 3]),
        (2, None, [2], [0, 0, 3]),
    ]
    assert len(rounds) == (3 if rule.steady else 4)
    assert oracle.calls == 6  # a round that passes leaves the marginals as they are


@pytest.mark.parametrize("rule", RULES)
def test_rounds_go_on_without_candidates(rule: ScoreRule) -> None:
    """A seller who is away could still tie with the floor."""
    oracle, costs = Oracle(Coverage(np.eye(2))), np.array([0.1, 0.1])
    rounds = list(net_rounds(oracle, costs, rule, candidates=np.array([1])))
    assert [one.place for one in rounds] == [0, None, None, None][: 2 if rule.steady else 4]
    assert [len(one.pool) for one in rounds][:2] == [1, 0]
    assert oracle.function.gains(rounds[-1].state, np.arange(2)).tolist() == [1, 0]


def test_pools_shrink_to_those_who_are_left() -> None:
    oracle, costs = Oracle(Coverage(np.eye(3))), np.full(3, 0.1)
    pools = [np.array([1, 2]), np.array([1]), np.array([0, 2])]
    rounds = list(net_rounds(oracle, costs, Distorted(3), pools=pools))
    assert [one.pool.tolist() for one in rounds] == [[1, 2], [], [0, 2]]
    assert [one.place for one in rounds] == [0, None, 0]
    assert oracle.calls == 4


@pytest.mark.parametrize("rule", RULES)
def test_of_equal_scores_the_least_element_wins(rule: ScoreRule) -> None:
    for order in ([2, 0, 1], [1, 2, 0]):
        rounds = net_rounds(
            Oracle(Coverage(np.eye(3))), np.full(3, 0.1), rule, candidates=np.array(order)
        )
        assert [int(one.pool[one.place]) for one in rounds if one.place is not None] == [0, 1, 2]
