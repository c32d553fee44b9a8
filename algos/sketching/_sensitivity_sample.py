"""Rows drawn by their l_p sensitivities, with weights that keep ‖Ax‖_p for all x."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_array, checked_count, checked_real
from algos.sketching._matrix import Floats, row_blocks
from algos.sketching._sample_size import guaranteed_distortion, guaranteed_error, sample_size
from algos.sketching._sampling_cones import cone_ratios
from algos.sketching._sampling_distortion import eigenvalue_ratios, grid_ratios
from algos.sketching._sampling_draw import draw
from algos.sketching._sampling_scores import (
    LEAST_P,
    MOST_P,
    Blocks,
    RowScores,
    ScoreKind,
    even_blocks,
    given_scores,
    leverage_rounds,
    quadratic_scores,
    sensitivity_scores,
)

__all__ = ["Sample", "sensitivity_sample"]

Reals = NDArray[np.float64]

#: Draws at most: their places take 8 bytes each.
MOST_SIZE = 2**28

#: Directions at most: each takes up to a kilobyte.
MOST_DIRECTIONS = 2**20

#: A grid is chosen so that about this many |row · direction|^p are taken.
GRID_WORK = 5 * 10**7


@dataclass(frozen=True, eq=False)
class Sample:
    """Weighted rows of A, with what is proven and what was computed of them.

    Σ weights_j · abs(a_j x)^p over the rows drawn estimates ‖Ax‖_p^p, without bias.

    Attributes
    ----------
    rows : ndarray of int64, shape (k,)
        Numbers of the rows drawn, increasing, each once.
    counts : ndarray of int64, shape (k,)
        How often each was drawn; their sum is ``size``.
    weights : ndarray, shape (k,)
        counts / (size · probabilities): weights of the p-th powers, not of the rows.
    probabilities : ndarray, shape (k,)
        Probability of each of these rows in a single draw.
    matrix : ndarray, shape (k, d)
        These rows of A, unscaled.  weights^(1/p) · matrix has the norm that estimates ‖Ax‖_p.
    size : int
        Number of draws, with replacement.
    p : float
        The exponent.
    total : float
        Sum of the scores of all rows, each at least its row's sensitivity.
    rank : int
        Rank of A, up to rounding.
    failure_probability : float
        For the next two.
    ratios : (float, float) or None
        Between these two lies, rounding included, every ‖SAx‖_p / ‖Ax‖_p (for p < 1, of the p-th
        powers); where ``rank`` is below d, for x in the span that was found.
    certificate : str
        How ``ratios`` were computed, or why not.
    error : float
        For every fixed x the estimate of ‖Ax‖_p^p is within 1 ± error, except with this
        probability.
    distortion : float
        For all x at once, ‖Ax‖_p (for p < 1, ‖Ax‖_p^p) is within 1 ± distortion, except with this
        probability; inf where the explicit bound gives none below 1 for so small a sample.
    """

    rows: NDArray[np.int64]
    counts: NDArray[np.int64]
    weights: Reals
    probabilities: Reals
    matrix: Floats
    size: int
    p: float
    total: float
    rank: int
    failure_probability: float
    ratios: tuple[float, float] | None
    certificate: str

    @cached_property
    def error(self) -> float:
        """Relative error at one x; see the class."""
        return guaranteed_error(self.total, self.size, self.failure_probability)

    @cached_property
    def distortion(self) -> float:
        """Distortion over all x; see the class."""
        return guaranteed_distortion(
            self.total, self.rank, self.p, self.size, self.failure_probability
        )


def sensitivity_sample(
    A: Any,
    p: float,
    *,
    scores: ScoreKind | ArrayLike = "lewis",
    size: int | None = None,
    distortion: float | None = None,
    failure_probability: float = 0.05,
    directions: int | None = None,
    rng: int | np.random.Generator | None = None,
) -> Sample:
    """Draw rows of A so that weighted sums of abs(a_i x)^p keep ‖Ax‖_p^p: small regressions.

    Parameters
    ----------
    A : array_like, sparse matrix, Dask array, or callable, shape (n, d)
        The matrix; a function must return a new iterator of its blocks of rows at every call.
    p : float
        In [1/64, 64].
    scores : str or array_like of shape (n,), optional
        What rows are drawn in proportion to: ``"lewis"`` (any p); ``"root_leverage"``, the
        leverages to the power p/2, and ``"recursive_root_leverage"``, O(log log n) rounds of them
        (p < 2); ``"sensitivity"`` (see `lp_sensitivities`); sensitivity plus leverage, which is
        ``"l2_augmented"`` for 1 ≤ p ≤ 2 and ``"leverage_plus_sensitivity"`` for p > 2.  Or numbers
        that you know to be at least the sensitivities.
    size : int, optional
        Number of draws, with replacement: it may exceed n; at most 2^28.
    distortion : float, optional
        In (0, 1): in place of ``size``, the distortion that `sample_size` is to guarantee.
    failure_probability : float, optional
        In (0, 1).
    directions : int, optional
        Directions of the grid that encloses the distortion where the rank is at most 3 and p ≠ 2;
        0 for no grid; at most 2^20.  By default 64 to 4096, the fewer the more rows A has.
    rng : int or numpy.random.Generator, optional
        Source of the draws.

    Returns
    -------
    Sample
        Rows, weights, guarantee and certificate.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; A is zero; an iterator (see `Coreset`); scores that
        need the whole matrix for a matrix given by blocks.

    Notes
    -----
    With scores s_i at least the sensitivities sup_x abs(a_i x)^p / ‖Ax‖_p^p, of sum S', and m draws
    with probabilities s_i / S', a fixed ‖Ax‖_p^p is estimated within 1 ± e except with probability
    2 exp(−m e² / (2 S' (1 + e/3))).  S' is at most 1.05 d^max(1, p/2) for Lewis weights (if 100
    passes find them, as for p up to 20), d (n/d)^(1 − p/2) for root leverages and e·d for recursive
    ones, whose rounds pass over all of A where the literature's sample in between.  Sharper sizes
    of all x at once, up to unspecified constants: S^(2 − 2/p) for p > 2; for p in [1, 2]
    sensitivities alone take d^(1 − p/2) S, which supersedes S^(2/p), and l2_augmented ones S + d.

    A draw is the place of a uniform number among the cumulated scores: the same seed gives the same
    rows however A's rows come in blocks, and weights but for rounding on other numbers of threads.
    A few passes, O(d²) memory besides the rows drawn and a block; sensitivities and scores of yours
    take n numbers.  Sensitivities solve a convex problem a row: minutes for a few hundred rows of
    50 columns at p = 1, where Lewis weights take milliseconds.

    References
    ----------
    Proof of this library, docs/theory/sketching_sampling.md.

    M. Cohen, R. Peng, "l_p row sampling by Lewis weights", STOC 2015.

    D. Woodruff, T. Yasuda, "Sharper bounds for l_p sensitivity sampling", ICML 2023, arXiv
    2306.00732 (version 2 for p < 2).

    A. Munteanu, S. Omlor, "Optimal bounds for l_p sensitivity sampling via l_2 augmentation",
    arXiv 2406.00328.

    Examples
    --------
    >>> import numpy as np
    >>> from algos.sketching import sensitivity_sample
    >>> A = np.vstack([np.eye(2)] * 500)
    >>> sample = sensitivity_sample(A, 1, size=200, rng=1)
    >>> float(sample.weights @ np.abs(sample.matrix @ [1.0, 1.0])).__round__(9)
    1000.0
    """
    p = checked_real("p", p, LEAST_P, MOST_P, low_end=True, high_end=True)
    failure = checked_real("failure_probability", failure_probability, 0, 1)
    if (size is None) == (distortion is None):
        raise ValueError(
            f"one of size and distortion must be given, got {size!r} and {distortion!r}"
        )
    if size is not None:
        size = checked_count("size", size, most=MOST_SIZE)
    if distortion is not None:
        distortion = checked_real("distortion", distortion, 0, 1)
    if directions is not None:
        directions = checked_count("directions", directions, least=0, most=MOST_DIRECTIONS)
    blocks = _Even(row_blocks("A", A))
    found = _scores(A, blocks, p, scores)
    total, rank = max(found.total, 1.0), found.coordinates.rank
    if size is None:
        assert distortion is not None
        size = sample_size(total, rank, p, distortion=distortion, failure_probability=failure)
        if size > MOST_SIZE:
            raise ValueError(
                f"distortion must be one that {MOST_SIZE} draws reach, got {distortion!r}, which "
                f"takes {size} for scores of sum {total:.4g}"
            )
    rows, counts, chances, matrix = draw(blocks, found, size, np.random.default_rng(rng))
    weights = counts / (size * chances)
    ratios, certificate = _certificate(blocks, found, p, matrix, weights, directions)
    return Sample(
        rows=rows,
        counts=counts,
        weights=weights,
        probabilities=chances,
        matrix=matrix,
        size=size,
        p=p,
        total=total,
        rank=rank,
        failure_probability=failure,
        ratios=ratios,
        certificate=certificate,
    )


class _Even:
    """A matrix by blocks whose borders do not depend on how it came."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks

    def __iter__(self) -> Iterator[tuple[int, Floats]]:
        return even_blocks(self.blocks)


def _scores(A: Any, blocks: Blocks, p: float, kind: ScoreKind | ArrayLike) -> RowScores:
    """Compute the scores of a kind."""
    if not isinstance(kind, str):
        return given_scores(blocks, p, checked_array("scores", kind, shape=(None,)))
    if kind not in get_args(ScoreKind):
        raise ValueError(f"scores must be one of {', '.join(get_args(ScoreKind))}, got {kind!r}")
    if kind == "lewis":
        return quadratic_scores(blocks, p)
    if kind in ("root_leverage", "recursive_root_leverage"):
        if p >= 2:
            raise ValueError(f'scores="{kind}" need p < 2, got p = {p!r}; use "lewis"')
        rounds = 1 if kind == "root_leverage" else leverage_rounds
        return quadratic_scores(blocks, p, rounds=rounds)
    if kind == "l2_augmented" and not 1 <= p <= 2:
        raise ValueError(f'scores="l2_augmented" need p in [1, 2], got p = {p!r}')
    if kind == "leverage_plus_sensitivity" and not p > 2:
        raise ValueError(
            f'scores="leverage_plus_sensitivity" need p > 2, got p = {p!r}; use "l2_augmented"'
        )
    return sensitivity_scores(A, blocks, p, augmented=kind != "sensitivity")


def _certificate(
    blocks: Blocks,
    scores: RowScores,
    p: float,
    matrix: Floats,
    weights: Reals,
    directions: int | None,
) -> tuple[tuple[float, float] | None, str]:
    """Enclose the sample's distortion where that is possible."""
    coordinates = scores.coordinates
    if p == 2:
        return eigenvalue_ratios(blocks, coordinates, matrix, weights), "eigenvalues"
    if coordinates.rank > 3:
        return None, f"none: p is not 2 and the rank {coordinates.rank} exceeds 3"
    if directions is None:
        directions = min(max(GRID_WORK // scores.rows, 64), 4096)
    if directions == 0:
        return None, "none: no directions were asked for"
    enclose = cone_ratios if p >= 1 else grid_ratios
    ratios = enclose(blocks, coordinates, matrix, weights, p, max(directions, 4))
    return ratios, f"a grid of directions, {directions} asked for"
