"""A model of rankings in which some elements are held for weaker than they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos._arguments import checked_array, checked_count, checked_real
from algos.submodular._set_function import Indices, Reals

__all__ = ["biased_rankings"]


def biased_rankings(
    strengths: Any,
    disadvantaged: Any,
    count: int,
    *,
    bias: float = 1.0,
    rng: np.random.Generator | int | None = None,
) -> Indices:
    """Draw rankings of a Plackett–Luce model that multiplies strengths of a group by a bias.

    The first place goes to an element with a probability proportional to its strength as it is
    seen, the second one likewise among the others, and so on.

    Parameters
    ----------
    strengths : array_like, shape (n,)
        Above 0.
    disadvantaged : array_like of bool, shape (n,)
        Who is seen with ``bias`` times the strength.
    count : int
        Number of rankings, drawn independently.
    bias : float, optional
        In (0, 1]; 1 for rankings without bias.
    rng : int, Generator or None, optional
        Where they are drawn from.

    Returns
    -------
    ndarray of intp, shape (count, n)
        The elements, the best one first, in every row.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.

    Notes
    -----
    Of two elements the first is above the second with the probability v / (v + w), where v and w
    are their strengths as seen: a bias changes no order within a group. O(count · n log n) time.

    References
    ----------
    R. D. Luce, "Individual choice behavior", Wiley, 1959.
    N. Boehmer, L. E. Celis, L. Huang, A. Mehrotra, N. K. Vishnoi, "Subset selection based on
    multiple rankings in the presence of bias", ICML 2023, for other models of bias.

    Examples
    --------
    >>> from algos.submodular import biased_rankings
    >>> rankings = biased_rankings([9, 5, 8], [0, 0, 1], 1000, bias=1e-9, rng=0)
    >>> rankings[:, 2].tolist() == [2] * 1000
    True
    """
    values: Reals = checked_array("strengths", strengths, shape=(None,))
    if (values <= 0).any():
        raise ValueError(f"strengths must be above 0, got {values.min()}")
    behind = checked_array("disadvantaged", disadvantaged, shape=values.shape)
    if not np.isin(behind, (0, 1)).all():
        raise ValueError(f"disadvantaged must hold True and False, got {disadvantaged!r}")
    count = checked_count("count", count)
    bias = checked_real("bias", bias, 0, 1, high_end=True)
    seen = np.log(values) + behind * np.log(bias)
    noise = np.random.default_rng(rng).gumbel(size=(count, len(values)))
    return np.argsort(-(seen + noise), axis=1, kind="stable")
