"""Dykstra's algorithm with Bregman projections."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos.iterations._bregman import Guarded, checked_start, follow, gradient_rounding
from algos.iterations._generator import Generator
from algos.iterations._oracle import PAIR_RTOL, ROUNDING, Status, Stop, Vector, Witness
from algos.iterations._problem import IterationResult


@dataclass(frozen=True, eq=False)
class DykstraResult(IterationResult):
    """Where the projections came to, and how far the projection can be.

    Attributes
    ----------
    dual_value : float
        d ≤ D(u, x0) for every common point u of the sets.
    divergence_bound : float
        ``divergence`` − d, at least D(x*, x) for the projection x*; inf without ``divergence``.
    corrections : ndarray, shape (m, n)
        The normals q_i, with ∇h(x) = ∇h(x0) − Σ q_i.
    """

    dual_value: float
    divergence_bound: float
    corrections: NDArray[np.float64]


def dykstra_bregman(
    projections: Sequence[Callable[[Vector], ArrayLike]],
    x0: ArrayLike,
    *,
    generator: Generator,
    divergence: float | None = None,
    tolerance: float = 1e-9,
    max_iterations: int = 1000,
    check: bool = True,
) -> DykstraResult:
    """Project x0 onto an intersection of convex sets, in a Bregman divergence.

    Use it where each set is easy to project onto: the result is the common point nearest to x0,
    which projecting in turn alone does not find unless all sets are affine.

    Parameters
    ----------
    projections : sequence of callable
        Each maps z to the point u of its closed convex set with the least D(u, z).
    x0 : array_like, shape (n,)
        Start, inside the generator's domain.
    generator : Generator
        The generator h.
    divergence : float, optional
        Upper bound on D(x*, x0), such as D(u, x0) of a common point u.
    tolerance : float, optional
        Stop when the sweep's points are this close to each other in every entry.
    max_iterations : int, optional
        Sweeps at most.
    check : bool, optional
        Test that no earlier point of a set lies beyond the new projection onto it.

    Returns
    -------
    DykstraResult
        ``x`` lies in the last set; ``residual`` is its largest distance in any entry to this
        sweep's points of the other sets.  The status is ``"no fixed point within r"`` where d
        exceeds ``divergence``: no common point is that near.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; nothing was called.
    OracleError
        A projection raised.

    Notes
    -----
    Set after set: y = ∇h(x) + q_i; x⁺ = Π_i(∇h*(y)); q_i ← y − ∇h(x⁺).  This ascends in the dual:
    with u_i the last point of set i, d = D(x, x0) + Σ ⟨q_i, x − u_i⟩ never falls, and
    D(u, x) ≤ D(u, x0) − d for every common point u.

    References
    ----------
    Y. Censor, S. Reich, "The Dykstra algorithm with Bregman projections", Communications in
    Applied Analysis 2, 1998.

    H. Bauschke, A. Lewis, "Dykstra's algorithm with Bregman projections: a convergence proof",
    Optimization 48, 2000.

    Examples
    --------
    The point nearest to (2, 0) with x + y ≤ 1 and x ≤ y:

    >>> import numpy as np
    >>> from algos.iterations import Euclidean, dykstra_bregman
    >>> def halfplane(a, b):
    ...     return lambda z: z - max(a @ z - b, 0) / (a @ a) * a
    >>> result = dykstra_bregman(
    ...     [halfplane(np.array([1.0, 1.0]), 1.0), halfplane(np.array([1.0, -1.0]), 0.0)],
    ...     [2.0, 0.0], generator=Euclidean())
    >>> result.status, result.x.round(6), round(result.dual_value, 6)
    ('converged', array([0.5, 0.5]), 1.25)
    """
    x0, tolerance, limit, far = checked_start(x0, generator, tolerance, max_iterations, divergence)
    given: Any = projections
    if not (isinstance(given, Sequence) and given and all(map(callable, given))):
        raise TypeError(f"projections must be a sequence of callables, got {projections!r}")
    project = Guarded(lambda z, i: projections[i](z), x0.size, "a projection")
    dual = _Dual(x0, generator, np.zeros((len(projections), x0.size)), far)
    end = follow(_steps(project, dual, check), start=x0, tolerance=tolerance, limit=limit)
    status: Status = "no fixed point within r" if dual.refutes else end.status
    return DykstraResult(
        x=end.x,
        status=status,
        residual=end.residual,
        bound=math.inf,
        iterations=end.iterations,
        oracle_calls=project.calls,
        preconditions=("projections",) if check and end.iterations > 1 else (),
        witness=end.witness,
        dual_value=dual.value,
        divergence_bound=max(far - dual.value, 0.0),
        corrections=dual.normals,
    )


@dataclass
class _Dual:
    """The normals q_i of the last whole sweep, and what they prove."""

    x0: Vector
    h: Generator
    normals: NDArray[np.float64]
    far: float
    value: float = 0.0
    rounding: float = 0.0

    @property
    def refutes(self) -> bool:
        """Whether no common point is within the caller's divergence."""
        return self.value > self.far * (1 + PAIR_RTOL) + self.rounding

    def update(self, x: Vector, normals: NDArray[np.float64], points: NDArray[Any]) -> None:
        """Compute D(x, x0) + Σ ⟨q_i, x − u_i⟩."""
        self.normals = normals.copy()
        self.value = self.h.divergence(x, self.x0) + float(np.sum(normals * (x - points)))
        sizes = np.abs(x) + np.abs(points)
        self.rounding = ROUNDING * float(np.sum(np.abs(normals) * sizes))


def _steps(project: Guarded, dual: _Dual, check: bool) -> Iterator[tuple[Vector, float, float]]:
    """Yield the point after each sweep and the distance between its sets' points."""
    x, h = dual.x0, dual.h
    q, points = np.zeros_like(dual.normals), np.zeros_like(dual.normals)
    sweep = 0
    yield x, math.nan, math.inf
    while not dual.refutes:
        for i in range(len(q)):
            y = h.gradient(x) + q[i]
            start = h.inverse_gradient(y)
            x = project.point(start, i)
            if not h.inside(x):
                text = f"projection {i} left the domain of {h!r}"
                raise Stop("diverged", Witness(project.calls, text, (start,), (x,)))
            normal = y - h.gradient(x)
            if (
                check
                and sweep
                and float(normal @ (points[i] - x)) > _slack(h, normal, points[i], x)
            ):
                text = f"projection {i} is not the nearest point: an earlier one is nearer"
                raise project.stop(text, (start, points[i]), (x, points[i]))
            q[i], points[i] = normal, x
        sweep += 1
        dual.update(x, q, points)
        yield x, math.nan, float(np.abs(points - x).max())


def _slack(h: Generator, normal: Vector, u: Vector, x: Vector) -> float:
    """Bound the rounding in ⟨normal, u − x⟩."""
    sizes = np.abs(normal) @ (np.abs(u) + np.abs(x))
    return float(1e-9 * sizes + gradient_rounding(h, x) @ np.abs(u - x))
