"""Project and forget, and the problems on top of it: certificates and progress."""

from sympy import Eq, Rational, Symbol, sqrt

from algos.iterations import (
    correlation_clustering,
    metric_learning,
    metric_nearness,
    project_and_forget,
)
from algos.theorem import InExpectation, Need, Source, Surely, Theorem, Tightness

optimum = Symbol("optimum", positive=True)
upper_value = Symbol("upper_value", positive=True)
dual_value = Symbol("dual_value", positive=True)
rounding = Symbol("rounding", positive=True)
squared_norm = Symbol("squared_norm", positive=True)  # the greatest sum of a_ij^2 / w_j
squared_violations = Symbol("squared_violations", positive=True)
calls = Symbol("calls", integer=True, positive=True)
largest = Symbol("largest", positive=True)  # of the iterate and the result, in size
best_cost = Symbol("best_cost", positive=True)
fractional_cost = Symbol("fractional_cost", positive=True)
pair_weights = Symbol("pair_weights", positive=True)
squares = Symbol("squares")  # 1 for the weighted squares
signs = Symbol("signs")  # 1 where every similarity is +1 or -1

DOMAIN = {"optimum": (0.0, float("inf"))}


def _here(section: str) -> Source:
    """Point at a proof of this library."""
    return Source(
        authors="lemmata",
        title="proof of this library",
        year=2026,
        venue="docs/theory/project_and_forget.md",
        locator=section,
    )


AILON_CHARIKAR_NEWMAN = Source(
    authors="N. Ailon, M. Charikar, A. Newman",
    title="Aggregating inconsistent information: ranking and clustering",
    year=2008,
    venue="Journal of the ACM 55",
    locator="the analysis of LP-KwikCluster",
    url="https://doi.org/10.1145/1411509.1411513",
)

PF_DUAL = Theorem(
    key="iterations/project-and-forget/dual-value",
    algorithm=project_and_forget,
    quantity="dual value",
    formula=optimum,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="However a run ends, its dual value is at most the least divergence of a solution.",
    source=_here("The dual value"),
    rtol=1e-9,
    tightness=Tightness(1 - 1e-9, "one half-space"),
)

PF_DISTANCE = Theorem(
    key="iterations/project-and-forget/distance",
    algorithm=project_and_forget,
    quantity="divergence of the solution from the iterate",
    formula=upper_value - dual_value + rounding,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "However a run ends, the nearest solution x* has D(x*, x) at most the divergence of any "
        "solution, less the dual value: for the squares, |x* - x|^2 <= 2 gap in the weighted norm."
    ),
    source=_here("The distance to the solution"),
    tightness=Tightness(1 - 1e-9, "two faces, one visited"),
)

PF_PROGRESS = Theorem(
    key="iterations/project-and-forget/progress",
    algorithm=project_and_forget,
    quantity="dual value",
    formula=squared_violations / (2 * squared_norm),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "With the squares, every call of the oracle that reports a violation v raises the dual "
        "value by at least v^2 / (2 a^2), a^2 the greatest sum of a_ij^2 / w_j of a row."
    ),
    source=_here("Progress"),
    needs=(Need(Eq(squares, 1), "the divergence is the weighted squares"),),
    rtol=1e-9,
    tightness=Tightness(1 - 1e-9, "five faces, one a call"),
)

PF_VIOLATION = Theorem(
    key="iterations/project-and-forget/violation",
    algorithm=project_and_forget,
    quantity="least violation that the oracle has reported",
    formula=sqrt(2 * squared_norm * optimum / calls),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "With the squares, one of the first K calls of the oracle reports a violation of at most "
        "a sqrt(2 optimum / K), a^2 the greatest sum of a_ij^2 / w_j of a row."
    ),
    source=_here("Progress"),
    needs=(Need(Eq(squares, 1), "the divergence is the weighted squares"),),
    rtol=1e-9,
    tightness=Tightness(1 - 1e-9, "five faces, one a call"),
)

METRIC = Theorem(
    key="iterations/metric-nearness/metric",
    algorithm=metric_nearness,
    quantity="greatest violation of a triangle inequality",
    formula=Rational(1, 2**48) * largest,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "However a run ends, what it returns obeys every triangle inequality up to rounding: "
        "2^-48 of the greatest distance that occurs."
    ),
    source=_here("Metric nearness"),
)

METRIC_DISTANCE = Theorem(
    key="iterations/metric-nearness/distance",
    algorithm=metric_nearness,
    quantity="half the weighted squared distance to the nearest metric",
    formula=upper_value - dual_value + rounding,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "However a run ends, the metric it returns differs from the nearest one by at most "
        "sqrt(2 gap) in the weighted norm over the pairs."
    ),
    source=_here("Metric nearness"),
)

CLUSTERING_BOUND = Theorem(
    key="iterations/correlation-clustering/lower-bound",
    algorithm=correlation_clustering,
    quantity="lower bound",
    formula=best_cost + rounding,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="The lower bound is at most the cost of every clustering, however the run ends.",
    source=_here("Correlation clustering"),
    tightness=Tightness(0.999, "two triangles"),
)

CLUSTERING_ROUNDING = Theorem(
    key="iterations/correlation-clustering/rounding",
    algorithm=correlation_clustering,
    quantity="cost of one rounding",
    formula=Rational(5, 2) * fractional_cost,
    direction="<=",
    holds=InExpectation(pair_weights),
    constants="exact",
    statement=(
        "If every similarity is +1 or -1, a random rounding costs at most 2.5 times as much as "
        "the fractional solution on average."
    ),
    source=AILON_CHARIKAR_NEWMAN,
    needs=(Need(Eq(signs, 1), "every similarity is +1 or -1"),),
    rtol=1e-9,
)

LEARNING_DUAL = Theorem(
    key="iterations/metric-learning/dual-value",
    algorithm=metric_learning,
    quantity="dual value",
    formula=optimum,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="However a run ends, its dual value is at most the least divergence of a solution.",
    source=_here("Metric learning"),
    rtol=1e-9,
    tightness=Tightness(1 - 1e-9, "one pair"),
)
