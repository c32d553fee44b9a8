"""Regression in Orlicz norms: powers, cone programs, conjugates and functions that are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from algos.sketching import ConvexTukey, Huber, lp_regression, orlicz_regression
from algos.sketching._orlicz_norm import OrliczNorm
from tests.algos.test_symmetric_norm_regression import problem


class Power:
    """u^p, as a user would write it."""

    def __init__(self, p: float) -> None:
        self.p = p

    def value(self, u: Any) -> Any:
        return u**self.p

    def derivative(self, u: Any) -> Any:
        return self.p * u ** (self.p - 1)

    def conjugate(self, s: Any) -> Any:
        if self.p == 1:
            return np.where(s <= 1, 0.0, np.inf)
        return (self.p - 1) * (s / self.p) ** (self.p / (self.p - 1))


FUNCTIONS = [Huber(1.0), Huber(0.02), ConvexTukey(0.1), Power(1), Power(1.4), Power(2)]


@pytest.mark.parametrize("p", [1, 1.5, 2])
def test_powers_give_lp_regression(p: float) -> None:
    A, b = problem(cauchy=True)
    ours = orlicz_regression(A, b, Power(p), tolerance=1e-6)
    assert ours.status == "certified"
    assert ours.objective == pytest.approx(lp_regression(A, b, p, tolerance=1e-7).objective, 2e-6)


@pytest.mark.parametrize("delta", [1.0, 0.1, 0.01])
@pytest.mark.parametrize("cauchy", [False, True])
def test_huber_agrees_with_the_cone_program(delta: float, cauchy: bool) -> None:
    """Find the norm's least value as the root of the least Σ G(abs(r) / t) − 1."""
    cvxpy = pytest.importorskip("cvxpy")
    A, b = problem(cauchy=cauchy)
    result = orlicz_regression(A, b, Huber(delta), tolerance=1e-5)
    assert result.status == "certified"
    x, scale = cvxpy.Variable(A.shape[1]), cvxpy.Parameter(pos=True)
    sums = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(cvxpy.huber(scale * b - A @ x, delta)) / 2))
    for t, above in [
        (result.lower_bound * (1 - 1e-4), True),
        (result.objective * (1 + 1e-4), False),
    ]:
        scale.value = 1 / t
        assert (sums.solve(solver="CLARABEL") > 1) == above


@pytest.mark.parametrize("G", FUNCTIONS)
@pytest.mark.parametrize("cauchy", [False, True])
def test_results_prove_themselves(G: Any, cauchy: bool) -> None:
    A, b = problem(3000, 4, cauchy=cauchy)
    result = orlicz_regression(A, b, G, tolerance=0.001, rng=1)
    assert result.status == "certified"
    r = b - A @ result.x
    assert np.sum(G.value(np.abs(r) / result.objective)) == pytest.approx(1)
    assert result.objective <= 1.001 * result.lower_bound
    sizes = np.abs(result.dual)
    grid = np.geomspace(1e-3, 1e3, 20001) / sizes.max()
    near = grid[np.searchsorted(grid, 1 / sizes.max()) :: 50]
    young = [
        (1 + float(np.sum(G.conjugate(k * sizes)))) / k for k in np.concatenate([grid[::50], near])
    ]
    assert min(young) == pytest.approx(1, rel=0.05)
    assert OrliczNorm(G).dual(result.dual) <= 1 + 1e-9


@pytest.mark.parametrize("G", FUNCTIONS)
def test_conjugates_obey_young_and_touch(G: Any) -> None:
    u = np.linspace(0, 3, 400)
    s = G.derivative(u)
    assert G.conjugate(s) == pytest.approx(u * s - G.value(u), abs=1e-12)
    for slope in (0.0, 0.01, 0.3):
        bound = float(G.conjugate(np.array([slope]))[0])
        assert bound >= float((slope * u - G.value(u)).max()) - 1e-12
    steps = np.diff(u)
    assert np.cumsum(steps * (s[1:] + s[:-1]) / 2) == pytest.approx(G.value(u)[1:], abs=1e-2)


@pytest.mark.parametrize("G", FUNCTIONS)
@pytest.mark.parametrize("weights", [None, np.array([0.5, 3.0, 1.0, 2.0, 0.25])])
def test_the_norm_its_gradient_and_its_dual(G: Any, weights: Any) -> None:
    norm, rng = OrliczNorm(G, weights), np.random.default_rng(3)
    r, v = rng.normal(size=5), rng.normal(size=5)
    t = norm.value(r)
    assert np.sum((1.0 if weights is None else weights) * G.value(np.abs(r) / t)) == pytest.approx(
        1
    )
    assert norm.value(-4 * r) == pytest.approx(4 * t)
    at = norm._tangent(r, 0.1)
    h = 1e-6
    slope = (norm._tangent(r + h * v, 0.1).value - norm._tangent(r - h * v, 0.1).value) / (2 * h)
    assert at.gradient @ v == pytest.approx(slope, rel=1e-5)
    assert at.dual_norm() <= 1 + 1e-6
    assert norm.dual(at.gradient) == pytest.approx(at.dual_norm(), rel=2e-3)
    assert at.gradient @ v <= at.dual_norm() * norm.value(v) * (1 + 1e-9)
    assert np.linalg.norm(v) <= norm._euclidean(5) * norm.value(v)


def test_the_dual_norm_of_a_power_is_known() -> None:
    w = np.array([3.0, -4.0, 0.0])
    assert OrliczNorm(Power(2)).dual(w) == pytest.approx(5)  # the l2 norm is its own dual
    assert OrliczNorm(Power(1)).dual(w) == pytest.approx(4)
    assert OrliczNorm(Power(1)).dual(np.zeros(3)) == 0
    assert OrliczNorm(Power(1)).dual([0.0, 2.0**-1070]) == 2.0**-1070


class Concave(Power):
    """√u: not convex."""

    def __init__(self) -> None:
        super().__init__(0.5)

    def conjugate(self, s: Any) -> Any:
        return np.zeros_like(s)


class SmallConjugate(Power):
    """A conjugate that is half of what it must be."""

    def conjugate(self, s: Any) -> Any:
        return super().conjugate(s) / 2


class WrongDerivative(Power):
    """The derivative without its factor."""

    def derivative(self, u: Any) -> Any:
        return u ** (self.p - 1)


class NotANumber(Power):
    """NaN from 0.1 on."""

    def value(self, u: Any) -> Any:
        return np.where(u < 0.1, u**self.p, np.nan)


class Narrow(Power):
    """One answer in many is wrong."""

    def __init__(self, method: str, wrong: Any) -> None:
        super().__init__(1.5)
        self.method, self.wrong = method, wrong

    def _spoilt(self, method: str, u: Any, answer: Any) -> Any:
        middle = len(u) == 60 and method == self.method
        return np.where(u == np.median(u[:59]), self.wrong, answer) if middle else answer

    def value(self, u: Any) -> Any:
        return self._spoilt("value", u, super().value(u))

    def derivative(self, u: Any) -> Any:
        return self._spoilt("derivative", u, super().derivative(u))

    def conjugate(self, s: Any) -> Any:
        return self._spoilt("conjugate", s, super().conjugate(s))


@pytest.mark.parametrize("method", ["value", "derivative", "conjugate"])
@pytest.mark.parametrize("wrong", [np.nan, -1.0, -np.inf])
def test_one_wrong_answer_is_seen(method: str, wrong: float) -> None:
    A, b = problem(60)
    with pytest.raises(ValueError, match=rf"G.{method} must give finite numbers of at least 0"):
        orlicz_regression(A, b, Narrow(method, wrong))


class Endless(Power):
    """A conjugate that is inf wherever it is asked for more than the slopes met."""

    def conjugate(self, s: Any) -> Any:
        return np.full_like(s, np.inf)


class Scalar(Power):
    """One number for many."""

    def value(self, u: Any) -> Any:
        return 1.0 * bool(u.any())


class Words(Power):
    """No numbers."""

    def derivative(self, u: Any) -> Any:
        return np.array(["a"] * len(u))


@pytest.mark.parametrize(
    ("G", "message"),
    [
        (Endless(2), "G.conjugate must be finite near 0"),
        (Scalar(2), "G.value must give an array"),
        (Words(2), "G.derivative must give an array"),
    ],
)
def test_answers_of_the_wrong_kind(G: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        orlicz_regression(*problem(), G)
    with pytest.raises(TypeError, match="G must have the methods"):
        orlicz_regression(*problem(), Huber)  # type: ignore[arg-type]


class Flat(Power):
    """Zero up to 1: a norm with entries that cost nothing."""

    def value(self, u: Any) -> Any:
        return np.maximum(u - 1, 0) ** 2

    def derivative(self, u: Any) -> Any:
        return 2 * np.maximum(u - 1, 0)

    def conjugate(self, s: Any) -> Any:
        return s + s**2 / 4


class Bent(Power):
    """The greatest of u and 3 u − 1: kinks, linear growth, a conjugate that is inf."""

    def value(self, u: Any) -> Any:
        return np.maximum(u, 3 * u - 1)

    def derivative(self, u: Any) -> Any:
        return np.where(u > 0.5, 3.0, 1.0)

    def conjugate(self, s: Any) -> Any:
        return np.where(s <= 1, 0, np.where(s <= 3, (s - 1) / 2, np.inf))


@pytest.mark.parametrize("G", [Flat(2), Bent(1), Huber(1e-150), ConvexTukey(1e-150)])
def test_flat_and_bent_functions(G: Any) -> None:
    A, b = problem()
    result = orlicz_regression(A, b, G, tolerance=1e-4)
    assert result.status == "certified"
    norm, rng = OrliczNorm(G), np.random.default_rng(0)
    for _ in range(300):
        x = result.x + 0.1 * np.abs(result.x).max() * rng.normal(size=3)
        assert norm.value(b - A @ x) >= result.lower_bound


@pytest.mark.parametrize("width", [1e3, 1e150])
def test_tukey_made_convex_with_a_wide_middle_is_least_squares(width: float) -> None:
    A, b = problem()
    result = orlicz_regression(A, b, ConvexTukey(width), tolerance=1e-6)
    assert result.status == "certified"
    assert result.x == pytest.approx(np.linalg.lstsq(A, b)[0], rel=1e-3)


class Lifted(Power):
    """G(0) = 1."""

    def value(self, u: Any) -> Any:
        return u**self.p + 1


@pytest.mark.parametrize(
    ("G", "message"),
    [
        (Concave(), "G must be convex"),
        (SmallConjugate(1.5), "G.conjugate must give"),
        (WrongDerivative(2), "G must be convex with derivative"),
        (Lifted(2), "G\\(0\\) must be 0"),
    ],
)
def test_wrong_functions_are_caught_with_a_witness(G: Any, message: str) -> None:
    A, b = problem()
    with pytest.raises(ValueError, match=message):
        orlicz_regression(A, b, G)


def test_a_function_that_is_no_number_or_never_reaches_one() -> None:
    A, b = problem()
    with pytest.raises(ValueError, match=r"G must reach|G.value must give finite"):
        orlicz_regression(A, b, NotANumber(2))
    with pytest.raises(TypeError, match="G must have the methods"):
        orlicz_regression(A, b, abs)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="delta must lie in"):
        Huber(0)
    with pytest.raises(ValueError, match="c must lie in"):
        ConvexTukey(float("nan"))


@pytest.mark.parametrize("G", [Huber(0.1), ConvexTukey(), Power(1)])
def test_extremes(G: Any) -> None:
    A, b = problem()
    plain = orlicz_regression(A, b, G, tolerance=1e-5)
    for of_a, of_b in [(1e150, 1.0), (1.0, 1e-150), (1e-150, 1e150)]:
        result = orlicz_regression(A * of_a, b * of_b, G, tolerance=1e-5)
        assert result.status == "certified"
        assert result.objective == pytest.approx(plain.objective * of_b, rel=2e-5)
    fitted = orlicz_regression(A, A @ [1.0, 2.0, 3.0], G)
    assert fitted.status == "exact fit"
    assert fitted.lower_bound == 0
    zero = orlicz_regression(np.zeros((4, 2)), [1.0, 2.0, 0.0, -3.0], G)
    assert zero.status == "certified"
    assert zero.x.tolist() == [0, 0]
    with pytest.raises(ValueError, match="A must be finite"):
        orlicz_regression(A * np.nan, b, G)
