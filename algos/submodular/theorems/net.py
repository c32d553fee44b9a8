"""What the greedy rules for f − c reach, against every set, and what bounds the optimum."""

from sympy import Rational, Symbol, exp, log

from algos.submodular import (
    cost_scaled_greedy,
    distorted_greedy,
    roi_greedy,
    stochastic_distorted_greedy,
    unconstrained_distorted_greedy,
)
from algos.theorem import InExpectation, Need, Surely, Theorem, Tightness, here

k = Symbol("k", integer=True, positive=True)
n = Symbol("n", integer=True, positive=True)
m = Symbol("m", integer=True, nonnegative=True)
beta = Symbol("beta", nonnegative=True)
ratio = Symbol("ratio", positive=True)
epsilon = Symbol("epsilon", positive=True)
value = Symbol("value", nonnegative=True)
cost = Symbol("cost", nonnegative=True)
optimum = Symbol("optimum", nonnegative=True)
RTOL = 1e-9
QUANTITY = "f(S) − c(S)"
PAGE = "submodular_net"
ANY_M = {"m": (0.0, float("inf"))}
WORTH = Need(optimum > 0, "some set is worth more than its cost")

NET_DISTORTED = Theorem(
    key="submodular/distorted-greedy/value",
    algorithm=distorted_greedy,
    quantity=QUANTITY,
    formula=(1 - (1 - 1 / k) ** m) * value - m / k * cost,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0 and costs that are not negative, f − c of the "
        "answer is at least (1 − (1 − 1/k)^m) f(T) − (m/k) c(T), for every set T of at most k "
        "elements and every integer m from 0 to k."
    ),
    source=here(PAGE, "Distorted greedy"),
    domain=ANY_M,
    rtol=RTOL,
    tightness=Tightness(0.999, "columns of a grid, dear"),
)

NET_DISTORTED_WEAK = Theorem(
    key="submodular/distorted-greedy/weakly-submodular",
    algorithm=distorted_greedy,
    quantity=QUANTITY,
    formula=(1 - (1 - ratio / k) ** m) * value - m / k * cost,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone, γ-weakly submodular f with f(∅) = 0 and costs that are not negative, "
        "f − c of the answer is at least (1 − (1 − γ/k)^m) f(T) − (m/k) c(T), for every set T of "
        "at most k elements and every integer m from 0 to k."
    ),
    source=here(PAGE, "Weak submodularity"),
    domain={**ANY_M, "ratio": (0.0, 1.0)},
    rtol=RTOL,
    tightness=Tightness(0.999, "weak columns, dear"),
)

NET_STOCHASTIC = Theorem(
    key="submodular/stochastic-distorted-greedy/value",
    algorithm=stochastic_distorted_greedy,
    quantity=QUANTITY,
    formula=(1 - epsilon) * ((1 - (1 - 1 / k) ** m) * value - m / k * cost),
    direction=">=",
    holds=InExpectation(spread=optimum),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0 and costs that are not negative, the mean of "
        "f − c of the answer is at least (1 − ε) ((1 − (1 − 1/k)^m) f(T) − (m/k) c(T)), for every "
        "set T of at most k elements and every integer m from 0 to k."
    ),
    source=here(PAGE, "Random samples"),
    needs=(WORTH,),
    domain={**ANY_M, "epsilon": (0.0, 1.0)},
    rtol=RTOL,
    tightness=Tightness(0.99, "columns, well drawn"),
)

NET_UNCONSTRAINED = Theorem(
    key="submodular/unconstrained-distorted-greedy/value",
    algorithm=unconstrained_distorted_greedy,
    quantity=QUANTITY,
    formula=(1 - (1 - 1 / n) ** m) * value - m / n * cost,
    direction=">=",
    holds=InExpectation(spread=optimum),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0 and costs that are not negative, the mean of "
        "f − c of the answer is at least (1 − (1 − 1/n)^m) f(T) − (m/n) c(T), for every set T and "
        "every integer m from 0 to n."
    ),
    source=here(PAGE, "One random element"),
    needs=(WORTH,),
    domain=ANY_M,
    rtol=RTOL,
    tightness=Tightness(0.9, "parts for free"),
)

NET_COST_SCALED = Theorem(
    key="submodular/cost-scaled-greedy/value",
    algorithm=cost_scaled_greedy,
    quantity=QUANTITY,
    formula=value * Rational(1, 2) - cost,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0 and costs that are not negative, f − c of the "
        "answer is at least f(T)/2 − c(T) for every set T of at most k elements."
    ),
    source=here(PAGE, "Cost-scaled greedy"),
    rtol=RTOL,
    tightness=Tightness(0.85, "parts for free"),
)

NET_ROI = Theorem(
    key="submodular/roi-greedy/value",
    algorithm=roi_greedy,
    quantity=QUANTITY,
    formula=(1 - exp(-beta)) * value - beta * cost,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0 and costs that are not negative, f − c of the "
        "answer is at least (1 − e^(−β)) f(T) − β c(T), for every set T and every β ≥ 0."
    ),
    source=here(PAGE, "Return on investment"),
    rtol=RTOL,
    tightness=Tightness(0.9, "falling returns"),
)

NET_ROI_BEST = Theorem(
    key="submodular/roi-greedy/closed-form",
    algorithm=roi_greedy,
    quantity=QUANTITY,
    formula=value - cost - cost * log(value / cost),
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0 and costs that are not negative, f − c of the "
        "answer is at least f(T) − c(T) − c(T) ln(f(T)/c(T)) for every set T with "
        "f(T) ≥ c(T) > 0."
    ),
    source=here(PAGE, "Return on investment"),
    needs=(
        Need(cost > 0, "T costs something"),
        Need(value >= cost, "T is worth its cost"),
    ),
    rtol=RTOL,
    tightness=Tightness(0.9, "falling returns"),
)

NET_CERTIFICATE = Theorem(
    key="submodular/distorted-greedy/upper-bound",
    algorithm=distorted_greedy,
    quantity="upper_bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone, γ-weakly submodular f with f(∅) = 0 and costs that are not negative, no "
        "set of at most k elements has a greater f − c than upper_bound."
    ),
    source=here(PAGE, "The certificate"),
    rtol=RTOL,
    tightness=Tightness(0.999, "apart and free"),
)

NET_SAMPLED_CERTIFICATE = Theorem(
    key="submodular/stochastic-distorted-greedy/upper-bound",
    algorithm=stochastic_distorted_greedy,
    quantity="upper_bound",
    formula=optimum,
    direction=">=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone submodular f with f(∅) = 0 and costs that are not negative, no set of at "
        "most k elements has a greater f − c than upper_bound, whatever was drawn."
    ),
    source=here(PAGE, "The certificate"),
    rtol=RTOL,
    tightness=Tightness(0.999, "apart and free"),
)
