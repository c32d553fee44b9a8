"""Polynomials in several variables as the columns of a design matrix."""

from __future__ import annotations

import itertools
import math
from typing import Literal

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_count
from algos.sketching._matrix import checked_matrix

__all__ = ["polynomial_basis"]

#: More columns than this are a mistake.
MOST = 10**6


def polynomial_basis(
    points: ArrayLike, degree: int, *, kind: Literal["legendre", "chebyshev"] = "legendre"
) -> NDArray[np.float64]:
    """Evaluate an orthonormal basis of the polynomials up to a total degree.

    Parameters
    ----------
    points : array_like, shape (n, k)
        Points of the cube [-1, 1]ᵏ.
    degree : int
        The greatest total degree, at least 0; at most so great that there are 10⁶ columns.
    kind : {"legendre", "chebyshev"}, optional
        Orthonormal for uniform points, or for points whose coordinates are cosines of uniform
        angles.

    Returns
    -------
    ndarray, shape (n, (k + degree)! / (k! degree!))
        A row for each point, a column for each product of polynomials in one variable, the
        constant first, sorted by total degree.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    O(n k) time for each column.

    Examples
    --------
    >>> from algos.sketching import polynomial_basis
    >>> polynomial_basis([[-1.0], [0.0], [1.0]], 1, kind="chebyshev").round(3).tolist()
    [[1.0, -1.414], [1.0, 0.0], [1.0, 1.414]]
    """
    at = checked_matrix("points", points).astype(np.float64, copy=False)
    degree = checked_count("degree", degree, least=0, most=MOST)
    if kind not in ("legendre", "chebyshev"):
        raise ValueError(f"kind must be 'legendre' or 'chebyshev', got {kind!r}")
    if np.abs(at).max() > 1:
        k, axis = (int(one) for one in np.argwhere(np.abs(at) > 1)[0])
        raise ValueError(
            f"points must lie in [-1, 1], got {at[k, axis]} at ({k}, {axis}); scale them"
        )
    count = math.comb(at.shape[1] + degree, degree)
    if count > MOST:
        raise ValueError(
            f"degree must give at most {MOST} columns, got {degree}: {count} of them in "
            f"{at.shape[1]} variables"
        )
    values = (legendre.legvander if kind == "legendre" else chebyshev.chebvander)(at, degree)
    j = np.arange(degree + 1)
    values *= np.sqrt(2 * j + 1 if kind == "legendre" else np.where(j > 0, 2, 1))
    basis = np.empty((len(at), count))
    every = (powers for total in range(degree + 1) for powers in _powers(at.shape[1], total))
    for column, powers in enumerate(every):
        basis[:, column] = np.prod([values[:, k, power] for k, power in enumerate(powers)], axis=0)
    return basis


def _powers(variables: int, total: int) -> list[tuple[int, ...]]:
    """List the exponents of a total degree."""
    bars = itertools.combinations(range(total + variables - 1), variables - 1)
    return [
        tuple(b - a - 1 for a, b in itertools.pairwise((-1, *one, total + variables - 1)))
        for one in bars
    ]
