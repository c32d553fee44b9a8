"""What one pass, merged streams and parts worked on at once reach."""

from sympy import Gt, Max, Symbol, ceiling, log

from algos.submodular import KnapsackStreaming, SieveStreaming, distributed_greedy
from algos.theorem import InExpectation, Need, Source, Surely, Theorem, Tightness, here

k = Symbol("k", integer=True, positive=True)
parts = Symbol("parts", integer=True, positive=True)
epsilon = Symbol("epsilon", positive=True)
optimum = Symbol("optimum", nonnegative=True)
upper = Symbol("upper", nonnegative=True)
PAGE = "submodular_streaming"
RTOL = 1e-9
MONOTONE = "For a monotone submodular f with f(∅) = 0, "
SMALL = {"epsilon": (0.0, 1.0)}

SIEVE_VALUE = Theorem(
    key="submodular/sieve-streaming/value",
    algorithm=SieveStreaming,
    quantity="f(S)",
    formula=optimum / (2 + epsilon),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        MONOTONE + "sieves whose guesses have the ratio 1 + ε reach 1/(2 + ε) of the best of k "
        "elements of the stream, in any order."
    ),
    source=here(PAGE, "One stream"),
    domain=SMALL,
    rtol=RTOL,
)

SIEVE_GAP = Theorem(
    key="submodular/sieve-streaming/gap",
    algorithm=SieveStreaming,
    quantity="f(S)",
    formula=upper / (2 + epsilon),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=MONOTONE + "the sieves' upper bound is at most 2 + ε times their value.",
    source=here(PAGE, "One stream"),
    domain=SMALL,
    rtol=RTOL,
)

SIEVE_BOUND = Theorem(
    key="submodular/sieve-streaming/upper-bound",
    algorithm=SieveStreaming,
    quantity="upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        MONOTONE + "no k elements of the stream, or of all merged streams, have a value above the "
        "upper bound of the sieves."
    ),
    source=here(PAGE, "Merged streams"),
    domain=SMALL,
    rtol=RTOL,
    tightness=Tightness(0.99, "a needle"),
)

SIEVE_MERGED = Theorem(
    key="submodular/sieve-streaming/merged",
    algorithm=SieveStreaming,
    quantity="f(S)",
    formula=optimum / (1 + parts * (1 + epsilon)),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        MONOTONE + "the merged sieves of p streams reach 1/(1 + p (1 + ε)) of the best of k "
        "elements of all streams, merged in any order."
    ),
    source=here(PAGE, "Merged streams"),
    domain=SMALL,
    rtol=RTOL,
)

SIEVE_HELD = Theorem(
    key="submodular/sieve-streaming/held",
    algorithm=SieveStreaming,
    quantity="elements held",
    formula=k * (ceiling(log(2 * k) / log(1 + epsilon)) + 1) + 1,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement="Sieves hold O(k log(k)/ε) elements of a stream of any length.",
    source=here(PAGE, "One stream"),
    domain=SMALL,
)

KNAPSACK_STREAM_VALUE = Theorem(
    key="submodular/knapsack-streaming/value",
    algorithm=KnapsackStreaming,
    quantity="f(S), or 0 beyond the budget",
    formula=optimum / (3 + 2 * epsilon),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        MONOTONE + "sieves whose least ratios of marginal and cost grow by 1 + ε, or the best "
        "single element, reach 1/(3 + 2ε) of the best set of the stream within the budget, in any "
        "order."
    ),
    source=here(PAGE, "Streams and a budget"),
    domain=SMALL,
    rtol=RTOL,
)

KNAPSACK_STREAM_GAP = Theorem(
    key="submodular/knapsack-streaming/gap",
    algorithm=KnapsackStreaming,
    quantity="f(S), or 0 beyond the budget",
    formula=upper / (3 + 2 * epsilon),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=MONOTONE + "the sieves' upper bound is at most 3 + 2ε times their value.",
    source=here(PAGE, "Streams and a budget"),
    domain=SMALL,
    rtol=RTOL,
)

KNAPSACK_STREAM_BOUND = Theorem(
    key="submodular/knapsack-streaming/upper-bound",
    algorithm=KnapsackStreaming,
    quantity="upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        MONOTONE + "no set of the stream within the budget has a value above the upper bound of "
        "the sieves."
    ),
    source=here(PAGE, "Streams and a budget"),
    domain=SMALL,
    rtol=RTOL,
)

DISTRIBUTED_VALUE = Theorem(
    key="submodular/distributed-greedy/value",
    algorithm=distributed_greedy,
    quantity="f(S)",
    formula=Max((1 - (1 - 1 / k) ** k) / parts, 1 / k) * optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        MONOTONE + "greedy on m parts and on what they chose has at least a fraction of "
        "max((1 − (1 − 1/k)^k)/m, 1/k) of the greatest value of k elements, whatever the parts are."
    ),
    source=here(PAGE, "Any parts"),
    rtol=RTOL,
)

DISTRIBUTED_MEAN = Theorem(
    key="submodular/distributed-greedy/mean",
    algorithm=distributed_greedy,
    quantity="f(S)",
    formula=(1 - (1 - 1 / k) ** k) / 2 * optimum,
    direction=">=",
    holds=InExpectation(optimum),
    constants="exact",
    statement=(
        MONOTONE + "greedy on random parts and on what they chose has in the mean at least "
        "(1 − (1 − 1/k)^k)/2 ≥ (1 − 1/e)/2 of the greatest value of k elements."
    ),
    source=Source(
        authors="R. Barbosa, A. Ene, H. Nguyen, J. Ward",
        title="The power of randomization: distributed submodular maximization on massive datasets",
        year=2015,
        venue="ICML",
        locator="RandGreeDI; proof in docs/theory/submodular_streaming.md",
        url="https://arxiv.org/abs/1502.02606",
    ),
    needs=(Need(Gt(optimum, 0), "some set has a value above 0"),),
    rtol=RTOL,
)

DISTRIBUTED_BOUND = Theorem(
    key="submodular/distributed-greedy/upper-bound",
    algorithm=distributed_greedy,
    quantity="upper bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=MONOTONE + "no k elements have a value above the upper bound of the run.",
    source=here(PAGE, "Any parts"),
    rtol=RTOL,
    tightness=Tightness(0.99, "scattered"),
)
