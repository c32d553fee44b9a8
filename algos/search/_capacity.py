"""How much one flip can say: the capacity of a coin with two possible biases."""

from __future__ import annotations

import math
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from algos.search._problem import ROUNDING

Floats = NDArray[np.float64]


@overload
def capacity(target: float, tolerance: float) -> float: ...
@overload
def capacity(target: ArrayLike, tolerance: ArrayLike) -> Any: ...
def capacity(target: ArrayLike, tolerance: ArrayLike) -> Any:
    r"""Give the most bits that one flip can tell about the side of a coin.

    A coin lies below or above the target: its heads probability is
    ``target - tolerance`` or ``target + tolerance``.  The capacity of that
    channel is the scale of noisy search: no method finds one of n places with
    fewer than about ``log2(n) / capacity`` flips.

    Parameters
    ----------
    target : float or array_like
        Heads probability at the crossing, in (0, 1).
    tolerance : float or array_like
        Half the distance of the two heads probabilities, in
        (0, min(target, 1 - target)]; broadcasts with ``target``.

    Returns
    -------
    float or ndarray
        Bits per flip; a float where both arguments are scalars.

    Raises
    ------
    ValueError
        An argument lies outside its range or is not a number.

    Notes
    -----
    With :math:`\tau` the target and :math:`\varepsilon` the tolerance, the
    capacity is the common value of the two divergences
    :math:`D(\tau-\varepsilon\,\|\,m) = D(\tau+\varepsilon\,\|\,m)`, where m is
    the heads probability that the best prior on the two sides produces.  The
    published closed form loses all its digits near :math:`\varepsilon = 10^{-8}`;
    this function subtracts nothing that cancels and keeps a relative error
    below 1e-13.

    References
    ----------
    L. Gretta, E. Price, "Sharp Noisy Binary Search with Monotonic
    Probabilities", 2023, section 1.

    Examples
    --------
    >>> round(capacity(0.5, 0.1), 8)
    0.02904941
    >>> bool(abs(capacity(0.5, 1e-9) * math.log(2) / 2e-18 - 1) < 1e-12)
    True
    """
    centre, half = _checked(target, tolerance)
    return _plain(_solve(centre, half)[0] / math.log(2))


@overload
def query_quantile(target: float, tolerance: float) -> float: ...
@overload
def query_quantile(target: ArrayLike, tolerance: ArrayLike) -> Any: ...
def query_quantile(target: ArrayLike, tolerance: ArrayLike) -> Any:
    r"""Give the posterior quantile at which a flip reaches the capacity.

    Ask a coin that lies above the target with this probability, and its flip
    tells :func:`capacity` bits.

    Parameters
    ----------
    target : float or array_like
        As for :func:`capacity`.
    tolerance : float or array_like
        As for :func:`capacity`.

    Returns
    -------
    float or ndarray
        A probability, between 1/e and 1 - 1/e; 1/2 at target 1/2.

    Raises
    ------
    ValueError
        As for :func:`capacity`.

    Notes
    -----
    It is :math:`Q = (m - \tau + \varepsilon) / (2 \varepsilon)`, the weight
    of the upper side in the prior whose heads probability is m.

    References
    ----------
    L. Gretta, E. Price, "Sharp Noisy Binary Search with Monotonic
    Probabilities", 2023, section 1.

    Examples
    --------
    >>> round(query_quantile(0.25, 0.1), 7)
    0.4766394
    """
    centre, half = _checked(target, tolerance)
    return _plain(_solve(centre, half)[1])


@overload
def capacity_between(low: float, high: float) -> float: ...
@overload
def capacity_between(low: ArrayLike, high: ArrayLike) -> Any: ...
def capacity_between(low: ArrayLike, high: ArrayLike) -> Any:
    """Give the bits per flip of a coin that is known to have one of two biases.

    Parameters
    ----------
    low : float or array_like
        The smaller heads probability, in [0, 1).
    high : float or array_like
        The larger one, in (low, 1]; broadcasts with ``low``.

    Returns
    -------
    float or ndarray
        Bits per flip: ``capacity((low + high) / 2, (high - low) / 2)``.

    Raises
    ------
    ValueError
        The arguments are not 0 <= low < high <= 1.

    See Also
    --------
    capacity : The same in terms of target and tolerance, and the method.

    Examples
    --------
    >>> round(capacity_between(0.0, 1.0), 12)
    1.0
    """
    return _plain(solve_channel(low, high)[0])


def solve_channel(low: ArrayLike, high: ArrayLike) -> tuple[Floats, Floats]:
    """Give the capacity in bits and the weight of ``high`` that reaches it."""
    a, b = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if not np.all((a >= 0) & (a < b) & (b <= 1)):
        raise ValueError(f"0 <= low < high <= 1 must hold, got low={low!r}, high={high!r}")
    nats, weight = _solve((a + b) / 2, (b - a) / 2)
    return nats / math.log(2), weight


def _solve(centre: Floats, half: Floats) -> tuple[Floats, Floats]:
    """Give the capacity in nats and the weight of the upper side that reaches it."""
    low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
    # logit(m) - logit(centre), from D(low || m) = D(high || m)
    shift = (_divergence(high, -half) - _divergence(low, half)) / (2 * half)
    odds = np.exp(-shift)
    offset = -centre * (1 - centre) * np.expm1(-shift) / (centre + (1 - centre) * odds)
    return _divergence(low, half + offset), (1 + offset / half) / 2


def _divergence(p: Floats, step: Floats) -> Floats:
    """Give D(p || p + step) in nats; a sum of two nonnegative terms."""
    return _bend(p, step) + _bend(1 - p, -step)


def _bend(p: Floats, step: Floats) -> Floats:
    """Give step - p log(1 + step / p), right to rounding however small the step."""
    with np.errstate(all="ignore"):
        x = step / p
        far = step - special.xlog1py(p, x)
        # x - log(1 + x) with log(1 + x) = 2 artanh(r): the linear parts cancel in closed form
        r = x / (2 + x)
        tail = sum(r ** (2 * k) / (2 * k + 3) for k in range(12))
        near = p * (x * r - 2 * r**3 * tail)
    bend: Floats = np.where(p < 1e-300, step, np.where(np.abs(x) < 0.5, near, far))
    return bend


def _checked(target: ArrayLike, tolerance: ArrayLike) -> tuple[Floats, Floats]:
    """Validate target and tolerance, scalars or arrays."""
    centre, half = np.asarray(target, dtype=float), np.asarray(tolerance, dtype=float)
    if not np.all((centre > 0) & (centre < 1)):
        raise ValueError(f"target must lie in (0, 1), got {target!r}")
    most = np.minimum(centre, 1 - centre)
    if not np.all((half > 0) & (half <= most * (1 + ROUNDING))):
        raise ValueError(
            "tolerance must lie in (0, min(target, 1 - target)], "
            f"got {tolerance!r} with target {target!r}"
        )
    return centre, np.minimum(half, most)


def _plain(value: Floats) -> Any:
    """Give a float for a scalar, the array otherwise."""
    return float(value) if np.ndim(value) == 0 else value
