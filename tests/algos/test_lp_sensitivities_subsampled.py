"""ℓ_p sensitivities from blocks of rows and drawn rows: bounds, counts, seeds; p near 1."""

from __future__ import annotations

import math

import numpy as np
import pytest

from algos.sketching import lp_sensitivities
from algos.sketching._dual_points import dual_point
from algos.sketching._subsampled_sensitivities import signings
from proofs_checks.sketching.matrices import HARD, Tall


@pytest.mark.parametrize("p", [1, 1.5, 2, 3])
@pytest.mark.parametrize(("name", "tall"), HARD)
def test_bounds_hold(p: float, name: str, tall: Tall) -> None:
    exact = lp_sensitivities(tall.array, p)
    result = lp_sensitivities(
        tall.array, p, method="subsampled", block_size=5, failure_probability=1e-6, rng=0
    )
    assert result.status == "converged"
    assert result.failure_probability == 1e-6
    assert (result.lower <= exact.upper).all()
    assert (result.upper >= exact.lower).all()
    assert result.total_lower <= exact.total_upper
    assert result.total_upper >= exact.total_lower


def test_the_estimate_of_the_total_beats_lewis_weights() -> None:
    """8 draws a block: the range is (d − √d) / √(2m / ln(4/δ)) wide on both sides."""
    A = Tall("gaussian", 400, 4).array
    lewis = lp_sensitivities(A, 1, method="lewis")
    result = lp_sensitivities(A, 1, method="subsampled", block_size=8, rng=1)
    draws = signings(400, 0.05) * 50
    room = 2 * (4 - 2) * math.sqrt(math.log(80) / (2 * draws))
    assert result.total_upper - result.total_lower <= 1.001 * room
    assert room < 0.2 * (lewis.total_upper - lewis.total_lower)
    assert result.solves <= 2 * draws


def test_the_number_of_signings() -> None:
    for n, delta in ((1, 0.5), (10, 0.05), (1000, 1e-6)):
        count = signings(n, delta)
        assert n * 2.0**-count <= delta / 2 < n * 2.0 ** (1 - count)


def test_seeds() -> None:
    A = Tall("cauchy", 60, 3).array
    one, same, other = (
        lp_sensitivities(A, 1.5, method="subsampled", block_size=30, rng=seed) for seed in (3, 3, 4)
    )
    assert np.array_equal(one.upper, same.upper)
    assert one.total_upper == same.total_upper
    assert not np.array_equal(one.upper, other.upper)


def test_some_rows_and_small_matrices() -> None:
    A = Tall("gaussian", 20, 2).array
    whole = lp_sensitivities(A, 1, method="subsampled", block_size=4, rng=0)
    some = lp_sensitivities(A, 1, method="subsampled", block_size=4, rng=0, rows=[3, 1])
    assert some.upper.tolist() == whole.upper[[3, 1]].tolist()
    assert some.total_upper == whole.total_upper
    zero = lp_sensitivities(np.zeros((3, 2)), 1, method="subsampled")
    assert zero.upper.tolist() == [0, 0, 0]
    one = lp_sensitivities([[3.0]], 1, method="subsampled")
    assert one.upper == pytest.approx([1])


def test_problems_short_of_the_tolerance_are_told_of() -> None:
    A = Tall("gaussian", 20, 3).array
    result = lp_sensitivities(A, 1.5, method="subsampled", tolerance=1e-15, rng=0)
    assert result.status == "tolerance not reached"


def test_extreme_options() -> None:
    """Blocks of more rows than there are, and hardly any probability to fail."""
    A = Tall("gaussian", 20, 3).array
    one, other = (
        lp_sensitivities(A, 2, method="subsampled", block_size=size, rng=0) for size in (20, 2**61)
    )
    assert one.upper.tolist() == other.upper.tolist()
    sure = lp_sensitivities(A, 2, method="subsampled", failure_probability=1e-310, rng=0)
    assert sure.total_lower <= 3 <= sure.total_upper
    assert signings(20, 1e-310) == 1036


def test_bad_arguments() -> None:
    A = Tall("gaussian", 9, 2).array
    with pytest.raises(ValueError, match='take "exact" or "lewis"'):
        lp_sensitivities(A, 0.5, method="subsampled")
    with pytest.raises(ValueError, match="block_size must be"):
        lp_sensitivities(A, 1, method="subsampled", block_size=0)
    with pytest.raises(ValueError, match="failure_probability must lie"):
        lp_sensitivities(A, 1, method="subsampled", failure_probability=1)
    with pytest.raises(TypeError, match='whole dense matrix for method="subsampled"'):
        lp_sensitivities(lambda: iter([A]), 1, method="subsampled")


@pytest.mark.parametrize("p", [1.02, 1.05, 1.1])
@pytest.mark.parametrize(("name", "tall"), HARD)
def test_exponents_near_one(p: float, name: str, tall: Tall) -> None:
    result = lp_sensitivities(tall.array, p)
    assert result.status == "converged"
    # σ^(1/p) grows with p, by a factor of n^(1/p − 1/q) at most
    for near, q in ((lp_sensitivities(tall.array, 1), 1.0), (lp_sensitivities(tall.array, 2), 2.0)):
        (low, less), (high, more) = sorted([(p, result), (q, near)], key=lambda pair: pair[0])
        assert (less.lower ** (1 / low) <= more.upper ** (1 / high)).all()
        factor = len(tall.array) ** (1 / low - 1 / high)
        assert (more.lower ** (1 / high) <= factor * less.upper ** (1 / low)).all()


@pytest.mark.parametrize("p", [1.004, 1.1, 1.5, 1.9])
def test_dual_points_are_feasible_and_near_optimal(p: float) -> None:
    U = np.linalg.qr(np.random.default_rng(0).normal(size=(50, 3)))[0]
    for c in U[:5]:
        y, w, _ = dual_point(U, c, p)
        assert w @ U == pytest.approx(c, abs=1e-6)
        assert y @ c == pytest.approx(1)
        q = p / (p - 1)
        norm = np.abs(w).max() * ((np.abs(w) / np.abs(w).max()) ** q).sum() ** (1 / q)
        assert norm == pytest.approx(1 / (np.abs(U @ y) ** p).sum() ** (1 / p), rel=1e-3)
