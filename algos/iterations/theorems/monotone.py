"""Zeros of cocoercive and of Lipschitz monotone operators."""

from collections.abc import Callable
from math import sqrt as root

from sympy import Ge, sqrt

from algos.iterations import (
    ErgodicResult,
    eag,
    extragradient,
    feg,
    halpern_cocoercive,
    optimistic_gradient,
    past_extragradient,
    single_call_rate,
)
from algos.iterations.theorems.symbols import (
    DOMAIN,
    RTOL,
    counted,
    distance,
    lipschitz,
    step,
    steps,
)
from algos.theorem import Need, Source, Surely, Theorem, Tightness, here

MONOTONE = {**DOMAIN, "lipschitz": (0.0, float("inf"))}
LATER = Need(Ge(steps, 1), "at least one step was taken")

_single_call_rate = counted("single_call_rate", single_call_rate)

COCOERCIVE = Theorem(
    key="iterations/halpern-cocoercive/residual",
    algorithm=halpern_cocoercive,
    quantity="‖F(x)‖",
    formula=2 * lipschitz * distance / (lipschitz * step * steps + 2),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For every 1/L-cocoercive operator and every step in (0, 2/L], with c = 2 / (L step), "
        "‖F(x_k)‖ is at most c L R / (k + c)."
    ),
    source=here("iterations", "Any step"),
    domain=MONOTONE,
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "a Huber function, half the step"),
)

FAST = Theorem(
    key="iterations/feg/residual",
    algorithm=feg,
    quantity="‖F(x)‖",
    formula=2 * lipschitz * distance / steps,
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For every monotone L-Lipschitz operator with a zero at distance R from x0, ‖F(x_k)‖ is "
        "at most 2 L R / k after k ≥ 1 steps."
    ),
    source=Source(
        authors="S. Lee, D. Kim",
        title="Fast extra gradient methods for smooth structured nonconvex-nonconcave "
        "minimax problems",
        year=2021,
        venue="NeurIPS 2021",
        locator="theorem 4.1, ρ = 0",
        url="https://arxiv.org/abs/2106.02326",
    ),
    needs=(LATER,),
    domain={**MONOTONE, "steps": (1.0, 2.0**53)},
    rtol=RTOL,
    tightness=Tightness(1 - 1e-9, "a bilinear saddle, six steps"),
)

ANCHORED = Theorem(
    key="iterations/eag/residual",
    algorithm=eag,
    quantity="‖F(x)‖",
    formula=lipschitz * distance * sqrt(27 / ((steps + 1) * (steps + 2))),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For every monotone L-Lipschitz operator with a zero at distance R from x0, ‖F(x_k)‖² is "
        "at most 27 L² R² / ((k + 1) (k + 2))."
    ),
    source=Source(
        authors="T. Yoon, E. Ryu",
        title="Accelerated algorithms for smooth convex-concave minimax problems with O(1/k²) "
        "rate on squared gradient norm",
        year=2021,
        venue="ICML 2021",
        locator="theorem 2",
        url="https://arxiv.org/abs/2102.07922",
    ),
    domain=MONOTONE,
    rtol=RTOL,
    tightness=Tightness(0.3, "a bilinear saddle, 40 steps"),
)

EXTRAGRADIENT = Theorem(
    key="iterations/extragradient/residual",
    algorithm=extragradient,
    quantity="‖F(x)‖",
    formula=distance / (step * sqrt((1 - (step * lipschitz) ** 2) * (steps + 1))),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Without a constraint and with a step γ < 1/L, ‖F(x_K)‖² is at most "
        "R² / (γ² (1 − γ² L²) (K + 1))."
    ),
    source=Source(
        authors="E. Gorbunov, N. Loizou, G. Gidel",
        title="Extragradient method: O(1/K) last-iterate convergence for monotone variational "
        "inequalities and connections with cocoercivity",
        year=2022,
        venue="AISTATS 2022",
        locator="theorem 3.3",
        url="https://arxiv.org/abs/2110.04261",
    ),
    needs=(Need(step * lipschitz < 1, "the step is below 1/L"),),
    domain=MONOTONE,
    rtol=RTOL,
)

GAP = Theorem(
    key="iterations/extragradient/gap",
    algorithm=extragradient,
    quantity="⟨F(u), mean − u⟩",
    formula=distance**2 / (2 * step * steps),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For every feasible u at the given distance from x0 and steps of at most 1 / L, the mean "
        "of the K points at which the steps took the operator has ⟨F(u), mean − u⟩ at most "
        "distance² / (2 step K)."
    ),
    source=Source(
        authors="A. Nemirovski",
        title="Prox-method with rate of convergence O(1/t) for variational inequalities",
        year=2004,
        venue="SIAM Journal on Optimization 15",
        locator="theorem 3.2, Euclidean",
        url="https://doi.org/10.1137/S1052623403425629",
    ),
    needs=(LATER, Need(step * lipschitz <= 1, "the step is at most 1 / L")),
    domain={**MONOTONE, "steps": (1.0, 2.0**53)},
    rtol=RTOL,
    tightness=Tightness(0.6, "one number"),
)

PAST = Theorem(
    key="iterations/past-extragradient/residual",
    algorithm=past_extragradient,
    quantity="‖F(y)‖",
    formula=lipschitz * distance * _single_call_rate(steps, step * lipschitz),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Without a constraint and with a step of at most √2 / (3 L), ‖F(y_K)‖ is at most "
        "single_call_rate(K, step L) L R; the optimistic and the reflected gradient method "
        "take the same points."
    ),
    source=here("iterations", "One call a step"),
    needs=(Need(step * lipschitz <= root(2) / 3 * (1 + 1e-12), "the step is at most √2 / (3 L)"),),
    domain=MONOTONE,
    rtol=RTOL,
)


def _single_call_gap(name: str, algorithm: Callable[..., ErgodicResult]) -> Theorem:
    """Claim the mean's gap for one of the two methods."""
    return Theorem(
        key=f"iterations/{name}/gap",
        algorithm=algorithm,
        quantity="⟨F(u), mean − u⟩",
        formula=distance**2 / (2 * step * steps),
        direction="<=",
        holds=Surely(),
        constants="exact",
        statement=(
            "For every feasible u at the given distance from x0 and steps of at most 1 / (2 L), "
            "the mean of the K points after x0 at which the operator was taken has "
            "⟨F(u), mean − u⟩ at most distance² / (2 step K)."
        ),
        source=here("iterations", "One call a step, constrained"),
        needs=(LATER, Need(step * lipschitz <= 0.5, "the step is at most 1 / (2 L)")),
        domain={**MONOTONE, "steps": (1.0, 2.0**53)},
        rtol=RTOL,
        tightness=Tightness(0.6, "one number"),
    )


PAST_GAP = _single_call_gap("past-extragradient", past_extragradient)
OPTIMISTIC_GAP = _single_call_gap("optimistic-gradient", optimistic_gradient)

BEST = Theorem(
    key="iterations/extragradient/best-residual",
    algorithm=extragradient,
    quantity="‖x − Π(x − γ F(x))‖ / γ",
    formula=distance / (step * sqrt((1 - (step * lipschitz) ** 2) * (steps + 1))),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "Over a convex set and with a step γ < 1/L, the smallest of the first K + 1 residuals, "
        "squared, is at most R² / (γ² (1 − γ² L²) (K + 1))."
    ),
    source=here("iterations", "Extragradient over a convex set"),
    needs=(Need(step * lipschitz < 1, "the step is below 1/L"),),
    domain=MONOTONE,
    rtol=RTOL,
)
