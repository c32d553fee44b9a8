"""The optimistic gradient method with separate steps for extrapolation and update."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_array, checked_count, checked_real
from algos.iterations._oracle import Declared, Operator, Oracle, Status, Stop, Vector, Witness, norm
from algos.iterations._problem import IterationResult, checked_lipschitz

MOST = 2**31  # rounds: the steps of each are held in memory


@dataclass(frozen=True, eq=False)
class SeparatedResult(IterationResult):
    """Where the method came to.

    The attributes of :class:`IterationResult`, of which some read differently, and one
    more.  ``x`` is the point that was played last.  ``residual`` is ‖F(x)‖ where the
    caller gave F itself (one evaluation, not counted), else NaN.  ``bound`` bounds the
    root of the mean of ‖F(drawn)‖², given ``distance``; inf if a round was not played.
    ``oracle_calls`` counts samples.

    Attributes
    ----------
    drawn : ndarray
        One of the played points, drawn with weight η_t γ_t: what the theorem speaks of; the
        start if its round was not played.
    """

    drawn: Vector


def optimistic_gradient_separated(
    oracle: Callable[[Vector, np.random.Generator], ArrayLike],
    x0: ArrayLike,
    *,
    lipschitz: float,
    iterations: int,
    multiplicative: float = 0.0,
    additive: float = 0.0,
    operator: Operator | None = None,
    distance: float | None = None,
    rng: np.random.Generator | int | None = None,
) -> SeparatedResult:
    r"""Play a monotone game from noisy gradients, one sample a round.

    Use it where a batch cannot be had, each round being played once.  With noise that
    vanishes where the gradients do (multiplicative: coordinates or players that are
    sampled at random) the last point converges with steps that never shrink; equal steps
    for extrapolation and update, as in :func:`optimistic_gradient`, need not converge.

    Parameters
    ----------
    oracle : callable
        ``oracle(x, rng) -> array``: one unbiased sample of F(x), which is monotone.  Its
        mean squared distance from F(x) is at most multiplicative · ‖F(x)‖² + additive.
    x0 : array_like
        The start, of any shape.
    lipschitz : float
        L, between 1e-100 and 1e100: ‖F(x) − F(y)‖ ≤ L ‖x − y‖.
    iterations : int
        Rounds T, from 1 to 2³¹.
    multiplicative, additive : float, optional
        Noise levels, at least 0; the multiplicative one below 1e20.
    operator : callable, optional
        ``operator(x) -> array``, F itself, to measure the residual with at the end.
    distance : float, optional
        Upper bound on the distance R from x0 to a zero; gives the result its bound.
    rng : numpy.random.Generator, int or None, optional
        Given to the oracle; draws ``drawn``.

    Returns
    -------
    SeparatedResult
        The last point, a drawn one, and the bound.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be.
    OracleError
        The oracle or the operator raised.

    Notes
    -----
    y_t = x_t − γ_t g_{t−1} is played and g_t seen there; x_{t+1} = x_t − η_t g_t, for
    t = 1 … T; g_0 is a sample at x_1 = x0.  γ = min(1 / (6 L m), 1 / (L √(13 (1 + m)))) with
    m the multiplicative level, η = γ / (2 (1 + m)); the steps stay there without additive
    noise and fall like t^(−1/4) and t^(−1/2) with it.  :func:`separated_rates_bound` bounds
    the mean of ‖F(y)‖² over the rounds and the noise: 4 (1 + m) R² / (γ² T) without additive
    noise.  The last y then converges to a zero almost surely.  The steps of all the rounds are
    held in memory, O(T) numbers.

    References
    ----------
    Y.-G. Hsieh, K. Antonakopoulos, V. Cevher, P. Mertikopoulos, "No-regret learning in
    games with noisy feedback: faster rates and adaptivity via learning rate separation",
    NeurIPS 2022.

    The bound and its constants: ``docs/theory/stochastic_halpern.md``, "Separated rates".

    Examples
    --------
    A matching game in which one player at random is told the gradient, doubled:

    >>> import numpy as np
    >>> from algos.iterations import optimistic_gradient_separated
    >>> def told(z, rng):
    ...     gradient = np.array([z[1], -z[0]])
    ...     return 2 * gradient * (np.arange(2) == rng.integers(2))
    >>> result = optimistic_gradient_separated(
    ...     told, [1.0, 1.0], lipschitz=1, multiplicative=1, iterations=5000, rng=0)
    >>> bool(np.linalg.norm(result.x) < 1e-6)
    True
    """
    start = checked_array("x0", x0)
    if not callable(oracle):
        raise TypeError(f"oracle must be callable, got {oracle!r}")
    rounds = checked_count("iterations", iterations, most=MOST)
    radius = math.inf
    if distance is not None:
        radius = checked_real("distance", distance, 0, math.inf, low_end=True)
    ahead, update = _steps(rounds, lipschitz, multiplicative, additive)
    rng = np.random.default_rng(rng)
    told = Oracle(lambda x: oracle(x, rng), start.shape, Declared(), check=False)
    exact = None if operator is None else Oracle(operator, start.shape, Declared(), check=False)
    chosen = int(rng.choice(rounds, p=ahead * update / (ahead @ update)))
    status: Status = "iteration limit"
    witness: Witness | None = None
    x = played = drawn = start
    done = 0
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            sample = told(start)
            for t in range(rounds):
                y = x - ahead[t] * sample
                if not np.isfinite(y).all():
                    status = "diverged"
                    break
                sample = told(y)
                x = x - update[t] * sample
                played, done = y, t + 1
                if t == chosen:
                    drawn = y
    except Stop as stop:
        status, witness = stop.status, stop.witness
    residual = math.nan
    if exact is not None:
        try:
            with np.errstate(over="ignore"):
                residual = norm(exact(played))
        except Stop as stop:
            status, witness = stop.status, witness or stop.witness
    bound = math.inf
    if radius < math.inf and done == rounds:
        mean = separated_rates_bound(rounds, lipschitz, radius, multiplicative, additive)
        bound = math.sqrt(mean)
    return SeparatedResult(
        x=np.array(played),
        status=status,
        residual=residual,
        bound=bound,
        iterations=done,
        oracle_calls=told.calls,
        preconditions=(),
        witness=witness,
        drawn=np.array(drawn),
    )


def separated_rates_bound(
    iterations: int,
    lipschitz: float,
    distance: float,
    multiplicative: float = 0.0,
    additive: float = 0.0,
) -> float:
    r"""Bound the mean of ‖F‖² over rounds and noise, for the steps of the method.

    Parameters
    ----------
    iterations : int
        Rounds T, from 1 to 2³¹.
    lipschitz : float
        L, between 1e-100 and 1e100.
    distance : float
        From x0 to a zero of F, at least 0.
    multiplicative, additive : float, optional
        Noise levels, at least 0; the multiplicative one below 1e20.

    Returns
    -------
    float
        2 (R² + additive · Σ_t c_t) / Σ_t η_t γ_t, inf where that is no float; where c_t = η_t² +
        2 η_t γ_t (L s_t + L² (s_t² + γ_{t−1}²)) and s_t = η_{t−1} + γ_t; round t has weight
        η_t γ_t.

    Raises
    ------
    TypeError, ValueError
        An argument is no number or out of range.

    Examples
    --------
    >>> from algos.iterations import separated_rates_bound
    >>> round(separated_rates_bound(1000, 1.0, 1.0), 6)
    0.052
    """
    rounds = checked_count("iterations", iterations, most=MOST)
    distance = checked_real("distance", distance, 0, math.inf, low_end=True)
    ahead, update = _steps(rounds, lipschitz, multiplicative, additive)
    ahead_before, update_before = (np.append(0.0, one[:-1]) for one in (ahead, update))
    reach = lipschitz * (update_before + ahead)
    noise = update**2 + 2 * update * ahead * (reach + reach**2 + (lipschitz * ahead_before) ** 2)
    square = distance * distance + additive * float(noise.sum())
    return 2 * square / float(update @ ahead)


def _steps(
    rounds: int, lipschitz: float, multiplicative: float, additive: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the extrapolation and the update steps of every round."""
    lipschitz = checked_lipschitz(lipschitz)
    m = checked_real("multiplicative", multiplicative, 0, 1e20, low_end=True)
    falling = checked_real("additive", additive, 0, math.inf, low_end=True) > 0
    ahead = 1 / (lipschitz * max(6 * m, math.sqrt(13 * (1 + m))))
    update = ahead / (2 * (1 + m))
    t = np.arange(1.0, rounds + 1)
    powers = (t**-0.25, t**-0.5) if falling else (np.ones(rounds), np.ones(rounds))
    return ahead * powers[0], update * powers[1]
