"""Continual sums: what they release, refuse, spend and keep."""

import math
import threading
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from algos.privacy import ContinualSum, Tree
from algos.theorem import theorem


def counter(horizon: int | None = 100, **options: Any) -> ContinualSum:
    """Make a small counter."""
    given = {"rho": 0.5, "bounds": (0, 1), "insecure_rng": 1, **options}
    return ContinualSum("tree", horizon, **given)


def test_releases_do_not_depend_on_how_events_are_cut() -> None:
    events = np.random.default_rng(0).integers(0, 2, 100)
    whole = counter().update_many(events)
    one = counter()
    assert [one.update(event) for event in events] == whole.tolist()
    parts = counter()
    cut = [parts.update_many(events[a:b]) for a, b in ((0, 7), (7, 7), (7, 64), (64, 100))]
    assert np.array_equal(np.concatenate(cut), whole)


def test_releases_lie_around_the_truth_as_stated() -> None:
    events = np.ones(255, dtype=int)
    sums = ContinualSum(
        "tree", 255, rho=0.5, bounds=(np.zeros(4000), np.ones(4000)), change=1, insecure_rng=7
    )
    errors = sums.update_many(np.repeat(events[:, None], 4000, 1)) - np.arange(1, 256)[:, None]
    ratios = errors.std(axis=1) / sums.error.standard_deviation
    assert abs(ratios - 1).max() < 6 / math.sqrt(2 * 4000)  # six standard errors
    assert abs(errors).max() < sums.error.simultaneous(1e-6)
    assert sums.error.max == pytest.approx(8)  # all eight digits, eight levels


def test_exact_noise_from_the_operating_system_differs_every_time() -> None:
    def releases() -> list[float]:
        sums = ContinualSum("tree", 20, rho=0.5, bounds=(0, 1))
        return list(sums.update_many(np.ones(20)))

    assert len({*releases(), *releases()}) == 40


def test_an_unbounded_horizon_doubles_and_states_its_cost() -> None:
    sums = counter(None)
    releases = sums.update_many(np.ones(1000))
    assert (sums.steps, sums.mechanism.horizon) == (1000, 1024)
    assert abs(releases - np.arange(1, 1001)).max() < 100
    # the last releases of 64, 128, 256 and 512 events, and up to ten digits over eleven levels
    levels = [n.bit_length() for n in (64, 128, 256, 512)]
    assert sums.error.max == pytest.approx(math.sqrt(sum(levels) + 10 * 11))
    norms = [norm for norm, _ in sums.error.parts]
    assert np.square(norms) == pytest.approx([*levels, 10 * 11])
    assert sums.privacy.rho == 0.5
    cut = counter(None)
    pieces = [cut.update_many(np.ones(k)) for k in (63, 2, 400, 535)]
    assert np.array_equal(np.concatenate(pieces), releases)


def test_epochs_stop_doubling_at_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("algos.privacy._epochs.LONGEST_EPOCH", 128)
    sums = counter(None)
    sums.update_many(np.ones(64 + 3 * 128 + 1))
    assert (sums.steps, sums.mechanism.horizon) == (449, 128)
    levels = [n.bit_length() for n in (64, 128, 128, 128)]
    assert np.square([norm for norm, _ in sums.error.parts]) == pytest.approx([*levels, 7 * 8])


def test_many_unbounded_streams_have_the_stated_variance() -> None:
    sums = counter(None, bounds=(np.zeros(4000), np.ones(4000)), change=1)
    last = sums.update_many(np.zeros((200, 4000), dtype=int))[-1]
    stated = sums.error.standard_deviation[200 - 192 - 1]
    assert last.std() / stated == pytest.approx(1, abs=6 / math.sqrt(8000))


class NoRandomnessError(Exception):
    """The source of noise fails."""


def test_a_batch_that_fails_in_a_later_epoch_is_taken_back() -> None:
    sums = counter(None)
    sums.update_many(np.ones(60))
    before, calls = sums.state(), []

    def fails(count: int) -> Any:
        calls.append(count)
        raise NoRandomnessError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("algos.privacy._noise.DiscreteGaussian.draw", lambda self, n: fails(n))
        with pytest.raises(NoRandomnessError):
            sums.update(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("algos.privacy._epochs.Epochs._begin_next", lambda self: fails(0))
        with pytest.raises(NoRandomnessError):
            sums.update_many(np.ones(10))
    after = sums.state()
    assert calls == [1, 0]
    assert all(np.array_equal(before[key], after[key]) for key in before)


def test_threads_take_turns() -> None:
    sums = counter(8000, bounds=(1, 1), neighbours="add_remove")
    threads = [
        threading.Thread(target=lambda: [sums.update(1) for _ in range(1000)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sums.steps == 8000
    assert sums._epochs.epoch.stream.state()["total"] == 8000 << 30


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"rho": 0}, ValueError, r"rho must lie in \(0, inf\), got 0"),
        ({"rho": -1}, ValueError, "rho must lie in"),
        ({"rho": math.nan}, ValueError, "rho must lie in"),
        ({"rho": "1"}, TypeError, "rho must be a number"),
        ({"rho": 1e-40}, ValueError, "the budget must allow noise below 2\\^55"),
        ({"rho": None}, ValueError, "the budget must be rho, or epsilon"),
        ({"epsilon": 1}, ValueError, "the budget must be rho, or epsilon"),
        ({"rho": None, "delta": 0.1}, ValueError, "the budget must be rho, or epsilon"),
        ({"rho": None, "epsilon": math.inf}, ValueError, "epsilon must lie in"),
        ({"rho": None, "epsilon": 1, "delta": 0}, ValueError, r"delta must lie in \(0, 1\)"),
        ({"bounds": (1, 0)}, ValueError, "bounds must be low <= high"),
        ({"bounds": (0, math.nan)}, ValueError, r"bounds\[1\] must be finite"),
        ({"bounds": (0, 0.5)}, ValueError, "bounds must be multiples of the resolution 1"),
        ({"bounds": 3}, TypeError, r"bounds must be a pair"),
        ({"bounds": ([0, 0], [1, 1, 1])}, ValueError, "bounds must be low <= high, of shape"),
        ({"bounds": (0, 2**60)}, ValueError, r"bounds must be at most 2\^50 times the resolution"),
        ({"bounds": (0, 2**49)}, ValueError, "bounds must give codes of at most 50 bits"),
        ({"resolution": 0}, ValueError, "resolution must lie in"),
        ({"resolution": math.nan}, ValueError, "resolution must lie in"),
        ({"rho": None, "epsilon": 1e200}, ValueError, "epsilon must lie in"),
        ({"rho": None, "epsilon": 1e-200}, ValueError, "epsilon must lie in"),
        ({"rho": None, "epsilon": 1e-149, "delta": 5e-324}, ValueError, "the budget must allow"),
        ({"bounds": (0, 1e300), "resolution": 1e-300}, ValueError, r"bounds must be at most 2\^50"),
        ({"insecure_rng": False}, TypeError, "insecure_rng must be a seed or a Generator"),
        ({"neighbours": "swap"}, ValueError, "neighbours must be 'replace' or 'add_remove'"),
        ({"change": -1}, ValueError, "change must lie in"),
        ({"clamped_rho": 0}, ValueError, "rho must lie in"),
    ],
)
def test_parameters_are_refused_before_any_noise(
    options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        counter(**options)


@pytest.mark.parametrize("horizon", [0, -1, 2.5, "10", True, 2**26 + 1])
def test_horizons_are_refused(horizon: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="horizon must be an integer"):
        counter(horizon)


def test_mechanisms_are_refused() -> None:
    with pytest.raises(ValueError, match="got 'treee'"):
        ContinualSum("treee", 10, rho=1, bounds=(0, 1))
    with pytest.raises(TypeError, match="mechanism must be a name or a Mechanism, got 5"):
        ContinualSum(5, 10, rho=1, bounds=(0, 1))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="horizon must be the mechanism's, 9, got 10"):
        ContinualSum(Tree(9), 10, rho=1, bounds=(0, 1))
    with pytest.raises(TypeError, match="mechanism must be a name where horizon is None"):
        ContinualSum(Tree(9), None, rho=1, bounds=(0, 1))


def test_what_callers_write_to_releases_stays_theirs() -> None:
    sums, other = counter(None), counter(None)
    releases = sums.update_many(np.ones(64))
    releases -= np.arange(1, 65)
    sums.last[:] = 0
    kept = other.update_many(np.ones(64))
    assert sums.last == other.last == kept[-1]
    assert sums.update(1) == other.update(1)


@pytest.mark.parametrize("failing", ["_outside", "_epochs"])
@pytest.mark.parametrize("horizon", [100, None])
@pytest.mark.parametrize("raised", [NoRandomnessError, KeyboardInterrupt])
def test_sums_and_their_count_of_clamped_events_fail_together(
    failing: str, horizon: int | None, raised: type[BaseException]
) -> None:
    sums = counter(horizon, clamped_rho=0.1)
    sums.update_many(np.full(60, 5))
    before, part = sums.state(), getattr(sums, failing)
    noise = getattr(part, "_epochs", part).epoch.noise

    def fails(count: int) -> Any:
        raise raised

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(noise, "draw", fails)
        with pytest.raises(raised):
            sums.update_many(np.full(10, 5))
    after = sums.state()
    assert after.keys() == before.keys()
    assert all(np.array_equal(before[key], after[key]) for key in before)


def test_two_budgets_are_proven_by_the_theorem_of_their_sum() -> None:
    spent = counter(rho=None, epsilon=1.0, clamped_rho=0.25).privacy
    assert (spent.rho, spent.pure_epsilon) == (0.75, math.inf)
    assert spent.proof == "privacy/continual-sum/zcdp"
    theorem(spent.proof)


@pytest.mark.parametrize("mechanism", ["tree", "honaker", "smooth_binary", "square_root", "blt"])
def test_an_update_that_fails_after_its_stream_is_taken_back(mechanism: str) -> None:
    sums = ContinualSum(mechanism, 100, rho=0.5, bounds=(0, 1), insecure_rng=1)
    sums.update_many(np.ones(10))
    before = sums.state()

    sums._epochs.before = "no number"  # type: ignore[assignment]  # added after the stream
    with pytest.raises(TypeError):
        sums.update_many(np.ones(20))
    sums._epochs.before = np.zeros(1)
    after = sums.state()
    assert sums.steps == 10
    assert all(np.array_equal(before[key], after[key]) for key in before)


def test_sparse_and_ragged_events_are_refused_by_name() -> None:
    sums = ContinualSum("tree", 9, rho=0.5, bounds=([0, 0], [1, 1]), insecure_rng=1)
    with pytest.raises(TypeError, match="events must be dense, got a sparse matrix"):
        sums.update_many(csr_array(np.eye(2)))
    with pytest.raises(ValueError, match="events must all have the same shape"):
        sums.update_many([[1], [1, 2]])
    assert sums.steps == 0
