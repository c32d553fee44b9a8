"""Maximisation while the ground set changes, with polylogarithmically many marginals an update."""

from __future__ import annotations

import numpy as np

from algos._arguments import checked_real
from algos.submodular._dynamic_batches import Batches
from algos.submodular._dynamic_maximizer import DynamicMaximizer
from algos.submodular._selection import Selection
from algos.submodular._set_function import SetFunction

__all__ = ["BatchedDynamicMaximizer"]


class BatchedDynamicMaximizer(DynamicMaximizer):
    """Keep k elements of high value while elements come and go, for large k.

    Parameters
    ----------
    function : SetFunction
        Monotone and submodular, over all elements that may ever come.
    k : int
        Number of elements to choose at most, from 1 to the size of the function.
    epsilon : float
        In [1e-6, 0.5]: ratio of successive guesses of the optimum, less 1.
    rng : int, Generator or None, optional
        Draws the elements; nobody who chooses the updates may look at it, or at the selections.

    Attributes
    ----------
    oracle_calls : int
        Marginals computed so far.
    update_calls : int
        Marginals computed in the latest update.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; an element comes twice, or goes without having come.
    OracleError
        A marginal is no number, or negative; the object is of no use afterwards.

    Notes
    -----
    After every update, chosen without a look at the draws, the mean value is at least
    (1 − ε/(2 − 2ε)) / (2 + 2ε) ≥ 1/2 − ε of the best that k present elements have.

    For each power of 1 + ε as a guess of the optimum there are levels of batches: each is a random
    part of the elements whose marginals are nearly equal, and at least guess / 2k. A batch
    lives until ε/8 of what it was drawn from have gone, or its pool has doubled. An update costs
    polylogarithmically many marginals in k and in the number of elements, amortised, in the mean.
    `DynamicMaximizer` is good after each update for sure; its updates cost more than k, and less
    than these where k is small. `selection` computes k marginals besides.

    References
    ----------
    K. Banihashem, L. Biabani, S. Goudarzi, M. Hajiaghayi, P. Jabbarzade, M. Monemizadeh, "Dynamic
    constrained submodular optimization with polylogarithmic update time", ICML 2023: levels of
    random batches. The rule that ends a batch, and the proof, are ours.

    Examples
    --------
    >>> from algos.submodular import BatchedDynamicMaximizer, Coverage
    >>> sets = Coverage([[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1.0]])
    >>> dynamic = BatchedDynamicMaximizer(sets, 2, epsilon=0.1, rng=0)
    >>> for element in range(3):
    ...     dynamic.insert(element)
    >>> dynamic.delete(0)
    >>> sorted(dynamic.selection.elements.tolist()), dynamic.selection.value
    ([1, 2], 3.0)
    """

    def __init__(
        self,
        function: SetFunction,
        k: int,
        *,
        epsilon: float,
        rng: int | np.random.Generator | None = None,
    ) -> None:
        epsilon = checked_real("epsilon", epsilon, 1e-6, 0.5, low_end=True, high_end=True)
        super().__init__(function, k, epsilon=epsilon, rng=rng)

    def _guess(self, threshold: float) -> Batches:
        """Begin a guess."""
        return Batches(self._oracle, self.k, threshold, self._rng, self.epsilon)

    @property
    def selection(self) -> Selection:
        """The best guess's present elements, and a bound on what k present elements reach."""
        best = super().selection
        here = [element for element in best.elements.tolist() if element in self]
        state, gains = self._oracle.start(), []
        for element in here:
            gains.append(float(self._oracle.gains(state, np.array([element]))[0]))
            self._oracle.push(state, element)
        return Selection(
            np.array(here, dtype=np.intp),
            np.array(gains),
            sum(gains),
            best.upper_bound,
            self.oracle_calls,
        )
