"""Persuasion round after round without reports: the sender sees what the receiver does, no more."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_count, checked_real
from algos.mechanisms._exp3 import Exp3
from algos.mechanisms._persuasion import Persuasion

__all__ = ["OnlineSchemes"]

Reals = NDArray[np.float64]
TIE = 1e-9  # of a receiver's range of utilities


class OnlineSchemes:
    """Signalling schemes that are, over all rounds, nearly as good as the best fixed one.

    Parameters
    ----------
    problem : Persuasion
        Prior and utilities, with two states.
    horizon : int
        Number of rounds T that are to come.
    rng : Generator, int or None, optional
        Draws the schemes.

    Attributes
    ----------
    schemes : ndarray, shape (arms, 2, 2)
        ``schemes[i, s, t]``: probability of signal t in state s.
    values : ndarray, shape (arms, types)
        The sender's expected utility from each type, who acts as is best after a signal; of
        equally good actions the sender's favourite.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; more than two states.

    Notes
    -----
    Partial feedback: nobody reports a type, and the sender only sees her own utility. With two
    states a posterior is a number, and some type changes its action at finitely many. For any
    types, splits of the prior into two of these are as good as all schemes. Between these N
    schemes exponential weights with exploration (Exp3) choose. For any sequence of types, fixed
    in advance, the expected utility falls short of the best scheme's by at most
    2.63 √(T N ln N) times the range of the sender's utility. O(N) a round; N is at most of the
    order of (types · actions)² (envelopes have no more kinks than actions).

    For any number of states the reference has a rate of √T, up to logarithms, as well.

    References
    ----------
    M. Bernasconi et al., "Optimal rates and efficient algorithms for online Bayesian persuasion",
    arXiv:2303.01296, 2023 (the setting). P. Auer, N. Cesa-Bianchi, Y. Freund, R. E. Schapire, "The
    nonstochastic multiarmed bandit problem", SIAM Journal on Computing 32, 2002 (the method).

    Examples
    --------
    >>> from algos.mechanisms import OnlineSchemes, Persuasion
    >>> judges = [[[1, 0], [0, 1]], [[3, 0], [0, 1]]]
    >>> court = Persuasion([0.7, 0.3], [[0, 1], [0, 1]], judges)
    >>> learner = OnlineSchemes(court, horizon=100, rng=0)
    >>> learner.values.round(3).tolist()
    [[0.0, 0.0], [0.6, 0.0], [0.4, 0.4], [0.3, 0.3]]
    """

    def __init__(
        self, problem: Persuasion, horizon: int, *, rng: np.random.Generator | int | None = None
    ) -> None:
        if not isinstance(problem, Persuasion):
            raise TypeError(f"problem must be a Persuasion, got {type(problem).__name__}")
        if len(problem.prior) != 2:
            raise ValueError(
                f"problem must have two states, got {len(problem.prior)}; OnlineMenus takes any "
                "number, where types are reported"
            )
        self.problem = problem
        self.schemes, self.values = _splits(problem)
        self._exp3 = Exp3(len(self.schemes), checked_count("horizon", horizon), rng)

    @property
    def arm(self) -> int:
        """The number of the scheme on offer."""
        return self._exp3.open_arm

    def offer(self) -> Reals:
        """Draw the scheme to commit to in this round.

        Returns
        -------
        ndarray, shape (2, 2)
            The probability of each signal, by state.

        Raises
        ------
        ValueError
            The utility of the last round was not reported.
        """
        offered: Reals = self.schemes[self._exp3.draw()]
        return offered.copy()

    def observe(self, utility: float) -> None:
        """Take note of the sender's utility in this round.

        Parameters
        ----------
        utility : float
            From the state and the receiver's action.

        Raises
        ------
        TypeError, ValueError
            Nothing is on offer, or there is no such utility.
        """
        _ = self._exp3.open_arm  # refuse before the utility is looked at
        low, high = float(self.problem.sender.min()), float(self.problem.sender.max())
        seen = checked_real("utility", utility, low, high, low_end=True, high_end=True)
        self._exp3.reward((seen - low) / ((high - low) or 1.0))


def _kinks(utilities: Reals) -> list[float]:
    """Find the posteriors of state 1 at which a type's best action changes."""
    spread = float(np.ptp(utilities))
    kinks = []
    for a, b in combinations(range(utilities.shape[1]), 2):
        gap = utilities[:, a] - utilities[:, b]
        if gap[0] * gap[1] < 0:
            x = float(gap[0] / (gap[0] - gap[1]))
            here = utilities.T @ [1 - x, x]
            if here[a] >= here.max() - TIE * spread:
                kinks.append(x)
    return kinks


def _splits(problem: Persuasion) -> tuple[Reals, Reals]:
    """Split the prior into two kinks, of any types, or leave it as it is."""
    p = float(problem.prior[1])
    points = np.unique([0.0, p, 1.0, *(x for u in problem.receivers for x in _kinks(u))])
    posteriors = np.column_stack([1 - points, points])
    gained = posteriors @ problem.receivers  # types, points, actions
    spread = np.ptp(problem.receivers, axis=(1, 2))[:, None, None]
    best = gained >= gained.max(axis=2, keepdims=True) - TIE * spread
    values = np.where(best, posteriors @ problem.sender, -np.inf).max(axis=2)
    here = int(np.searchsorted(points, p))
    schemes, worth = [np.array([[1.0, 0.0], [1.0, 0.0]])], [values[:, here]]
    for i, j in product(range(here), range(here + 1, len(points))):
        high = (p - points[i]) / (points[j] - points[i])
        joint = np.column_stack([(1 - high) * posteriors[i], high * posteriors[j]])
        schemes.append(joint / joint.sum(axis=1, keepdims=True))
        worth.append((1 - high) * values[:, i] + high * values[:, j])
    return np.array(schemes), np.array(worth)
