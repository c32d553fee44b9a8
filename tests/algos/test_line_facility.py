"""One facility on a line: places by hand, axioms, worst cases, and bad reports."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from algos.mechanisms import (
    average_of_phantoms,
    check_line_axioms,
    median,
    phantom_median,
    random_rank,
    uniform_phantom,
)


def by_counting(reports: list[Fraction], phantoms: list[Fraction]) -> Fraction:
    """Find the point with half of the others at or below it and half at or above."""
    points = reports + phantoms
    half = (len(points) + 1) // 2
    return next(
        p
        for p in points
        if sum(q <= p for q in points) >= half and sum(q >= p for q in points) >= half
    )


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_medians_agree_with_counting(n: int) -> None:
    rng = np.random.default_rng(n)
    for _ in range(50):
        reports = [Fraction(int(i), 8) for i in rng.integers(0, 9, n)]
        uniform = [Fraction(i, n) for i in range(1, n)]
        assert uniform_phantom([float(x) for x in reports]) == float(by_counting(reports, uniform))
        for m in {max(n - 1, 0), n + 1}:
            fixed = [Fraction(int(i), 8) for i in rng.integers(0, 9, m)]
            place = phantom_median([float(x) for x in reports], [float(x) for x in fixed])
            assert place == float(by_counting(reports, fixed))


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_ones_and_zeros_are_served_in_proportion(n: int) -> None:
    for ones in range(n + 1):
        reports = [0.0] * (n - ones) + [1.0] * ones
        assert uniform_phantom(reports) == ones / n
        ranks = [[0.0] * j + [1.0] * (n - 1 - j) for j in range(n)]
        assert average_of_phantoms(reports, ranks) == pytest.approx(ones / n, abs=1e-15)
        drawn = [random_rank(reports, seed) for seed in range(40)]
        assert set(drawn) <= set(reports)


def test_every_place_between_phantoms_and_ends() -> None:
    assert uniform_phantom([0.0, 0.0, 0.0, 0.1]) == 0.1
    assert uniform_phantom([0.9] * 4) == 0.9
    assert uniform_phantom([0.4, 0.6]) == 0.5
    assert median([0.9]) == uniform_phantom([0.9]) == random_rank([0.9]) == 0.9
    assert median([0.1, 0.2, 0.3, 0.9]) == 0.2
    assert phantom_median([0.3], []) == 0.3
    assert phantom_median([0.3], [0.5, 0.5]) == 0.5
    assert average_of_phantoms([0.3], [[]]) == 0.3


def test_the_average_of_rank_phantoms_is_the_mean() -> None:
    reports = np.random.default_rng(0).random(7)
    ranks = np.array([[0] * j + [1] * (6 - j) for j in range(7)])
    assert average_of_phantoms(reports, ranks) == pytest.approx(reports.mean(), abs=1e-15)


def worst_welfare(n: int) -> float:
    """Go through everybody at the ends: (1 − 2s + 2s²) / (1 − s) for the smaller share s."""
    shares = [k / n for k in range(n // 2 + 1)]
    return min((1 - 2 * s + 2 * s * s) / (1 - s) for s in shares)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_worst_welfare_is_at_the_ends(n: int) -> None:
    """Derived once more, over all reports on a grid."""
    ratios = []
    for reports in itertools.combinations_with_replacement(np.linspace(0, 1, 13), n):
        homes = np.array(reports)
        welfare = {y: n - np.abs(homes - y).sum() for y in (uniform_phantom(homes), *homes)}
        ratios.append(welfare[uniform_phantom(homes)] / max(welfare.values()))
    assert min(ratios) == pytest.approx(worst_welfare(n), abs=1e-12)
    assert worst_welfare(n) >= 2 * math.sqrt(2) - 2


def test_the_limit_of_the_worst_welfare() -> None:
    assert worst_welfare(10_000) == pytest.approx(2 * math.sqrt(2) - 2, abs=1e-7)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_worst_sum_of_distances(n: int) -> None:
    ratios = []
    for reports in itertools.combinations_with_replacement(np.linspace(0, 1, 13), n):
        homes = np.array(reports)
        least = min(np.abs(homes - y).sum() for y in homes)
        if least > 0:
            ratios.append(np.abs(homes - uniform_phantom(homes)).sum() / least)
    assert max(ratios) == pytest.approx(n - 1)


def test_the_random_rank_on_average() -> None:
    """All ranks once: the mean place is the mean report, the mean cost 2 − 2/n at worst."""
    homes = np.array([0.0] * 6 + [1.0])
    costs = [np.abs(homes - homes[rank]).sum() for rank in range(7)]
    assert np.mean(costs) == pytest.approx(2 - 2 / 7)
    rng = np.random.default_rng(0)
    places = [random_rank(homes, rng) for _ in range(4000)]
    # six standard errors of a coin of 1/7
    assert np.mean(places) == pytest.approx(1 / 7, abs=6 * math.sqrt(6 / 49 / 4000))


def test_axioms_of_the_mechanisms() -> None:
    uniform = check_line_axioms(uniform_phantom, 5, rng=0)
    names = ("strategyproof", "anonymous", "unanimous", "proportional", "individual_fair_share",
             "unanimous_fair_share", "proportionally_fair")  # fmt: skip
    assert all(getattr(uniform, name) is None for name in names)
    middle = check_line_axioms(median, 5, rng=0)
    kept = {name for name in names if getattr(middle, name) is None}
    assert kept == {"strategyproof", "anonymous", "unanimous"}
    mean = check_line_axioms(np.mean, 5, rng=0)
    assert {name for name in names if getattr(mean, name) is not None} == {"strategyproof"}
    first = check_line_axioms(lambda reports: reports[0], 5, rng=0)
    assert first.strategyproof is None
    assert first.anonymous is not None
    half = check_line_axioms(lambda reports: 0.5, 5, rng=0)
    assert half.unanimous is not None
    assert half.unanimous.amount == pytest.approx(0.5, abs=0.1)
    assert half.individual_fair_share is None
    lottery = check_line_axioms(random_rank, 4, coins=2, rng=0)
    assert lottery.strategyproof is None
    assert lottery.proportional is not None


def test_axioms_can_be_read() -> None:
    lines = str(check_line_axioms(median, 60, samples=2, rng=0)).splitlines()
    assert len(lines) == 8
    assert lines[1:4] == [
        f"{axiom}: nothing found" for axiom in ("strategyproof", "anonymous", "unanimous")
    ]
    assert lines[4].startswith("proportional: broken by 0.5 at (0, 0, 0, …, 1, 1, 1), built at 0")
    lies = str(check_line_axioms(np.mean, 4, samples=2, rng=0)).splitlines()
    assert lies[1].startswith("strategyproof: agent ")


def test_witnesses_say_where() -> None:
    witness = check_line_axioms(median, 4, rng=0).proportionally_fair
    assert witness is not None
    homes = np.array(witness.reports)
    assert median(homes) == witness.place
    group = homes[list(witness.group)]
    allowed = 1 - len(group) / 4 + np.ptp(group)
    assert np.abs(group - witness.place).max() - allowed == pytest.approx(witness.amount)
    order = check_line_axioms(lambda reports: reports[0], 3, rng=0).anonymous
    assert order is not None
    assert abs(order.reports[order.group[0]] - order.place) == pytest.approx(order.amount)


def test_groups_are_found_by_windows() -> None:
    """All subsets, once."""
    from algos.mechanisms._line_axioms import share_excess

    rng = np.random.default_rng(1)
    for _ in range(40):
        homes, place = rng.integers(0, 5, 5) / 4, rng.random()
        excess = {
            group: max(abs(homes[i] - place) for i in group)
            - (1 - size / 5 + np.ptp(homes[list(group)]))
            for size in range(1, 6)
            for group in itertools.combinations(range(5), size)
        }
        assert share_excess(homes, place)[0] == pytest.approx(max(excess.values()))
        together = {group: by for group, by in excess.items() if len(set(homes[list(group)])) == 1}
        assert share_excess(homes, place, same=True)[0] == pytest.approx(max(together.values()))
        alone = max(by for group, by in excess.items() if len(group) == 1)
        assert share_excess(homes, place, most=1)[0] == pytest.approx(alone)


BAD: list[tuple[Any, str]] = [
    ([], "must hold at least one"),
    ([0.5, math.nan], "must be finite"),
    ([0.5, math.inf], "must be finite"),
    ([-0.1, 0.5], r"must lie in \[0, 1\]"),
    ([0.1, 1.5], r"must lie in \[0, 1\]"),
    ([[0.1, 0.5]], r"must have shape \(n,\)"),
]


@pytest.mark.parametrize(("reports", "words"), BAD)
@pytest.mark.parametrize("mechanism", [uniform_phantom, median, random_rank])
def test_bad_reports_are_refused(mechanism: Any, reports: Any, words: str) -> None:
    with pytest.raises(ValueError, match=f"reports {words}"):
        mechanism(reports)


@pytest.mark.parametrize("reports", [["a"], [None], [1j], [object()]])
def test_reports_that_are_no_numbers_are_refused(reports: Any) -> None:
    with pytest.raises(TypeError, match="reports must be an array of"):
        uniform_phantom(reports)


def test_bad_phantoms_are_refused() -> None:
    with pytest.raises(ValueError, match=r"phantoms must have shape \(1,\) or \(3,\)"):
        phantom_median([0.1, 0.2], [0.1, 0.2])
    with pytest.raises(ValueError, match="phantoms must lie"):
        phantom_median([0.1, 0.2], [2.0])
    with pytest.raises(ValueError, match=r"phantoms must have shape \(m, 1\) or \(m, 3\)"):
        average_of_phantoms([0.1, 0.2], [0.1, 0.2])


def test_bad_mechanisms_and_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="n must be an integer"):
        check_line_axioms(median, 0)
    with pytest.raises(ValueError, match="mechanism must build in"):
        check_line_axioms(lambda reports: math.nan, 2)
    with pytest.raises(ValueError, match="mechanism must build in"):
        check_line_axioms(lambda reports: 2.0, 2)
    with pytest.raises(ValueError, match="one outcome for the same reports"):
        check_line_axioms(random_rank, 3, rng=0)


def test_reports_stay_as_they_are() -> None:
    reports = np.array([0.9, 0.1, 0.5])
    for mechanism in (uniform_phantom, median, random_rank):
        mechanism(reports)
    assert reports.tolist() == [0.9, 0.1, 0.5]
