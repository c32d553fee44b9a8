"""ℓ_p sensitivities: bounds against exact arithmetic where rounding is worst."""

from __future__ import annotations

import warnings
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from algos.sketching import lp_sensitivities
from algos.sketching._enclosed_coordinates import EnclosedRows, lengths
from algos.sketching._matrix import row_blocks
from algos.sketching._vertex_sensitivities import directions


def reduced(rows: list[list[Fraction]], columns: int) -> tuple[list[int], list[list[Fraction]]]:
    """Give the pivots' columns and the rows of the reduced echelon form."""
    rows, pivots = [list(row) for row in rows], list[int]()
    for column in range(columns):
        k, r = -1, len(pivots)
        for k in range(r, len(rows)):
            if rows[k][column]:
                break
        else:
            continue
        rows[r], rows[k] = rows[k], rows[r]
        rows[r] = [x / rows[r][column] for x in rows[r]]
        for i, row in enumerate(rows):
            if i != r and row[column]:
                rows[i] = [x - row[column] * y for x, y in zip(row, rows[r], strict=True)]
        pivots.append(column)
    return pivots, rows[: len(pivots)]


def exactly(A: Any) -> tuple[int, list[Fraction]]:
    """Give the rank and the sensitivities at p = 1 of floating-point numbers, without rounding."""
    whole = [[Fraction(float(x)) for x in row] for row in A]
    columns = reduced(whole, len(whole[0]))[0]
    rank, best = len(columns), [Fraction(0)] * len(whole)
    rows = [[row[k] for k in columns] for row in whole]
    for some in combinations(rows, rank - 1) if rank else ():
        pivots, echelon = reduced(list(some), rank)
        if len(pivots) == rank - 1:
            free = next(k for k in range(rank) if k not in pivots)
            x = [Fraction(k == free) for k in range(rank)]
            for k, row in zip(pivots, echelon, strict=True):
                x[k] = -row[free]
            z = [
                abs(sum((a * b for a, b in zip(row, x, strict=True)), Fraction(0))) for row in rows
            ]
            total = sum(z, Fraction(0))
            best = [max(old, one / total) for old, one in zip(best, z, strict=True)]
    return rank, best


def hostile(seed: int) -> Any:
    """Make small integers, or rows of very different scales, many of them rank deficient."""
    rng = np.random.default_rng(seed)
    n, d, kind = int(rng.integers(1, 7)), int(rng.integers(1, 4)), seed % 4
    A = rng.integers(-3, 4, size=(n, d)).astype(float)
    if kind == 1:
        A *= 2.0 ** rng.integers(-20, 21, size=(n, 1))
    elif kind == 2:
        A = A @ rng.integers(-2, 3, size=(d, d)) * 2.0 ** rng.integers(-10, 11, size=(n, 1))
    elif kind == 3:
        A *= 2.0 ** rng.integers(-300, 300, size=(1, d))
    return A


@pytest.mark.parametrize("method", ["exact", "lewis"])
@pytest.mark.parametrize("seeds", [range(60), range(60, 120)])
def test_no_bound_is_contradicted(method: Any, seeds: range) -> None:
    for seed in seeds:
        A = hostile(seed)
        rank, truth = exactly(A)
        result = lp_sensitivities(A, 1, method=method)
        assert result.rank == rank, seed
        for low, one, high in zip(result.lower, truth, result.upper, strict=True):
            assert Fraction(low) <= one <= Fraction(high), seed
        total, more = sum(truth, Fraction(0)), 1 + Fraction(1, 10**14)
        assert Fraction(result.total_lower) <= total * more
        assert total <= Fraction(result.total_upper) * more


@pytest.mark.parametrize("p", [0.5, 1, 1.5, 2, 3])
@pytest.mark.parametrize("method", ["exact", "lewis"])
def test_a_direction_counts_if_one_row_has_it(p: float, method: Any) -> None:
    """(1, −1) vanishes beside the other row's rounding; its sensitivity is 1 all the same."""
    result = lp_sensitivities([[1e20, 1e20], [1.0, -1.0]], p, method=method)
    assert result.rank == 2
    assert result.upper.tolist() == [1, 1]


def test_directions_of_any_scale() -> None:
    """Entries that would overflow or underflow beside each other are compared all the same."""
    A = np.array([[1e-300, 1e300], [1e-300, 2e300], [2e-300, 2e300], [0, 1], [-0.0, -3], [0, 0]])
    labels = directions(A)
    assert labels[0] == labels[2] != labels[1]
    assert labels[3] != labels[4]  # a factor 3 is none of two
    assert labels[5] == -1
    assert directions(np.array([[1e300, 1e-300], [1e300, 0.0]])).tolist() in ([0, 1], [1, 0])


@pytest.mark.parametrize("p", [1 + 1e-15, 1 + 1e-9, 1.001, 64, 1e3, 1e6, 1e-300])
@pytest.mark.parametrize("method", ["exact", "lewis"])
def test_extreme_exponents(p: float, method: Any) -> None:
    """Nothing overflows, no NaN; where σ is below 1e-300 nothing is claimed."""
    A = np.random.default_rng(0).normal(size=(12, 2))
    A[3] *= 1e-12
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = lp_sensitivities(A, p, method=method)
    assert (result.lower >= 0).all()
    assert (result.lower <= result.upper).all()
    assert (result.upper > 0).all()
    assert (result.upper <= 1).all()
    if method == "exact" and p < 1e6:
        assert (result.gap <= 1e-2).all()


def test_unknown_ranks_give_trivial_bounds() -> None:
    """Rounding of great rows hides small ones': the bounds say so."""
    A = [[1e20, 1e20 + 2**14], [1e20, 1e20], [1.0, -1.0], [1.0, -1.0]]
    for p in (1, 1.5, 3):
        result = lp_sensitivities(A, p)
        assert result.status == "tolerance not reached"
        assert result.upper.tolist() == [1, 1, 1, 1]
        assert result.lower[2] < 1e-3  # true values are of order 2^−14p


def test_lengths_do_not_underflow() -> None:
    assert lengths(np.array([[3e-200, 4e-200], [0, 0], [3e200, 4e200]])) == pytest.approx(
        [5e-200, 0, 5e200], rel=1e-12, abs=0
    )


def test_singular_values_are_enclosed() -> None:
    A = np.random.default_rng(0).normal(size=(50, 4)) * [1e-100, 1, 1e3, 1e100]
    enclosed = EnclosedRows(row_blocks("A", A))
    U = np.vstack([rows for _, rows, _ in enclosed])
    values = np.linalg.svd(U, compute_uv=False)
    assert 1 - 1e-12 < enclosed.least <= values.min()
    assert values.max() <= enclosed.greatest < 1 + 1e-12


@pytest.mark.parametrize(
    ("A", "status"),
    [
        ([[-3.0, 2, 2], [0, -1, 0], [3, -1, -2]], "converged"),  # a row with one entry, rank 2
        ([[1.0, 1], [1, 1], [1, 1 + 1e-12]], "tolerance not reached"),
        ([[1.0, 1], [1, 1 + 1e-12], [7, 7 - 3e-12], [3, 3 + 5e-12]], "tolerance not reached"),
    ],
)
def test_nearly_dependent_columns(A: Any, status: str) -> None:
    rank, truth = exactly(A)
    for method in ("exact", "lewis"):
        result = lp_sensitivities(A, 1, method=method)
        assert result.rank == rank
        for low, one, high in zip(result.lower, truth, result.upper, strict=True):
            assert Fraction(low) <= one <= Fraction(high)
    assert lp_sensitivities(A, 1).status == status
