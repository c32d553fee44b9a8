"""The leading singular values and vectors of a matrix, by random products."""

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
    finite,
    gaussian,
    images_of_blocks,
    norm,
    products,
    transposed_product,
)
from algos.sketching._range_finder import (
    checked_size,
    fresh_directions,
    image_scale,
    largest,
    missed,
    orthonormal,
    probe_factor,
)

__all__ = ["RandomizedSVD", "randomized_svd"]


@dataclass(frozen=True, eq=False)
class RandomizedSVD:
    """Singular values and vectors, and how far they are off.

    Attributes
    ----------
    U, s, Vt : ndarray, shapes (m, k), (k,) and (k, n)
        Orthonormal columns, falling singular values, orthonormal rows, in A's precision; k is
        the rank that was asked for, or A's where that is less, up to rounding.
    frobenius_error : float
        At least ‖A − U diag(s) Vt‖_F, and equal to it up to about 10 √ε ‖A‖_F, ε being the
        precision, or more after a single pass; inf for a linear operator, whose norm is not
        known.
    spectral_error : float
        At least ‖A − U diag(s) Vt‖, but for ``failure_probability``.
    range_error : float
        At least ‖A − QQᵀA‖ for the basis Q that was used, but for ``failure_probability``.
        Then each singular value of A is at least s_j, up to rounding, and at most
        √(s_j² + range_error²).
    failure_probability : float
        As it was asked for.
    passes : int
        Passes over A: one a product with A or with Aᵀ, and one that finds the shape of a callable
        or of a Dask array.
    """

    U: Floats
    s: Floats
    Vt: Floats
    frobenius_error: float
    spectral_error: float
    range_error: float
    failure_probability: float
    passes: int


def randomized_svd(
    A: Any,
    rank: int,
    *,
    oversampling: int = 10,
    power_iterations: int = 2,
    probes: int = 10,
    failure_probability: float = 1e-10,
    rng: np.random.Generator | int | None = None,
) -> RandomizedSVD:
    """Compute the leading singular values and vectors from a few products with the matrix.

    Use it where rank is far below m and n; the error is bounded for the very answer.

    Parameters
    ----------
    A : array_like, sparse matrix, linear operator, Dask array or callable, shape (m, n)
        The matrix; ``matmat`` and ``rmatmat`` are enough.  A callable returns an iterator of
        blocks of rows; an iterator itself is enough without power iterations: one pass.
    rank : int
        Singular values wanted, from 1 to min(m, n).
    oversampling : int, optional
        Random vectors beyond ``rank``.
    power_iterations : int, optional
        Multiplications with AAᵀ, two passes each; all powers make up the basis.
    probes : int, optional
        Further random vectors, of which the bounds are made.
    failure_probability : float, optional
        Probability that these bounds are wrong, in (10⁻³⁰⁰, 1).
    rng : numpy.random.Generator or int, optional
        Source of randomness or its seed.

    Returns
    -------
    RandomizedSVD
        The factors and their errors.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    A block Krylov method: Q spans AΩ, (AAᵀ)AΩ, …, and QᵀA, of which all products are known
    already, is decomposed.  With p = ``oversampling`` ≥ 2, on average the squared Frobenius
    error is at most 2 + k/(p−1) times the least of rank k, whatever the number of power
    iterations.  O(m n (k + p) q) time for q passes, and O((m + n) ((k + p) q)²).  A single pass
    over an iterator finds QᵀA from AᵀAΩ, and its singular values below 8 √ε s_1 are lost.
    The errors include what rounding may add, by constants that are measured, not proven.

    References
    ----------
    N. Halko, P. G. Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53,
    2011.

    C. Musco, C. Musco, "Randomized block Krylov methods for stronger and faster approximate
    singular value decomposition", NeurIPS 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import randomized_svd
    >>> A = np.diag(0.5 ** np.arange(100.0))
    >>> found = randomized_svd(A, 3, rng=0)
    >>> found.s.round(6).tolist(), round(found.frobenius_error, 4)
    ([1.0, 0.5, 0.25], 0.1443)
    """
    rank = checked_count("rank", rank)
    extra = checked_count("oversampling", oversampling, least=0)
    turns = checked_count("power_iterations", power_iterations, least=0)
    probes = checked_count("probes", probes, most=10**6)
    chance = checked_real("failure_probability", failure_probability, 1e-300, 1)
    generator = np.random.default_rng(rng)
    if isinstance(A, Iterator) and turns == 0:
        found = _one_pass(A, rank, extra, probes, generator)
    else:
        matrix = products(A)
        checked_size("rank", rank, matrix.shape)
        found = _krylov(matrix, min(rank + extra, *matrix.shape), turns, probes, generator)
    right, s, left = np.linalg.svd(found.back.astype(np.float64, copy=False), full_matrices=False)
    dtype = found.basis.dtype  # A ≈ Q backᵀ
    rounding = 8 * float(np.finfo(dtype).eps) * float(s.max(initial=0))
    bound = probe_factor(probes, chance) * found.rest + rounding
    beyond = float(s[rank]) if len(s) > rank else 0.0
    return RandomizedSVD(
        U=found.basis @ left[:rank].T.astype(dtype, copy=False),
        s=s[:rank].astype(dtype, copy=False),
        Vt=right[:, :rank].T.astype(dtype, copy=False),
        frobenius_error=_frobenius(found, s[:rank], rounding),
        spectral_error=math.hypot(bound, beyond)
        + 4 * rounding * float(np.linalg.norm(found.shares)),
        range_error=bound,
        failure_probability=chance,
        passes=found.passes,
    )


@dataclass(frozen=True, eq=False)
class _Basis:
    """Q, AᵀQ, the greatest ‖(I − QQᵀ) A ω‖ over the probes ω, ‖A‖_F and the passes.

    Column j of AᵀQ has a rounding error of a few ε ‖A‖ times ``shares[j]``.
    """

    basis: Floats
    back: Floats
    rest: float
    norm: float
    passes: int
    shares: Floats


def _krylov(
    matrix: Products, size: int, turns: int, probes: int, rng: np.random.Generator
) -> _Basis:
    """Multiply with A and Aᵀ in turn, and keep all that is new."""
    random = gaussian(rng, matrix.shape[1], size + probes, matrix.dtype)
    images = matrix.times(random)
    scale = image_scale(images[:, :size])
    most = min(size * (turns + 1), *matrix.shape)
    basis, back = (np.empty((length, most), matrix.dtype, order="F") for length in matrix.shape)
    width, columns = 0, images[:, :size]
    for turn in range(turns + 1):
        fresh = fresh_directions(basis[:, :width], columns, scale)[:, : most - width]
        if fresh.shape[1] == 0:
            break
        new = slice(width, width + fresh.shape[1])
        basis[:, new], back[:, new], width = fresh, matrix.transposed(fresh), new.stop
        if turn == turns or width == most:
            break
        columns = matrix.times(orthonormal(back[:, new]))
    basis, back = basis[:, :width], back[:, :width]
    tests = images[:, size:]
    if largest(basis.T @ tests - back.T @ random[:, size:]) > 0.01 * largest(tests):
        raise ValueError(
            "A must be the same in every pass, and rmatmat multiply with its transpose"
        )
    shares = np.full(width, 1 / math.sqrt(max(width, 1)))
    rest = largest(missed(basis, tests))
    return _Basis(basis, back, rest, matrix.norm(), matrix.passes, shares)


def _one_pass(
    A: Iterator[Any], rank: int, extra: int, probes: int, rng: np.random.Generator
) -> _Basis:
    """Give the same from Y = AΩ and AᵀY: with Y = Q Σ Vᵀ, AᵀQ = AᵀY V Σ⁻¹."""
    blocks, parts, norms = row_blocks("A", A, once=True), [], []
    back: Any = 0.0
    for block, image in images_of_blocks(blocks, rank + extra, probes, rng):
        parts.append(image)
        with np.errstate(over="ignore", invalid="ignore"):  # looked at
            back += transposed_product(block, image[:, :-probes])
        norms.append(norm(block))
    images = np.concatenate(parts)
    size = images.shape[1] - probes
    checked_size("rank", rank, (len(images), len(back)))
    image_scale(images, math.sqrt(np.finfo(np.float64).tiny))  # back holds squares of A
    random = images[:, :size].astype(np.float64, copy=False)
    left, values, right = np.linalg.svd(random, full_matrices=False)
    kept = values > 8 * math.sqrt(np.finfo(images.dtype).eps) * values[0]
    basis = left[:, kept].astype(images.dtype, copy=False)
    found = finite(back) @ (right[kept].T / values[kept])
    rest = largest(missed(basis, images[:, size:]))
    return _Basis(basis, found, rest, math.hypot(*norms), 1, 8 * values[0] / values[kept])


def _frobenius(found: _Basis, s: Floats, rounding: float) -> float:
    """Give √(‖A‖_F² − Σ s²), rounded up."""
    whole = found.norm
    if not 0 < whole < math.inf:
        return whole
    columns = np.linalg.norm(found.back.astype(np.float64, copy=False) / whole, axis=0)
    off = rounding / whole * found.shares
    slack = rounding / whole + 4 * columns @ off + 2 * off @ off
    return whole * math.sqrt(max(1 - float(((s / whole) ** 2).sum()), 0.0) + slack)
