"""How far releases lie from the truth, known before the first event."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from scipy.optimize import minimize_scalar

from algos._arguments import checked_real
from algos.privacy._mechanism import Reals

__all__ = ["ReleaseError"]


@dataclass(frozen=True, eq=False)
class ReleaseError:
    """Error of the releases of one counter, in the units of the events.

    Attributes
    ----------
    standard_deviation : ndarray, shape (steps,)
        Of the noise in every coordinate of each release; exact.
    parts : tuple of (norm, largest)
        Noise adds up from independent parts: for each, a bound on the norm of the parameters of
        its draws, weighted as they enter a release, and one on the largest of them.
    law : {"gaussian", "laplace"}
        The noise is a discrete Gaussian or a discrete Laplace variable.
    rounding : float
        What arithmetic may add to a release, besides.
    coordinates : int
        Coordinates of a release.
    """

    standard_deviation: Reals = field(repr=False)
    parts: tuple[tuple[float, float], ...]
    law: str
    rounding: float
    coordinates: int

    @property
    def max(self) -> float:
        """The greatest standard deviation of a release."""
        return float(self.standard_deviation.max())

    @property
    def rms(self) -> float:
        """The root of the mean variance."""
        return math.sqrt(float((self.standard_deviation**2).mean()))

    def simultaneous(self, failure_probability: float) -> float:
        """Bound the error of all releases in all coordinates at once.

        Parameters
        ----------
        failure_probability : float
            In (0, 1).

        Returns
        -------
        float
            With at most this probability some release lies farther from the truth.

        Notes
        -----
        The union bound over n numbers. Discrete Gaussian noise is sub-Gaussian with its
        parameter, so each passes ‖parameters‖ · √(2 ln(2n/β)) with probability β/n. For Laplace
        noise the moment generating function 1 / (1 − scale² λ²) takes the Gaussian's place in
        Chernoff's bound.
        """
        beta = checked_real("failure_probability", failure_probability, 0, 1)
        numbers = len(self.standard_deviation) * self.coordinates
        return self._tail(math.log(2 * numbers / beta)) + self.rounding

    def _tail(self, odds: float) -> float:
        """Bound a weighted sum of noise, up to probability 2 e^−odds."""
        if self.law == "gaussian":
            return math.hypot(*(norm for norm, _ in self.parts)) * math.sqrt(2 * odds)
        most = max(largest for _, largest in self.parts)

        def chernoff(u: float) -> float:
            # −log(1 − λ²b²) is convex in b²: so many weights of the largest size are the worst
            cost = -sum(
                (norm / largest) ** 2 * math.log1p(-((u * largest / most) ** 2))
                for norm, largest in self.parts
            )
            return (odds + cost) * most / u

        found = minimize_scalar(chernoff, bounds=(1e-9, 1 - 1e-12), method="bounded")
        return float(found.fun)
