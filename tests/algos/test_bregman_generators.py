"""Distance generators: identities on random points, moduli, scalings, bad arguments."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from algos.iterations import Burg, Entropy, Euclidean, Generator, Mahalanobis, PNorm

MATRIX = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.3], [0.0, 0.3, 4.0]])
ALL: list[Generator] = [
    Euclidean(),
    Entropy(),
    Entropy(total=2),
    Burg(),
    PNorm(1.5),
    PNorm(2),
    Mahalanobis(MATRIX),
]


def points(h: Generator, count: int, seed: int = 0) -> list[Any]:
    """Draw points inside the domain."""
    rng = np.random.default_rng(seed)
    if isinstance(h, Entropy) and h.total is not None:
        return list(h.total * rng.dirichlet(np.ones(3), count))
    if isinstance(h, (Entropy, Burg)):
        return list(rng.lognormal(size=(count, 3)))
    return list(rng.normal(size=(count, 3)))


@pytest.mark.parametrize("h", ALL, ids=repr)
def test_the_divergence_is_the_one_of_the_value_and_the_gradient(h: Generator) -> None:
    for x, y in zip(points(h, 50), points(h, 50, 1), strict=True):
        by_hand = h.value(x) - h.value(y) - h.gradient(y) @ (x - y)
        assert h.divergence(x, y) == pytest.approx(by_hand, abs=1e-12)
        assert h.divergence(x, y) > 0
        assert h.divergence(x, x) == pytest.approx(0, abs=1e-14)
        assert h.inside(x)


@pytest.mark.parametrize("h", ALL, ids=repr)
def test_gradients_agree_with_differences_and_with_their_inverse(h: Generator) -> None:
    for x in points(h, 20):
        slope = optimize.approx_fprime(x, h.value, 1e-7)
        assert h.gradient(x) == pytest.approx(slope, rel=1e-4, abs=1e-4)
        assert h.inverse_gradient(h.gradient(x)) == pytest.approx(x, rel=1e-9)


@pytest.mark.parametrize("h", [h for h in ALL if h.modulus > 0], ids=repr)
def test_moduli_hold_in_the_norm_whose_dual_is_measured(h: Generator) -> None:
    rng = np.random.default_rng(2)
    for x, y in zip(points(h, 200), points(h, 200, 1), strict=True):
        # ‖x − y‖ = max ⟨g, x − y⟩ / ‖g‖_* is at least what any g shows.
        for g in [np.sign(x - y), x - y, *rng.normal(size=(5, 3)), h.gradient(x) - h.gradient(y)]:
            if h.dual_norm(g) > 0:
                shown = float(g @ (x - y)) / h.dual_norm(g)
                assert h.divergence(x, y) >= h.modulus / 2 * shown**2 * (1 - 1e-9)


@pytest.mark.parametrize("h", [h for h in ALL if h.scaling > 0], ids=repr)
def test_triangle_scalings_hold(h: Generator) -> None:
    draws = zip(points(h, 100), points(h, 100, 1), points(h, 100, 2), strict=True)
    for x, u, v in draws:
        for theta in (0.01, 0.3, 0.9):
            near = h.divergence((1 - theta) * x + theta * u, (1 - theta) * x + theta * v)
            assert near <= theta**h.scaling * h.divergence(u, v) * (1 + 1e-9)


def test_points_on_the_boundary_have_divergences() -> None:
    assert Entropy().divergence([0.0, 1.0], [0.5, 1.0]) == 0.5
    assert Burg().divergence([0.0, 1.0], [0.5, 1.0]) == math.inf
    assert Burg().value([0.0, 1.0]) == math.inf
    assert not Entropy().inside([0.0, 1.0])
    assert not Burg().inside([-1.0])
    assert not Entropy(total=1).inside([0.5, 0.6])
    assert not Euclidean().inside([math.inf])
    assert np.isnan(Burg().inverse_gradient([1.0, 0.0])).all()


def exactly(h: Generator, x: Any, y: Any) -> float:
    """Compute D(x, y) with sixty digits."""
    with localcontext() as context:
        context.prec = 60
        pairs = [(Decimal(float(a)), Decimal(float(b))) for a, b in zip(x, y, strict=True)]
        if isinstance(h, Entropy):
            return float(sum(a * (a / b).ln() - a + b for a, b in pairs))
        if isinstance(h, Burg):
            return float(sum(a / b - 1 - (a / b).ln() for a, b in pairs))
        assert isinstance(h, PNorm)
        p = Decimal(h.p)
        old, new = (sum(abs(pair[i]) ** p for pair in pairs) ** (1 / p) for i in (1, 0))
        slope = sum(a * b * abs(b) ** (p - 2) for a, b in pairs) * old ** (2 - p)
        return float((new**2 + old**2) / 2 - slope)


@pytest.mark.parametrize("h", [Entropy(), Burg(), PNorm(1.01), PNorm(1.5), PNorm(2)], ids=repr)
@pytest.mark.parametrize("near", [1e-15, 1e-12, 1e-9, 1e-6, 9e-5, 1.1e-4, 1e-2, 0.4, 1.0, 20.0])
def test_divergences_of_near_and_far_points_keep_their_digits(h: Generator, near: float) -> None:
    rng = np.random.default_rng(3)
    for scale in (1e-8, 1.0, 1e8):
        y = scale * rng.lognormal(size=4)
        if isinstance(h, PNorm):
            y *= rng.choice([-1.0, 1.0], 4)
        x = y * (1 + near * rng.uniform(0.1, 1, 4))
        assert h.divergence(x, y) == pytest.approx(exactly(h, x, y), rel=1e-10, abs=0)
        assert h.divergence(y, x) == pytest.approx(exactly(h, y, x), rel=1e-10, abs=0)
        assert h.divergence(x, x) == 0


@pytest.mark.filterwarnings("error")
def test_divergences_of_extreme_numbers_are_right_or_infinite() -> None:
    assert Burg().divergence([1e-17], [1.0]) == pytest.approx(17 * math.log(10) - 1)
    assert Burg().divergence([1e200], [1e-200]) == math.inf
    assert Burg().divergence([1e-200], [1e200]) == pytest.approx(400 * math.log(10) - 1)
    assert Entropy().divergence([1.0], [5e-324]) == pytest.approx(-math.log(5e-324) - 1)
    assert Entropy().divergence([-1.0], [1.0]) == math.inf
    assert PNorm(1.5).divergence([0.0, 3.0], [0.0, 0.0]) == pytest.approx(4.5)
    assert PNorm(1.5).divergence([0.0, 0.0], [0.0, 3.0]) == pytest.approx(4.5)
    assert PNorm(1.5).divergence([0.0, 0.0], [0.0, 0.0]) == 0


def test_matrices_are_symmetric_up_to_their_own_rounding() -> None:
    rows = np.random.default_rng(0).normal(size=(5, 3)) * [1e-9, 1.0, 1e9]
    matrix = rows.T @ rows
    skew = matrix.copy()
    skew[0, 1] *= 1 + 1e-14
    assert Mahalanobis(skew).matrix is not skew
    assert Mahalanobis(1e-20 * np.eye(2)).value([1.0, 1.0]) == pytest.approx(1e-20)


def test_an_exponential_that_underflows_stays_inside() -> None:
    assert Entropy().inside(Entropy().inverse_gradient([-1e4, 0.0]))
    assert Entropy(total=1).inside(Entropy(total=1).inverse_gradient([-1e4, 0.0]))


def test_p_norms_do_not_overflow() -> None:
    assert PNorm(1.01).gradient([1e200, 1.0])[0] == pytest.approx(1e200)
    assert PNorm(1.5).gradient([0.0, 0.0]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: PNorm(1.0), r"p must lie in \(1, 2\]"),
        (lambda: PNorm(math.nan), r"p must lie in \(1, 2\]"),
        (lambda: Entropy(total=0), "total must lie in"),
        (lambda: Mahalanobis([[1.0, 2.0], [0.0, 1.0]]), "matrix must be symmetric"),
        (lambda: Mahalanobis([[1.0, 2.0], [2.0, 1.0]]), "matrix must be positive definite"),
        (lambda: Mahalanobis([[1.0, 1e-9], [0.0, 1.0]]), "matrix must be symmetric"),
        (lambda: Mahalanobis([[1e-20, 5e-21], [-5e-21, 1e-20]]), "matrix must be symmetric"),
        (lambda: Mahalanobis([[1.0, 0.0]]), "matrix must be symmetric"),
        (lambda: Mahalanobis([[math.nan]]), "matrix must be finite"),
    ],
)
def test_bad_generators_are_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
