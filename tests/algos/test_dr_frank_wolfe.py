"""DR-submodular functions and sets against differences and linear programs; methods by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from algos.submodular import (
    Box,
    Budget,
    CoverageExtension,
    DRFunction,
    FeasibleSet,
    LogarithmicSum,
    OracleError,
    Polytope,
    QuadraticDR,
    dr_maximize,
)

RNG = np.random.default_rng(0)
FALLING = -RNG.random((4, 4))
FUNCTIONS = {
    "quadratic": QuadraticDR(FALLING + FALLING.T, RNG.random(4) + 2, 20),
    "coverage": CoverageExtension(RNG.random((4, 6)), RNG.random(6)),
    "sure coverage": CoverageExtension(RNG.integers(0, 2, (4, 6))),
    "logarithms": LogarithmicSum(RNG.random((3, 4)), [1, 2, 3]),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_are_derivatives_and_fall_no_faster_than_the_smoothness(name: str) -> None:
    function, rng = FUNCTIONS[name], np.random.default_rng(1)
    for _ in range(20):
        x, y = rng.random((2, 4))
        numeric = [
            (function.value(x + step) - function.value(x - step)) / 2e-6
            for step in 1e-6 * np.eye(4)
        ]
        assert function.gradient(x) == pytest.approx(np.array(numeric), abs=1e-7)
        low, high = function.gradient(np.minimum(x, y)), function.gradient(np.maximum(x, y))
        assert (low >= high - 1e-12).all()
        change = np.linalg.norm(function.gradient(x) - function.gradient(y))
        assert change <= function.smoothness * np.linalg.norm(x - y) + 1e-12
        assert function.value(x) >= 0
        assert not function.monotone or (function.gradient(np.ones(4)) >= 0).all()


def test_the_extension_of_coverage_is_its_mean() -> None:
    """The mean over all sets, one by one."""
    chances = np.random.default_rng(2).random((3, 5))
    extension, x = CoverageExtension(chances), np.array([0.2, 0.7, 1.0])
    total = 0.0
    for mask in range(8):
        inside = np.array([mask >> e & 1 for e in range(3)])
        covered = 5 - np.prod(1 - chances * inside[:, None], axis=0).sum()
        total += covered * np.prod(np.where(inside, x, 1 - x))
    assert extension.value(x) == pytest.approx(total)


SETS: list[tuple[FeasibleSet, Any, Any]] = [
    (Box([1, 0.5, 0.25]), np.eye(3), [1, 0.5, 0.25]),
    (Budget(3, 1.5), [[1, 1, 1]], [1.5]),
    (Budget(3, 7), [[1, 1, 1]], [7]),
    (Polytope([[1, 2, 3.0]], [2]), [[1, 2, 3]], [2]),
    (Polytope([[-1, -1, 0.0], [1, 1, 1]], [-1, 2]), [[-1, -1, 0], [1, 1, 1]], [-1, 2]),
]


@pytest.mark.parametrize(("domain", "rows", "right"), SETS)
def test_best_points_and_radii_agree_with_linear_programs(
    domain: FeasibleSet, rows: Any, right: Any
) -> None:
    rng = np.random.default_rng(3)
    points = []
    for direction in [*rng.normal(size=(30, 3)), np.zeros(3), np.ones(3)]:
        solved = optimize.linprog(-direction, A_ub=rows, b_ub=right, bounds=(0, 1))
        x = domain.best(direction)
        assert direction @ x == pytest.approx(-float(solved.fun or 0))
        assert (np.array(rows) @ x <= np.array(right) + 1e-9).all()
        points.append(x)
    assert max(np.linalg.norm(x) for x in points) <= domain.radius + 1e-12
    assert max(np.linalg.norm(x - y) for x in points for y in points) <= domain.diameter + 1e-12
    assert domain.lowest().max() == pytest.approx(0 if domain.down_closed else 0.5)


def test_a_linear_function_is_maximised_in_one_step() -> None:
    linear = QuadraticDR(np.zeros((3, 3)), [3, 1, 2])
    found = dr_maximize(linear, Budget(3, 2), steps=1)
    assert (found.x.tolist(), found.value, found.upper_bound) == ([1, 0, 1], 5, 5)
    assert found.gradients == 1


def test_an_arc_is_cut_by_hand() -> None:
    """Measured steps raise the tail alone: 1 − (1 − 1/N)^N."""
    cut = QuadraticDR([[0, -1], [-1, 0]], [1, 0])
    found = dr_maximize(cut, Box([1, 1]), steps=10)
    assert found.x == pytest.approx([1 - 0.9**10, 0])
    assert found.value <= 1 <= found.upper_bound


@pytest.mark.parametrize("method", ["monotone", "monotone-inside", "down-closed", "general"])
def test_points_are_feasible_and_bounds_above_all_random_points(method: str) -> None:
    rng = np.random.default_rng(4)
    for seed in range(15):
        chances = np.random.default_rng(seed).random((3, 4))
        domain = Polytope(rng.random((2, 3)), rng.random(2))
        function = CoverageExtension(chances)
        found = dr_maximize(function, domain, steps=12, method=method)
        assert (domain.A @ found.x <= domain.b + 1e-9).all()
        points = rng.random((200, 3))
        inside = points[(points @ domain.A.T <= domain.b).all(axis=1)]
        assert all(function.value(x) <= found.upper_bound + 1e-9 for x in inside)
        assert function.value(found.x) == pytest.approx(found.value)


@pytest.mark.parametrize(("method", "bound"), [("monotone-inside", 2.0), ("general", 2 / 0.875)])
def test_a_point_without_a_better_direction_bounds_by_twice_its_value(
    method: str, bound: float
) -> None:
    """Eight copies, of which shares of 1 are taken: the even point is stationary, and not best."""
    copies = CoverageExtension(np.ones((8, 1)))
    shares = Polytope([np.ones(8), -np.ones(8)], [1, -1])
    found = dr_maximize(copies, shares, steps=1, method=method)
    assert found.upper_bound == pytest.approx(bound * (1 - (7 / 8) ** 8))
    assert found.upper_bound >= copies.value(np.eye(8)[0]) == 1


def test_methods_are_chosen_by_what_fits() -> None:
    falling = QuadraticDR([[-2.0]], [1], 1)
    assert dr_maximize(falling, Box([1]), steps=1).x == pytest.approx([1.0])  # down-closed
    above = Polytope([[-1.0]], [-0.25])
    assert dr_maximize(falling, above, steps=1).x == pytest.approx([0.625])  # general, halfway to 1


class Wrong(DRFunction):
    """A gradient of anybody's making."""

    def __init__(self, gradient: Any, value: float = 1.0) -> None:
        super().__init__(2, monotone=True, smoothness=1)
        self.given, self.constant = gradient, value

    def value(self, x: Any) -> float:
        return self.constant

    def gradient(self, x: Any) -> Any:
        return self.given(x) if callable(self.given) else self.given


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (Wrong([1, math.nan]), "gradient must be 2 finite numbers"),
        (Wrong([1, math.inf]), "gradient must be 2 finite numbers"),
        (Wrong([1, 2, 3]), "gradient must be 2 finite numbers"),
        (Wrong([1, -1]), "gradient must be at least 0"),
        (Wrong(lambda x: 1 + x), "gradient must fall from"),
        (Wrong([1, 1j]), "gradient must be 2 finite numbers"),
        (Wrong(["1", "2"]), "gradient must be 2 finite numbers"),
        (Wrong([[1], [1, 2]]), "gradient must be 2 finite numbers"),
        (Wrong(None), "gradient must be 2 finite numbers"),
        (Wrong([1, 1], math.nan), "value must be finite"),
        (Wrong([1, 1], -1), "value must be at least 0"),
    ],
)
def test_impossible_functions_are_refused(function: DRFunction, words: str) -> None:
    with pytest.raises(OracleError, match=words):
        dr_maximize(function, Box([1, 1]), steps=3)


def test_a_gradient_that_reuses_its_memory_is_seen_to_rise() -> None:
    held = np.zeros(2)

    def gradient(x: Any) -> Any:
        held[:] = 1 + x
        return held

    with pytest.raises(OracleError, match="gradient must fall from"):
        dr_maximize(Wrong(gradient), Box([1, 1]), steps=3)


def test_functions_that_write_into_their_argument_move_no_point() -> None:
    def gradient(x: Any) -> Any:
        x[:] = 7
        return [1, 1]

    found = dr_maximize(Wrong(gradient), Box([1, 0.5]), steps=4)
    assert found.x.tolist() == [1, 0.5]


class Segment(FeasibleSet):
    """The points (x, y), 0.5 ≤ x ≤ 1, without a word about the lowest one."""

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__(2, radius=math.sqrt(2), down_closed=False)
        self.scale = scale

    def best(self, direction: Any) -> Any:
        return self.scale * np.where(direction > 0, 1.0, [0.5, 0])


def test_sets_of_ones_own_must_give_points_of_the_cube_and_say_their_lowest() -> None:
    linear = QuadraticDR(np.zeros((2, 2)), [1, 1])
    assert dr_maximize(linear, Segment(), steps=3).x == pytest.approx([1, 1])
    with pytest.raises(ValueError, match=r"must hold 0, or have a lowest\(\) of its own"):
        dr_maximize(linear, Segment(), method="general")
    for scale in (3.0, math.nan):
        with pytest.raises(OracleError, match="best must give 2 numbers from 0 to 1"):
            dr_maximize(linear, Segment(scale))


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(TypeError, match="value must be a number, got None"):
        dr_maximize(Wrong([1, 1], None), Box([1, 1]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: dr_maximize(Wrong([1, 1]), Box([1, 1]), method=[1]), ValueError, "method must"),  # type: ignore[arg-type]
        (lambda: Box([0.5, 1.5]), ValueError, r"upper must lie in \[0, 1\]"),
        (lambda: Box([math.nan]), ValueError, "upper must be finite"),
        (lambda: Box([]), ValueError, "upper must"),
        (lambda: Budget(2, 0), ValueError, "budget must lie in"),
        (lambda: Budget(0, 1), ValueError, "dimension must be an integer"),
        (lambda: Polytope([[1.0]], [-1]), ValueError, "must hold for a point of the cube"),
        (lambda: Polytope([[1.0]], [1, 2]), ValueError, "b must have shape"),
        (lambda: QuadraticDR([[1]], [1]), ValueError, "no positive entry"),
        (lambda: QuadraticDR([[0, -1], [0, 0]], [1, 1]), ValueError, "symmetric"),
        (lambda: QuadraticDR([[-4]], [1]), ValueError, "offset must be at least 1"),
        (lambda: CoverageExtension([[2.0]]), ValueError, "probabilities must lie in"),
        (lambda: CoverageExtension([[1.0]], [-1]), ValueError, "weights must be at least 0"),
        (lambda: LogarithmicSum([[-1.0]]), ValueError, "must be at least 0"),
        (lambda: dr_maximize(len, Box([1])), TypeError, "function must be a DRFunction"),  # type: ignore[arg-type]
        (lambda: dr_maximize(Wrong([1, 1]), len), TypeError, "domain must be a FeasibleSet"),  # type: ignore[arg-type]
        (lambda: dr_maximize(Wrong([1, 1]), Box([1])), ValueError, "have the dimension 1"),
        (lambda: dr_maximize(Wrong([1, 1]), Box([1, 1]), steps=0), ValueError, "steps must be"),
        (lambda: dr_maximize(Wrong([1, 1]), Box([1, 1]), method="fast"), ValueError, "method must"),
        (
            lambda: dr_maximize(QuadraticDR([[-1.0]], [0.5]), Box([1]), method="monotone"),
            ValueError,
            "needs a monotone function",
        ),
        (
            lambda: dr_maximize(
                QuadraticDR([[-1.0]], [0.5]), Polytope([[-1.0]], [-0.5]), method="down-closed"
            ),
            ValueError,
            "needs such a domain",
        ),
    ],
)
def test_bad_arguments(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make()
