"""The optimal factorisation of the prefix sums, for a few hundred events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from algos._arguments import checked_array, checked_count
from algos.privacy._mechanism import Draw, Lattice, Mechanism, Reals, Stream
from algos.privacy._noise import Integers

__all__ = ["DenseFactorization"]

#: Greatest horizon: matrices of its size are factored some dozens of times.
LONGEST = 512
#: The search ends at this gap.
GAP = 1e-4
#: Steps of the search, at most; some 25 are needed at the longest horizon.
STEPS = 1000
#: Steps go farther than 1 would; from 2.5 on they diverge.
POWER = 1.8
ROUNDOFF = 2.0**-53
#: What the digits of matrix factorisations can differ by between machines, and much more.
SLACK = 1e-9


class DenseFactorization(Mechanism):
    """Factorisation B C = A of least error among all.

    Parameters
    ----------
    horizon : int
        Number of events, from 1 to 512.
    objective : {"max", "mean"}, optional
        Whether the greatest variance of a release is minimised, or the mean.
    weights : array_like, shape (horizon,), optional
        The dual solution, where it is known: positive, it is scaled to sum 1.

    Attributes
    ----------
    objective : str
        As given.
    weights : ndarray, shape (horizon,)
        The dual solution: a certificate.
    gap : float
        Sensitivity times the root of the objective is at most 1 + gap times the least possible.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    For weights v the nuclear norm of diag(√q) A diag(√v) is a lower bound on every factorisation; q
    is v in reverse for the maximum, and 1/n for the mean. Its gradient is the diagonal of X = CᵀC
    for one factorisation, optimal where the diagonal is constant: so v is multiplied by it. O(n³)
    time a step, some 2 s at n = 512, n² numbers for a mechanism and 2n a coordinate.

    References
    ----------
    J. Matoušek, A. Nikolov, K. Talwar, "Factorization norms and hereditary discrepancy",
    International Mathematics Research Notices 2020.

    Examples
    --------
    >>> from algos.privacy import DenseFactorization
    >>> mechanism = DenseFactorization(16)
    >>> error = mechanism.error_factors().max() ** 0.5 * mechanism.sensitivity(2)
    >>> round(float(error), 3)
    1.705
    """

    name = "dense"
    options = ("objective", "weights")

    def __init__(
        self, horizon: int, *, objective: Literal["max", "mean"] = "max", weights: Any = None
    ) -> None:
        super().__init__(checked_count("horizon", horizon, most=LONGEST))
        if objective not in ("max", "mean"):
            raise ValueError(f"objective must be 'max' or 'mean', got {objective!r}")
        self.objective = objective
        if weights is None:
            self.weights = _dual(self.horizon, objective)
        else:
            v = checked_array("weights", weights, shape=(self.horizon,))
            if not (v > 0).all():
                raise ValueError(f"weights must be positive, got {v.min():g} among them")
            self.weights = v / v.max()
            self.weights /= self.weights.sum()
        self.weights.setflags(write=False)
        try:
            X, least = _primal(self.weights, objective)
            # CᵀC = X for a lower triangular C: Cholesky from the last row on
            factor = np.linalg.cholesky(X[::-1, ::-1]).T[::-1, ::-1]
        except (FloatingPointError, np.linalg.LinAlgError):
            raise ValueError(
                "weights must be near enough to each other for float64 to factor their matrix, got "
                f"{self.weights.min():g} of a sum of 1; leave them out"
            ) from None
        self._encoder = np.ascontiguousarray(factor) / math.sqrt(X.diagonal().max())
        self._decoder = np.tril(np.linalg.solve(self._encoder.T, np.tri(self.horizon).T).T)
        squares = self.error_factors()
        reached = math.sqrt(squares.max() if objective == "max" else squares.mean())
        self.gap = max(0.0, reached * self.sensitivity(2) / least - 1)

    def __repr__(self) -> str:
        return f"DenseFactorization({self.horizon}, objective={self.objective!r})"

    def sensitivity(self, norm: Literal[1, 2]) -> float:
        """Take the longest column of C."""
        return float(np.linalg.norm(self._encoder, norm, axis=0).max()) * (1 + SLACK)

    def error_factors(self) -> Reals:
        """Sum the squares in the rows of B."""
        return np.asarray((self._decoder**2).sum(axis=1))

    def gain(self) -> float:
        """Sum the rows of C."""
        return float(abs(self._encoder).sum(axis=1).max()) * (1 + SLACK)

    @property
    def largest_weight(self) -> float:
        """The greatest entry of B."""
        return float(abs(self._decoder).max())

    @property
    def memory(self) -> int:
        """All events, all codes."""
        return 2 * self.horizon

    def stream(self, lattice: Lattice) -> Stream:
        """Start a stream."""
        return _DenseStream(self._encoder, self._decoder, self.gain(), lattice)


def _dual(n: int, objective: str) -> Reals:
    """Multiply weights by a power of the diagonal of X until it is constant."""
    v = 1 / np.sqrt(np.arange(n) + 0.5)
    v /= v.sum()
    for _ in range(STEPS):
        X, _ = _primal(v, objective)
        diagonal = X.diagonal()
        if diagonal.max() <= (1 + GAP) * (v @ diagonal):
            break
        v = v * diagonal**POWER
        v /= v.sum()
    return np.asarray(v)


def _primal(v: Reals, objective: str) -> tuple[Reals, float]:
    """Give X = D⁻¹ (D K D)₊ D⁻¹, D = diag(√v), and the lower bound.

    For the mean, K = AᵀA and ()₊ is the square root. For the maximum, K is A with its rows in
    reverse, a symmetric matrix, and ()₊ the absolute value.
    """
    n, d = len(v), np.sqrt(v)
    A = np.tri(n)
    kernel = A[::-1] if objective == "max" else A.T @ A
    values, Q = np.linalg.eigh(d[:, None] * kernel * d)
    values = abs(values) if objective == "max" else np.sqrt(abs(values))
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        X = (Q * values) @ Q.T / np.outer(d, d)
    return X, float(values.sum()) / (1 if objective == "max" else math.sqrt(n))


class _DenseStream(Stream):
    """All events and all noisy codes so far."""

    def __init__(self, encoder: Reals, decoder: Reals, gain: float, lattice: Lattice) -> None:
        self.encoder, self.decoder, self.unit = encoder, decoder, 2.0**lattice.bits
        n = len(encoder)
        self.step = 0
        self.events = np.zeros((n, lattice.dimension))
        self.codes_so_far = np.zeros((n, lattice.dimension))
        reached = gain * lattice.magnitude
        self.deviation = 0.5 + (n + 2) * ROUNDOFF * reached * self.unit
        decoded = float(abs(decoder).sum(axis=1).max())
        self.rounding = decoded * (SLACK * reached + self.deviation / self.unit)

    def release(self, events: Integers, draw: Draw) -> Reals:
        """Multiply by C, add noise, multiply by B."""
        noise = draw(events.size).reshape(events.shape)
        now = slice(self.step, self.step + len(events))
        past = slice(0, now.stop)
        taken = np.concatenate([self.events[: self.step], events])
        codes = np.rint(self.unit * (self.encoder[now, past] @ taken)).astype(np.int64)
        codes += noise  # in integers, whatever their size
        known = np.concatenate([self.codes_so_far[: self.step], codes])
        releases = self.decoder[now, past] @ known / self.unit
        self.events[now], self.codes_so_far[now], self.step = events, codes, now.stop
        return np.asarray(releases)

    def state(self) -> dict[str, Any]:
        """Give events and codes."""
        return {
            "step": self.step,
            "events": self.events.copy(),
            "codes": self.codes_so_far.copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take events and codes."""
        self.step = int(state["step"])
        self.events = np.array(state["events"], dtype=np.float64)
        self.codes_so_far = np.array(state["codes"], dtype=np.float64)
