"""An orthonormal basis that spans most of a matrix's range, with a bound on what it misses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from algos._arguments import checked_count, checked_real
from algos.sketching._matrix import Floats, row_blocks
from algos.sketching._products import (
    Products,
    gaussian,
    images_of_blocks,
    products,
    transposed_product,
)

__all__ = [
    "RangeFinderResult",
    "checked_size",
    "fresh_directions",
    "image_scale",
    "largest",
    "missed",
    "orthonormal",
    "probe_factor",
    "range_finder",
]


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
        Passes over A: one a product with A or with Aᵀ, and one that finds the shape of a callable
        or of a Dask array.
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
    factor = probe_factor(probes, chance / math.ceil(size / step))
    if isinstance(A, Iterator) and turns == 0 and tolerance is None:
        images, passes = _images_once(A, size, probes, generator), 1
        scale = image_scale(images)
        basis = fresh_directions(images[:, :0], images[:, :size], scale)
        bound = _bound(missed(basis, images[:, size:]), factor, scale)
    else:
        matrix, target = products(A), tolerance or 0.0
        checked_size("size", size, matrix.shape)
        basis, bound = _grown(matrix, size, step, probes, turns, factor, target, generator)
        passes = matrix.passes
    return RangeFinderResult(
        basis=basis,
        error_bound=bound,
        failure_probability=chance,
        passes=passes,
        status="found" if tolerance is None or bound <= tolerance else "tolerance not reached",
    )


def _images_once(A: Iterator[Any], size: int, probes: int, rng: np.random.Generator) -> Floats:
    """Multiply blocks that come once with as many random vectors as are wanted in all."""
    read = images_of_blocks(row_blocks("A", A, once=True), size, probes, rng)
    images = np.concatenate([image for _, image in read])
    checked_size("size", size, (len(images), images.shape[1] - probes))
    return images


def _grown(
    matrix: Products,
    size: int,
    step: int,
    probes: int,
    turns: int,
    factor: float,
    target: float,
    rng: np.random.Generator,
) -> tuple[Floats, float]:
    """Extend a basis by steps until its bound reaches the target, or its columns the size."""
    images = matrix.times(gaussian(rng, matrix.shape[1], step + probes, matrix.dtype))
    basis, fresh, tests = images[:, :0], images[:, :step], images[:, step:]
    scale = image_scale(images)
    while True:
        for _ in range(turns):
            fresh = orthonormal(missed(basis, fresh))
            fresh = matrix.times(orthonormal(matrix.transposed(fresh)))
        new = fresh_directions(basis, fresh, largest(fresh) if turns else scale)
        basis = np.hstack([basis, new])
        rest = missed(basis, tests)
        bound = _bound(rest, factor, scale)
        room = size - basis.shape[1]
        if bound <= target or room == 0 or new.shape[1] < fresh.shape[1]:  # the rest is rounding
            return basis, bound
        fresh = rest[:, :room]
        tests = matrix.times(gaussian(rng, matrix.shape[1], probes, matrix.dtype))


def _bound(rest: Floats, factor: float, scale: float) -> float:
    """Bound what is missed by what is left of the probes, and by rounding."""
    return factor * largest(rest) + 8 * float(np.finfo(rest.dtype).eps) * scale


def checked_size(name: str, size: int, shape: tuple[int, int]) -> None:
    """Refuse more columns than the matrix has dimensions."""
    if size > min(shape):
        raise ValueError(f"{name} must be at most min(m, n) = {min(shape)}, got {size}")


def probe_factor(probes: int, chance: float) -> float:
    """Give α √(2/π) with α to the power −probes = chance."""
    return math.exp(-math.log(chance) / probes) * math.sqrt(2 / math.pi)


def largest(columns: Floats) -> float:
    """Give the greatest norm of a column, which must not overflow."""
    top = float(np.abs(columns).max(initial=0))
    if top == 0:
        return 0.0
    length = top * float(np.linalg.norm(columns.astype(np.float64) / top, axis=0).max())
    if length > float(np.finfo(columns.dtype).max):
        raise ValueError("A must have a norm that does not overflow; divide A by a number before")
    return length


def image_scale(images: Floats, least: float = 0.0) -> float:
    """Give the greatest norm of a column of AΩ, which must not underflow."""
    scale = largest(images)
    if 0 < scale < max(least, float(np.finfo(images.dtype).tiny)):
        raise ValueError("A must not be so small that products underflow; multiply A by a number")
    return scale


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
