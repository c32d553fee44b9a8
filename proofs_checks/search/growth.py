"""Checks of growth: how the flips of every method rise with n and with 1/tolerance."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from algos.search import CoinLine, noisy_binary_search, sharp_crossing_search
from algos.search import theorems as claims
from algos.theorem import Theorem
from proofs_checks.check import Measurement, Sizes, check
from proofs_checks.faults import Fault
from proofs_checks.search.instances import Algorithm, Search, flips


def _for_every_bit(algorithm: Algorithm) -> Fault:
    """Start the search afresh for every bit of the answer."""

    def restarted(flip: Any, n: int, **options: Any) -> Any:
        runs = [algorithm(flip, n, **options) for _ in range(n.bit_length())]
        return replace(runs[-1], samples=sum(run.samples for run in runs))

    return Fault("starts_afresh", "Starts the search afresh for every bit.", restarted)


def _each_flip_repeated(algorithm: Algorithm) -> Fault:
    """Take 1 / tolerance flips for one."""

    def repeated(flip: Any, n: int, *, tolerance: float, **options: Any) -> Any:
        times = math.ceil(1 / tolerance)
        run = algorithm(flip, n, tolerance=tolerance, **options)
        return replace(run, samples=run.samples * times)

    return Fault("flips_repeated", "Takes 1 / tolerance flips for one.", repeated)


def _growth_check(claim: Any, sizes: Sizes, fault: Fault, trials: int) -> Any:
    """Check the growth of a search's flips over a grid of searches."""

    @check(claim, on=sizes, faults=[fault], trials=trials)
    def grows(algorithm: Algorithm, search: Search, rng: np.random.Generator) -> Measurement:
        return flips(algorithm, search, rng)

    return grows


def _jump(n: int, tolerance: float) -> Search:
    low, high = 0.5 - tolerance, 0.5 + tolerance
    return Search(CoinLine.sharp(n, index=n // 3, low=low, high=high), 0.5, tolerance, 0.05)


def _trials(claim: Theorem) -> int:
    """Give more runs to the methods whose number of flips varies."""
    return 60 if claim.algorithm in (noisy_binary_search, sharp_crossing_search) else 4


SIZES_IN_N = Sizes("n", [_jump(10**k, 0.2) for k in (2, 3, 4, 6, 8, 10, 13)])
SIZES_IN_TOLERANCE = Sizes(
    "tolerance", [_jump(1000, e) for e in (0.3, 0.22, 0.16, 0.12, 0.09, 0.06)]
)

noisy_flips = _growth_check(claims.FLIPS, SIZES_IN_N, _for_every_bit(noisy_binary_search), 60)
growth_in_n = tuple(
    _growth_check(claim, SIZES_IN_N, _for_every_bit(claim.algorithm), _trials(claim))
    for claim in claims.GROWTH_IN_N
)
growth_in_tolerance = tuple(
    _growth_check(claim, SIZES_IN_TOLERANCE, _each_flip_repeated(claim.algorithm), _trials(claim))
    for claim in claims.GROWTH_IN_TOLERANCE
)
