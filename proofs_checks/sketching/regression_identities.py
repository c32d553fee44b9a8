"""Checks of the dual of an Orlicz norm, and of least squares on a Gaussian sketch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from algos.sketching import ConvexTukey, GaussianSketch, Huber, OrliczNorm
from algos.sketching import theorems as claims
from algos.sketching.theorems.regression import CUT
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import edited
from proofs_checks.sketching.matrices import HARD, Reals, Tall, tall

Algorithm = Callable[..., Any]


@dataclass(frozen=True)
class Pairing:
    """A vector of norm 1 and a multiple of the slopes there; or any other vector."""

    huber: bool
    width: float
    rows: int
    seed: int
    factor: float

    def measured(self, algorithm: Algorithm, aligned: bool) -> Measurement:
        """Measure the dual norm of the second vector."""
        G = Huber(self.width) if self.huber else ConvexTukey(self.width)
        rng = np.random.default_rng(self.seed)
        r, other = rng.standard_cauchy(self.rows), rng.standard_cauchy(self.rows)
        r /= OrliczNorm(G).value(r)
        w = self.factor * np.sign(r) * G.derivative(np.abs(r))
        if not aligned and self.seed % 2:
            w = self.factor * other * np.sign(other @ r)
        return Measurement(algorithm(G).dual(w), product=float(w @ r))


PAIRINGS = Instances(
    st.builds(
        Pairing,
        huber=st.booleans(),
        width=st.sampled_from([0.01, 0.1, 1.0, 10.0]),
        rows=st.integers(1, 30),
        seed=st.integers(0, 99),
        factor=st.sampled_from([1e-3, 0.3, 1.0, 40.0]),
    ),
    [
        ("Huber, small w", Pairing(True, 0.1, 10, 0, 1e-3)),
        ("Tukey, great w", Pairing(False, 0.3, 10, 2, 1e3)),
        ("one entry", Pairing(True, 1.0, 1, 0, 5.0)),
    ],
)
SCALE_FIXED = edited(
    OrliczNorm,
    "scale_fixed",
    "Takes Young's inequality at k = 1 alone.",
    ("_least(size, k, 60 if guess is None else 10)", "size(largest)"),
)
ONE_REDUCED = edited(
    OrliczNorm,
    "one_reduced",
    "Takes 0.9 for the 1 in Young's inequality.",
    ("return (1 + self._sum(self.G.conjugate(k * slopes))) / k",
     "return (0.9 + self._sum(self.G.conjugate(k * slopes))) / k"),
)  # fmt: skip
VALUE_FOR_CONJUGATE = edited(
    OrliczNorm,
    "value_for_conjugate",
    "Takes G for its conjugate.",
    ("self.G.conjugate(k * slopes)", "self.G.value(k * slopes)"),
)


@check(claims.ORLICZ_DUAL, on=PAIRINGS, faults=[SCALE_FIXED], trials=300)
def orlicz_dual(algorithm: Algorithm, one: Pairing, rng: np.random.Generator) -> Measurement:
    """Compare the dual norm of slopes with their product."""
    return one.measured(algorithm, aligned=True)


@check(claims.ORLICZ_PAIRING, on=PAIRINGS, faults=[ONE_REDUCED, VALUE_FOR_CONJUGATE], trials=300)
def orlicz_pairing(algorithm: Algorithm, one: Pairing, rng: np.random.Generator) -> Measurement:
    """Compare the dual norm of any vector with a product."""
    return one.measured(algorithm, aligned=False)


@dataclass(frozen=True)
class LeastSquares:
    """Least squares in coordinates in which A is orthonormal and the residual of norm 1."""

    matrix: Tall
    size: int

    @property
    def rows(self) -> Reals:
        """An orthonormal basis, and a unit vector orthogonal to it."""
        A = self.matrix.array
        U, values, _ = np.linalg.svd(A / np.linalg.norm(A, axis=0), full_matrices=False)
        U = U[:, values > 1e-10 * values[0]]
        r: Any = np.random.default_rng(self.matrix.seed).normal(size=len(U))
        r -= U @ (U.T @ r)
        return np.column_stack([U, r / np.linalg.norm(r)])


def every_row_twice(size: int, *, rng: Any) -> Any:
    """Draw half of the rows, and each of them twice."""
    half = GaussianSketch(size // 2, rng=rng)

    class Twice:
        """Two copies."""

        def apply(self, A: Reals) -> Reals:
            """Stack them."""
            return np.vstack([half.apply(A)] * 2)

    return Twice()


def uneven_rows(size: int, *, rng: Any) -> Any:
    """Multiply three rows in four by 1/100."""
    whole = GaussianSketch(size, rng=rng)

    class Uneven:
        """Rows of two scales."""

        def apply(self, A: Reals) -> Reals:
            """Scale most rows down."""
            made: Any = whole.apply(A)
            made[size // 4 :] /= 100
            return np.asarray(made)

    return Uneven()


@check(
    claims.SKETCHED_LEAST_SQUARES,
    on=Instances(
        st.builds(
            LeastSquares,
            tall(max_rows=40).filter(lambda one: one.rows > one.columns + 1),
            st.sampled_from([12, 20, 40]),
        ),
        [
            ("40 rows for 3 columns", LeastSquares(Tall("gaussian", 60, 3), 40)),
            *((name, LeastSquares(one, 20)) for name, one in HARD),
        ],
    ),
    faults=[every_row_twice, uneven_rows],
    trials=2000,
    detect=1.6,
)
def sketched_least_squares(
    algorithm: Algorithm, one: LeastSquares, rng: np.random.Generator
) -> Measurement:
    """Solve least squares on the sketch; the solution itself is the excess."""
    sketched = algorithm(one.size, rng=rng).apply(one.rows)
    y = np.linalg.lstsq(sketched[:, :-1], sketched[:, -1])[0]
    bound = len(y) / (one.size - len(y) - 1)
    return Measurement(min(float(y @ y), CUT * bound), rank=len(y), size=one.size)
