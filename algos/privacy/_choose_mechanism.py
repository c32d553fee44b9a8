"""The mechanism of least error for a horizon, a law of noise, and a memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from algos._arguments import checked_count
from algos.privacy._blt import BLT
from algos.privacy._dense_factorization import LONGEST
from algos.privacy._factorization_bound import factorization_lower_bound
from algos.privacy._mechanism import Mechanism

__all__ = ["Candidate", "MechanismChoice", "choose_mechanism"]

#: Errors this close count as equal.
CLOSE = 5e-3
#: Longer horizons are compared at this one, among mechanisms of few numbers.
COMPARED, FEW = 2**20, 1024


@dataclass(frozen=True)
class Candidate:
    """A mechanism that was compared.

    Attributes
    ----------
    mechanism : str
        Its representation.
    error : float
        Greatest standard deviation of a release where one event moves by 1, at ρ = 1/2 for Gaussian
        noise and ε = 1 for Laplace noise.
    memory : int
        Numbers that a stream keeps for each coordinate.
    fits : bool
        Whether the memory is allowed.
    """

    mechanism: str
    error: float
    memory: int
    fits: bool


@dataclass(frozen=True, eq=False)
class MechanismChoice:
    """What `choose_mechanism` has found.

    Attributes
    ----------
    mechanism : Mechanism
        The choice, for `ContinualSum`.
    candidates : tuple of Candidate
        All that were compared, by error.
    lower_bound : float
        What no factorisation goes below: 0 for Laplace noise, where none is known here.
    reason : str
        Why.
    """

    mechanism: Mechanism
    candidates: tuple[Candidate, ...]
    lower_bound: float
    reason: str


def choose_mechanism(
    horizon: int,
    *,
    memory: int | None = None,
    noise: Literal["gaussian", "laplace"] = "gaussian",
) -> MechanismChoice:
    """Choose the mechanism of least maximal error.

    Parameters
    ----------
    horizon : int
        Number of events, at least 1.
    memory : int, optional
        Numbers that a stream may keep for each coordinate.
    noise : {"gaussian", "laplace"}, optional
        For a budget of ρ, or of ε and δ, or of ε alone.

    Returns
    -------
    MechanismChoice
        With all candidates, and the reason.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or no mechanism fits the memory.

    Notes
    -----
    Errors are computed for the horizon, up to 2^20 events; above, mechanisms are compared at
    2^20, those that need at most 1024 numbers a coordinate. Among errors that
    differ by less than half a percent the smaller memory wins.

    Examples
    --------
    >>> from algos.privacy import choose_mechanism
    >>> choice = choose_mechanism(10_000, memory=16)
    >>> choice.mechanism
    BLT(10000, buffers=5)
    """
    horizon = checked_count("horizon", horizon, most=2**40)
    allowed = None if memory is None else checked_count("memory", memory)
    if noise not in ("gaussian", "laplace"):
        raise ValueError(f"noise must be 'gaussian' or 'laplace', got {noise!r}")
    length = min(horizon, COMPARED)
    most = allowed if horizon <= COMPARED else min(FEW, allowed or FEW)
    compared = [
        (made, _error(made, noise), most is None or made.memory <= most)
        for made in _mechanisms(length, allowed, noise)
    ]
    compared.sort(key=lambda one: one[1])
    fitting = [one for one in compared if one[2]]
    if not fitting:
        least = min(made.memory for made, _, _ in compared)
        raise ValueError(f"memory must be at least {least} numbers, got {memory}")
    close = [one for one in fitting if one[1] <= (1 + CLOSE) * fitting[0][1]]
    chosen, error, _ = min(close, key=lambda one: one[0].memory)
    bound = factorization_lower_bound(length) if noise == "gaussian" else 0.0
    return MechanismChoice(
        chosen if length == horizon else _longer(chosen, horizon),
        tuple(Candidate(repr(made), error, made.memory, fits) for made, error, fits in compared),
        bound,
        _reason(chosen, error, len(compared), len(fitting), len(close), length, bound),
    )


def _mechanisms(horizon: int, memory: int | None, noise: str) -> list[Mechanism]:
    """Make the candidates: all that are for the noise, and BLT with as many buffers as fit."""
    from algos.privacy._mechanisms import MECHANISMS, PURE

    made: list[Mechanism] = []
    for name, kind in {**MECHANISMS, **(PURE if noise == "laplace" else {})}.items():
        if kind is BLT:
            buffers = 6 if memory is None else max(1, min(6, (memory - 1) // 3))
            made.append(BLT(horizon, buffers=buffers))
        elif name != "dense" or (noise == "gaussian" and horizon <= LONGEST):
            made.append(kind(horizon))
    return made


def _longer(mechanism: Mechanism, horizon: int) -> Mechanism:
    """Make a mechanism of the same kind for a longer horizon."""
    if isinstance(mechanism, BLT):
        return BLT(horizon, buffers=len(mechanism.decay))
    return type(mechanism)(horizon)


def _error(mechanism: Mechanism, noise: str) -> float:
    """Compute the greatest standard deviation: a Laplace variable of scale 1 has variance 2."""
    worst = math.sqrt(float(mechanism.error_factors().max()))
    if noise == "gaussian":
        return worst * mechanism.sensitivity(2)
    return worst * mechanism.sensitivity(1) * math.sqrt(2)


def _reason(
    chosen: Mechanism, error: float, count: int, fitting: int, close: int, length: int, bound: float
) -> str:
    """Say why."""
    best = f"the least maximal error of {fitting} mechanisms"
    if fitting < count:
        best += f" that fit the memory ({count - fitting} do not)"
    if close > 1:
        best = f"the least memory of {close} mechanisms within {CLOSE:.1%} of {best}"
    words = f"{chosen!r} has {best} at a horizon of {length}: {error:.4g}"
    if bound:
        words += f"; no factorisation has less than {bound:.4g}"
    return words
