"""Continual histograms: counts, sensitivities, heavy hitters, trust."""

import copy
import math
import os
import pickle
from typing import Any

import numpy as np
import pytest

from algos.privacy import ContinualHistogram, ContinualSum


def made(horizon: int = 100, categories: int = 4, **options: Any) -> ContinualHistogram:
    """Make a small histogram."""
    given = {"rho": 0.5, "mechanism": "tree", "insecure_rng": 1, **options}
    return ContinualHistogram(horizon, categories, **given)


def events(steps: int = 100) -> Any:
    """Draw categories."""
    return np.random.default_rng(0).choice(4, steps, p=[0.1, 0.6, 0.0, 0.3])


def test_counts_are_a_counter_of_unit_vectors() -> None:
    counts = made().update_many(events())
    counter = ContinualSum(
        "tree", 100, rho=0.5, bounds=([0] * 4, [1] * 4), change=math.sqrt(2), insecure_rng=1
    )
    assert np.array_equal(counts, counter.update_many(np.eye(4, dtype=int)[events()]))
    one = made()
    assert np.array_equal([one.update(event) for event in events()], counts)
    assert np.array_equal(one.counts, counts[-1])
    assert (one.steps, one.horizon, one.categories) == (100, 100, 4)
    assert made().counts.tolist() == [0, 0, 0, 0]


def test_what_one_person_can_move() -> None:
    def error(**options: Any) -> float:
        return made(**options).error.max

    assert error() == pytest.approx(math.sqrt(2) * error(neighbours="add_remove"))
    pure = {"rho": None, "epsilon": 1.0}
    assert error(**pure) == pytest.approx(2 * error(**pure, neighbours="add_remove"))
    assert error(people=1000) == pytest.approx(error())
    assert error(categories=1) == pytest.approx(error(neighbours="add_remove"))
    approximate = {"rho": None, "epsilon": 1.0, "delta": 1e-6}
    assert error(**approximate) == pytest.approx(
        math.sqrt(2) * error(**approximate, neighbours="add_remove")
    )


def test_what_is_no_category_is_counted_nowhere() -> None:
    wild = [0, -1, 4, math.nan, math.inf, 10**400, 1.5, 3.0, True]
    assert made()._units(wild).sum(axis=0).tolist() == [1, 1, 0, 1]
    assert made()._units([]).shape == (0, 4)
    assert np.array_equal(made()._units(np.array([255, 2], np.uint8)).sum(axis=0), [0, 0, 1, 0])


def test_vectors_of_people() -> None:
    days = np.random.default_rng(1).integers(0, 50, (30, 4))
    people = made(people=100, rho=1e6)
    assert np.rint(people.update_many(days)[-1]).tolist() == days.sum(axis=0).tolist()
    with pytest.raises(TypeError, match="events must be integers where change is given"):
        people.update([0.5, 0, 0, 0])
    with pytest.raises(ValueError, match=r"events must have shape \(k, 4\)"):
        people.update([1, 2])
    capped = made(people=10, rho=1e6)
    assert np.rint(capped.update([50, -3, 2, 10])).tolist() == [10, 0, 2, 10]


def test_heavy_hitters_are_sorted_into_three() -> None:
    counts = made(1000, rho=5.0)
    counts.update_many([1] * 500 + [3] * 300 + [0] * 95 + [2] * 5)
    heavy = counts.heavy_hitters(100, 0.01)
    margin = counts.error.simultaneous(0.01)
    assert 8 < heavy.margin == margin < 80
    assert heavy.surely.tolist() == [1, 3]
    assert heavy.undecided.tolist() == [0]
    assert heavy.surely_not.tolist() == [2]
    assert heavy.found.tolist()[:2] == [1, 3]
    assert set(heavy.found) == set(np.flatnonzero(counts.counts >= 100))
    on_the_edge = counts.counts[3] - margin
    assert 3 in counts.heavy_hitters(on_the_edge, 0.01).surely
    assert 3 not in counts.heavy_hitters(np.nextafter(on_the_edge, 1e9), 0.01).surely
    for beyond, category_is in ((-1.1, "surely"), (0.9, "undecided"), (1.1, "surely_not")):
        answer = counts.heavy_hitters(counts.counts[3] + beyond * margin, 0.01)
        assert 3 in getattr(answer, category_is)
    with pytest.raises(ValueError, match="threshold must lie in"):
        counts.heavy_hitters(math.nan)
    with pytest.raises(ValueError, match="failure_probability must lie in"):
        counts.heavy_hitters(1, 0)


@pytest.mark.parametrize("people", [None, 7])
def test_a_state_goes_on_with_fresh_noise(people: Any, tmp_path: Any) -> None:
    counts = made(people=people)
    given = events() if people is None else np.ones((100, 4), int)
    counts.update_many(given[:60])
    np.savez(tmp_path / "state.npz", **counts.state())
    with np.load(tmp_path / "state.npz") as stored:
        state = dict(stored)
    one, other = (
        ContinualHistogram.from_state(state, released=60, insecure_rng=seed) for seed in (5, 6)
    )
    assert (one.categories, one.steps, one.privacy) == (4, 60, counts.privacy)
    assert np.array_equal(one.counts, counts.counts)
    assert (one.update_many(given[60:]) != other.update_many(given[60:])).any()
    with pytest.raises(ValueError, match="released must be the 60 releases"):
        ContinualHistogram.from_state(state, released=61)
    with pytest.raises(ValueError, match="it lacks people"):
        ContinualHistogram.from_state({"steps": 60}, released=60)


def test_copies_and_other_processes_are_refused() -> None:
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="two copies would spend its budget twice"):
            copied(made())
    counts = made()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        with pytest.raises(RuntimeError, match="must be used in the process that made it"):
            counts.update(1)
    assert counts.steps == 0


def test_exact_noise_differs_every_time() -> None:
    one, other = (made(insecure_rng=None, horizon=10).update_many([1] * 10) for _ in range(2))
    assert (one != other).sum() >= 36  # each of 40 pairs is alike once in 10^9


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"horizon": 0}, ValueError, "horizon must be an integer from 1"),
        ({"horizon": None}, TypeError, "horizon must be an integer"),
        ({"categories": 0}, ValueError, "categories must be an integer from 1"),
        ({"categories": "abc"}, TypeError, "categories must be an integer"),
        ({"people": 0}, ValueError, "people must be an integer from 1"),
        ({"people": True}, ValueError, "people must be an integer"),
        ({"rho": -1}, ValueError, "rho must lie in"),
        ({"rho": None}, ValueError, "the budget must be rho, or epsilon"),
        ({"neighbours": "swap"}, ValueError, "neighbours must be"),
        ({"mechanism": "oak"}, ValueError, "mechanism must be one of"),
    ],
)
def test_parameters_are_refused(options: dict[str, Any], error: Any, text: str) -> None:
    with pytest.raises(error, match=text):
        made(**options)


def test_events_of_other_kinds_are_refused() -> None:
    counts = made()
    for wrong, error, text in (
        (["secret"], TypeError, "events must be real numbers"),
        ([None], TypeError, "events must be numbers, got objects that are none"),
        ([[1, 2]], ValueError, r"events must have shape \(k,\), got \(1, 2\)"),
        ([1] * 101, ValueError, "must take at most 100 events"),
    ):
        with pytest.raises(error, match=text):
            counts.update_many(wrong)
    assert counts.steps == 0
