"""Benchmarks and experiments of the family `iterations`."""

from experiments.iterations.fixed_point_pairs import LARGE, STEPS, TEXTBOOK
from experiments.iterations.lp_pairs import AGAINST_EXACT, AGAINST_PDLP, REFLECTION

__all__ = ["AGAINST_EXACT", "AGAINST_PDLP", "LARGE", "REFLECTION", "STEPS", "TEXTBOOK"]
