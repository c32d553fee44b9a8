"""A linear program, its optimality errors, its dual bound, and certificates of infeasibility."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse

from accel.dispatch import Array
from algos._arguments import checked_array, refuse_masked
from algos.iterations._ranges import in_range

#: Bounds at least this large are none.
INFINITE = 1e20
#: Unit roundoff of a double.
ROUNDOFF = 2.0**-53


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """Minimise cᵀx subject to K x = q in the leading rows, K x <= q below, lower <= x <= upper."""

    c: Array
    matrix: Any
    transpose: Any
    q: Array
    equalities: int
    lower: Array
    upper: Array

    @cached_property
    def _finite_lower(self) -> Array:
        """The lower bounds, 0 for infinite ones."""
        return _finite(self.lower)

    @cached_property
    def _finite_upper(self) -> Array:
        """The upper bounds, 0 for infinite ones."""
        return _finite(self.upper)

    def reduced_costs(self, y: Array) -> Array:
        """Give c − Kᵀy."""
        return self.c - self.transpose @ y

    def errors(self, x: Array, y: Array) -> KktErrors:
        """Measure how far a pair is from optimal."""
        z = self.reduced_costs(y)
        above, below = z.clip(0, None), z.clip(None, 0)
        missed = above * np.isinf(self.lower) + below * np.isinf(self.upper)
        objective, dual = float(self.c @ x), float(self.q @ y + self._least(z).sum())
        return KktErrors(
            objective,
            dual,
            self.violation(x) / (1 + norm(self.q)),
            norm(missed) / (1 + norm(self.c)),
            abs(objective - dual) / (1 + abs(objective) + abs(dual)),
        )

    def violation(self, x: Array) -> float:
        """Give the Euclidean norm of the violated part of the rows."""
        excess = self.matrix @ x - self.q
        excess[self.equalities :] = excess[self.equalities :].clip(0, None)
        return norm(excess)

    def dual_bound(self, y: Array) -> float:
        """Give a number that no feasible point's objective lies below, rounding included."""
        share = self._admissible_share(y)
        best = -math.inf
        for scaled in (y, share * y):
            value, loose = self.dual_value(self.c, scaled)
            if not loose:
                best = max(best, value)
        return best

    def dual_value(self, c: Array, y: Array) -> tuple[float, float]:
        """Bound qᵀy + min (c − Kᵀy)ᵀx over the box from below, and give the part left out.

        Left out are reduced costs that an infinite bound would multiply; their
        largest modulus is the second number.
        """
        size = abs(self.transpose) @ abs(y) + abs(c)
        doubt = (np.diff(self.transpose.indptr) + 4) * ROUNDOFF * size
        z = c - self.transpose @ y
        low, high = z - doubt, z + doubt  # the exact reduced costs lie in between
        least = np.minimum(self._least(low), self._least(high))
        left_out = np.maximum(
            np.where(np.isinf(self.lower), high, 0.0),
            np.where(np.isinf(self.upper), -low, 0.0),
        ).clip(0, None)
        value, rounding = bounded_sum(np.concatenate([self.q * y, least]))
        return value - rounding, float(left_out.max(initial=0.0))

    def _least(self, z: Array) -> Array:
        """Give the least z x over each variable's bounds, an infinite one counting 0."""
        return self._finite_lower * z.clip(0, None) + self._finite_upper * z.clip(None, 0)

    def _admissible_share(self, y: Array) -> float:
        """Give the largest t in [0, 1] for which t y leaves no reduced cost that is not allowed."""
        z, size = self.reduced_costs(y), abs(self.transpose) @ abs(y) + abs(self.c)
        doubt = (np.diff(self.transpose.indptr) + 8) * ROUNDOFF * size
        share = 1.0
        for sign, bound in ((1.0, self.upper), (-1.0, self.lower)):
            # (1 − t) c + t z >= doubt, where only z >= 0 is allowed; signs turned for the other.
            bad = np.isinf(bound) & (sign * z < doubt)
            cost, slack = sign * self.c[bad], sign * z[bad] - doubt[bad]
            if (cost <= 0).any():
                return 0.0
            if cost.size:
                share = min(share, float((cost / (cost - slack)).min()))
        return share * (1 - 1e-12)


@dataclass(frozen=True)
class KktErrors:
    """Objective values and relative errors of a primal-dual pair."""

    objective: float
    dual_objective: float
    primal: float
    dual: float
    gap: float

    @property
    def worst(self) -> float:
        """The largest of the three errors."""
        return max(self.primal, self.dual, self.gap)


def checked_program(
    c: Any, a: Any, b: Any, g: Any, h: Any, lower: Any, upper: Any
) -> LinearProgram:
    """Validate and copy the data of a linear program."""
    cost = in_range("c", checked_array("c", c, shape=(None,)))
    n = cost.size
    blocks, sides = [], []
    for name, matrix, side_name, side in (("A", a, "b", b), ("G", g, "h", h)):
        if (matrix is None) != (side is None):
            raise TypeError(f"{name} and {side_name} must be given together")
        rows = sparse.csr_array((0, n)) if matrix is None else _matrix(name, matrix, n)
        m = rows.shape[0]
        blocks.append(rows)
        values = checked_array(side_name, side, shape=(m,)) if m else np.zeros(0)
        sides.append(in_range(side_name, values))
        if not m and side is not None and np.size(side):
            raise ValueError(f"{side_name} must have shape (0,), got {np.shape(side)}")
    matrix = sparse.csr_array(sparse.vstack(blocks, format="csr"))
    low, high = _bounds("lower", lower, n), _bounds("upper", upper, n)
    for j in np.flatnonzero(low > high)[:1]:
        raise ValueError(f"lower must not exceed upper, got {low[j]:g} > {high[j]:g} at {j}")
    if (low == math.inf).any() or (high == -math.inf).any():
        raise ValueError("lower must be below inf and upper above -inf")
    transpose = sparse.csr_array(matrix.T.tocsr())
    equalities = blocks[0].shape[0]
    return LinearProgram(cost, matrix, transpose, np.concatenate(sides), equalities, low, high)


def _matrix(name: str, value: Any, columns: int) -> Any:
    """Copy a dense or sparse matrix to CSR without duplicates or stored zeros."""
    is_sparse: bool = sparse.issparse(value)
    if is_sparse:
        if value.dtype.kind not in "biuf":
            raise TypeError(f"{name} must hold real numbers, got dtype {value.dtype}")
        value = value.astype(np.float64).tocsr(copy=True)  # adds duplicates as numbers
        if not np.isfinite(value.data).all():
            raise ValueError(f"{name} must be finite, got a stored NaN or infinity")
    elif not _is_empty(value):
        value = checked_array(name, value)
    else:
        value = np.array(value, dtype=np.float64)
    if len(value.shape) != 2 or value.shape[1] != columns:
        raise ValueError(f"{name} must have shape (m, {columns}), got {value.shape}")
    matrix = sparse.csr_array(value, dtype=np.float64)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    in_range(name, matrix.data)
    return matrix


def _is_empty(value: Any) -> bool:
    """Tell whether an array holds nothing."""
    try:
        return bool(np.size(value) == 0)
    except ValueError:  # ragged
        return False


def _bounds(name: str, value: Any, n: int) -> Array:
    """Copy a bound, one number or one a variable; huge ones become infinite."""
    refuse_masked(name, value)
    try:
        bound = np.array(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number or an array, got {value!r}") from None
    if bound.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got dtype {bound.dtype}")
    if bound.shape not in ((), (n,)):
        raise ValueError(f"{name} must be a number or have shape ({n},), got {bound.shape}")
    bound = np.broadcast_to(bound.astype(np.float64), (n,)).copy()
    if np.isnan(bound).any():
        raise ValueError(f"{name} must hold no NaN, got one at {int(np.argmax(np.isnan(bound)))}")
    bound[abs(bound) >= INFINITE] *= math.inf
    return bound


def bounded_sum(terms: Array) -> tuple[float, float]:
    """Add products, each rounded once or twice, and bound how far the exact sum may be off."""
    return float(terms.sum()), (terms.size + 4) * ROUNDOFF * float(abs(terms).sum())


def _finite(bound: Array) -> Array:
    """Copy bounds, 0 for infinite ones."""
    copy = bound.copy()
    copy[np.isinf(copy)] = 0.0
    return copy


def norm(vector: Array) -> float:
    """Give the Euclidean norm."""
    return math.sqrt(float(vector @ vector))
