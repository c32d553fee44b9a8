"""Dense factorisations and the lower bound: against semidefinite programs and singular values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from algos.privacy import ContinualSum, DenseFactorization, factorization_lower_bound
from algos.privacy._mechanism import Lattice
from algos.privacy._mechanisms import MECHANISMS

Reals = np.ndarray[Any, Any]


def quiet(count: int) -> Reals:
    """Draw zeros."""
    return np.zeros(count, dtype=np.int64)


def matrices(mechanism: DenseFactorization) -> tuple[Reals, Reals]:
    """Give B and C."""
    return mechanism._decoder, mechanism._encoder


def semidefinite(n: int, objective: str) -> float:
    """Solve min t with [X, Aᵀ; A, Y] ⪰ 0, diag X ≤ 1, and diag Y ≤ t or tr Y = n t."""
    cvxpy = pytest.importorskip("cvxpy")
    block = cvxpy.Variable((2 * n, 2 * n), PSD=True)
    rows = cvxpy.diag(block)[n:]
    t = cvxpy.max(rows) if objective == "max" else cvxpy.sum(rows) / n
    constraints = [cvxpy.diag(block)[:n] <= 1, block[n:, :n] == np.tri(n)]
    problem = cvxpy.Problem(cvxpy.Minimize(t), constraints)
    return math.sqrt(problem.solve(solver="CLARABEL"))


@pytest.mark.parametrize("objective", ["max", "mean"])
@pytest.mark.parametrize("n", [8, 16])
def test_the_optimum_of_a_semidefinite_program(n: int, objective: Any) -> None:
    mechanism = DenseFactorization(n, objective=objective)
    squares = mechanism.error_factors()
    square = squares.max() if objective == "max" else squares.mean()
    least = semidefinite(n, objective)
    reached = float(np.sqrt(square)) * mechanism.sensitivity(2)
    assert least * (1 - 1e-6) <= reached <= least * (1 + mechanism.gap + 1e-6)
    assert 0 <= mechanism.gap <= 1.1e-4
    if (n, objective) == (16, "max"):
        assert reached == pytest.approx(1.7045, abs=2e-4)


@pytest.mark.parametrize("objective", ["max", "mean"])
@pytest.mark.parametrize("n", [1, 2, 3, 33, 128])
def test_it_is_a_causal_factorisation(n: int, objective: Any) -> None:
    mechanism = DenseFactorization(n, objective=objective)
    b, c = matrices(mechanism)
    assert np.tril(c) == pytest.approx(c, abs=0)
    np.testing.assert_allclose(b @ c, np.tri(n), atol=1e-12)
    assert np.linalg.norm(c, axis=0).max() == pytest.approx(1)
    assert mechanism.sensitivity(2) >= np.linalg.norm(c, axis=0).max()
    assert mechanism.sensitivity(1) == pytest.approx(abs(c).sum(axis=0).max())
    assert mechanism.error_factors() == pytest.approx((b**2).sum(axis=1))
    assert mechanism.gain() == pytest.approx(abs(c).sum(axis=1).max())
    assert mechanism.largest_weight == abs(b).max()


def test_the_dual_weights_give_it_back() -> None:
    one = DenseFactorization(20)
    two = DenseFactorization(20, weights=7 * one.weights)
    assert matrices(two)[1] == pytest.approx(matrices(one)[1], abs=1e-12)
    huge = DenseFactorization(20, weights=1e308 * one.weights / one.weights.max())
    assert matrices(huge)[1] == pytest.approx(matrices(one)[1], abs=1e-12)
    far = DenseFactorization(20, weights=np.ones(20))
    assert far.gap > 0.01  # an honest certificate of bad weights
    reached = np.sqrt(far.error_factors().max()) * far.sensitivity(2)
    assert reached / (1 + far.gap) < np.sqrt(one.error_factors().max()) * one.sensitivity(2)


def test_the_last_entries_of_the_search_agree_with_the_table() -> None:
    mechanism = DenseFactorization(64)
    reached = np.sqrt(mechanism.error_factors().max()) * mechanism.sensitivity(2)
    assert reached == pytest.approx(2.1114, abs=3e-4)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 200])
def test_the_lower_bound_is_the_nuclear_norm(n: int) -> None:
    singular = np.linalg.svd(np.tri(n), compute_uv=False)
    assert factorization_lower_bound(n) == pytest.approx(singular.sum() / n, rel=1e-12)


def test_the_lower_bound_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = factorization_lower_bound(1000)
    monkeypatch.setattr("algos.privacy._factorization_bound.BLOCK", 7)
    assert factorization_lower_bound(1000) == pytest.approx(whole, rel=1e-13)


@pytest.mark.parametrize("n", [1, 2, 5, 64, 100])
@pytest.mark.parametrize("name", list(MECHANISMS))
def test_no_mechanism_goes_below_it(name: str, n: int) -> None:
    mechanism = MECHANISMS[name](n)
    reached = np.sqrt(mechanism.error_factors().mean()) * mechanism.sensitivity(2)
    assert reached >= factorization_lower_bound(n) * (1 - 1e-12)


def test_the_optimum_is_close_to_it() -> None:
    mechanism = DenseFactorization(256, objective="mean")
    reached = np.sqrt(mechanism.error_factors().mean()) * mechanism.sensitivity(2)
    assert reached <= 1.04 * factorization_lower_bound(256)


def test_the_optimum_stays_near_it_up_to_64_events() -> None:
    for n in range(1, 65):
        mechanism = DenseFactorization(n)
        reached = np.sqrt(mechanism.error_factors().max()) * mechanism.sensitivity(2)
        assert 1 - 1e-12 < reached / factorization_lower_bound(n) < 1.06


# --- streams ------------------------------------------------------------------------------


def test_without_noise_the_sums_are_exact() -> None:
    mechanism = DenseFactorization(60)
    events = np.random.default_rng(1).integers(-1000, 1001, (60, 3))
    stream = mechanism.stream(Lattice(30, 1000, 3))
    found = np.concatenate([stream.release(part, quiet) for part in np.split(events, [1, 1, 20])])
    assert abs(found - events.cumsum(axis=0)).max() <= stream.rounding
    assert 0.5 < stream.deviation < 1
    coarse = mechanism.stream(Lattice(0, 1000, 3))
    assert 0.1 < abs(coarse.release(events, quiet) - events.cumsum(axis=0)).max() <= coarse.rounding


def test_a_state_goes_on_where_it_stopped() -> None:
    counter = ContinualSum("dense", 50, rho=1e12, bounds=(0, 5), insecure_rng=1)
    counter.update_many(np.full(20, 3))
    later = ContinualSum.from_state(counter.state(), released=20, insecure_rng=2)
    assert later.update_many(np.full(30, 3))[-1] == pytest.approx(150, abs=1e-3)


@pytest.mark.parametrize("magnitude", [1, 2**45])
def test_codes_lie_within_their_deviation_of_the_exact_ones(magnitude: int) -> None:
    mechanism, n, bits = DenseFactorization(60), 60, 3
    c = [[int(math.ldexp(entry, 80)) for entry in row] for row in matrices(mechanism)[1]]
    for events in (
        np.full(n, magnitude),
        np.random.default_rng(1).integers(-magnitude, magnitude + 1, n),
    ):
        stream: Any = mechanism.stream(Lattice(bits, magnitude, 1))
        stream.release(events[:, None], quiet)
        exact = [sum(a * x for a, x in zip(row, events.tolist(), strict=True)) for row in c]
        codes = stream.codes_so_far[:, 0].astype(int).tolist()
        worst = max(abs((w << 80) - (e << bits)) for w, e in zip(codes, exact, strict=True))
        assert 0.45 < worst / 2**80 <= stream.deviation
    assert stream.deviation == pytest.approx(
        0.5 + 62 * 2.0**-53 * mechanism.gain() * magnitude * 2**bits, rel=1e-12
    )


def test_noise_is_added_to_the_integer() -> None:
    """Beyond 2^53 floats skip integers; a sum of rounded numbers would not be noise on a code."""
    stream: Any = DenseFactorization(1).stream(Lattice(0, 1, 1))
    stream.release(np.ones((1, 1), dtype=np.int64), lambda count: np.full(count, 2**53 + 1))
    assert stream.codes_so_far.tolist() == [[2.0**53 + 2]]
    assert 1.0 + float(2**53 + 1) == 2.0**53


def test_a_failed_draw_changes_nothing() -> None:
    stream = DenseFactorization(10).stream(Lattice(20, 5, 1))
    stream.release(np.full((3, 1), 4), quiet)
    before = stream.state()

    def fails(count: int) -> Any:
        raise OSError("no randomness")

    with pytest.raises(OSError, match="no randomness"):
        stream.release(np.full((2, 1), 5), fails)
    after = stream.state()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_the_variance_is_the_one_stated() -> None:
    """4000 streams of 30 events: the mean of n squares has relative deviation √(2/n)."""
    counter = ContinualSum(
        "dense", 30, rho=0.5, bounds=(np.zeros(4000), np.ones(4000)), change=1, insecure_rng=5
    )
    noise = counter.update_many(np.ones((30, 4000), dtype=int)) - np.arange(1, 31)[:, None]
    ratios = (noise**2).mean(axis=1) / counter.error.standard_deviation**2
    assert abs(ratios - 1).max() < 6 * np.sqrt(2 / 4000)


def test_horizon_of_one() -> None:
    counter = ContinualSum("dense", 1, rho=1e12, bounds=(0, 5), insecure_rng=1)
    assert counter.update(4) == pytest.approx(4, abs=1e-3)


# --- bad input ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("horizon", "options", "error", "words"),
    [
        (0, {}, ValueError, "from 1 to 512"),
        (513, {}, ValueError, "from 1 to 512"),
        (True, {}, ValueError, "horizon must be"),
        (2.0, {}, TypeError, "horizon must be"),
        (4, {"objective": "median"}, ValueError, "objective must be"),
        (4, {"weights": [1, 1, 1]}, ValueError, "shape"),
        (4, {"weights": [1, 1, 1, 0]}, ValueError, "positive"),
        (4, {"weights": [1, 1, 1, np.nan]}, ValueError, "finite"),
        (3, {"weights": [1e-320, 1, 1]}, ValueError, "weights must be near enough"),
        (40, {"weights": 10.0 ** -np.arange(40)}, ValueError, "weights must be near enough"),
        (4, {"weights": [1, 1, 1, "a"]}, TypeError, "weights must"),
    ],
)
def test_bad_arguments(
    horizon: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        DenseFactorization(horizon, **options)


@pytest.mark.parametrize(
    ("horizon", "error"), [(0, ValueError), ("a", TypeError), (1.5, TypeError)]
)
def test_bad_horizons_of_the_bound(horizon: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="horizon must be"):
        factorization_lower_bound(horizon)
