"""Events of continual sums: what is taken, moved, refused, and how far one can change."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from algos.privacy import ContinualSum
from algos.privacy._events import Events


def counter(horizon: int | None = 100, **options: Any) -> ContinualSum:
    """Make a small counter."""
    given = {"rho": 0.5, "bounds": (0, 1), "insecure_rng": 1, **options}
    return ContinualSum("tree", horizon, **given)


def test_events_are_moved_into_the_bounds() -> None:
    wild = [-5, 7, math.nan, math.inf, -math.inf, 2**62, 10**400, 0.4, True, Fraction(1, 3)]
    tame = [0, 1, 0, 1, 0, 1, 1, 0, 1, 0]
    assert np.array_equal(counter().update_many(wild), counter().update_many(tame))
    above = counter(bounds=(2, 3)).update_many([math.nan, 9])
    assert np.array_equal(above, counter(bounds=(2, 3)).update_many([2, 3]))
    unsigned = np.array([2**64 - 1, 0], dtype=np.uint64)
    assert np.array_equal(counter().update_many(unsigned), counter().update_many([1, 0]))


def test_many_events_are_moved_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    wild = np.random.default_rng(1).normal(0, 3, (50, 2))
    wild[17] = math.nan
    events = Events.within((np.array([0, -1.5]), np.array([1, 2.5])), 0.5, "replace", None)
    whole, outside = events.clamped(wild)
    assert 0 < outside.sum() < 50
    assert np.array_equal(whole[17], [0, 0])
    monkeypatch.setattr("algos.privacy._events.CHUNK", 7)
    for part, one in zip(events.clamped(wild), (whole, outside), strict=True):
        assert part.dtype == np.int64
        assert np.array_equal(part, one)
    assert [part.shape for part in events.clamped(wild[:0])] == [(0, 2), (0,)]


def test_what_was_moved_is_counted_if_asked() -> None:
    sums = counter(1000, clamped_rho=1e6)
    assert counter().clamped is None
    assert sums.clamped == 0
    sums.update_many([0, 5, math.nan, 1, -1, 0.2])
    assert sums.clamped == pytest.approx(3, abs=0.1)
    assert sums.privacy.rho == 0.5 + 1e6


@pytest.mark.parametrize(
    ("events", "error", "text"),
    [
        (["secret"], TypeError, "events must be real numbers, got str_"),
        ([None], TypeError, "events must be numbers, got objects"),
        ([1 + 2j], TypeError, "events must be real numbers, got complex128"),
        (np.ma.masked_array([1], mask=[True]), TypeError, "got a masked array"),
        ([[1, 2]], ValueError, r"events must have shape \(k,\), got \(1, 2\)"),
        (np.ones(101), ValueError, "must take at most 100 events, got 0 before and 101 now"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), TypeError, "got datetime64"),
    ],
)
def test_events_of_other_kinds_are_refused(events: Any, error: type[Exception], text: str) -> None:
    sums = counter()
    with pytest.raises(error, match=text):
        sums.update_many(events)
    assert sums.steps == 0


def test_an_event_of_a_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"events must have shape \(k, 2\), got \(1, 3\)"):
        counter(bounds=([0, 0], [1, 1])).update([1, 1, 1])
    with pytest.raises(ValueError, match=r"events must have shape \(k,\)"):
        counter().update([1])


def test_the_change_of_one_event_sets_the_noise() -> None:
    def error(**options: Any) -> float:
        return counter(**options).error.max

    assert error(bounds=(-2, 5)) == pytest.approx(7 * error())
    assert error(bounds=(-2, 5), neighbours="add_remove") == pytest.approx(5 * error())
    assert error(bounds=(0, 1000), change=1) == pytest.approx(error())
    assert error(bounds=(0, 1), change=50) == pytest.approx(error())  # the bounds say less
    assert error(bounds=([0, 0], [3, 4])) == pytest.approx(5 * error())
    pure = error(rho=None, epsilon=1)
    assert error(rho=None, epsilon=1, bounds=([0, 0], [3, 4])) == pytest.approx(7 * pure)
    assert error(bounds=(0, 0.5), resolution=0.25) == pytest.approx(error() / 2)
    # rounding to quarters may add one of them
    assert error(bounds=(0, 8), resolution=0.25, change=1) == pytest.approx(error() * 1.25)


def test_a_change_needs_integers() -> None:
    with pytest.raises(TypeError, match="events must be integers where change is given"):
        counter(change=1).update(0.5)
    with pytest.raises(TypeError, match="events must be integers where change is given"):
        counter(change=1).update(Fraction(1, 3))
    assert math.isfinite(counter(change=1).update(2**80))
    assert math.isfinite(counter(change=1).update(np.uint8(1)))


def test_the_callers_events_are_not_changed() -> None:
    events = np.array([5.0, math.nan, -3.0])
    counter().update_many(events)
    assert np.array_equal(events, [5.0, math.nan, -3.0], equal_nan=True)


@pytest.mark.parametrize(
    "long", [[2**63, -1], [2**64 - 1, -1], [2**70, -1], [10**400, True], [np.uint64(2**63), -1]]
)
def test_no_length_of_an_integer_raises(long: list[Any]) -> None:
    """NumPy makes floats of some lists of integers: by their values."""
    releases = counter(change=1).update_many(long)
    assert np.array_equal(releases, counter(change=1).update_many([1, int(long[1] > 0)]))
    assert np.array_equal(counter().update_many([*long, 0.5])[:2], releases)
    assert counter(change=1).update_many([]).shape == (0,)


@pytest.mark.parametrize(
    "events",
    [
        np.array([np.longdouble("1e4000"), 5e-324], dtype=np.longdouble),
        np.array([np.inf, 1e-30], dtype=np.float16),
        np.array([1e308, 5e-324]),
        np.frombuffer(b"\x01\x00\xa0\x7f\x00\x00\x00\x00", dtype=np.float32),  # signaling NaN
        np.frombuffer(b"\x01\x00\x00\x00\x00\x00\xf4\x7f", dtype=np.float64),
    ],
)
def test_no_value_warns(events: Any) -> None:
    with np.errstate(all="raise"):
        counter(resolution=0.25).update_many(events)


@pytest.mark.parametrize("text", ["5", "secret", b"5"])
def test_what_strings_say_is_not_read(text: Any) -> None:
    messages = []
    for events in (np.array([text], dtype=object), [text, 5], [text * 9, 5]):
        with pytest.raises(TypeError, match="events must be") as refused:
            counter().update_many(events)
        messages.append(str(refused.value))
    assert messages[1] == messages[2]
    assert "5" not in "".join(messages)


def test_masked_events_are_refused() -> None:
    hidden = np.ma.masked_array([1, 1], mask=[False, True])
    sums = counter(bounds=([0, 0], [1, 1]))
    with pytest.raises(TypeError, match="got a masked array"):
        sums.update(hidden)
    with pytest.raises(TypeError, match="got a masked array"):
        sums.update_many([hidden, [1, 1]])


@pytest.mark.parametrize(
    ("resolution", "k", "change"), [(13.0, 2**49 + 1, 12.0), (17.0, 5 * 10**14 + 1, 16.0)]
)
def test_division_rounds_two_events_apart(resolution: float, k: int, change: float) -> None:
    """Both quotients lie a little inside the halves, and are rounded to them."""
    events = Events.within((0, resolution * (k + 5)), resolution, "replace", change)
    one, other = k * resolution + (change // 2), (k - 1) * resolution + (resolution + 1) / 2
    assert one - other == change
    taken, _ = events.clamped([one, other])
    assert taken[0, 0] - taken[1, 0] == 2 > change / resolution + 1
    assert events.moved(2) >= 2
    assert events.moved(2) < change / resolution + 1.6


def test_a_change_of_a_small_event_costs_its_size_and_one_unit() -> None:
    events = Events.within((0, 1000), 0.5, "replace", 3.0)
    assert events.moved(1) == pytest.approx(7, rel=1e-11)
    four = Events.within((np.zeros(4), np.full(4, 1000)), 0.5, "replace", 3.0)
    assert (four.moved(1), four.moved(2)) == pytest.approx((10, 8), rel=1e-11)


def test_a_change_may_lead_anywhere() -> None:
    """Leaving out an event changes it to zero; a change of 6 may pass from −2 to 4."""
    assert Events.within((-2, 5), 1, "add_remove", None).moved(2) == 5
    assert Events.within((-2, 5), 1, "add_remove", 6.0).moved(2) == 6
    assert Events.within((-2, 5), 1, "add_remove", 60.0).moved(2) == 7
