"""Convex parts of the unit cube, known by the point that is best for a direction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import sqrt
from typing import Any

import numpy as np
from scipy import optimize

from algos._arguments import checked_array, checked_count, checked_real
from algos.submodular._set_function import OracleError, Reals

__all__ = ["Box", "Budget", "FeasibleSet", "Polytope", "best_point"]


class FeasibleSet(ABC):
    """A convex closed set K of points of [0, 1]^d.

    Parameters
    ----------
    dimension : int
        Number d of coordinates.
    radius : float
        No point has a greater Euclidean norm.
    down_closed : bool
        Whether K holds with a point all points of the cube below it.

    Attributes
    ----------
    dimension, radius, down_closed
        As given.
    """

    def __init__(self, dimension: int, *, radius: float, down_closed: bool) -> None:
        self.dimension = checked_count("dimension", dimension)
        self.radius, self.down_closed = radius, down_closed

    @property
    def diameter(self) -> float:
        """Bound the distance of two points: their coordinates are between 0 and 1."""
        return min(sqrt(self.dimension), sqrt(2) * self.radius)

    @abstractmethod
    def best(self, direction: Reals) -> Reals:
        """Find a point that is best for a direction.

        Parameters
        ----------
        direction : ndarray, shape (d,)
            Finite numbers.

        Returns
        -------
        ndarray, shape (d,)
            A point of K of greatest inner product.
        """

    def lowest(self) -> Reals:
        """Find a point of least greatest coordinate: 0, unless a set without it says another.

        Returns
        -------
        ndarray, shape (d,)
            A point of K.
        """
        if best_point(self, -np.ones(self.dimension)).any():
            raise ValueError("domain must hold 0, or have a lowest() of its own, got neither")
        return np.zeros(self.dimension)


def best_point(domain: FeasibleSet, direction: Reals) -> Reals:
    """Ask a set for the point that is best for a direction; it must be one of the cube."""
    point = np.asarray(domain.best(direction))
    if point.shape != direction.shape or not ((point >= 0) & (point <= 1)).all():
        raise OracleError(
            f"domain.best must give {domain.dimension} numbers from 0 to 1, got {point}"
        )
    return point


class Box(FeasibleSet):
    """The points between 0 and others.

    Parameters
    ----------
    upper : array_like, shape (d,)
        In [0, 1].
    """

    def __init__(self, upper: Any) -> None:
        self.upper = checked_array("upper", upper, shape=(None,))
        if (self.upper < 0).any() or (self.upper > 1).any():
            raise ValueError(f"upper must lie in [0, 1], got {self.upper}")
        radius = float(np.linalg.norm(self.upper))
        super().__init__(len(self.upper), radius=radius, down_closed=True)

    def best(self, direction: Reals) -> Reals:
        """Take all of what is positive."""
        return np.where(direction > 0, self.upper, 0.0)


class Budget(FeasibleSet):
    """The points of the cube whose coordinates sum to at most a budget.

    Parameters
    ----------
    dimension : int
        Number d of coordinates.
    budget : float
        Positive; from d on this is the cube.
    """

    def __init__(self, dimension: int, budget: float) -> None:
        dimension = checked_count("dimension", dimension)
        self.budget = min(checked_real("budget", budget, 0, np.inf), float(dimension))
        whole = int(self.budget)
        radius = sqrt(whole + (self.budget - whole) ** 2)
        super().__init__(dimension, radius=radius, down_closed=True)

    def best(self, direction: Reals) -> Reals:
        """Fill the greatest positive coordinates; of equal ones the first."""
        point = np.zeros(self.dimension)
        order = np.argsort(-direction, kind="stable")
        point[order] = np.clip(self.budget - np.arange(self.dimension), 0, 1)
        point[direction <= 0] = 0
        return point


class Polytope(FeasibleSet):
    """The points x of the cube with A x ≤ b; HiGHS finds the best ones.

    Parameters
    ----------
    A : array_like, shape (m, d)
        Rows.
    b : array_like, shape (m,)
        Right sides.

    Raises
    ------
    ValueError
        There is no such point.
    """

    def __init__(self, A: Any, b: Any) -> None:
        self.A = checked_array("A", A, shape=(None, None))
        self.b = checked_array("b", b, shape=(len(self.A),))
        d = self.A.shape[1]
        self._lowest = self._solve(
            np.append(np.zeros(d), 1.0),
            np.block([[self.A, np.zeros((len(self.A), 1))], [np.eye(d), -np.ones((d, 1))]]),
            np.append(self.b, np.zeros(d)),
        )[:d]
        super().__init__(d, radius=sqrt(d), down_closed=bool((self.A >= 0).all()))

    def best(self, direction: Reals) -> Reals:
        """Solve the linear program."""
        return self._solve(-direction, self.A, self.b)

    def lowest(self) -> Reals:
        """Give the point that the constructor found."""
        return self._lowest.copy()

    def _solve(self, cost: Reals, rows: Reals, right: Reals) -> Reals:
        """Find a point of the cube of least cost."""
        solved = optimize.linprog(cost, A_ub=rows, b_ub=right, bounds=(0, 1), method="highs")
        if solved.x is None:
            raise ValueError(f"A x <= b must hold for a point of the cube; HiGHS: {solved.message}")
        return np.clip(solved.x, 0, 1)
