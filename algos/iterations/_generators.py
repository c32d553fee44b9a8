"""Five distance generators."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import linalg, special

from algos._arguments import checked_array, checked_real
from algos.iterations._bregman_terms import (
    burg_terms,
    entropy_terms,
    norm_divergence,
    norm_gradient,
    power_norm,
)
from algos.iterations._generator import Generator, Vector

TINY = float(np.finfo(np.float64).tiny)  # below it a positive number would underflow to 0


@dataclass(frozen=True)
class Euclidean(Generator):
    """Half the squared Euclidean norm.

    Attributes
    ----------
    modulus : float
        1, in the Euclidean norm.
    scaling : float
        2.

    Examples
    --------
    >>> from algos.iterations import Euclidean
    >>> Euclidean().divergence([3.0, 4.0], [0.0, 0.0])
    12.5
    """

    modulus = 1.0
    scaling = 2.0

    def _value(self, x: Vector) -> float:
        """Evaluate h."""
        return float(x @ x) / 2

    def _gradient(self, x: Vector) -> Vector:
        """Differentiate h."""
        return x.copy()

    def _inverse_gradient(self, y: Vector) -> Vector:
        """Invert the gradient."""
        return y.copy()

    def _divergence(self, x: Vector, y: Vector) -> float:
        """Compute D(x, y)."""
        return self._value(x - y)

    def _dual_norm(self, g: Vector) -> float:
        """Measure a gradient."""
        return float(linalg.norm(g, check_finite=False))


@dataclass(frozen=True)
class Entropy(Generator):
    """Negative entropy Σ x log x − x on the positive orthant, or on a simplex.

    Parameters
    ----------
    total : float, optional
        Where given, the domain is the simplex of positive vectors with this sum: the way back
        from the mirror divides by the sum of exponentials (softmax), and h has a modulus.

    Attributes
    ----------
    modulus : float
        1 / total on the simplex, in the l1 norm (Pinsker's inequality); 0 on the orthant.
    scaling : float
        1: the divergence is jointly convex.

    Examples
    --------
    >>> from algos.iterations import Entropy
    >>> Entropy(total=1).inverse_gradient([0.0, 0.0])
    array([0.5, 0.5])
    """

    total: float | None = None
    scaling = 1.0

    def __post_init__(self) -> None:
        if self.total is not None:
            object.__setattr__(self, "total", checked_real("total", self.total, 0, math.inf))
            object.__setattr__(self, "modulus", 1 / self.total)

    def _value(self, x: Vector) -> float:
        """Evaluate h."""
        return float(np.sum(special.xlogy(x, x) - x))

    def _gradient(self, x: Vector) -> Vector:
        """Differentiate h."""
        return np.log(x)

    def _inverse_gradient(self, y: Vector) -> Vector:
        """Invert the gradient."""
        if self.total is None:
            return np.maximum(np.exp(y), TINY)
        return np.maximum(self.total * special.softmax(y), TINY)

    def _divergence(self, x: Vector, y: Vector) -> float:
        """Compute D(x, y)."""
        return max(float(np.sum(entropy_terms(x, y))), 0.0)

    def _inside(self, x: Vector) -> bool:
        """Tell whether h is differentiable."""
        positive = bool(np.isfinite(x).all() and (x > 0).all())
        return positive and (self.total is None or math.isclose(x.sum(), self.total, rel_tol=1e-9))

    def _dual_norm(self, g: Vector) -> float:
        """Measure a gradient."""
        return math.nan if self.total is None else float(np.abs(g).max())


@dataclass(frozen=True)
class Burg(Generator):
    """Burg's entropy −Σ log x on the positive orthant.

    Attributes
    ----------
    modulus : float
        0: there is none.
    scaling : float
        NaN: none is known.

    Examples
    --------
    >>> from algos.iterations import Burg
    >>> Burg().gradient([0.5, 2.0])
    array([-2. , -0.5])
    """

    def _value(self, x: Vector) -> float:
        """Evaluate h."""
        with np.errstate(divide="ignore"):  # infinite at 0
            return -float(np.sum(np.log(x)))

    def _gradient(self, x: Vector) -> Vector:
        """Differentiate h."""
        return -1 / x

    def _inverse_gradient(self, y: Vector) -> Vector:
        """Invert the gradient."""
        return np.divide(-1.0, y, out=np.full_like(y, math.nan), where=y < 0)

    def _divergence(self, x: Vector, y: Vector) -> float:
        """Compute D(x, y)."""
        return max(float(np.sum(burg_terms(x, y))), 0.0)

    def _inside(self, x: Vector) -> bool:
        """Tell whether h is differentiable."""
        return bool(np.isfinite(x).all() and (x > 0).all())


@dataclass(frozen=True)
class PNorm(Generator):
    """Half the squared p-norm.

    Parameters
    ----------
    p : float
        In (1, 2]; near 1 for sparse points in high dimension.

    Attributes
    ----------
    modulus : float
        p − 1, in the p-norm.
    scaling : float
        NaN: none is known for p < 2.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import PNorm
    >>> x = np.array([1.0, -2.0])
    >>> h = PNorm(1.5)
    >>> np.allclose(h.inverse_gradient(h.gradient(x)), x)
    True
    """

    p: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "p", checked_real("p", self.p, 1, 2, high_end=True))
        object.__setattr__(self, "modulus", self.p - 1)

    @property
    def _q(self) -> float:
        """The conjugate exponent."""
        return self.p / (self.p - 1)

    def _value(self, x: Vector) -> float:
        """Evaluate h."""
        norm = power_norm(x, self.p)
        return norm * norm / 2

    def _gradient(self, x: Vector) -> Vector:
        """Differentiate h."""
        return norm_gradient(x, self.p)

    def _inverse_gradient(self, y: Vector) -> Vector:
        """Invert the gradient."""
        return norm_gradient(y, self._q)

    def _divergence(self, x: Vector, y: Vector) -> float:
        """Compute D(x, y)."""
        return norm_divergence(x, y, self.p)

    def _dual_norm(self, g: Vector) -> float:
        """Measure a gradient."""
        return power_norm(g, self._q)


@dataclass(frozen=True, eq=False)
class Mahalanobis(Generator):
    """Half the squared norm of a positive definite matrix, ½ xᵀ A x.

    Parameters
    ----------
    matrix : array_like, shape (n, n)
        A, symmetric and positive definite.

    Attributes
    ----------
    modulus : float
        1, in the norm √(xᵀ A x).
    scaling : float
        2.

    Raises
    ------
    ValueError
        The matrix is not symmetric or not positive definite.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.iterations import Mahalanobis
    >>> Mahalanobis(np.diag([1.0, 4.0])).value([1.0, 1.0])
    2.5
    """

    matrix: Any
    modulus = 1.0
    scaling = 2.0
    _factor: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        matrix = checked_array("matrix", self.matrix, shape=(None, None))
        if matrix.shape[0] != matrix.shape[1] or not _symmetric(matrix):
            raise ValueError(f"matrix must be symmetric, got\n{matrix}")
        try:
            factor = linalg.cho_factor(matrix)
        except linalg.LinAlgError:
            raise ValueError(f"matrix must be positive definite, got\n{matrix}") from None
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "_factor", factor)

    def _value(self, x: Vector) -> float:
        """Evaluate h."""
        return float(x @ self.matrix @ x) / 2

    def _gradient(self, x: Vector) -> Vector:
        """Differentiate h."""
        return np.asarray(self.matrix @ x)

    def _inverse_gradient(self, y: Vector) -> Vector:
        """Invert the gradient."""
        return np.asarray(linalg.cho_solve(self._factor, y, check_finite=False))

    def _divergence(self, x: Vector, y: Vector) -> float:
        """Compute D(x, y)."""
        return self._value(x - y)

    def _dual_norm(self, g: Vector) -> float:
        """Measure a gradient."""
        return math.sqrt(max(float(g @ self._inverse_gradient(g)), 0.0))


def _symmetric(matrix: Vector) -> bool:
    """Tell whether a square matrix is symmetric, up to rounding beside its diagonal."""
    roots = np.sqrt(np.abs(np.diag(matrix)))
    return bool((np.abs(matrix - matrix.T) <= 1e-12 * np.outer(roots, roots)).all())
