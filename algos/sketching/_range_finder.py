"""An orthonormal basis that spans most of a matrix's range, with a bound on what it misses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.sketching._matrix import Floats, row_blocks
from algos.sketching._products import products, single, transposed_product

__all__ = ["RangeFinderResult", "fresh_directions", "missed", "probe_factor", "range_finder"]


@dataclass(frozen=True, eq=False)
class RangeFinderResult:
    """An orthonormal basis Q and what is known of ‖A − QQᵀA‖.

    Attributes
    ----------
    basis : ndarray, shape (m, k)
        Q, with orthonormal columns, in A's precision; k is below ``size`` where A's rank is, up
        to rounding, or where the tolerance was reached.
    error_bound : float
        At least ‖A − QQᵀA‖, the spectral norm, but for ``failure_probability``.
    failure_probability : float
        As it was asked for.
    passes : int
        Products with A and with Aᵀ, each of them a pass over A.
    status : {"found", "tolerance not reached"}
        The latter where ``size`` or rounding ended the search.
    """

    basis: Floats
    error_bound: float
    failure_probability: float
    passes: int
    status: str


def range_finder(
    A: Any,
    size: int,
    *,
    power_iterations: int = 0,
    tolerance: float | None = None,
    probes: int = 10,
    failure_probability: float = 1e-10,
    rng: np.random.Generator | int | None = None,
) -> RangeFinderResult:
    """Find an orthonormal basis of most of the range of a matrix by multiplying at random.

    Use it to compress a matrix of nearly low rank, of which only products are needed.

    Parameters
    ----------
    A : array_like, sparse matrix, linear operator, Dask array or callable, shape (m, n)
        The matrix; ``matmat`` and ``rmatmat`` are enough.  A callable returns an iterator of
        blocks of rows; an iterator itself is enough for a single pass.
    size : int
        Columns of the basis, from 1 to min(m, n); at most so many with a tolerance.
    power_iterations : int, optional
        Multiplications with AAᵀ; each costs two passes and lowers the error where the
        singular values fall slowly.
    tolerance : float, optional
        Grow the basis by ``probes`` columns at a time until the bound is at most this.
    probes : int, optional
        Random vectors of which the bound is made.
    failure_probability : float, optional
        Probability that the bound is wrong, in (10⁻³⁰⁰, 1).
    rng : numpy.random.Generator or int, optional
        Source of randomness or its seed.

    Returns
    -------
    RangeFinderResult
        The basis and its bound.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    For size = k + p with p ≥ 2 and no power iteration, on average ‖A − QQᵀA‖_F is at most
    √(1 + k/(p−1)) times the least error of rank k, and ‖A − QQᵀA‖ at most
    (1 + √(k/(p−1))) σ_{k+1} + e √(k+p)/p · √(Σ_{j>k} σ_j²).  The bound is
    α √(2/π) max ‖(I − QQᵀ) A ω_i‖ over r probes, wrong with probability α⁻ʳ at most; α is
    10 for the defaults.  O((power iterations + 1) m n size) time.

    References
    ----------
    N. Halko, P. G. Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53,
    2011, Theorems 10.5 and 10.6, Lemma 4.1.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import range_finder
    >>> A = np.outer(np.arange(50.0), np.ones(40))
    >>> found = range_finder(A, 5, rng=0)
    >>> found.basis.shape, found.error_bound < 1e-9
    ((50, 1), True)
    """
    size = checked_count("size", size)
    turns = checked_count("power_iterations", power_iterations, least=0)
    if tolerance is not None:
        tolerance = checked_real("tolerance", tolerance, 0, math.inf)
    probes = checked_count("probes", probes, most=10**6)
    chance = checked_real("failure_probability", failure_probability, 1e-300, 1)
    generator = np.random.default_rng(rng)
    step = size if tolerance is None else min(probes, size)
    if isinstance(A, Iterator) and turns == 0 and tolerance is None:
        blocks = row_blocks("A", A)
        images, back, _ = single(blocks, lambda d, t: gaussian(generator, d, size + probes, t))
        checked_size("size", size, (len(images), len(back)))
        matrix, passes = None, 1
    else:
        matrix = products(A)
        checked_size("size", size, matrix.shape)
        images = matrix.times(gaussian(generator, matrix.shape[1], step + probes, matrix.dtype))
        passes = matrix.passes
    factor = probe_factor(probes, chance / math.ceil(size / step))
    basis, fresh, tests = images[:, :0], images[:, :step], images[:, step:]
    scale = largest(images)
    rounding = 8 * float(np.finfo(images.dtype).eps) * scale
    while True:
        if matrix is not None:
            for _ in range(turns):
                fresh = orthonormal(missed(basis, fresh))
                fresh = matrix.times(orthonormal(matrix.transposed(fresh)))
        wanted = fresh.shape[1]
        fresh = fresh_directions(basis, fresh, largest(fresh) if turns else scale)
        basis = np.hstack([basis, fresh])
        rest = missed(basis, tests)
        bound = factor * largest(rest) + rounding
        room = size - basis.shape[1]
        if matrix is None or tolerance is None or bound <= tolerance:
            break
        if room == 0 or fresh.shape[1] < wanted:  # what is left is rounding
            break
        fresh = rest[:, :room]
        tests = matrix.times(gaussian(generator, matrix.shape[1], probes, matrix.dtype))
    return RangeFinderResult(
        basis=basis,
        error_bound=bound,
        failure_probability=chance,
        passes=passes if matrix is None else matrix.passes,
        status="found" if tolerance is None or bound <= tolerance else "tolerance not reached",
    )


def gaussian(rng: np.random.Generator, rows: int, columns: int, dtype: np.dtype[Any]) -> Floats:
    """Draw a Gaussian matrix."""
    return rng.standard_normal((rows, columns)).astype(dtype, copy=False)


def checked_size(name: str, size: int, shape: tuple[int, int]) -> None:
    """Refuse more columns than the matrix has dimensions."""
    if size > min(shape):
        raise ValueError(f"{name} must be at most min(m, n) = {min(shape)}, got {size}")


def probe_factor(probes: int, chance: float) -> float:
    """Give α √(2/π) with α to the power −probes = chance."""
    return math.exp(-math.log(chance) / probes) * math.sqrt(2 / math.pi)


def largest(columns: Floats) -> float:
    """Give the greatest norm of a column."""
    top = float(np.abs(columns).max(initial=0))
    if top == 0:
        return 0.0
    return top * float(np.linalg.norm(columns.astype(np.float64) / top, axis=0).max())


def orthonormal(columns: Floats) -> Floats:
    """Orthonormalise columns of full rank, or add to their span."""
    return np.asarray(np.linalg.qr(columns)[0])


def missed(basis: Floats, columns: Floats) -> Floats:
    """Take away the part in the span of the basis, twice for the sake of rounding."""
    for _ in range(2):
        columns = columns - _part(basis, columns)
    return columns


def _part(basis: Floats, columns: Floats) -> Floats:
    """Project onto the span of the basis."""
    return np.asarray(basis @ transposed_product(basis, columns).astype(columns.dtype, copy=False))


def fresh_directions(basis: Floats, columns: Floats, scale: float) -> Floats:
    """Orthonormalise what the basis lacks; what is rounding at this scale is dropped."""
    if scale == 0:
        return columns[:, :0]
    rest = columns / scale
    for _ in range(2):
        if basis.shape[1]:
            rest -= _part(basis, rest)
        rest = _spanning(rest)
    return rest


def _spanning(columns: Floats) -> Floats:
    """Orthonormalise; by Cholesky's factor of the Gram matrix where it is well conditioned."""
    unit = float(np.finfo(columns.dtype).eps)
    exact = columns.astype(np.float64, copy=False)
    cutoff = 10 * math.sqrt(max(columns.shape)) * unit
    try:
        factor = np.linalg.cholesky(exact.T @ exact).T
        diagonal = np.diag(factor)
        if diagonal.min(initial=1) > max(unit**0.25 * diagonal.max(initial=0), cutoff):
            return np.asarray(exact @ np.linalg.inv(factor)).astype(columns.dtype, copy=False)
    except np.linalg.LinAlgError:
        pass  # dependent columns
    directions, values, _ = np.linalg.svd(exact, full_matrices=False)
    return np.asarray(directions[:, values > cutoff]).astype(columns.dtype, copy=False)
