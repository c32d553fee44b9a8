"""The inequalities that are kept, and what a separation oracle returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from algos._arguments import refuse_masked
from algos.iterations._ranges import in_range

Reals = NDArray[np.float64]

#: Gives violated rows of ``a @ x <= b`` as (sparse matrix, bounds), the worst one among them.
Oracle = Callable[[Reals], tuple[Any, ArrayLike]]

# In a certificate of infeasibility, relative sizes of what counts as zero and as negative.
ROUNDING, CLEARLY = 1e-12, 1e-9
# It excludes solutions up to this many times the size of the iterate.
RADIUS = 1e8


@dataclass(frozen=True, eq=False)
class Rows:
    """Inequalities with their multipliers, and a mark of each by which it is known again.

    The marks are two random projections of the rows and bounds, of each number's fraction and
    exponent: beside a huge one, a small one would vanish in rounding.
    """

    matrix: Any
    bounds: Reals
    multipliers: Reals
    marks: NDArray[np.complex128]

    @classmethod
    def none(cls, n: int) -> Rows:
        """Start without rows."""
        return cls.new(sparse.csr_array((0, n)), np.empty(0))

    @classmethod
    def new(cls, matrix: Any, bounds: Reals) -> Rows:
        """Take rows whose multipliers are zero."""
        reals = np.random.default_rng(0).standard_normal((matrix.shape[1] + 1, 2))
        random = reals[:, 0] + 1j * reals[:, 1]
        digits = _digits(matrix.data), matrix.indices, matrix.indptr
        marks = sparse.csr_array(digits, shape=matrix.shape) @ random[1:]
        return cls(matrix, bounds, np.zeros(bounds.size), marks + _digits(bounds) * random[0])

    @property
    def parts(self) -> tuple[Any, Any, Any, Reals]:
        """The matrix in compressed form, and the bounds."""
        return self.matrix.indptr, self.matrix.indices, self.matrix.data, self.bounds

    def where(self, chosen: Any) -> Rows:
        """Choose rows by a mask or by their places."""
        return Rows(
            self.matrix[chosen], self.bounds[chosen], self.multipliers[chosen], self.marks[chosen]
        )

    def joined(self, new: Rows, x: Reals) -> Rows:
        """Add rows that are not yet here; the most violated of all comes first."""
        _, places = np.unique(new.marks, return_index=True)
        new = new.where(np.sort(places[~np.isin(new.marks[places], self.marks)]))
        both = Rows(
            sparse.vstack([new.matrix, self.matrix], format="csr"),
            np.concatenate([new.bounds, self.bounds]),
            np.concatenate([new.multipliers, self.multipliers]),
            np.concatenate([new.marks, self.marks]),
        )
        if both.bounds.size == 0:
            return both
        worst = int(np.argmax(both.matrix @ x - both.bounds))
        return both.where(np.concatenate([[worst], np.delete(np.arange(both.bounds.size), worst)]))


def ask(oracle: Oracle, x: Reals) -> Rows | None:
    """Call the oracle; None where it returns something that is not finite."""
    answer: Any = oracle(x.copy())
    if not (isinstance(answer, (tuple, list)) and len(answer) == 2):
        raise TypeError(f"the oracle must return a pair (rows, bounds), got {type(answer)}")
    matrix, bounds = _numbers("rows", answer[0]), _numbers("bounds", answer[1])
    if len(matrix.shape) != 2 or matrix.shape[1] != x.size or bounds.shape != matrix.shape[:1]:
        raise ValueError(
            f"the oracle must return rows of shape (k, {x.size}) and bounds of shape (k,), "
            f"got {matrix.shape} and {bounds.shape}"
        )
    matrix = sparse.csr_array(matrix)
    if not (np.isfinite(matrix.data).all() and np.isfinite(bounds).all()):
        return None
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    if (np.diff(matrix.indptr) == 0).any():
        raise ValueError("the oracle must return rows with non-zero entries, got an empty row")
    in_range("the oracle's rows", matrix.data)
    in_range("the oracle's bounds", bounds)
    return Rows.new(matrix, bounds)


def refutes(rows: Rows, y: Reals, entropy: bool, reach: float) -> bool:
    """Whether A^T y = 0 (or >= 0, where x must be positive) and b y < 0, up to rounding.

    Then every x with A x <= b has a 1-norm above RADIUS (1 + reach).
    """
    pull = rows.matrix.T @ y
    excess = np.maximum(-pull, 0.0) if entropy else np.abs(pull)
    size = float((abs(rows.matrix).T @ y).max())
    least = float(np.abs(rows.bounds) @ y)
    left, gain = float(excess.max()), -float(rows.bounds @ y)
    far = gain > RADIUS * (1 + reach) * left
    return left <= ROUNDING * size and gain > CLEARLY * least and far


def _numbers(name: str, given: Any) -> Any:
    """Copy what the oracle returned, a sparse matrix or an array, to float64."""
    refuse_masked(f"the oracle's {name}", given)
    try:
        array: Any = given if sparse.issparse(given) else np.array(given)
    except ValueError:
        raise TypeError(f"the oracle must return {name} of numbers, got {given!r}") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"the oracle must return {name} of real numbers, got {given!r} of dtype {array.dtype}"
        )
    return array.astype(np.float64)


def _digits(numbers: Reals) -> NDArray[np.complex128]:
    """Write numbers as fraction + i exponent, both of moderate size."""
    fraction, exponent = np.frexp(numbers)
    result: NDArray[np.complex128] = fraction + 1j * exponent
    return result
