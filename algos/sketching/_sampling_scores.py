"""Scores that rows are drawn by: upper bounds on their l_p sensitivities."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from algos.sketching._lp_sensitivities import lp_sensitivities
from algos.sketching._matrix import BLOCK, Floats
from algos.sketching._whitening import Whitening, row_whitening, triangular_factor, whitening

__all__ = [
    "LEAST_P",
    "MOST_P",
    "NEAR",
    "Blocks",
    "Coordinates",
    "RowScores",
    "ScoreKind",
    "even_blocks",
    "given_scores",
    "leverage_rounds",
    "quadratic_scores",
    "sensitivity_scores",
]

ScoreKind = Literal[
    "lewis",
    "root_leverage",
    "recursive_root_leverage",
    "sensitivity",
    "l2_augmented",
    "leverage_plus_sensitivity",
]

Reals = NDArray[np.float64]

#: Pairs (number of the first row, block of rows), read anew at every pass.
Blocks = Iterable[tuple[int, Floats]]

#: Lewis weights are taken once the total is this close to its limit; the total found counts.
NEAR = 1.05
MOST_ROUNDS = 100

#: Scores of a caller sum to less.
MOST_SCORE = 1e300

#: Exponents p for which q^(p/2) neither overflows nor vanishes.
LEAST_P, MOST_P = 1 / 64, 64.0


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Coordinates of rows in two steps: in the first A is orthonormal, the second is invertible.

    A single step would lose rows that are small beside others.
    """

    first: Whitening
    second: Reals

    @property
    def rank(self) -> int:
        """The rank of A, up to rounding."""
        return self.first.rank

    @property
    def transform(self) -> Reals:
        """Both steps."""
        return np.asarray(self.first.transform @ self.second)

    def squared_norms(self, rows: Floats) -> Reals:
        """Give the squared norm of each row in these coordinates."""
        return _squares(self.second, self.first.coordinates(rows))


def _squares(step: Reals, basis: Reals) -> Reals:
    """Give squared norms of columns after a step."""
    return np.asarray(np.square(step.T @ basis).sum(axis=0))


@dataclass(frozen=True, eq=False)
class RowScores:
    """Scores s_i = factor · weight_i · ‖a_iᵀT‖^p, or given ones, with coordinates T for A."""

    coordinates: Coordinates
    p: float
    factor: float
    total: float
    rows: int
    weights: Reals | None = None
    given: Reals | None = None

    def of(self, first: int, rows: Floats) -> Reals:
        """Give the scores of a block of rows, from the block's first row's number on."""
        if self.given is not None:
            return self.given[first : first + len(rows)]
        scores = self.factor * self.coordinates.squared_norms(rows) ** (self.p / 2)
        if self.weights is not None:
            scores *= self.weights[first : first + len(rows)]
        return scores


def even_blocks(blocks: Blocks) -> Iterator[tuple[int, Floats]]:
    """Cut rows anew, so that rounding does not depend on how they came."""
    first, height = 0, 0
    held: list[Floats] = []
    for _, block in blocks:
        rows = np.ascontiguousarray(block)
        height = height or max(1, BLOCK // rows.shape[1])
        while len(rows):
            part = rows[: height - sum(map(len, held))]
            rows = rows[len(part) :]
            if sum(map(len, held)) + len(part) < height:
                held.append(part.copy())  # the next block may be written over this one
            else:
                yield first, np.vstack([*held, part]) if held else part
                first, held = first + height, []
    if held:
        yield first, held[0] if len(held) == 1 else np.vstack(held)


def leverage_rounds(rows: int, rank: int, p: float) -> int:
    """Give the rounds after which the total is at most e · rank: ln ln(n/r) / −ln(1 − p/2)."""
    spread = math.log(max(rows / rank, math.e))
    return max(1, math.ceil(math.log(spread) / -math.log1p(-p / 2))) if p < 2 else 1


def quadratic_scores(
    blocks: Blocks,
    p: float,
    *,
    rounds: int | Callable[[int, int, float], int] | None = None,
    weights: Reals | None = None,
) -> RowScores:
    """Bound sensitivities through a quadratic form M, in O(d²) memory and a pass a round.

    The first form is AᵀA, whose q_i = a_iᵀM⁻a_i are the leverages; every further one is
    Σ q_j^(p/2 − 1) a_j a_jᵀ of the one before, for p > 2 averaged with it: without `rounds`,
    until q^(p/2) are nearly Lewis weights.  Scores of every round are proven bounds.  A row of
    weight w counts as w rows.
    """
    coordinates, count = _leverage_coordinates(blocks, weights)
    rank = coordinates.rank
    form = np.eye(rank)
    if callable(rounds):
        rounds = rounds(count, rank, p)
    before: Reals | None = None
    norm = (count if weights is None else float(weights.sum())) ** (1 - 2 / p) if p > 2 else 1.0
    goal = NEAR * rank ** max(1.0, p / 2)
    for number in range(1, MOST_ROUNDS + 1 if rounds is None else rounds + 1):
        one = _Round(p, before, coordinates, weights)
        reweighted = triangular_factor(one.rows(blocks))
        factor = norm ** (p / 2) if p > 2 else one.growth ** (1 - p / 2)
        scores = RowScores(coordinates, p, factor, factor * one.sum, count, weights)
        if number == rounds or (rounds is None and scores.total <= goal):
            break
        if p > 2:
            scale, old = (one.sum / rank) ** (1 / p - 0.5), (one.sum / rank) ** (2 / p)
            damping = 2 / p
            form = np.vstack(
                [math.sqrt((1 - damping) * old) * form, math.sqrt(damping) * scale * reweighted]
            )
            form = triangular_factor([form])
            norm = (1 - damping) * old * norm + damping * rank ** (1 - 2 / p)
        else:
            form = reweighted
        before = coordinates.second
        coordinates = replace(coordinates, second=whitening(form, count).transform)
    return scores


def given_scores(blocks: Blocks, p: float, given: Reals) -> RowScores:
    """Take the caller's scores."""
    total = math.fsum(given) if (given < MOST_SCORE).all() else math.inf
    if (given < 0).any() or not 1 - 1e-9 <= total < MOST_SCORE:
        raise ValueError(
            "scores must be at least 0 and, as all sensitivities do, sum to at least 1 (and below "
            f"{MOST_SCORE:g}), got the sum {total!r}; multiply them by a number"
        )
    coordinates, count = _leverage_coordinates(blocks)
    if len(given) != count:
        raise ValueError(f"scores must have one number a row, {count}, got {len(given)}")
    return RowScores(coordinates, p, 0.0, total, count, given=given)


def sensitivity_scores(A: Any, blocks: Blocks, p: float, *, augmented: bool) -> RowScores:
    """Take the upper bounds on the sensitivities; augmented, plus the leverages."""
    if callable(A) and not hasattr(A, "__array__"):
        raise TypeError(
            'A must be a whole matrix for scores by sensitivity, got a function; use "lewis"'
        )
    upper = lp_sensitivities(A, p).upper
    coordinates, count = _leverage_coordinates(blocks)
    if augmented:
        upper = upper + np.concatenate([coordinates.squared_norms(rows) for _, rows in blocks])
    return RowScores(coordinates, p, 0.0, float(upper.sum()), count, given=upper)


def _leverage_coordinates(blocks: Blocks, weights: Reals | None = None) -> tuple[Coordinates, int]:
    """Give coordinates in which A is orthonormal, and the number of its rows."""

    def read() -> Iterator[Floats]:
        for first, rows in blocks:
            if weights is not None:
                rows = rows * np.sqrt(weights[first : first + len(rows), None])
            yield rows

    found, count = row_whitening(read)
    if found.rank == 0:
        raise ValueError("A must hold a number other than 0")
    return Coordinates(found, np.eye(found.rank)), count


class _Round:
    """One pass over A: the sum of q^(p/2), how q grew, and rows scaled for the next form."""

    def __init__(
        self, p: float, before: Reals | None, coordinates: Coordinates, weights: Reals | None
    ) -> None:
        self.p, self.before, self.coordinates, self.weights = p, before, coordinates, weights
        self.sum, self.growth = 0.0, 0.0

    def rows(self, blocks: Blocks) -> Iterator[Floats]:
        """Give the rows a_j q_j^(p/4 − 1/2), times √weight_j, in the first coordinates."""
        for first, rows in blocks:
            basis = self.coordinates.first.coordinates(rows)
            q = _squares(self.coordinates.second, basis)
            old = np.ones(len(q)) if self.before is None else _squares(self.before, basis)
            weights = np.ones(len(q)) if self.weights is None else self.weights[first:][: len(q)]
            self.sum += float(weights @ q ** (self.p / 2))
            seen = (q > 0) & (old > 0)
            self.growth = max(self.growth, float((q[seen] / old[seen]).max(initial=0.0)))
            scale = np.zeros(len(q))
            scale[seen] = np.sqrt(weights[seen]) * q[seen] ** (self.p / 4 - 0.5)
            yield (basis * scale).T
