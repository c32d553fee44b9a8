"""Continual quantiles: the tree of bins, ranks, bounds, trust."""

import copy
import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from algos.privacy import ContinualQuantiles


def made(horizon: int = 100, edges: Any = (0, 1, 2, 3, 4, 5, 6), **options: Any) -> Any:
    """Make a small object."""
    given = {"rho": 0.5, "mechanism": "tree", "insecure_rng": 1, **options}
    return ContinualQuantiles(horizon, edges, **given)


@pytest.mark.parametrize("bins", [2, 3, 4, 5, 7, 8, 13, 16])
def test_ranks_are_sums_of_left_counts(bins: int) -> None:
    quantiles = made(edges=np.arange(bins + 1), rho=1e12, horizon=40)
    numbers = np.random.default_rng(bins).integers(0, bins, 40)
    quantiles.update_many(numbers)
    below = [(numbers < edge).sum() for edge in range(bins + 1)]
    assert np.rint(quantiles.ranks).tolist() == below


@pytest.mark.parametrize("bins", [2, 3, 4, 5, 8, 16])
def test_what_one_event_can_move(bins: int) -> None:
    quantiles = made(edges=np.arange(bins + 1))
    marks, levels = quantiles._taken(np.arange(bins, dtype=float)), quantiles.levels
    apart = max(abs(a - b).sum() for a, b in itertools.combinations(marks, 2))
    assert apart <= 2 * levels - 1
    assert marks.sum(axis=1).max() == levels
    if bins == 2**levels:
        assert apart == 2 * levels - 1
    assert quantiles._counter._events.moved(2) >= math.sqrt(apart)
    pure = made(edges=np.arange(bins + 1), rho=None, epsilon=1.0)
    assert pure._counter._events.moved(1) == 2 * levels - 1 or bins == 2
    left_out = made(edges=np.arange(bins + 1), neighbours="add_remove")
    assert left_out._counter._events.moved(2) == pytest.approx(math.sqrt(levels))


def test_numbers_fall_into_the_bins_next_to_them() -> None:
    quantiles = made(edges=[-1, 2, 4, 8])
    wild = [-math.inf, -1, 1.9, 2, 3.9, 4, 8, 1e300, 10**400, math.nan]
    tame = [0, 0, 0, 3, 3, 5, 5, 5, 5, 0]
    taken = quantiles._taken(np.array([float(x) if x != 10**400 else math.inf for x in wild]))
    assert np.array_equal(taken, quantiles._taken(np.array(tame, dtype=float)))
    above = made(edges=[3, 4, 5])._taken(np.array([math.nan, 3]))
    assert np.array_equal(above[0], above[1])
    quantiles.update_many(wild)
    assert quantiles.steps == 10


def test_a_quantile_is_certified() -> None:
    numbers = np.random.default_rng(4).gamma(2, 3, 2000)
    quantiles = made(2000, np.linspace(0, 30, 33), insecure_rng=5)
    for start in range(0, 2000, 400):
        quantiles.update_many(numbers[start : start + 400])
        seen = numbers[: start + 400]
        for q in (0, 0.1, 0.5, 0.9, 1):
            found = quantiles.quantile(q, 1e-3)
            assert found.rank == q * len(seen)
            assert (seen < found.low).sum() < found.rank + found.rank_error
            assert (seen < found.high).sum() >= found.rank - found.rank_error
    assert 30 < found.rank_error < 500


def test_the_rank_error_by_hand() -> None:
    quantiles = made(edges=np.arange(9))  # three levels, seven counters
    unit = 2.0**-quantiles._counter._epochs.epoch.lattice.bits
    parameter = quantiles._counter._epochs.epoch.noise.scale * unit
    most = 6  # ones in the digits of 63
    wanted = math.sqrt(3 * most) * parameter * math.sqrt(2 * math.log(2 * 100 * 7 / 0.1))
    assert quantiles.rank_error(0.1) == pytest.approx(wanted)
    assert parameter == pytest.approx(math.sqrt(5 * 7))  # five counts move, seven levels of time


def test_a_rank_is_rounded_once_for_every_node_of_its_path() -> None:
    quantiles = made(edges=np.arange(9), mechanism="square_root")
    error = quantiles.error
    parts = tuple((math.sqrt(3) * norm, largest) for norm, largest in error.parts)
    exact = replace(error, parts=parts, rounding=0.0).simultaneous(0.1)
    assert error.rounding > 0
    assert quantiles.rank_error(0.1) - exact == pytest.approx(3 * error.rounding, rel=1e-2)


def test_a_state_goes_on_with_fresh_noise(tmp_path: Any) -> None:
    quantiles = made()
    quantiles.update_many([1.5] * 60)
    np.savez(tmp_path / "state.npz", **quantiles.state())
    with np.load(tmp_path / "state.npz") as stored:
        state = dict(stored)
    one, other = (
        ContinualQuantiles.from_state(state, released=60, insecure_rng=seed) for seed in (5, 6)
    )
    assert np.array_equal(one.ranks, quantiles.ranks)
    assert one.rank_error(0.1) == pytest.approx(quantiles.rank_error(0.1))
    for goes_on in (one, other):
        goes_on.update(3)
    assert (one.ranks != other.ranks).any()
    with pytest.raises(ValueError, match="released must be the 60 releases"):
        ContinualQuantiles.from_state(state, released=59)
    with pytest.raises(ValueError, match="it lacks edges"):
        ContinualQuantiles.from_state(quantiles._counter.state(), released=60)
    with pytest.raises(TypeError, match="two copies would spend its budget twice"):
        copy.copy(quantiles)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"horizon": 0}, ValueError, "horizon must be an integer from 1"),
        ({"horizon": None}, TypeError, "horizon must be an integer"),
        ({"edges": [0, 1]}, ValueError, "edges must be at least three increasing numbers"),
        ({"edges": [0, 1, 1]}, ValueError, "edges must be at least three increasing numbers"),
        ({"edges": [0, 2, 1]}, ValueError, "edges must be at least three increasing numbers"),
        ({"edges": [0, 1, math.inf]}, ValueError, "edges must be finite"),
        ({"edges": 5}, ValueError, "edges must have shape"),
        ({"edges": ["a", "b", "c"]}, TypeError, "edges must be an array of real numbers"),
        ({"rho": 0}, ValueError, "rho must lie in"),
        ({"rho": None}, ValueError, "the budget must be rho, or epsilon"),
        ({"neighbours": "swap"}, ValueError, "neighbours must be"),
    ],
)
def test_parameters_are_refused(options: dict[str, Any], error: Any, text: str) -> None:
    with pytest.raises(error, match=text):
        made(**options)


def test_events_and_questions_of_other_kinds_are_refused() -> None:
    quantiles = made()
    with pytest.raises(ValueError, match="must be asked for after the first event"):
        quantiles.quantile(0.5)
    for wrong, error, text in (
        (["secret"], TypeError, "events must be real numbers"),
        ([[1, 2]], ValueError, r"events must have shape \(k,\), got \(1, 2\)"),
        ([1] * 101, ValueError, "must take at most 100 events"),
    ):
        with pytest.raises(error, match=text):
            quantiles.update_many(wrong)
    assert quantiles.steps == 0
    quantiles.update(1)
    for q in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match=r"q must lie in \[0, 1\]"):
            quantiles.quantile(q)
