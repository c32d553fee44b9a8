"""Buffered linear Toeplitz matrices: norms in closed form, and the parameters of least error.

C has c_0 = 1, c_k = Σ_j ω_j θ_j^(k−1), and B = A C⁻¹ for the matrix A of prefix sums; docs/theory/
privacy_blt.md has the proofs.  Everything is said in 1 − θ, which keeps its digits near θ = 1.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from algos.privacy._mechanism import Reals

__all__ = ["optimum", "squared_error", "squared_sensitivity"]


def squared_sensitivity(gaps: Reals, weights: Reals, horizon: int) -> float:
    """Compute ‖c‖²: 1 + Σ_ij ω_i ω_j (1 − (θ_i θ_j)^(n−1)) / (1 − θ_i θ_j)."""
    logs = np.log1p(-gaps)
    powers = (horizon - 1) * np.add.outer(logs, logs)
    sums = -np.expm1(powers) / (np.add.outer(gaps, gaps) - np.outer(gaps, gaps))
    return float(1 + weights @ sums @ weights)


def squared_error(gaps: Reals, weights: Reals, horizon: int) -> float:
    """Compute ‖b‖², the last row of B: b_k = β_0 + Σ_j β_j λ_j^k, λ the zeros' inverses."""
    roots = np.sqrt(weights)
    mu, Q = np.linalg.eigh(np.diag(gaps) + np.outer(roots, roots))  # 1 − λ
    beta = (Q.T @ roots) ** 2 / mu
    last = 1 / (1 + (weights / gaps).sum())
    ratios = 1 - mu
    once = beta @ ((1 - ratios**horizon) / mu)
    powers = 1 - np.outer(ratios, ratios) ** horizon
    twice = beta @ (powers / (np.add.outer(mu, mu) - np.outer(mu, mu))) @ beta
    return float(horizon * last**2 + 2 * last * once + twice)


@lru_cache(maxsize=64)
def optimum(horizon: int, buffers: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Search 1 − θ and ω of least ‖b‖ ‖c‖, from a quadrature of the square root of A.

    The root's coefficients are ∫ θ^k dν(θ), dν = θ^(−1/2) (1 − θ)^(−1/2) dθ / π.
    """
    length = max(horizon, 3)  # with fewer events a decay does not matter
    spread = math.log(length) / buffers
    gaps = np.exp(-spread * (np.arange(buffers) + 0.5))
    start = np.concatenate([logit(gaps), np.log(np.sqrt(gaps) * spread / math.pi)])

    def value(u: Reals) -> float:
        parameters = expit(u[:buffers]), np.exp(u[buffers:])
        with np.errstate(over="ignore", invalid="ignore"):
            product = squared_sensitivity(*parameters, length) * squared_error(*parameters, length)
        return math.log(product) if product < math.inf else math.inf

    found = minimize(value, start, method="BFGS", options={"gtol": 1e-5, "maxiter": 1000})
    order = np.argsort(found.x[:buffers])
    gaps, weights = expit(found.x[:buffers])[order], np.exp(found.x[buffers:])[order]
    return tuple(gaps.tolist()), tuple(weights.tolist())
