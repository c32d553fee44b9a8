"""What encloses a sample's distortion: eigenvalues, grids and cones, rounding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import linalg

from algos.sketching import sensitivity_sample
from algos.sketching._sampling_cones import cones
from algos.sketching._sampling_distortion import unit_directions
from proofs_checks.sketching.matrices import HARD, Tall


@pytest.mark.parametrize(("name", "case"), HARD)
def test_the_eigenvalues_are_the_generalised_ones(name: str, case: Tall) -> None:
    A = np.array(case.array)
    if name == "rank deficient":
        A = A[:, :-1]
    if name == "badly scaled columns":
        A = A / np.linalg.norm(A, axis=0)
    sample = sensitivity_sample(A, 2, size=30, rng=1)
    gram = sample.matrix.T @ (sample.weights[:, None] * sample.matrix)
    values = linalg.eigh(gram, A.T @ A, eigvals_only=True)
    assert sample.ratios == pytest.approx(np.sqrt([values[0], values[-1]]), rel=1e-6)
    assert sample.certificate == "eigenvalues"


@pytest.mark.parametrize("scores", ["lewis", "sensitivity", "l2_augmented"])
@pytest.mark.parametrize("factor", [1e160, 1e200])
def test_nothing_is_certified_where_rounding_overflows(scores: Any, factor: float) -> None:
    A = np.array(Tall("gaussian", 40, 3).array)
    A[0] *= factor
    sample = sensitivity_sample(A, 2, size=10, scores=scores, rng=0)
    assert sample.ratios == (0.0, np.inf)


@pytest.mark.parametrize("p", [0.5, 1.0, 1.5, 3.0])
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["gaussian", "cauchy", "stacked identities"])
def test_the_grid_encloses_what_random_directions_show(p: float, rank: int, kind: str) -> None:
    A = Tall(kind, 60, rank).array
    sample = sensitivity_sample(A, p, size=40, rng=1, directions=3000)
    assert sample.ratios is not None
    x = np.random.default_rng(2).normal(size=(rank, 5000))
    whole = (np.abs(A @ x) ** p).sum(axis=0)
    ratios = (sample.weights @ np.abs(sample.matrix @ x) ** p / whole) ** (1 / max(p, 1))
    assert sample.ratios[0] <= ratios.min() + 1e-12
    assert ratios.max() <= sample.ratios[1] + 1e-12
    if p >= 1:
        assert sample.ratios == pytest.approx((ratios.min(), ratios.max()), rel=0.1)


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0, 10.0])
@pytest.mark.parametrize("seed", range(20))
def test_the_ratios_enclose_rounding_as_well(p: float, seed: int) -> None:
    """Columns that nearly depend on each other, judged in extended precision."""
    rng = np.random.default_rng(seed)
    d, n = rng.integers(1, 4), rng.integers(5, 60)
    u, _, v = np.linalg.svd(rng.normal(size=(d, d)))
    A = rng.normal(size=(n, d)) @ (u * np.geomspace(1, 10.0 ** -rng.uniform(0, 13), d)) @ v
    sample = sensitivity_sample(A, p, size=int(rng.integers(3, 80)), rng=seed, directions=500)
    assert sample.rank == d
    assert sample.ratios is not None
    x = (np.linalg.inv(np.linalg.qr(A)[1]) @ rng.normal(size=(d, 2000))).astype(np.longdouble)
    whole = (np.abs(A @ x) ** p).sum(axis=0)
    ratios = (sample.weights @ np.abs(sample.matrix @ x) ** p / whole) ** (1 / max(p, 1))
    assert sample.ratios[0] <= ratios.min()
    assert ratios.max() <= sample.ratios[1]


@pytest.mark.parametrize("p", [0.5, 1.0, 2.0])
def test_rounding_widens_the_ratios(p: float, monkeypatch: pytest.MonkeyPatch) -> None:
    A = Tall("gaussian", 60, 1).array
    before = sensitivity_sample(A, p, size=40, rng=1).ratios
    for module in ("_sampling_cones", "_sampling_distortion"):
        monkeypatch.setattr(f"algos.sketching.{module}.rounding", lambda coordinates: 0.01)
    after = sensitivity_sample(A, p, size=40, rng=1).ratios
    assert before is not None
    assert after is not None
    assert after[0] < before[0] * 0.99
    assert after[1] > before[1] * 1.01


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_no_direction_is_farther_from_the_grid_than_told(rank: int) -> None:
    grid, mesh = unit_directions(rank, 48)
    x = np.random.default_rng(0).normal(size=(4000, rank))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    squares = np.maximum(2 - 2 * np.abs(x @ grid.T), 0).min(axis=1)
    assert np.sqrt(squares.max()) <= mesh + 1e-7
    assert np.linalg.norm(grid, axis=1) == pytest.approx(np.ones(len(grid)))


@pytest.mark.parametrize("rank", [2, 3])
def test_the_cones_cover_a_half_space(rank: int) -> None:
    edges, cells = cones(rank, 30)
    simplices = [cells] if rank == 2 else [cells[:, :3], cells[:, 1:]]  # halves of squares
    inverses = np.linalg.inv(edges[np.vstack(simplices)])
    y = np.random.default_rng(0).normal(size=(2000, rank))
    shares = np.einsum("yr,srk->ysk", y, inverses)
    inside = (shares >= -1e-12).all(axis=2) | (shares <= 1e-12).all(axis=2)
    assert inside.any(axis=1).all()


def test_beyond_rank_three_there_is_a_reason_instead() -> None:
    A = Tall("gaussian", 60, 4).array
    sample = sensitivity_sample(A, 1, size=40, rng=1)
    assert sample.ratios is None
    assert "rank 4 exceeds 3" in sample.certificate
    asked = sensitivity_sample(A[:, :3], 1, size=40, rng=1, directions=0)
    assert asked.ratios is None
    assert sensitivity_sample(A, 2, size=40, rng=1).ratios is not None
