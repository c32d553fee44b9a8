"""Log-determinant: how much room the chosen vectors take up."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos._arguments import checked_array
from algos.submodular._set_function import Bools, Indices, OracleError, Reals, VectorisedFunction

__all__ = ["LogDeterminant"]

State = tuple[Reals, list[Reals], Bools]

#: Greatest entry of a kernel: far beyond, I + K is K in floats.
MOST = 1e12
#: Entries may differ from those of a kernel by this part of the greatest.
RTOL = 1e-9


class LogDeterminant(VectorisedFunction):
    """Log-determinant: f(S) = log det(I + K_S), with the rows and columns S of a kernel K.

    Twice the information in nats that noisy values at S, with noise of variance 1, give about
    a Gaussian process of covariance K.

    Parameters
    ----------
    kernel : array_like, shape (n, n)
        Symmetric and positive semidefinite, with entries up to 10¹². Divide it by the variance
        of the noise.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be. That all minors of two rows are non-negative is
        looked at here.
    OracleError
        Later, in `push`: a set shows that the kernel is not positive semidefinite.

    Notes
    -----
    The Cholesky factor of I + K_S grows by a row with every element, and the marginal of e is
    log(1 + v_e), v_e being what is left of K_ee. For S of k elements `gains` takes O(1) time a
    candidate, `push` O(k n); memory of n² numbers, and k n for a state. `from_features` keeps
    n d numbers in place of n². Values are exact but for rounding of about k² 10⁻¹⁶ times the
    trace of K_S.

    References
    ----------
    A. Krause, A. Singh, C. Guestrin, "Near-optimal sensor placements in Gaussian processes",
    Journal of Machine Learning Research 9, 2008.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.submodular import LogDeterminant
    >>> alike = LogDeterminant([[3, 3, 0], [3, 3, 0], [0, 0, 1]])
    >>> np.exp([alike.value([0]), alike.value([0, 1]), alike.value([0, 2])]).round(9).tolist()
    [4.0, 7.0, 8.0]
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = _checked_kernel(kernel)
        self._features: Reals | None = None
        self._set_diagonal(self._kernel.diagonal().copy())

    @classmethod
    def from_features(cls, features: Any) -> LogDeterminant:
        """Take inner products of rows as the kernel, without making it.

        Parameters
        ----------
        features : array_like, shape (n, d)
            A vector for each element.

        Returns
        -------
        LogDeterminant
            With memory of d numbers an element.

        Examples
        --------
        >>> import numpy as np
        >>> from algos.submodular import LogDeterminant
        >>> vectors = np.random.default_rng(0).normal(size=(100, 5))
        >>> one, other = LogDeterminant.from_features(vectors), LogDeterminant(vectors @ vectors.T)
        >>> bool(np.isclose(one.value(range(20)), other.value(range(20))))
        True
        """
        made = cls.__new__(cls)
        made._features = checked_array("features", features, shape=(None, None))
        with np.errstate(over="ignore"):
            made._set_diagonal((made._features**2).sum(axis=1))
        return made

    def _set_diagonal(self, diagonal: Reals) -> None:
        """Validate and keep the diagonal of the kernel."""
        if diagonal.max() > MOST:
            raise ValueError(
                f"kernel must have entries of at most {MOST:g}, got {diagonal.max():g} for element "
                f"{int(diagonal.argmax())}; divide it by the variance of the noise"
            )
        super().__init__(len(diagonal))
        self._left = diagonal
        self._slack = RTOL * float(diagonal.max())

    def _row(self, element: int) -> Reals:
        """Give a row of the kernel."""
        if self._features is None:
            return np.array(self._kernel[element])
        return np.asarray(self._features @ self._features[element])

    def start(self) -> State:
        """Give the diagonal, a factor without rows, and who is in S."""
        return self._left.copy(), [], np.zeros(self.size, dtype=bool)

    def gains(self, state: State, candidates: Indices) -> Reals:
        """Take logarithms of what is left."""
        left, _, chosen = state
        return np.where(chosen[candidates], 0.0, np.log1p(np.maximum(left[candidates], 0)))

    def push(self, state: State, element: int) -> None:
        """Add a row to the Cholesky factor."""
        left, rows, chosen = state
        if chosen[element]:
            return
        row = self._row(element)
        for earlier in rows:
            row -= earlier[element] * earlier
        row /= np.sqrt(1 + max(left[element], 0.0))
        rows.append(row)
        left -= row**2
        chosen[element] = True
        lowest = int(np.where(chosen, np.inf, left).argmin())
        if not chosen[lowest] and left[lowest] < -self._slack * len(rows):
            minor = sorted([*np.flatnonzero(chosen).tolist(), lowest])
            raise OracleError(
                f"kernel must be positive semidefinite, but its rows and columns {minor} are not"
            )


def _checked_kernel(kernel: Any) -> Reals:
    """Validate a symmetric matrix of which no minor of two rows is negative."""
    array = checked_array("kernel", kernel, shape=(None, None))
    if array.shape[0] != array.shape[1]:
        raise ValueError(f"kernel must have shape (n, n), got {array.shape}")
    diagonal = array.diagonal()
    if (diagonal < 0).any():
        e = int(diagonal.argmin())
        raise ValueError(f"kernel must be positive semidefinite, got {diagonal[e]:g} at ({e}, {e})")
    slack, roots = RTOL * float(diagonal.max()), np.sqrt(diagonal)
    for e, row in enumerate(array):
        apart, above = np.abs(row - array[:, e]), np.abs(row) - roots[e] * roots
        other = int(apart.argmax())
        if apart[other] > slack:
            raise ValueError(
                f"kernel must be symmetric, got {row[other]:g} at ({e}, {other}) and "
                f"{array[other, e]:g} at ({other}, {e})"
            )
        other = int(above.argmax())
        if above[other] > slack:
            raise ValueError(
                f"kernel must be positive semidefinite, got {row[other]:g} at ({e}, {other}), "
                f"but {diagonal[e]:g} and {diagonal[other]:g} on the diagonal"
            )
    return array
