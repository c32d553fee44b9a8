"""Causal convolution with fixed coefficients, inputs arriving in chunks of any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from accel.toeplitz import convolve
from algos.privacy._mechanism import Reals

__all__ = ["OnlineConvolution", "Past"]

#: Steps of a block, convolved directly; a power of two.
BLOCK = 128
#: Unit of rounding, and what one level of a fast Fourier transform adds to the relative error of
#: a term: for a sum, a complex product and a root of unity 1 + √5 + 1 units, and spare.
UNIT = 2.0**-53
LEVEL = 6 * UNIT


@dataclass(frozen=True, eq=False)
class Past:
    """What has been seen, and what follows from it for outputs to come.

    Attributes
    ----------
    step : int
        Inputs so far.
    inputs : ndarray, shape (dimension, at least step)
        The inputs; columns from ``step`` on hold nothing.
    ahead : tuple of ndarray, shape (dimension, BLOCK · 2^i) each
        What the last complete run of 2^i blocks adds to the run after it.
    now : ndarray, shape (dimension, BLOCK)
        What all complete blocks add to the present one.
    """

    step: int
    inputs: Reals
    ahead: tuple[Reals, ...]
    now: Reals


class OnlineConvolution:
    """Outputs y_t = Σ_s c_(t−s) x_s, each as soon as its input is there.

    Block m begins: with 2^i the lowest digit of m, the last 2^i blocks are transformed, and what
    they add to the 2^i blocks from m on is kept.  So every input meets every later output once, and
    what is computed depends on no chunk.

    Parameters
    ----------
    coefficients : ndarray, shape (horizon,)
        The c_k.
    """

    def __init__(self, coefficients: Reals) -> None:
        self.coefficients = coefficients
        self._transforms: dict[int, NDArray[np.complex128]] = {}

    def begin(self, inputs: Reals) -> Past:
        """Stand after inputs of shape (dimension, steps)."""
        block = inputs.shape[1] // BLOCK
        ahead = [np.zeros((len(inputs), 0)) for _ in range(block.bit_length())]
        for level in _digits(block):
            ahead[level] = self._added(inputs, block >> level << level, level)
        return Past(inputs.shape[1], inputs, tuple(ahead), _now(ahead, block, len(inputs)))

    def follow(self, past: Past, fresh: Reals) -> tuple[Reals, Past]:
        """Take inputs of shape (steps, dimension); give the outputs, and the new past.

        The old past stays good: inputs are written behind its own alone.
        """
        step, end = past.step, past.step + len(fresh)
        inputs = _room(past.inputs, step, end, len(self.coefficients))
        inputs[:, step:end] = fresh.T
        outputs = np.empty((len(inputs), len(fresh)))
        ahead, now = list(past.ahead), past.now
        while step < end:
            block, place = divmod(step, BLOCK)
            if block and not place:
                level = _digits(block)[0]
                ahead[level:] = [self._added(inputs, block, level), *ahead[level + 1 :]]
                now = _now(ahead, block, len(inputs))
            stop = min(end, (block + 1) * BLOCK)
            part = now[:, place : place + stop - step].copy()
            recent = np.ascontiguousarray(inputs[:, block * BLOCK : stop])
            convolve(recent, self.coefficients[:BLOCK], place, part)
            outputs[:, step - past.step : stop - past.step] = part
            step = stop
        return outputs.T, Past(end, inputs, tuple(ahead), now)

    def kept(self, past: Past) -> Reals:
        """Give the inputs so far."""
        return past.inputs[:, : past.step]

    def _added(self, inputs: Reals, block: int, level: int) -> Reals:
        """Compute what the last 2^level blocks before one add to as many from it on."""
        length, middle = BLOCK << level, BLOCK * block
        if level not in self._transforms:
            self._transforms[level] = fft.rfft(self.coefficients[: 2 * length], 2 * length)
        waves = fft.rfft(inputs[:, middle - length : middle], 2 * length)
        waves *= self._transforms[level]
        return fft.irfft(waves, 2 * length, overwrite_x=True)[:, length:].copy()

    def rounding(self, magnitude: float) -> float:
        """Bound the error of every output for inputs of at most some magnitude."""
        size, total = np.linalg.norm(self.coefficients), np.abs(self.coefficients).sum()
        levels = max(0, (len(self.coefficients) - 1) // BLOCK).bit_length()
        error = 0.0
        for level in range(levels):
            length = BLOCK << level
            transforms = 3 * (length.bit_length()) * np.sqrt(2) * LEVEL + 3 * UNIT
            error += 1.01 * transforms * np.sqrt(length) * size
        return float(magnitude * (error + (BLOCK + levels + 1) * 1.01 * UNIT * (total + error)))


def _digits(number: int) -> list[int]:
    """Give the places of the binary digits 1, from the lowest."""
    return [place for place in range(number.bit_length()) if number >> place & 1]


def _now(ahead: list[Reals], block: int, dimension: int) -> Reals:
    """Sum what the complete blocks add to one."""
    now = np.zeros((dimension, BLOCK))
    for level in _digits(block):
        place = (block & ((1 << level) - 1)) * BLOCK
        now += ahead[level][:, place : place + BLOCK]
    return now


def _room(inputs: Reals, step: int, end: int, most: int) -> Reals:
    """Make room for inputs, twice as much as needed, and no more than there will be."""
    if end <= inputs.shape[1]:
        return inputs
    larger = np.empty((len(inputs), min(2 * end, most)))
    larger[:, :step] = inputs[:, :step]
    return larger
