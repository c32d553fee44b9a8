"""Coordinates in which A's columns are orthonormal, with a proof that they nearly are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from algos.sketching._count_sketch import CountSketch
from algos.sketching._matrix import Floats
from algos.sketching._norm import Reals
from algos.sketching._whitening import row_whitening, triangular_factor, whitening

__all__ = ["exact_basis", "sketched_basis"]

EPS = float(np.finfo(np.float64).eps)
#: Rows of the CountSketch: for each column, and at least.
ROWS, LEAST = 16, 64
#: Columns are dependent where, in each row, a combination of norm 1 is at most so many times √d
#: rounding errors of the row's greatest entry; a share of √n is added, for longer sums.
NULL, SHARE = 8.0, 1 / 8


def exact_basis(read: Callable[[], Iterable[Floats]]) -> tuple[Reals, bool, int]:
    """Orthonormalise dense blocks by Householder's method: T, a proof, the number of rows.

    The proof is of σ(A T) ≥ 1/2 for the least singular value, and that A's columns depend on
    those of A T up to rounding in every row.
    """
    found, count = row_whitening(read)
    if found.noise is None:  # well conditioned: Householder's error is small
        return found.transform, True, count
    plain = whitening(triangular_factor(read()), count)
    for T in (plain.transform, found.transform):
        if T.shape[1] == len(T) or _dependent(read, count, T.shape[1]):
            better = _orthonormal(T, *_products(read, T))
            if better is not None:
                return better, True, count
    return found.transform, False, count


def sketched_basis(rows: int, read: Callable[[], Iterable[Any]]) -> Reals | None:
    """Orthonormalise compressed rows: Cholesky's method in the coordinates of a CountSketch.

    None where what `exact_basis` proves is not proven.
    """
    sketch, squares, chain, safe = None, np.zeros(()), 0, True
    for block in read():
        if sketch is None:
            sketch = CountSketch(max(LEAST, ROWS * block.shape[1]), rng=0)
        sizes = np.abs(block.data[block.data != 0])
        safe = safe and (not len(sizes) or (sizes.min() > 1e-120 and sizes.max() < 1e120))
        if not safe:  # squares would overflow
            return None
        sketch.update(block)
        squares = squares + (block.T @ block).toarray()
        chain += 1 + block.shape[0]
    assert sketch is not None
    factor, lengths = triangular_factor([sketch.result()]), np.sqrt(squares.diagonal())
    T = whitening(factor, rows).transform
    if T.shape[1] < len(T):
        lengths = np.where(lengths > 0, lengths, 1.0)
        null = np.linalg.svd(factor / lengths)[2][T.shape[1] :].T / lengths[:, None]
        for block in read():
            tops = abs(block.multiply(1 / lengths).tocsr()).max(axis=1).toarray().reshape(-1, 1)
            if (np.abs(block @ null) > _allowed(rows, len(T)) * tops).any():
                return None
    spread = float(lengths @ np.linalg.norm(T, axis=1))
    off = (chain + 2 * len(T) + 4) * EPS * spread**2
    cheap = _orthonormal(T, T.T @ squares @ T, off, spread)
    return _orthonormal(T, *_products(read, T)) if cheap is None else cheap


def _products(read: Callable[[], Iterable[Any]], T: Reals) -> tuple[Reals, float, float]:
    """Give (A T)ᵀ(A T), how far it may be off, and at least the norm of abs(A) abs(T)."""
    total, chain = np.zeros((T.shape[1], T.shape[1])), 0
    lengths, sizes = np.zeros(len(T)), np.linalg.norm(T, axis=1)
    for block in read():
        u = block @ T
        total += u.T @ u
        if isinstance(block, np.ndarray):
            lengths += np.square(block * sizes).sum(axis=0)
        else:
            lengths += block.multiply(sizes).power(2).sum(axis=0)
        chain += 1 + block.shape[0]
    spread, trace = float(np.sqrt(lengths).sum()), float(np.trace(total))
    each = (len(T) + 2) * EPS * spread  # rounding of A T
    return total, chain * EPS * trace + each * (2 * trace**0.5 + 3 * each), spread


def _orthonormal(T: Reals, gram: Reals, off: float, spread: float) -> Reals | None:
    """Orthonormalise by Cholesky's method; None where rounding forbids a proof.

    ``gram`` is (A T)ᵀ(A T) up to ``off``, and ``spread`` at least the norm of abs(A) abs(T).
    """
    if not np.isfinite(gram).all():
        return None
    if len(gram) == 0:
        return T
    values, rank = np.linalg.eigvalsh(gram), len(gram)
    low = float(values[0]) - 2 * rank**2 * EPS * float(values[-1])
    if not low > 4 * off:
        return None
    division = rank**2 * EPS * spread * float(values[-1]) ** 0.5 / low
    if not division <= 0.2:
        return None
    return np.asarray(np.linalg.solve(np.linalg.cholesky(gram), T.T).T)


def _dependent(read: Callable[[], Iterable[Floats]], count: int, rank: int) -> bool:
    """Tell whether A has, in every row, no more than rounding beside so many directions."""
    peaks = np.max([np.abs(block).max(axis=0) for block in read()], axis=0)
    peaks = np.where(peaks > 0, peaks, 1.0)

    def even() -> Iterable[Reals]:
        for block in read():
            scaled = block / peaks
            tops = np.abs(scaled).max(axis=1, keepdims=True)
            yield np.asarray(scaled / np.where(tops > 0, tops, 1.0))

    null = np.linalg.svd(triangular_factor(even()))[2][rank:].T
    allowed = _allowed(count, len(peaks))
    return all(float(np.abs(rows @ null).max()) <= allowed for rows in even())


def _allowed(rows: int, columns: int) -> float:
    """Give the share of a row's greatest entry that dependent columns may leave."""
    return (NULL + SHARE * math.sqrt(rows)) * math.sqrt(columns) * EPS
