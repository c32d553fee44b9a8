"""Bayesian persuasion of a receiver who reports a type: the best menu of signalling schemes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

from algos._arguments import checked_array

__all__ = ["Persuasion", "SignalingMenu", "checked_prior"]

Reals = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SignalingMenu:
    """A signalling scheme for every type that a receiver may report.

    Attributes
    ----------
    schemes : ndarray, shape (types, states, actions)
        ``schemes[k, s, a]``: probability of recommending action a in state s to who reports k.
    values : ndarray, shape (types,)
        The sender's expected utility from each type, who reports the truth and obeys.
    receiver_values : ndarray, shape (types,)
        The receiver's own.
    """

    schemes: Reals
    values: Reals
    receiver_values: Reals


def checked_prior(name: str, prior: ArrayLike) -> Reals:
    """Validate probabilities and make them sum to 1."""
    chances = checked_array(name, prior)
    if chances.ndim != 1 or (chances < 0).any() or abs(chances.sum() - 1) > 1e-9:
        raise ValueError(
            f"{name} must be probabilities of shape (m,) that sum to 1, got shape {chances.shape} "
            f"and sum {chances.sum():g}"
        )
    made: Reals = chances / chances.sum()
    return made


class Persuasion:
    """A sender who knows the state, and a receiver who acts and whose type is unknown.

    Parameters
    ----------
    prior : array_like, shape (states,)
        Probabilities of the states, known to both.
    sender : array_like, shape (states, actions)
        The sender's utility.
    receivers : array_like, shape (types, states, actions)
        The receiver's utility, by type.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    The sender commits to a menu; the receiver reports a type; the state is drawn, and the scheme
    of that type recommends an action; the receiver updates the prior and acts. No type gains by
    another report, whatever it then does, nor by disobeying: up to 1e-7 of the range of its
    utilities, the accuracy of the linear program. An action that nobody takes but that costs a
    type dearly widens that range; leave it out.

    References
    ----------
    M. Castiglioni, A. Marchesi, N. Gatti, "Bayesian persuasion meets mechanism design: going
    beyond intractability with type reporting", arXiv:2202.00605, 2022.

    Examples
    --------
    A prosecutor wants a conviction (action 1) in both states; the judge convicts if guilt
    (state 1) has a probability of 1/2 or more.

    >>> from algos.mechanisms import Persuasion
    >>> court = Persuasion([0.7, 0.3], [[0, 1], [0, 1]], [[[1, 0], [0, 1]]])
    >>> menu = court.menu([1.0])
    >>> menu.values.round(9).tolist(), menu.schemes[0, :, 1].round(3).tolist()
    ([0.6], [0.429, 1.0])
    """

    def __init__(self, prior: ArrayLike, sender: ArrayLike, receivers: ArrayLike) -> None:
        self.prior = checked_prior("prior", prior)
        states = len(self.prior)
        self.sender = checked_array("sender", sender, shape=(states, None))
        actions = self.sender.shape[1]
        self.receivers = checked_array("receivers", receivers, shape=(None, states, actions))
        for name, utilities in (("sender", self.sender), ("receivers", self.receivers)):
            if utilities.max() / 2 - utilities.min() / 2 > np.finfo(float).max / 2:
                raise ValueError(f"{name} must span no more than the largest float; rescale")
        self.types = len(self.receivers)
        self._rows = self._constraints()

    def menu(self, weights: ArrayLike) -> SignalingMenu:
        """Find the menu that is best on average over types.

        Parameters
        ----------
        weights : array_like, shape (types,)
            Weight of each type, such as its probability; at least 0, not all 0.

        Returns
        -------
        SignalingMenu
            A vertex of the polytope of truthful menus.

        Raises
        ------
        TypeError, ValueError
            An argument is not what it must be.

        Notes
        -----
        A linear program with types · actions · (states + types) variables and (types ·
        actions)² + types² inequalities.
        """
        mix = checked_array("weights", weights, shape=(self.types,))
        if (mix < 0).any() or not mix.max() > 0:
            raise ValueError(f"weights must be at least 0 and not all 0, got {mix.tolist()}")
        mix /= mix.max()
        mix /= mix.sum()
        types, states, actions = self.receivers.shape
        size = types * states * actions
        goal = np.zeros(self._rows.shape[1])
        worth = _scaled(self.sender) * self.prior[:, None]
        goal[:size] = -(mix[:, None, None] * worth).ravel()
        total = np.kron(np.eye(types * states), np.ones(actions))
        total = np.hstack([total, np.zeros((len(total), len(goal) - size))])
        done: Any = linprog(
            goal,
            A_ub=self._rows,
            b_ub=np.zeros(self._rows.shape[0]),
            A_eq=total,
            b_eq=np.ones(len(total)),
            bounds=(0, None),
            method="highs",
        )
        if done.x is None:  # revealing nothing is a menu: only rounding can bring this about
            raise ValueError(f"no menu was found, {done.message}; rescale the utilities")
        schemes = np.maximum(done.x[:size].reshape(types, states, actions), 0)
        schemes /= schemes.sum(axis=2, keepdims=True)
        weighted = schemes * self.prior[:, None]
        return SignalingMenu(
            schemes,
            (weighted * self.sender).sum(axis=(1, 2)),
            (weighted * self.receivers).sum(axis=(1, 2)),
        )

    def _constraints(self) -> Any:
        """Let no type gain by a report j and the best response to each recommendation a.

        Variables are the schemes and z[k, j, a] ≥ Σ_s prior u_k(s, b) scheme[j, s, a] for all b;
        then Σ_a z[k, j, a] ≤ the utility of k who reports k and obeys. With j = k it is obedience.
        """
        types, states, actions = shape = self.receivers.shape
        gain = np.array([_scaled(u) for u in self.receivers]) * self.prior[:, None]
        size, pairs = types * states * actions, (types, types, actions)
        k, j, a, b, s = (x.ravel() for x in np.indices((types, types, actions, actions, states)))
        row = np.ravel_multi_index((k, j, a, b), (*pairs, actions))
        parts = [(row, np.ravel_multi_index((j, s, a), shape), gain[k, s, b])]
        first = s == 0
        bound = size + np.ravel_multi_index((k, j, a), pairs)
        parts.append((row[first], bound[first], np.full(first.sum(), -1.0)))
        k, j, a = (x.ravel() for x in np.indices(pairs))
        row = types * types * actions * actions + k * types + j
        parts.append((row, size + np.arange(len(row)), np.ones(len(row))))
        k, j, s, a = (x.ravel() for x in np.indices((types, types, states, actions)))
        row = types * types * actions * actions + k * types + j
        parts.append((row, np.ravel_multi_index((k, s, a), shape), -gain[k, s, a]))
        rows, columns, entries = (np.concatenate(part) for part in zip(*parts, strict=True))
        height = types * types * (actions * actions + 1)
        return coo_array(
            (entries, (rows, columns)), shape=(height, size + int(np.prod(pairs)))
        ).tocsr()


def _scaled(utilities: Reals) -> Reals:
    """Shift and scale utilities to [0, 1]: nobody's choice changes."""
    spread = float(np.ptp(utilities))
    scaled: Reals = (utilities - utilities.min()) / (spread or 1.0)
    return scaled
