"""What the counters share: a factorisation of the prefix sums, and its streams on a lattice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_count
from algos.privacy._noise import Integers

__all__ = ["Draw", "Lattice", "Mechanism", "Reals", "Stream"]

Reals = NDArray[np.float64]

#: Draws a number of independent integers of noise.
Draw = Callable[[int], Integers]


@dataclass(frozen=True)
class Lattice:
    """The integers on which a stream works.

    Attributes
    ----------
    bits : int
        The unit is 2^−bits: codes are integers near 2^bits · C x.
    magnitude : int
        Bound on abs(x).
    dimension : int
        Coordinates of an event.
    """

    bits: int
    magnitude: int
    dimension: int


class Mechanism(ABC):
    """A factorisation B C = A of the matrix A of prefix sums, C lower triangular.

    Of the data C x + z alone is published, with independent noise z. The releases
    B (C x + z) are the prefix sums, with the noise B z.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    """

    #: Name under which `ContinualSum` takes it.
    name: ClassVar[str]
    #: Constructor arguments besides the horizon, kept as attributes.
    options: ClassVar[tuple[str, ...]] = ()

    def __init__(self, horizon: int) -> None:
        self.horizon = checked_count("horizon", horizon, most=2**40)

    def __repr__(self) -> str:
        options = "".join(f", {name}={getattr(self, name)}" for name in self.options)
        return f"{type(self).__name__}({self.horizon}{options})"

    @abstractmethod
    def sensitivity(self, norm: Literal[1, 2]) -> float:
        """Bound the norm of every column of C.

        Parameters
        ----------
        norm : {1, 2}
            1 for Laplace noise, 2 for Gaussian noise.

        Returns
        -------
        float
            What one event of size 1 can move C x by; an upper bound, rounding included.
        """

    @abstractmethod
    def error_factors(self) -> Reals:
        """Compute the squared norms of the rows of B.

        Returns
        -------
        ndarray, shape (horizon,)
            Variance of each release, for noise z of variance 1.
        """

    @abstractmethod
    def gain(self) -> float:
        """Bound the sums Σ_s abs(C_ts) over all rows.

        Returns
        -------
        float
            What abs(C x) can reach for abs(x) ≤ 1.
        """

    @property
    def largest_weight(self) -> float:
        """A bound on all abs(B_ts)."""
        return float(np.sqrt(self.error_factors().max()))

    @property
    @abstractmethod
    def memory(self) -> int:
        """Numbers that a stream keeps for each coordinate."""

    @abstractmethod
    def stream(self, lattice: Lattice) -> Stream:
        """Start a stream.

        Parameters
        ----------
        lattice : Lattice
            Where it works.

        Returns
        -------
        Stream
            Before the first event.
        """


class Stream(ABC):
    """The releases of one mechanism for one stream of integer vectors, in order.

    A release changes attributes by assignment alone, and no array that an attribute held before up
    to its step: a caller takes a release back by putting the old attributes in place.

    A stream encodes events causally, adds noise to the codes, and computes releases from
    the noisy codes alone: that is post-processing, and floats may do it.
    """

    #: Bound on abs(code − 2^bits C x), each coordinate: what rounding adds to the sensitivity.
    deviation: float = 0.0
    #: Codes that a step publishes for each coordinate, at most.
    codes: int = 1
    #: Bound on what rounding adds to abs(release − A x − B z), noise of usual size assumed.
    rounding: float = 0.0
    #: Whether noise of releases to come is kept, so that no state may go on twice.
    draws_ahead: bool = False

    @abstractmethod
    def release(self, events: Integers, draw: Draw) -> Reals:
        """Take the next events and give the prefix sums after each.

        Parameters
        ----------
        events : ndarray of int64, shape (k, dimension)
            The next events.
        draw : callable
            Draws noise; an exception from it leaves the stream as it was.

        Returns
        -------
        ndarray, shape (k, dimension)
            The noisy prefix sums.
        """

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Give all there is to know, as arrays and integers.

        Returns
        -------
        dict
            Copies.
        """

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> None:
        """Become the stream that gave the state.

        Parameters
        ----------
        state : mapping
            What `state` gave.
        """
