"""The divergence of Bernoulli distributions, accurate where they nearly agree."""

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

__all__ = ["bernoulli_divergence"]


def bernoulli_divergence(p: Any, q: Any, *, backend: Backend = "auto") -> Array:
    r"""Compute the Kullback-Leibler divergence between Bernoulli distributions, in nats.

    ``p`` and ``q`` are probabilities of heads; the divergence says how much a toss
    of the first coin tells, on average, against the second.  The textbook formula
    loses all digits where the coins nearly agree; this one keeps them.

    Parameters
    ----------
    p, q : array_like
        Probabilities in [0, 1]; they broadcast.  Arrays of NumPy, or both of one
        other array library.
    backend : {"auto", "numba", "cuda", "generic", "python"}, optional
        How to compute; see :mod:`accel.dispatch`.

    Returns
    -------
    array
        The divergences, at least 0, in the arguments' floating dtype; infinite
        where ``q`` is 0 or 1 and ``p`` is not.  A number for two numbers.

    Raises
    ------
    ValueError
        A NumPy value outside [0, 1] or NaN, or shapes that do not broadcast.
        Other libraries' values may be traced or on a device and are not looked
        at: there the result is NaN.
    TypeError
        Arrays of different libraries, or not of real numbers.
    GpuUnavailableError
        ``backend="cuda"`` without a GPU.

    Notes
    -----
    The divergence is :math:`p \log(p/q) + (1-p) \log((1-p)/(1-q))`.  Its two terms
    have opposite signs and cancel: for :math:`|p - q| = 10^{-9}` they agree in
    nine digits.  Adding :math:`q - p` to the first and :math:`p - q` to the second
    makes both non-negative,

    .. math:: a \log(a / b) + b - a \ge 0 \quad (\log x \le x - 1),

    and this part is computed, for :math:`|b - a| < a / 4`, from
    :math:`\log(b / a) = 2 \operatorname{artanh} s` with
    :math:`s = (b - a)/(b + a)`:

    .. math:: a \log(a/b) + b - a = s\,(b - a) - 2 a s^3 (1/3 + s^2/5 + s^4/7 + \dots).

    The relative error is a few units in the last place, O(1) work an element.
    Single precision is computed in double by the Numba and CUDA paths.  The
    derivative in p is infinite at p = 0 and p = 1; automatic differentiation of
    the generic path gives a finite number there.

    References
    ----------
    T. M. Cover and J. A. Thomas, *Elements of Information Theory*, 2nd edition,
    Wiley 2006, section 2.3 and theorem 2.6.3 (the divergence is non-negative).

    Examples
    --------
    >>> import numpy as np
    >>> round(float(bernoulli_divergence(0.6, 0.5)), 12)
    0.020135513551
    >>> bernoulli_divergence([0.0, 0.5, 0.5], [0.5, 0.5, 1.0]).round(12)
    array([0.69314718, 0.        ,        inf])

    For close coins it is nearly half the squared distance over the variance:

    >>> bool(np.isclose(bernoulli_divergence(0.5 + 1e-9, 0.5), 2e-18, rtol=1e-6))
    True
    """
    call = _divergence.on(backend, p=p, q=q)
    p, q = call.arrays
    if call.checked:
        require_within("p", p, 0, 1)
        require_within("q", q, 0, 1)
    shape = broadcast_shapes({"p": p, "q": q})
    return call(call.flat(p, shape), call.flat(q, shape), shape=shape)


def _loop(p: Array, q: Array) -> Array:
    """Compute element by element."""
    out = np.empty(p.size, p.dtype)
    for i in range(p.size):
        heads, other = np.float64(p[i]), np.float64(q[i])
        total = 0.0
        for a, b, d in (
            (heads, other, other - heads),
            (1.0 - heads, 1.0 - other, heads - other),
        ):
            if a == 0.0:  # 0 log 0 = 0
                total += d
            elif b == 0.0:
                total += math.inf
            elif b < 2.3e-308:  # a / b could overflow
                total += a * (math.log(a) - math.log(b)) + d
            elif abs(d) >= 0.25 * a:
                total += a * math.log(a / b) + d
            else:
                s = d / (a + b)
                series = 0.0
                for n in range(23, 1, -2):
                    series = 1.0 / n + s * s * series
                total += s * d - 2.0 * a * s * s * s * series
        out[i] = total
    return out


def _launch(p: Array, q: Array) -> Launch:
    """Start one thread an element."""
    arguments = (p, q, p.size, Empty(p.shape))
    return Launch("bernoulli_divergence", -(-p.size // 256), 256, arguments)


@kernel(loop=_loop, source=Path(__file__).with_name("divergence.cu"), launch=_launch)
def _divergence(xp: Any, p: Array, q: Array) -> Array:
    """Compute both branches everywhere; the unused one sees harmless values."""
    tiny = float(xp.finfo(p.dtype).smallest_normal)

    def part(a: Array, b: Array, d: Array) -> Array:
        """Give a log(a / b) + d with d = b - a."""
        close = xp.abs(d) < 0.25 * a
        s = xp.where(close, d, 0.0) / xp.where(close, a + b, 1.0)
        series = 0.0 * s
        for n in range(23, 1, -2):
            series = 1.0 / n + s * s * series
        near = s * d - 2.0 * a * s * s * s * series
        apart, faint = (a > 0) & (b > 0) & ~close, b < tiny
        dividend, divisor = xp.where(apart, a, 1.0), xp.where(apart, b, 1.0)
        log_ratio = xp.where(
            faint,  # where a / b could overflow
            xp.log(dividend) - xp.log(divisor),
            xp.log(dividend / xp.where(faint, 1.0, divisor)),
        )
        far = xp.where((a > 0) & (b == 0), math.inf, a * log_ratio + d)
        return xp.where(close, near, far)

    inside = (p >= 0) & (p <= 1) & (q >= 0) & (q <= 1)
    p, q = xp.where(inside, p, 0.5), xp.where(inside, q, 0.5)
    return xp.where(inside, part(p, q, q - p) + part(1.0 - p, 1.0 - q, p - q), math.nan)
