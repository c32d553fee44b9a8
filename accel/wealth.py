"""The wealth of a gambler who bets against a claimed mean: one pass for many bets."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from accel.dispatch import (
    Array,
    Backend,
    Empty,
    Launch,
    broadcast_shapes,
    kernel,
    require_within,
)

__all__ = ["mixture_log_wealth"]


def mixture_log_wealth(
    losses: Any, levels: Any, fractions: Any, *, backend: Backend = "auto"
) -> Array:
    r"""Compute the log wealth of a uniform mixture of bets against claimed means.

    The claim: each loss in [0, 1] has conditional mean at most its level, given the
    past.  A gambler starts with wealth 1, split evenly over the fractions, and with
    each part bets that fraction on "the loss exceeds its level".  Use it to test the
    claim at any stopping time: if it is true, wealth 1/a is reached with
    probability at most a.

    Parameters
    ----------
    losses : array_like, shape (..., T)
        The losses in [0, 1], one stream a row, in order of time.
    levels : array_like
        The claimed means in [0, 1]; they broadcast to the shape of ``losses``.  A
        level may depend on the past of its stream alone.
    fractions : array_like, shape (K,)
        The bets, in (0, 1); a large one finds a gross violation fast, a small one
        finds a slight violation at all.
    backend : {"auto", "numba", "cuda", "generic", "python"}, optional
        How to compute; see :mod:`accel.dispatch`.

    Returns
    -------
    array, shape (..., T)
        The natural logarithm of the wealth after each step; infinite from the
        first positive loss at level 0 on, which refutes the claim outright.

    Raises
    ------
    ValueError
        A NumPy value outside its range or NaN, no fraction, or shapes that do not
        fit.  Other libraries' values may be traced or on a device and are not
        looked at: there the wealth is NaN from the bad value on.
    TypeError
        Arrays of different libraries, or not of real numbers.
    GpuUnavailableError
        ``backend="cuda"`` without a GPU.

    Notes
    -----
    With losses :math:`x_s`, levels :math:`m_s` and fractions :math:`f_k` the wealth
    after t steps is

    .. math:: W_t = \frac{1}{K} \sum_k \prod_{s \le t}
              \Bigl(1 + f_k \frac{x_s - m_s}{m_s}\Bigr).

    Every factor is positive and has conditional mean at most 1 under the claim, so
    W is a non-negative supermartingale and Ville's inequality gives
    :math:`P(\exists t: W_t \ge 1/a) \le a`.  At level 1 the claim is void and
    nothing is bet.  Below the smallest normal number the level in the denominator
    is replaced by that number: a smaller bet, on which the inequality holds too.

    O(T K) time and O(K) memory a stream: the compiled loop multiplies wealths as
    plain numbers and moves them into logarithms only when they leave 1e-100 ... 1e100,
    one logarithm a step instead of one a bet.  It and the CUDA path compute single
    precision in double; the generic path takes O(T K) memory.

    References
    ----------
    J. Ville, *Étude critique de la notion de collectif*, Gauthier-Villars 1939.

    I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by
    betting", Journal of the Royal Statistical Society B 86 (2024), section 4.

    Examples
    --------
    Four losses in a row, each claimed to have mean 1/2 at most; the bets 1/2 and 1/4
    multiply their money by 3/2 and 5/4 each time:

    >>> mixture_log_wealth([1, 1, 1, 1], 0.5, [0.5, 0.25]).round(6)
    array([0.318454, 0.645138, 0.979852, 1.322277])
    >>> round(math.log((1.5**4 + 1.25**4) / 2), 6)
    1.322277

    A claim of level 0 dies with the first loss:

    >>> mixture_log_wealth([0.0, 0.1, 0.0], 0.0, [0.5])
    array([ 0., inf, inf])
    """
    call = _wealth.on(backend, losses=losses, levels=levels, fractions=fractions)
    losses, levels, fractions = call.arrays
    if losses.ndim == 0:
        raise ValueError("losses must have an axis of time, shape (..., T), got one number")
    if fractions.ndim != 1 or fractions.shape[0] == 0:
        raise ValueError(
            f"fractions must have shape (K,) with K at least 1, got {tuple(fractions.shape)}"
        )
    if call.checked:
        require_within("losses", losses, 0, 1)
        require_within("levels", levels, 0, 1)
        require_within("fractions", fractions, 0, 1, ends=False)
    shape = tuple(losses.shape)
    if broadcast_shapes({"losses": losses, "levels": levels}) != shape:
        raise ValueError(
            f"levels must broadcast to the shape of losses, {shape}, got {tuple(levels.shape)}"
        )
    streams = (math.prod(shape[:-1]), shape[-1])
    losses = call.xp.reshape(losses, streams)
    levels = call.xp.reshape(call.broadcast(levels, shape), streams)
    return call(losses, levels, fractions, shape=shape)


def _loop(losses: Array, levels: Array, fractions: Array) -> Array:
    """Carry wealth k as product[k] * exp(log_wealth[k]); weight[k] is the latter, scaled."""
    streams, steps = losses.shape
    bets = fractions.size
    out = np.empty((streams, steps), losses.dtype)
    tiny = np.finfo(losses.dtype).tiny
    fraction = fractions.astype(np.float64)
    boldest = fraction.max()
    log_wealth, product, weight = np.empty(bets), np.empty(bets), np.empty(bets)
    for stream in range(streams):
        log_wealth[:] = 0.0
        product[:] = 1.0
        weight[:] = 1.0 / bets
        scale = 0.0
        reach = 1.0  # every product lies in [1 / reach, reach]
        refuted = False
        for t in range(steps):
            loss, level = np.float64(losses[stream, t]), np.float64(levels[stream, t])
            if level == 0.0 and loss > 0.0:
                refuted = True
            if refuted:
                out[stream, t] = math.inf
                continue
            gain = (loss - level) / max(level, tiny) if level < 1.0 else 0.0
            swing = 1.0 + boldest * gain
            if swing < 1.0:
                swing = 1.0 / swing
            if reach > 1e100 / swing:
                scale = -math.inf
                for k in range(bets):
                    log_wealth[k] += math.log(product[k])
                    scale = max(scale, log_wealth[k])
                    product[k] = 1.0
                for k in range(bets):
                    weight[k] = math.exp(log_wealth[k] - scale) / bets
                reach = 1.0
            reach *= swing
            total = 0.0
            for k in range(bets):
                product[k] *= 1.0 + fraction[k] * gain
                total += weight[k] * product[k]
            out[stream, t] = scale + math.log(total)
    return out


def _launch(losses: Array, levels: Array, fractions: Array) -> Launch:
    """Start one block of 32 threads a stream."""
    (streams, steps), bets = losses.shape, fractions.size
    scratch = Empty((streams, bets), "float64")
    arguments = (losses, levels, fractions, steps, bets, scratch, Empty((streams, steps)))
    return Launch("mixture_log_wealth", streams, 32, arguments)


@kernel(loop=_loop, source=Path(__file__).with_name("wealth.cu"), launch=_launch)
def _wealth(xp: Any, losses: Array, levels: Array, fractions: Array) -> Array:
    """Add up logarithms and take log-sum-exp over the bets, all steps at once."""
    inside = (losses >= 0) & (losses <= 1) & (levels >= 0) & (levels <= 1)
    losses, levels = xp.where(inside, losses, 0.5), xp.where(inside, levels, 0.5)
    fair = (fractions > 0) & (fractions < 1)
    fractions = xp.where(fair, fractions, 0.5)
    tiny = float(xp.finfo(levels.dtype).smallest_normal)
    gains = (losses - levels) / xp.where(levels > tiny, levels, tiny)
    gains = xp.where(levels < 1, gains, 0.0)
    refuted = (levels == 0) & (losses > 0)
    logs = xp.log1p(xp.where(refuted, 0.0, gains)[..., None] * fractions)
    logs = xp.where(refuted[..., None], math.inf, logs)
    logs = xp.where(inside[..., None] & fair, logs, math.nan)
    logs = xp.cumulative_sum(logs, axis=-2)
    top = xp.max(logs, axis=-1, keepdims=True)
    top = xp.where(xp.isfinite(top), top, 0.0)
    return top[..., 0] + xp.log(xp.mean(xp.exp(logs - top), axis=-1))
