"""Persuasion round after round: a menu for a receiver whose type nobody knows in advance."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import nnls

from algos._arguments import checked_count
from algos.mechanisms._persuasion import Persuasion, Reals, SignalingMenu

__all__ = ["OnlineMenus"]


CLOSE = 1e-8  # what a known menu may lose, in the range of the sender's utility


class _KnownMenus:
    """Menus found so far, with weights at which each is best, and so at all their combinations."""

    def __init__(self, problem: Persuasion) -> None:
        self._problem, self._close = problem, CLOSE * float(np.ptp(problem.sender))
        corners = np.eye(problem.types)
        self._menus = [problem.menu(corner) for corner in corners]
        self._most = np.array([menu.values[k] for k, menu in enumerate(self._menus)])
        self._best_at = [self._corners(menu) for menu in self._menus]

    def _corners(self, menu: SignalingMenu) -> list[Reals]:
        """List the types for which alone a menu is best."""
        return list(np.eye(len(self._most))[menu.values >= self._most - self._close])

    def best(self, weights: Reals) -> SignalingMenu:
        """Look a best menu up, or find out how far the one that seems best is best."""
        mix = weights / weights.sum()
        while True:
            place = int(np.argmax([mix @ menu.values for menu in self._menus]))
            known, best_at = self._menus[place], np.array(self._best_at[place])
            if nnls(best_at.T, mix)[1] < CLOSE:
                return known
            edge = self._edge(place, best_at.mean(axis=0), mix)
            found = self._problem.menu(edge)
            if edge @ found.values <= edge @ known.values + self._close:
                self._best_at[place].append(edge)
                return known  # best at both ends of a segment that holds the mix
            self._menus.append(found)
            self._best_at.append([edge, *self._corners(found)])

    def _edge(self, place: int, start: Reals, mix: Reals) -> Reals:
        """Go from one mix through another until a menu is no longer best of the known ones."""
        lead = self._menus[place].values - np.array([menu.values for menu in self._menus])
        room = np.concatenate([start, lead @ start])
        slope = np.concatenate([mix - start, lead @ (mix - start)])
        falling = slope < 0
        step = max(1.0, float((room[falling] / -slope[falling]).min()))
        edge = np.maximum(start + step * (mix - start), 0)
        scaled: Reals = edge / edge.sum()
        return scaled


class OnlineMenus:
    """Menus that are, over all rounds, nearly as good as the best fixed one.

    Parameters
    ----------
    problem : Persuasion
        Prior and utilities.
    horizon : int
        Number of rounds T that are to come.
    rng : Generator, int or None, optional
        Draws the perturbation, once.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Full feedback: menus are truthful, so the type that is reported is the type. In every round
    the menu is best for the types seen so far and, for each type, a random number of further
    ones, uniform on [0, √(T / K)] (follow the perturbed leader). For any sequence of K types,
    fixed in advance, the expected utility falls short of the best menu's, chosen in hindsight, by
    at most 2 √(K T) times the range of the sender's utility. A linear program is solved
    where no menu found so far is known to be best.

    References
    ----------
    M. Bernasconi et al., "Optimal rates and efficient algorithms for online Bayesian persuasion",
    arXiv:2303.01296, 2023 (the setting, and the rate √T). A. Kalai, S. Vempala, "Efficient
    algorithms for online decision problems", Journal of Computer and System Sciences 71, 2005
    (the method).

    Examples
    --------
    >>> from algos.mechanisms import OnlineMenus, Persuasion
    >>> judges = [[[1, 0], [0, 1]], [[3, 0], [0, 1]]]
    >>> court = Persuasion([0.7, 0.3], [[0, 1], [0, 1]], judges)
    >>> learner, convictions = OnlineMenus(court, horizon=30, rng=0), 0.0
    >>> for judge in 30 * [1]:
    ...     convictions += float(learner.menu().values[judge])
    ...     learner.observe(judge)
    >>> round(convictions / 30, 3), round(float(court.menu([0, 1]).values[1]), 3)
    (0.387, 0.4)
    """

    def __init__(
        self, problem: Persuasion, horizon: int, *, rng: np.random.Generator | int | None = None
    ) -> None:
        if not isinstance(problem, Persuasion):
            raise TypeError(f"problem must be a Persuasion, got {type(problem).__name__}")
        horizon = checked_count("horizon", horizon)
        self.problem = problem
        self._menus = _KnownMenus(problem)
        most = math.sqrt(horizon / problem.types)
        self._weights = np.random.default_rng(rng).uniform(0, most, problem.types)

    def menu(self) -> SignalingMenu:
        """Give the menu to commit to in this round.

        Returns
        -------
        SignalingMenu
            The menu.
        """
        return self._menus.best(self._weights)

    def observe(self, reported: int) -> None:
        """Take note of the type that was reported.

        Parameters
        ----------
        reported : int
            From 0 to K − 1.

        Raises
        ------
        TypeError, ValueError
            There is no such type.
        """
        place = checked_count("reported", reported, least=0, most=self.problem.types - 1)
        self._weights[place] += 1
