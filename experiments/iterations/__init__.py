"""Benchmarks and experiments of the family `iterations`."""

from experiments.iterations.dissimilarities import DISSIMILARITIES
from experiments.iterations.fixed_point_pairs import LARGE, STEPS, TEXTBOOK
from experiments.iterations.lp_pairs import AGAINST_EXACT, AGAINST_PDLP, REFLECTION
from experiments.iterations.metric_pairs import METRICS
from experiments.iterations.sinkhorn_pairs import SINKHORN
from experiments.iterations.stochastic import SADDLES, SQUARES

__all__ = [
    "AGAINST_EXACT",
    "AGAINST_PDLP",
    "DISSIMILARITIES",
    "LARGE",
    "METRICS",
    "REFLECTION",
    "SADDLES",
    "SINKHORN",
    "SQUARES",
    "STEPS",
    "TEXTBOOK",
]
