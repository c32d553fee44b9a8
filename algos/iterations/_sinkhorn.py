"""Sinkhorn's algorithm for entropic optimal transport."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accel.scaling import scaling_sweeps
from algos._arguments import checked_array, checked_count, checked_real
from algos.iterations._problem import IterationResult

Matrix = NDArray[np.float64]

#: Beyond this the scalings are absorbed into the kernel: far from overflow, and what has
#: underflowed in the kernel stays below 1e-200.
FAR = 1e50


@dataclass(frozen=True, eq=False)
class SinkhornResult(IterationResult):
    """An entropic transport plan, its potentials and its certificates.

    Attributes
    ----------
    potentials : tuple of ndarray, shapes (n,) and (m,)
        f and g with plan = exp((f_i + g_j − cost_ij) / reg); −inf where a mass is 0.
    transport_cost : float
        Σ plan · cost.
    hilbert_error : float
        Hilbert distance of the plan's row sums to ``a``: max − min of log(row sum / a).
    contraction : float
        tanh²(Δ/4), the factor that every sweep takes off the Hilbert error at least; NaN
        without ``certificate``.
    potential_bound : float
        reg · hilbert_error / (1 − contraction): f is this close to an optimal potential, in
        max − min; inf without ``certificate``.
    """

    potentials: tuple[NDArray[np.float64], NDArray[np.float64]]
    transport_cost: float
    hilbert_error: float
    contraction: float
    potential_bound: float


def projective_diameter(log_kernel: ArrayLike) -> float:
    """Compute the Hilbert diameter Δ of the image of a positive matrix.

    Parameters
    ----------
    log_kernel : array_like, shape (n, m)
        Entrywise logarithms of the matrix.

    Returns
    -------
    float
        The largest log(K_ij K_kl / (K_kj K_il)); by Birkhoff's theorem K contracts the Hilbert
        metric by tanh(Δ/4).

    Notes
    -----
    O(n² m) time.

    Examples
    --------
    >>> from algos.iterations import projective_diameter
    >>> projective_diameter([[0.0, -1.0], [-1.0, 0.0]])
    2.0
    """
    logs = checked_array("log_kernel", log_kernel, shape=(None, None))
    if logs.shape[0] > logs.shape[1]:
        logs = logs.T
    return float(max(np.ptp(logs - row, axis=1).max() for row in logs))


def sinkhorn(
    a: ArrayLike,
    b: ArrayLike,
    cost: ArrayLike,
    *,
    reg: float,
    tolerance: float = 1e-9,
    max_iterations: int = 10000,
    certificate: bool = False,
) -> SinkhornResult:
    """Find the transport plan of least cost plus reg times negative entropy.

    Use it to compare histograms.  Any reg is safe: the scalings are kept as logarithms, with a
    kernel that absorbs them, so nothing overflows and nothing is divided by zero.

    Parameters
    ----------
    a, b : array_like, shapes (n,) and (m,)
        Masses, at least 0, of sums that differ by no more than ``tolerance`` or rounding.
    cost : array_like, shape (n, m)
        Cost of moving a unit of mass.
    reg : float
        Positive, in the unit of the cost.
    tolerance : float, optional
        Stop when the row and column sums differ from ``a`` and ``b`` by at most this in all.
    max_iterations : int, optional
        Sweeps at most.
    certificate : bool, optional
        Compute the contraction factor: O(n² m) time.

    Returns
    -------
    SinkhornResult
        ``x`` is the plan; ``residual`` its marginals' error, summed over rows and columns, as
        recomputed from it; ``bound`` is proven for the rows' error after these sweeps.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    A sweep scales the rows to ``a`` and then the columns to ``b``: alternating projections in the
    Kullback–Leibler divergence.  For masses of sum 1, the rows' error after k sweeps is at most
    √(2 KL(a bᵀ, P_0) / (k + 1)), whatever reg; and their Hilbert distance to ``a`` falls by
    tanh²(Δ/4) a sweep, Δ being the projective diameter of −cost / reg.  O(n m) a sweep.

    References
    ----------
    R. Sinkhorn, "Diagonal equivalence to matrices with prescribed row and column sums", American
    Mathematical Monthly 74, 1967.

    J. Franklin, J. Lorenz, "On the scaling of multidimensional matrices", Linear Algebra and its
    Applications 114, 1989.

    F. Léger, "A gradient descent perspective on Sinkhorn", Applied Mathematics & Optimization 84,
    2021.

    Examples
    --------
    >>> from algos.iterations import sinkhorn
    >>> result = sinkhorn([0.5, 0.5], [0.25, 0.75], [[0.0, 1.0], [1.0, 0.0]], reg=1e-4)
    >>> result.status, result.x.round(6).tolist()
    ('converged', [[0.25, 0.25], [0.0, 0.5]])
    """
    a_, b_ = _masses("a", a), _masses("b", b)
    costs = checked_array("cost", cost, shape=(a_.size, b_.size))
    reg = checked_real("reg", reg, 0, math.inf)
    tolerance = checked_real("tolerance", tolerance, 0, math.inf, low_end=True)
    limit = checked_count("max_iterations", max_iterations, least=0)
    mass = float(a_.sum())
    apart = abs(mass - float(b_.sum()))  # no plan has less error
    if apart > max(min(tolerance, 1e-9 * mass), 1e-12 * mass):
        raise ValueError(
            f"a and b must have the same sum, up to tolerance, got {mass!r} and {float(b_.sum())!r}"
        )
    if float(np.abs(costs).max()) > reg * 1e300:
        raise ValueError(f"cost / reg must be finite, got reg = {reg!r}")
    rows, columns = a_ / mass > 0, b_ / mass > 0
    scaled = _Scaling(a_[rows] / mass, b_[columns] / b_.sum(), -costs[np.ix_(rows, columns)] / reg)
    k = scaled.run(max(tolerance - apart, 0.0) / mass, limit)
    plan, f, g = np.zeros_like(costs), np.full(a_.size, -np.inf), np.full(b_.size, -np.inf)
    phi, psi = scaled.logarithms()
    plan[np.ix_(rows, columns)] = mass * scaled.u[:, None] * scaled.kernel * scaled.v
    f[rows], g[columns] = reg * (phi + math.log(mass)), reg * psi
    factor = math.tanh(projective_diameter(scaled.logs) / 4) ** 2 if certificate else math.nan
    with np.errstate(divide="ignore", invalid="ignore"):  # a row's entries may all underflow
        hilbert = float(
            np.nan_to_num(np.ptp(np.log(plan.sum(axis=1)[rows] / a_[rows])), nan=np.inf)
        )
    residual = _marginal_error(plan, a_, b_)
    return SinkhornResult(
        x=plan,
        status="converged" if residual <= tolerance else "iteration limit",
        residual=residual,
        bound=mass * math.sqrt(2 * scaled.start / (k + 1)),
        iterations=k,
        oracle_calls=0,
        preconditions=(),
        witness=None,
        potentials=(f, g),
        transport_cost=float(np.sum(plan * costs)),
        hilbert_error=hilbert,
        contraction=factor,
        potential_bound=reg * hilbert / (1 - factor) if factor < 1 else math.inf,
    )


class _Scaling:
    """Diagonal scalings of a kernel: exp(φ + logs + ψ) = diag(u) K diag(v), u and v near 1."""

    kernel: Matrix
    u: Matrix
    v: Matrix

    def __init__(self, a: Matrix, b: Matrix, logs: Matrix) -> None:
        self.a, self.b, self.logs = a, b, logs
        phi, psi = np.zeros(a.size), np.log(b) - _logsumexp(logs, axis=0)
        self._absorb(phi, psi)
        entropies = float(a @ np.log(a) + b @ np.log(b))
        self.start = max(entropies - float(a @ logs @ b + b @ psi), 0.0)  # KL(a bᵀ, P_0)

    def run(self, tolerance: float, limit: int) -> int:
        """Sweep; by logarithms where the scalings would leave the kernel too far behind."""
        k, goal = 0, tolerance
        while True:
            done, error = scaling_sweeps(
                self.kernel, self.a, self.b, self.u, self.v,
                tolerance=goal, limit=limit - k, far=FAR,
            )  # fmt: skip
            k += done
            plan = self.u[:, None] * self.kernel * self.v
            if k == limit or _marginal_error(plan, self.a, self.b) <= tolerance:
                return k
            if error <= goal:
                goal = error / 2  # the rows are right, the columns rounded
            self._sweep_logarithms()
            k += 1

    def logarithms(self) -> tuple[Matrix, Matrix]:
        """Give the logarithms of the whole scalings."""
        return self.phi + np.log(self.u), self.psi + np.log(self.v)

    def _sweep_logarithms(self) -> None:
        """Scale the rows, then the columns."""
        _, psi = self.logarithms()
        phi = np.log(self.a) - _logsumexp(self.logs + psi, axis=1)
        self._absorb(phi, np.log(self.b) - _logsumexp(self.logs + phi[:, None], axis=0))

    def _absorb(self, phi: Matrix, psi: Matrix) -> None:
        """Start again from u = v = 1; the column sums are right, so no entry exceeds 1."""
        self.phi, self.psi = phi, psi
        self.kernel = np.exp(phi[:, None] + self.logs + psi)
        self.u, self.v = np.ones(self.a.size), np.ones(self.b.size)


def _logsumexp(logs: Matrix, axis: int) -> Matrix:
    """Add up exponentials of finite logarithms."""
    top = logs.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(logs - top).sum(axis=axis)) + np.squeeze(top, axis))


def _marginal_error(plan: Matrix, a: Matrix, b: Matrix) -> float:
    """Add up what the row and column sums are off."""
    return float(np.abs(plan.sum(axis=1) - a).sum() + np.abs(plan.sum(axis=0) - b).sum())


def _masses(name: str, value: ArrayLike) -> Matrix:
    """Validate a histogram."""
    masses = checked_array(name, value, shape=(None,))
    with np.errstate(over="ignore"):
        total = masses.sum()
    if (masses < 0).any() or not 0 < total < math.inf:
        raise ValueError(
            f"{name} must hold masses of at least 0 with a positive, finite sum, got {masses}"
        )
    return masses
