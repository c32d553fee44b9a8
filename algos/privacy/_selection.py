"""The exponential mechanism on integers, and permute-and-flip: exact draws of an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from algos.privacy._noise import Integers, _opendp

__all__ = ["Selection"]


class Selection:
    """Draws the index of a large score: of the greatest after noise is added to each.

    Gumbel noise makes it the exponential mechanism, index i with probability proportional to
    exp(score_i / scale); exponential noise makes it permute-and-flip. OpenDP compares the noisy
    scores digit by digit, so that no rounding decides.

    Parameters
    ----------
    scale : float
        Scale of the noise.
    pure : bool
        Permute-and-flip, for pure differential privacy.
    insecure_rng : numpy.random.Generator, optional
        Draw from it instead: for simulations and tests.
    """

    def __init__(
        self, scale: float, pure: bool, insecure_rng: np.random.Generator | None = None
    ) -> None:
        self.scale, self.pure = scale, pure
        self._insecure_rng = insecure_rng
        self._exact = None if insecure_rng is not None else self._measurement(_opendp())

    def draw(self, scores: Integers) -> int:
        """Draw an index."""
        if self._exact is not None:
            return self._exact(scores.tolist())
        rng, size = self._insecure_rng, len(scores)
        assert rng is not None
        noise = rng.standard_exponential(size) if self.pure else rng.gumbel(size=size)
        return int(np.argmax((scores - scores.max()) / self.scale + noise))

    def _measurement(self, dp: Any) -> Callable[[list[int]], int]:
        """Make OpenDP's measurement."""
        space = dp.vector_domain(dp.atom_domain(T="i64")), dp.linf_distance(T="i64")
        law = dp.max_divergence() if self.pure else dp.zero_concentrated_divergence()
        measurement: Callable[[list[int]], int] = dp.m.make_noisy_max(*space, law, self.scale)
        return measurement
