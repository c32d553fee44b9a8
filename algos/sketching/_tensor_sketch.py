"""TensorSketch: a sketch of every column's tensor power, by CountSketches and their product."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from accel.counters import words
from algos._arguments import checked_count
from algos.sketching._sketch import Sketch
from algos.sketching._sketch_rows import Reals, parts, scatter

__all__ = ["TensorSketch"]


class TensorSketch(Sketch):
    """Sketch of a ⊗ … ⊗ a (q factors) for every column a of A, without forming it.

    This, and not S A, is what `apply` and `result` give.  Inner products of its columns
    estimate powers of inner products: a polynomial kernel.

    Parameters
    ----------
    size : int
        Rows m of the result.
    degree : int, optional
        Number q of factors, from 1 to 64.
    rng : int, Generator or None, optional
        Seed; sketches that are to be merged need the same integer.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The result is the inverse Fourier transform of the product of the transforms of q
    CountSketches of A, which are what `update` and `merge` add up.  It is S(a ⊗ … ⊗ a) for a
    CountSketch S over tuples of rows, whose bucket is the sum of the q buckets modulo m and whose
    sign is the product of the q signs.  The mean of ⟨S x^q, S y^q⟩ is ⟨x, y⟩^q; its variance
    is known exactly (see the theorems) and at most (2·2^q + 2·3^q/m) (‖x‖‖y‖)^(2q) / m.
    O(q (number of nonzeros + m d log m)) time, O(q m d) memory.

    References
    ----------
    N. Pham, R. Pagh, "Fast and scalable polynomial kernels via explicit feature maps", KDD 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import TensorSketch
    >>> A = np.array([[1.0, 3.0], [2.0, -1.0]])
    >>> sketched = TensorSketch(4096, degree=2, rng=1).apply(A)
    >>> (sketched.T @ sketched).round(6).tolist()  # nothing has collided
    [[25.0, 1.0], [1.0, 100.0]]
    >>> ((A.T @ A) ** 2).tolist()
    [[25.0, 1.0], [1.0, 100.0]]
    """

    _options = ("degree",)
    _takes_sparse = True

    def __init__(self, size: int, *, degree: int = 2, rng: Any = None) -> None:
        super().__init__(size, rng=rng)
        self.degree = checked_count("degree", degree, most=64)

    @cached_property
    def _seeds(self) -> list[int]:
        """A seed for each factor."""
        return [word >> 1 for word in words(self.seed, self.degree).tolist()]

    def _shape(self, columns: int) -> tuple[int, ...]:
        """Give the shape of q sums."""
        return self.degree, self.size, columns

    def _add(self, total: Reals, first: int, rows: Any) -> None:
        """Add rows, dense or compressed, to their buckets, once a factor."""
        for at, part in parts(rows, 1):
            for seed, factor in zip(self._seeds, total, strict=True):
                scatter(part, first + at, seed, 1, factor)

    def _scaled(self, total: Reals) -> Reals:
        """Convolve the factors around the circle."""
        product = np.fft.rfft(total, axis=1).prod(axis=0)
        convolved: Reals = np.fft.irfft(product, n=self.size, axis=0)
        return convolved
