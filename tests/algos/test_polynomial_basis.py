"""Orthonormal polynomials, bad points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from algos.sketching import polynomial_basis


def test_polynomials_are_orthonormal() -> None:
    nodes, weights = np.polynomial.legendre.leggauss(6)
    grid = np.array([(x, y) for x in nodes for y in nodes])
    mass = np.array([u * v for u in weights for v in weights]) / 4
    basis = polynomial_basis(grid, 4)
    assert basis.shape == (36, 15)
    np.testing.assert_allclose(basis.T @ (mass[:, None] * basis), np.eye(15), atol=1e-12)
    angles = (np.arange(8) + 0.5) * np.pi / 8
    basis = polynomial_basis(np.cos(angles)[:, None], 5, kind="chebyshev")
    np.testing.assert_allclose(basis.T @ basis / 8, np.eye(6), atol=1e-12)
    assert polynomial_basis([[0.5, 0.5, 0.5]], 0).tolist() == [[1.0]]
    assert polynomial_basis(np.zeros((2, 3)), 2).shape == (2, 10)
    assert polynomial_basis(np.zeros((2, 3), dtype=np.float32), 2).dtype == np.float64


@pytest.mark.parametrize(
    ("points", "options", "error", "match"),
    [
        ([[2.0]], {}, ValueError, r"lie in \[-1, 1\], got 2.0 at \(0, 0\)"),
        ([[np.nan]], {}, ValueError, "finite"),
        ([0.5], {}, ValueError, "shape"),
        ([[0.5]], {"degree": -1}, ValueError, "degree"),
        ([[0.5]], {"degree": 0.5}, TypeError, "degree"),
        ([[0.5]], {"degree": 10**7}, ValueError, "degree must be an integer from 0 to 1000000"),
        ([[0.0] * 50], {"degree": 12}, ValueError, "2160153123141 of them in 50 variables"),
        ([[0.5]], {"kind": "hermite"}, ValueError, "kind"),
    ],
)
def test_bad_points(points: Any, options: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        polynomial_basis(points, **{"degree": 2, **options})
