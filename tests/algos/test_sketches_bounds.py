"""The sketches' theorems against enumerations of all choices, and against exact tails."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats
from scipy.linalg import hadamard

from algos.sketching.theorems import sketches as claims

# Orthonormal columns with rational entries.
THREE = [[Fraction(3, 5), Fraction(0)], [Fraction(4, 5), Fraction(0)], [Fraction(0), Fraction(1)]]
FOUR = [[Fraction(1, 2), Fraction(a, 2)] for a in (1, 1, -1, -1)]
BASES = pytest.mark.parametrize("U", [THREE, FOUR], ids=["three", "four"])


def second_moment(gram: Any, U: Any) -> Any:
    """‖Uᵀ G U − I‖_F² for G = SᵀS."""
    n, d = len(U), len(U[0])
    total = Fraction(0)
    for a, b in product(range(d), repeat=2):
        entry = sum(U[i][a] * gram[i][j] * U[j][b] for i in range(n) for j in range(n))
        total += (entry - (a == b)) ** 2
    return total


def leverage_squares(U: Any) -> Any:
    return sum(sum(x * x for x in row) ** 2 for row in U)


def columns_of_sparse_signs(m: int, s: int) -> list[Any]:
    """All columns of √s S."""
    return [
        [signs[places.index(k)] if k in places else 0 for k in range(m)]
        for places in combinations(range(m), s)
        for signs in product((1, -1), repeat=s)
    ]


@BASES
@pytest.mark.parametrize(("m", "s"), [(1, 1), (2, 1), (3, 1), (2, 2), (3, 2), (3, 3)])
def test_second_moment_of_sparse_signs(U: Any, m: int, s: int) -> None:
    columns = columns_of_sparse_signs(m, s)
    n = len(U)
    if len(columns) ** n > 3000:
        n, U = 2, [[Fraction(3, 5)], [Fraction(4, 5)]]
    inner = [[Fraction(sum(map(int.__mul__, a, b)), s) for b in columns] for a in columns]
    choices = list(product(range(len(columns)), repeat=n))
    mean = sum(
        (second_moment([[inner[i][j] for j in one] for i in one], U) for one in choices),
        Fraction(0),
    ) / len(choices)
    d = len(U[0])
    assert mean == (d * d + d - 2 * leverage_squares(U)) / m
    theorems = [claims.SPARSE_SIGN_ABOVE, claims.SPARSE_SIGN_BELOW]
    for theorem in (*theorems, claims.COUNT_SKETCH_ABOVE, claims.COUNT_SKETCH_BELOW):
        bound = theorem.bound(rank=d, size=m, leverage_squares=float(leverage_squares(U)))
        assert bound == pytest.approx(float(mean))


@BASES
@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_second_moment_of_the_srht(U: Any, m: int) -> None:
    entries = hadamard(4)
    n, d = len(U), len(U[0])
    means = []
    for signs in product((1, -1), repeat=n):
        for drawn in combinations(range(4), m):
            sampled = entries[list(drawn), :n] * np.array(signs)
            gram = [[Fraction(x, m) for x in row] for row in (sampled.T @ sampled).tolist()]
            means.append(second_moment(gram, U))
    mean = sum(means, Fraction(0)) / len(means)
    assert mean == (d * d + d - 2 * leverage_squares(U)) / m * Fraction(4 - m, 3)
    values = {"rank": d, "size": m, "leverage_squares": float(leverage_squares(U)), "length": 4}
    for theorem in (claims.SRHT_ABOVE, claims.SRHT_BELOW):
        assert theorem.bound(**values) == pytest.approx(float(mean))


@pytest.mark.parametrize(("m", "q"), [(1, 2), (2, 2), (3, 2), (4, 2), (2, 3), (5, 1)])
@pytest.mark.parametrize(("x", "y"), [((1, 2), (3, -1)), ((1, 1), (1, 1)), ((1, 0), (0, 1))])
def test_variance_of_the_tensor_sketch(m: int, q: int, x: Any, y: Any) -> None:
    """All buckets and signs of q hash functions on two rows."""
    factors = list(product(product(range(m), repeat=2), product((1, -1), repeat=2)))
    tuples = list(product((0, 1), repeat=q))
    inner = x[0] * y[0] + x[1] * y[1]
    total, count = 0, 0
    for chosen in product(factors, repeat=q):
        sketched = [[0] * m, [0] * m]
        for index in tuples:
            place = sum(chosen[r][0][index[r]] for r in range(q)) % m
            sign = math.prod(chosen[r][1][index[r]] for r in range(q))
            for side, vector in enumerate((x, y)):
                sketched[side][place] += sign * math.prod(vector[i] for i in index)
        estimate = sum(map(int.__mul__, *sketched))
        total += (estimate - inner**q) ** 2
        count += 1
    values = {
        "size": m,
        "degree": q,
        "inner": inner,
        "norms": (x[0] ** 2 + x[1] ** 2) * (y[0] ** 2 + y[1] ** 2),
        "products": (x[0] * y[0]) ** 2 + (x[1] * y[1]) ** 2,
    }
    assert claims.TENSOR_ABOVE.bound(**values) == pytest.approx(total / count)


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("delta", [0.5, 0.1, 0.01])
def test_leverage_after_the_transform_over_all_signs(d: int, delta: float) -> None:
    n = 16
    U = (
        np.linalg.qr(np.random.default_rng(d).normal(size=(n, d)))[0]
        if d > 1
        else np.ones((n, 1)) / 4
    )
    signs = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(np.int8)
    greatest = np.zeros(2**n)
    for row in hadamard(n):
        greatest = np.maximum(greatest, ((signs @ (row[:, None] * U)) ** 2).sum(axis=1))
    limit = claims.SRHT_LEVERAGE.bound(rank=d, length=n, failure_probability=delta)
    assert (greatest > limit).mean() <= delta


@pytest.mark.parametrize(("d", "m", "spread", "t"), [(3, 2048, 40.0, 0.5), (1, 100, 9.0, 0.9)])
def test_the_exponential_bound_is_the_best_exponent(
    d: int, m: int, spread: float, t: float
) -> None:
    """Minimise exp(−θ (1 ± t)) d exp((e^(±θR) − 1) / R) over θ, with R = spread / m."""
    rate = spread / m
    upper = optimize.minimize_scalar(lambda a: -a * (1 + t) + math.expm1(a * rate) / rate)
    lower = optimize.minimize_scalar(lambda a: a * (1 - t) + math.expm1(-a * rate) / rate)
    delta = 2 / math.exp((math.sqrt(spread) - math.sqrt(d)) ** 2 / 2)  # N = 2
    bound = claims.SRHT_FAILURE.bound(
        rank=d, size=m, length=2, failure_probability=delta, tolerance=t
    )
    assert bound == pytest.approx(delta + d * math.exp(upper.fun) + d * math.exp(lower.fun))


@pytest.mark.parametrize("m", [1, 5, 100])
@pytest.mark.parametrize("t", [0.05, 0.3, 0.8])
def test_gaussian_tails_of_one_column(m: int, t: float) -> None:
    """For d = 1 the singular value is a χ variable over √m."""
    above = claims.GAUSSIAN_ABOVE.bound(rank=1, size=m, excess=t)
    below = claims.GAUSSIAN_BELOW.bound(rank=1, size=m, excess=t)
    allowed = math.exp(-m * t**2 / 2)
    assert stats.chi2.sf(m * above**2, m) <= allowed
    assert below <= 0 or stats.chi2.cdf(m * below**2, m) <= allowed


def test_how_many_rows_a_failure_probability_asks_for() -> None:
    size = claims.COUNT_SKETCH_FAILURE.solve("size", at_most=0.1, rank=10, tolerance=0.5)
    assert size == 4400
    smaller = claims.SRHT_FAILURE.solve(
        "size", at_most=0.1, rank=10, tolerance=0.5, length=2**20, failure_probability=0.05
    )
    assert smaller < size
