"""Benchmark pairs of the sketches: SciPy's, scikit-learn's, and products with dense matrices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from algos.sketching import SRHT, CountSketch, GaussianSketch, TensorSketch
from experiments.bench import Cell, Pair

__all__ = ["SKETCHES"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Work:
    """A matrix, the size of its sketch, and a seed."""

    A: Any
    size: int
    seed: int

    @cached_property
    def gram(self) -> Array:
        """AᵀA in float64."""
        A = self.A.astype(np.float64)
        return _dense_array(A.T @ A)

    def keeps(self, sketched: Any) -> bool:
        """Tell whether a sketch keeps AᵀA as sketches of its size do.

        ‖(SA)ᵀSA − AᵀA‖_F² has a mean of at most (‖A‖_F⁴ + ‖AᵀA‖_F²) / m for each of them; with
        tens of columns three times as much is hardly ever seen.
        """
        dense = _dense_array(sketched)
        error = np.linalg.norm(dense.T @ dense - self.gram) ** 2
        mean = (np.trace(self.gram) ** 2 + np.linalg.norm(self.gram) ** 2) / self.size
        return len(dense) == self.size and bool(error <= 3 * mean)


def _dense_array(matrix: Any) -> NDArray[np.float64]:
    """Give an array of float64, from a sparse matrix too."""
    whole = cast(Any, matrix).toarray() if sparse.issparse(matrix) else matrix
    return np.asarray(whole, dtype=np.float64)


def _seed(rng: np.random.Generator) -> int:
    """Draw a seed for both sides."""
    return int(rng.integers(2**32))


def _half_again(cell: Cell) -> bool:
    """Tell whether ours is 1.5 times as fast."""
    return cell.ratio <= 1 / 1.5


def _pair(
    name: str,
    peer_name: str,
    sizes: tuple[int, ...],
    draw: Callable[[int, np.random.Generator], Any],
    ours: Callable[[Work], Any],
    peer: Callable[[Work], Any],
    **options: Any,
) -> Pair:
    """Compare two sketches of the rows of a matrix."""
    return Pair(
        name=f"sketching/{name}",
        peer_name=peer_name,
        sizes=sizes,
        size_name="rows",
        workload=draw,
        ours=ours,
        peer=peer,
        agree=lambda work, one, other: work.keeps(one) and work.keeps(other),
        **options,
    )


def _dense(dtype: Any, order: Any, size: int = 5000) -> Callable[[int, np.random.Generator], Work]:
    """Draw 50 normal columns, to be sketched to fewer rows."""

    def draw(rows: int, rng: np.random.Generator) -> Work:
        A = np.asarray(rng.standard_normal((rows, 50)), dtype=dtype, order=order)
        return Work(A, size, _seed(rng))

    return draw


def _count_sketch(work: Work) -> Array:
    """Sketch with ours, which looks for what is not finite."""
    return CountSketch(work.size, rng=work.seed).apply(work.A)


def _scipy(work: Work) -> Any:
    """Sketch with SciPy's, which does not."""
    return linalg.clarkson_woodruff_transform(work.A, work.size, rng=work.seed)


def _compressed(rows: int, rng: np.random.Generator) -> Work:
    """Draw ten nonzeros a row in 1000 columns."""
    columns = rng.integers(0, 1000, 10 * rows)
    starts = np.arange(0, 10 * rows + 1, 10)
    A = sparse.csr_array((rng.standard_normal(10 * rows), columns, starts), shape=(rows, 1000))
    return Work(A, 2000, _seed(rng))


SCIPY = "scipy.linalg.clarkson_woodruff_transform"
FASTER = {"target": "at least 1.5 times as fast", "met": _half_again, "target_from": 10**6}
NO_SLOWER = {"target": "no slower", "met": lambda cell: cell.ratio <= 1, "target_from": 10**6}
ROWS = (10**4, 10**5, 10**6)
KINDS: dict[str, tuple[Callable[[int, np.random.Generator], Work], dict[str, Any]]] = {
    "count-sketch": (_dense(np.float64, "C"), FASTER),
    "count-sketch of float32": (_dense(np.float32, "C"), FASTER),
    "count-sketch, columns first": (_dense(np.float64, "F"), NO_SLOWER),
    "count-sketch of sparse rows": (_compressed, NO_SLOWER),
}


@dataclass(frozen=True, eq=False)
class Dense(Work):
    """A matrix with a dense S drawn beforehand."""

    S: Array


def _against_product(rows: int, rng: np.random.Generator) -> Dense:
    """Draw 50 columns, and a dense S of 512 rows."""
    S = rng.standard_normal((512, rows)) / np.sqrt(512)
    return Dense(rng.standard_normal((rows, 50)), 512, _seed(rng), S)


def _product(work: Any) -> Array:
    """Multiply by the S drawn beforehand."""
    return np.asarray(work.S @ work.A)


def _numpy_gaussian(work: Work) -> Array:
    """Draw S with NumPy and multiply."""
    S = np.random.default_rng(work.seed).standard_normal((work.size, len(work.A)))
    return np.asarray(S @ work.A / np.sqrt(work.size))


@dataclass(frozen=True, eq=False)
class Points:
    """Points of unit norm, one a row, and the size of the sketch of their squares."""

    X: Array
    size: int
    seed: int

    def error(self, sketched: Array) -> float:
        """Give the root mean square error of the kernel ⟨x, y⟩² over pairs of 300 points."""
        one, some = sketched[:300], self.X[:300]
        difference = one @ one.T - (some @ some.T) ** 2
        return float(np.sqrt((difference[np.triu_indices(len(one), 1)] ** 2).mean()))


def _points(count: int, rng: np.random.Generator) -> Points:
    """Draw points in 100 dimensions."""
    X = rng.standard_normal((count, 100))
    return Points(X / np.linalg.norm(X, axis=1, keepdims=True), 1000, _seed(rng))


def _sklearn(work: Points) -> Array:
    """Sketch with scikit-learn's."""
    from sklearn.kernel_approximation import PolynomialCountSketch

    sketch = PolynomialCountSketch(degree=2, n_components=work.size, random_state=work.seed)
    return np.asarray(sketch.fit_transform(work.X))


TENSOR = Pair(
    name="sketching/tensor-sketch",
    peer_name="scikit-learn, PolynomialCountSketch",
    sizes=(300, 3000, 30000),
    size_name="points",
    workload=_points,
    ours=lambda work: TensorSketch(work.size, rng=work.seed).apply(work.X.T).T,
    peer=_sklearn,
    # For orthogonal points the mean squared error is (1 + O(1/100)) / m on both sides.
    agree=lambda work, one, other: (
        max(work.error(one), work.error(other)) <= 1.5 / np.sqrt(work.size)
    ),
    requires=("sklearn",),
    target="no slower",
    met=lambda cell: cell.ratio <= 1,
)

SKETCHES = (
    *(
        _pair(name, SCIPY, ROWS, draw, _count_sketch, _scipy, **options)
        for name, (draw, options) in KINDS.items()
    ),
    _pair(
        "srht",
        "NumPy, product with a dense S drawn beforehand",
        (2**12, 2**14, 2**16),
        _against_product,
        lambda work: SRHT(work.size, rows=len(work.A), rng=work.seed).apply(work.A),
        _product,
        target="faster",
        met=lambda cell: cell.ratio < 1,
        target_from=2**14,
    ),
    _pair(
        "gaussian",
        "NumPy, drawing S and multiplying",
        (2**12, 2**14, 2**16),
        _dense(np.float64, "C", 512),
        lambda work: GaussianSketch(work.size, rng=work.seed).apply(work.A),
        _numpy_gaussian,
        target="no slower",
        met=lambda cell: cell.ratio <= 1,
    ),
    TENSOR,
)
