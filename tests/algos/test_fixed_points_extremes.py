"""Fixed-point methods: rounding, scales, low precision, certificates, and bounds by formula."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import algos
from algos.iterations import (
    ErgodicResult,
    accelerated_proximal_point,
    eag,
    extragradient,
    feg,
    halpern,
    halpern_cocoercive,
    krasnoselskii_mann,
    optimistic_gradient,
    past_extragradient,
)
from tests.algos.test_fixed_points import MONOTONE, SINGLE, Method, Vector


def skew(z: Vector) -> Vector:
    """Turn by a right angle."""
    return np.array([z[1], -z[0]])


def turn(angle: float) -> Vector:
    """Give a rotation."""
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


BOUNDS: list[tuple[str, Method, dict[str, float], dict[str, float]]] = [
    ("halpern/residual", halpern, {}, {}),
    ("halpern/contraction", halpern, {"contraction": 0.9}, {"contraction": 0.9}),
    ("krasnoselskii-mann/residual", krasnoselskii_mann, {"step": 0.7}, {"step": 0.7}),
    ("accelerated-proximal-point/residual", accelerated_proximal_point, {}, {}),
    (
        "halpern-cocoercive/residual",
        halpern_cocoercive,
        {"lipschitz": 2.0, "step": 0.6},
        {"lipschitz": 2.0, "step": 0.6},
    ),
    ("feg/residual", feg, {"lipschitz": 2.0}, {"lipschitz": 2.0}),
    ("eag/residual", eag, {"lipschitz": 2.0}, {"lipschitz": 2.0}),
    (
        "extragradient/residual",
        extragradient,
        {"lipschitz": 2.0, "step": 0.3},
        {"lipschitz": 2.0, "step": 0.3},
    ),
    *[
        (
            "past-extragradient/residual",
            method,
            {"lipschitz": 2.0, "step": 0.1},
            {"lipschitz": 2.0, "step": 0.1},
        )
        for method in SINGLE
    ],
]


@pytest.mark.parametrize(
    ("key", "method", "options", "more", "steps"),
    [
        (*case, steps)
        for case in BOUNDS
        for steps in (0, 1, 2, 7)
        if steps > 0 or case[1] is not feg  # whose theorem speaks of one step or more
    ],
)
def test_the_bound_of_a_run_is_the_theorem_s(
    key: str, method: Method, options: dict[str, float], more: dict[str, float], steps: int
) -> None:
    result = method(
        lambda x: 0.3 * x, np.array([1.0, -2.0]), tolerance=0, max_iterations=steps, distance=3.0,
        **options,
    )  # fmt: skip
    theorem = algos.theorem(f"iterations/{key}")
    assert result.iterations == steps
    assert result.bound == pytest.approx(theorem.bound(steps=steps, distance=3.0, **more))
    unknown = method(
        lambda x: 0.3 * x, np.array([1.0, -2.0]), tolerance=0, max_iterations=steps, **options
    )
    assert unknown.bound == math.inf


@pytest.mark.parametrize("method", [extragradient, past_extragradient, optimistic_gradient])
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_the_gap_of_a_run_is_the_theorem_s(
    method: Callable[..., ErgodicResult], steps: int
) -> None:
    visited: list[Vector] = []

    def seen(z: Vector) -> Vector:
        visited.append(z.copy())
        return skew(z)

    result = method(seen, [1.0, 1.0], lipschitz=1, step=0.3, tolerance=0, max_iterations=steps)
    name = {extragradient: "extragradient", past_extragradient: "past-extragradient"}.get(
        method, "optimistic-gradient"
    )
    theorem = algos.theorem(f"iterations/{name}/gap")
    assert result.gap == pytest.approx(theorem.bound(steps=steps, distance=1.0, step=0.3))
    points = visited[1::2] if method is extragradient else visited[1:]
    assert result.average == pytest.approx(np.mean(points, axis=0))


def test_bounds_of_halpern_s_rules() -> None:
    assert halpern(lambda x: -x, [1.0], anchor="adaptive", tolerance=0, max_iterations=0,
                   distance=1).bound == 2  # fmt: skip
    steps = 9
    sharp = halpern(lambda x: turn(1.0) @ x, [1.0, 0.0], sharpness=0.9, tolerance=0,
                    max_iterations=steps, distance=50)  # fmt: skip
    first = float(np.linalg.norm(np.array([1.0, 0.0]) - turn(1.0)[:, 0]))
    restarted = math.ceil(2 * math.e / 0.9) - 1
    at = halpern(
        lambda x: turn(1.0) @ x, [1.0, 0.0], tolerance=0, max_iterations=restarted
    ).residual
    assert sharp.bound == pytest.approx(2 * min(at, first) / 0.9 / (steps - restarted + 1))
    no_distance = halpern(lambda x: 0.5 * x, [1.0], contraction=0.99, tolerance=0,
                          max_iterations=80_000, check=False)  # fmt: skip
    assert no_distance.bound == math.inf


def test_a_certificate_of_an_inexact_run_counts_the_errors() -> None:
    result = halpern(lambda x: x + 1.0, np.zeros(1), error=0.1, tolerance=0, max_iterations=20)
    shown = [(1.0 - 0.1) * (k + 1) / 2 - sum((j + 1) * 0.1 for j in range(k)) for k in range(21)]
    assert result.distance_at_least == pytest.approx(max(shown))
    assert result.distance_at_least < 21 / 2


def test_restarts_certify_by_their_first_period_alone() -> None:
    result = halpern(lambda x: turn(2.0) @ x, [1.0, 0.0], sharpness=1.6, tolerance=1e-12)
    assert result.distance_at_least <= 1 + 1e-12


def test_sharpness_that_does_not_hold_is_found() -> None:
    slow = halpern(lambda x: 0.999 * x, [1.0], sharpness=2, max_iterations=50)
    assert slow.status == "precondition violated"
    assert slow.witness is not None
    assert "less sharp" in slow.witness.text
    drift = halpern(lambda x: x + 0.5, [0.0], sharpness=0.5, distance=10, max_iterations=200)
    assert drift.status == "precondition violated"


@pytest.mark.parametrize("method", MONOTONE)
def test_a_zero_that_is_too_far_is_reported(method: Method) -> None:
    result = method(lambda z: skew(z) + np.array([5.0, 0.0]), [0.0, 0.0], lipschitz=1, distance=0.5,
                    max_iterations=100_000)  # fmt: skip
    assert result.status == "no fixed point within r"


def test_the_best_iterate_over_a_set_is_returned() -> None:
    def onto_box(z: Vector) -> Vector:
        return np.clip(z, -1, 1)

    runs = [
        extragradient(
            skew, [1.0, 0.2], lipschitz=1, project=onto_box, tolerance=0, max_iterations=k
        )
        for k in range(12)
    ]
    residuals = [one.residual for one in runs]
    assert residuals == sorted(residuals, reverse=True)
    for one in runs:
        ahead = onto_box(one.x - math.sqrt(0.5) * skew(one.x))
        assert one.residual == pytest.approx(np.linalg.norm(one.x - ahead) / math.sqrt(0.5))


@pytest.mark.parametrize("scale", [1e-200, 1e-150, 1e150, 1e200])
def test_residuals_whose_squares_are_no_floats(scale: float) -> None:
    result = halpern(lambda x: turn(1.0) @ x, scale * np.array([3.0, 4.0]), tolerance=0,
                     max_iterations=7)  # fmt: skip
    plain = halpern(lambda x: turn(1.0) @ x, [3.0, 4.0], tolerance=0, max_iterations=7)
    assert result.status == "iteration limit"
    assert result.residual == pytest.approx(scale * plain.residual)
    other = krasnoselskii_mann(lambda x: turn(1.0) @ x, scale * np.array([3.0, 4.0]), tolerance=0,
                               max_iterations=7)  # fmt: skip
    assert other.status == "iteration limit"
    assert 0 < other.residual < 5 * scale


def test_nothing_is_refused_or_certified_where_squares_vanish() -> None:
    result = halpern(lambda x: np.minimum(x, 0), [1.0, 0.3], tolerance=0, anchor="adaptive",
                     distance=math.hypot(1, 0.3))  # fmt: skip
    assert result.status in ("iteration limit", "converged")
    assert result.distance_at_least <= math.hypot(1, 0.3) * (1 + 1e-9)
    averaged = krasnoselskii_mann(lambda x: turn(2.0) @ x, [1.0, 0.3], tolerance=0)
    assert averaged.status in ("iteration limit", "converged")
    matrix = np.array([[0.5, 1.0], [-1.0, 0.5]])
    for method in MONOTONE:
        run = method(lambda z: matrix @ z, [1.0, 0.3], lipschitz=1.2, tolerance=0)
        assert run.status in ("iteration limit", "converged"), method.__name__


@pytest.mark.parametrize("offset", [0.0, 1e4, 1e8])
@pytest.mark.parametrize("lipschitz", [1e-6, 1.0, 1e6])
def test_rounding_far_from_the_origin_is_no_violation(offset: float, lipschitz: float) -> None:
    matrix = lipschitz * np.array([[0.1, 0.9], [-0.9, 0.1]])
    solution = np.full(2, offset)
    for method in MONOTONE:
        run = method(lambda z: matrix @ z - matrix @ solution, [offset + 1, offset],
                     lipschitz=lipschitz, tolerance=0, max_iterations=2000)  # fmt: skip
        assert run.status in ("iteration limit", "converged"), method.__name__
    hessian = lipschitz * np.diag([1.0, 0.1])
    cocoercive = halpern_cocoercive(lambda z: hessian @ z - hessian @ solution,
                                    [offset + 1, offset + 1], lipschitz=lipschitz, tolerance=0,
                                    max_iterations=2000)  # fmt: skip
    assert cocoercive.status in ("iteration limit", "converged")


def test_single_precision_is_no_violation() -> None:
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.standard_normal((20, 20)))[0].astype(np.float32)
    half = (rotation - rotation.T) / np.float32(2 * np.linalg.norm(rotation - rotation.T, 2) / 2)
    methods: list[Method] = [halpern, krasnoselskii_mann]
    for offset in (np.float32(1), np.float32(1e4)):
        for method in methods:
            run = method(
                lambda x, o=offset: o + rotation @ (x.astype(np.float32) - o),
                np.zeros(20), tolerance=0, max_iterations=500,
            )  # fmt: skip
            assert run.status == "iteration limit"
        for monotone in MONOTONE:
            run = monotone(lambda z, o=offset: half @ (z.astype(np.float32) - o), np.zeros(20),
                           lipschitz=1.0, tolerance=0, max_iterations=500)  # fmt: skip
            assert run.status == "iteration limit", monotone.__name__


@pytest.mark.parametrize("method", MONOTONE)
def test_numbers_without_axes_and_constants_beyond_floats(method: Method) -> None:
    result = method(lambda z: 0.5 * z, np.array(2.0), lipschitz=1, tolerance=1e-3)
    assert result.status == "converged"
    assert result.x.shape == ()
    for lipschitz in (1e-200, 1e200, 1e-320):
        with pytest.raises(ValueError, match="lipschitz must lie in"):
            method(lambda z: z, [1.0], lipschitz=lipschitz)


def test_what_is_no_callable_or_no_number_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="operator must be callable, got 3"):
        halpern(3, [1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="resolvent must be callable"):
        accelerated_proximal_point(None, [1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="project must be callable"):
        extragradient(skew, [1.0, 1.0], lipschitz=1, project=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="project must return finite numbers"):
        extragradient(skew, [1.0, 1.0], lipschitz=1, project=lambda z: z * 1j)
    with pytest.raises(TypeError, match="tolerance must be a number"):
        halpern(lambda x: x, [1.0], tolerance="1e-3")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="tolerance must fit into a float"):
        halpern(lambda x: x, [1.0], tolerance=10**400)
    with pytest.raises(TypeError, match="x0 must not be masked"):
        halpern(lambda x: x, np.ma.masked_array([1.0, 2.0], [False, True]))
    with pytest.raises(ValueError, match="sharpness must"):
        halpern(lambda x: x, [1.0], sharpness=1e-320)


def test_a_failed_first_image_shows_no_displacement() -> None:
    result = halpern(lambda x: x * math.nan, [1.0])
    assert result.displacement is None
    assert math.isnan(result.residual)


def test_the_potential_finds_an_operator_that_only_pairs_of_neighbours_believe() -> None:
    """Cocoercive between neighbours, with a drift that adds up: the potential falls."""
    calls = 0

    def drifting(x: Vector) -> Vector:
        nonlocal calls
        calls += 1
        return x * [1.0, 0.05] * (1 - 0.3 * (calls % 2))

    result = halpern_cocoercive(drifting, [1.0, 1.0], lipschitz=1, step=0.2, tolerance=0)
    assert result.status == "precondition violated"
