"""Experiments and benchmark pairs of the family `search`."""

from experiments.search.baselines import BASELINES, RAMP, SHARP
from experiments.search.bisection import FLAKY, ROBUST
from experiments.search.pairs import FLIPS, GIT, NOISY_TIME, SHARP_TIME, TIMES
from experiments.search.tumours import TUMOURS

__all__ = [
    "BASELINES",
    "FLAKY",
    "FLIPS",
    "GIT",
    "NOISY_TIME",
    "RAMP",
    "ROBUST",
    "SHARP",
    "SHARP_TIME",
    "TIMES",
    "TUMOURS",
]
