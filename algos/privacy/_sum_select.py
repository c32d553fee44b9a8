"""The index of the largest column sum of a stream, released after every event."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from algos.privacy._largest_column import LargestColumn
from algos.privacy._mechanism import Reals
from algos.privacy._noise import Integers
from algos.privacy._selection import Selection

__all__ = ["SumSelect"]


class SumSelect(LargestColumn):
    """The index of the largest column sum, released after every event.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    dimension : int
        Coordinates of an event.
    rho : float, optional
        Budget of zero-concentrated differential privacy.
    epsilon : float, optional
        In place of ``rho``: budget of pure differential privacy.
    delta : float, optional
        Together with ``epsilon``: approximate differential privacy. In (0, 1).
    bound : int, optional
        An event is a vector of integers from 0 to this; others are moved there.
    neighbours : {"replace", "add_remove"}
        Whether one event of neighbouring streams is replaced by any other, or by zero.
    method : {"auto", "block", "columns"}
        Select from the exact sums after every block of events, or take the largest of noisy column
        sums; "auto" takes the least `error_bound`.
    mechanism : str or Mechanism, optional
        That counts the columns.
    block : int, optional
        Events of a block; the best number by default.
    failure_probability : float, optional
        Of the bounds that are compared.
    insecure_rng : int or Generator, optional
        Draw noise from a pseudo-random generator: for simulations and tests alone.

    Attributes
    ----------
    horizon, dimension : int
        As given.
    choice : MethodChoice
        The method, what it was compared with, and why it was taken.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be. No noise was drawn.
    ImportError
        OpenDP is not installed, where exact noise is drawn.

    Notes
    -----
    The error of a release is its regret: how far the column's sum lies below the largest. For
    zCDP an index is drawn by the exponential mechanism, which has bounded range ε' and
    costs ε'²/8: K whole blocks leave ε' = √(8ρ/K). Pure privacy is spent on permute-and-flip,
    ε' = ε/K, which is never worse. With probability 1 − β every regret is at most
    bound · (B − 1 + (2/ε') ln(dimension · K/β)), the second part halved where an event is replaced
    by zero: then no sum rises while another falls.

    Before the end of the first block index 0 is released. Indices are drawn exactly, from integers.

    References
    ----------
    P. Jain, S. Raskhodnikova, S. Sivakumar, A. Smith, "The price of differential privacy under
    continual observation", ICML 2023.

    M. Cesar, R. Rogers, "Bounding, concentrating, and truncating: unifying privacy loss
    composition for data analytics", ALT 2021, Lemma 3.4 (bounded range).

    R. McKenna, D. Sheldon, "Permute-and-flip: a new mechanism for differentially private
    selection", NeurIPS 2020, Theorem 2.

    Examples
    --------
    >>> from algos.privacy import SumSelect
    >>> largest = SumSelect(200, 3, rho=50, insecure_rng=1)
    >>> largest.update_many([[0, 1, 0]] * 60 + [[0, 0, 1]] * 140)[[0, 59, 199]].tolist()
    [1, 1, 2]
    """

    _key: ClassVar[str] = "privacy/sum-select"
    _errors: ClassVar[int] = 2

    def _fit(self, releases: int) -> None:
        """Split the budget over the answers."""
        scale = float(self._scale(releases)) * (1 + 1e-12)
        self._selection = Selection(max(scale, 1e-3), self._pure, self._rng)

    def _scale(self, releases: Any) -> Any:
        """Compute the noise's scale: ε' over what one event moves two sums apart by."""
        apart = 2 * self._bound if self._budget.neighbours == "replace" else self._bound
        if self._pure:
            return apart * releases / self._budget.pure_epsilon
        return apart / np.sqrt(8 * self._budget.rho / releases)

    def _ask(self, sums: Integers) -> int:
        """Draw an index."""
        return self._selection.draw(sums)

    def _block_error(self, length: Any, releases: Any, beta: float) -> Any:
        """Add what a block can bring to the largest regret."""
        odds = np.log(self.dimension * releases / beta)
        return self._bound * (length - 1) + self._scale(releases) * odds

    def _of_answers(self, answers: Integers, steps: Integers) -> Integers:
        """Keep the last answers."""
        return answers

    def _of_columns(self, sums: Reals, steps: Integers) -> Integers:
        """Take the index of the maximum."""
        return np.asarray(np.argmax(sums, axis=1))
