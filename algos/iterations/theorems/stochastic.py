"""Stochastic and finite-sum Halpern iterations, separated learning rates."""

import numpy as np
from sympy import Ge, Rational, Symbol, log, sqrt
from sympy.utilities.lambdify import implemented_function

from algos.iterations import (
    optimistic_gradient_separated,
    separated_rates_bound,
    stochastic_extragradient_halpern,
    stochastic_halpern,
    variance_reduced_halpern,
    variance_reduced_proximal_halpern,
)
from algos.iterations.theorems.symbols import DOMAIN, RTOL, distance, lipschitz, steps
from algos.theorem import InExpectation, Need, Source, Surely, Theorem, Tightness, here

epsilon = Symbol("epsilon", positive=True)
n = Symbol("n", integer=True, positive=True)
tolerance = Symbol("tolerance", positive=True)
multiplicative = Symbol("multiplicative", nonnegative=True)
additive = Symbol("additive", nonnegative=True)
cut = Symbol("cut", positive=True)  # CUT times the bound
LATER = {**DOMAIN, "steps": (1.0, 2.0**53)}
ONE_STEP = Need(Ge(steps, 1), "at least one step was taken")

#: The measured mean is that of a quantity cut off at this multiple of its bound; cutting
#: off only lowers a mean, and gives it the sure range that its test needs.
CUT = 4

_separated = implemented_function(
    "separated_rates_bound",
    np.vectorize(lambda count, *values: separated_rates_bound(int(count), *values), otypes=[float]),
)

CAI_2022 = Source(
    authors="X. Cai, C. Song, C. Guzmán, J. Diakonikolas",
    title="Stochastic Halpern iteration with variance reduction for stochastic monotone inclusions",
    year=2022,
    venue="NeurIPS 2022",
    locator="cocoercive case, as published",
    url="https://arxiv.org/abs/2203.09436",
)
CAI_2022_LIPSCHITZ = Source(
    authors=CAI_2022.authors,
    title=CAI_2022.title,
    year=2022,
    venue=CAI_2022.venue,
    locator="Lipschitz monotone case, as published",
    url=CAI_2022.url,
)
CAI_2024 = Source(
    authors="X. Cai, A. Alacaoglu, J. Diakonikolas",
    title="Variance reduced Halpern iteration for finite-sum monotone inclusions",
    year=2024,
    venue="ICLR 2024",
    locator="cocoercive case; the constants are not confirmed from the text",
    url="https://arxiv.org/abs/2310.02987",
)

ESTIMATE = Theorem(
    key="iterations/stochastic-halpern/estimate",
    algorithm=stochastic_halpern,
    quantity="‖F̃ − F(u)‖², cut off",
    formula=epsilon**2 / steps,
    direction="<=",
    holds=InExpectation(cut),
    constants="exact",
    statement=(
        "After k ≥ 1 steps the mean squared error of the estimate is at most epsilon² / k; the "
        "test cuts it off at four times that."
    ),
    source=CAI_2022,
    needs=(ONE_STEP,),
    domain=LATER,
    tightness=Tightness(0.25, "a drift, many steps"),
)

PUBLISHED = Theorem(
    key="iterations/stochastic-halpern/published",
    algorithm=stochastic_halpern,
    quantity="‖F(u)‖, cut off",
    formula=76 * lipschitz * distance / steps + 4 * sqrt(Rational(2, 3)) * epsilon,
    direction="<=",
    holds=InExpectation(cut),
    constants="exact",
    statement=(
        "For an operator that is 1/L-cocoercive, and L-Lipschitz on average over its samples, the "
        "mean of ‖F(u_k)‖ is at most 76 L R / k + 4 √(2/3) epsilon."
    ),
    source=CAI_2022,
    needs=(ONE_STEP,),
    domain=LATER,
)

RESIDUAL = Theorem(
    key="iterations/stochastic-halpern/residual",
    algorithm=stochastic_halpern,
    quantity="‖F(u)‖, cut off",
    formula=2 * lipschitz * distance / (steps + 2)
    + Rational(2, 3) * sqrt(steps) * (steps + 3) / (steps + 1) * epsilon,
    direction="<=",
    holds=InExpectation(cut),
    constants="exact",
    statement=(
        "Under the same assumptions the mean of ‖F(u_k)‖ is at most "
        "2 L R / (k + 2) + (2/3) √k (k + 3) / (k + 1) epsilon."
    ),
    source=here("stochastic_halpern", "A bound without 76"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.99, "a Huber function without noise"),
)

SAMPLES = Theorem(
    key="iterations/stochastic-halpern/samples",
    algorithm=stochastic_halpern,
    quantity="samples",
    formula=epsilon**-3,
    direction="<=",
    holds=Surely(),
    constants="unspecified",
    statement=(
        "The L R / epsilon steps that bring the mean of ‖F‖ to the order of epsilon take "
        "O(epsilon⁻³) samples on average."
    ),
    source=CAI_2022,
)

EXACT = Theorem(
    key="iterations/stochastic-extragradient-halpern/residual",
    algorithm=stochastic_extragradient_halpern,
    quantity="‖F(u)‖",
    formula=lipschitz * distance * sqrt(440 / ((steps + 1) * (steps + 2))),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone L-Lipschitz operator that is seen without noise ‖F(u_k)‖² is at most "
        "440 L² R² / ((k + 1) (k + 2)); noise adds O(epsilon²) to its mean, with constants that "
        "are not claimed here."
    ),
    source=CAI_2022_LIPSCHITZ,
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.3, "a slow turn"),
)

EXTRAGRADIENT_SAMPLES = Theorem(
    key="iterations/stochastic-extragradient-halpern/samples",
    algorithm=stochastic_extragradient_halpern,
    quantity="samples",
    formula=epsilon**-3,
    direction="<=",
    holds=Surely(),
    constants="unspecified",
    statement="As for stochastic_halpern: O(epsilon⁻³) samples over L R / epsilon steps.",
    source=CAI_2022_LIPSCHITZ,
)

FINITE_SUM = Theorem(
    key="iterations/variance-reduced-halpern/residual",
    algorithm=variance_reduced_halpern,
    quantity="‖F(u) + g‖, cut off",
    formula=16 * lipschitz * distance / (steps + 4),
    direction="<=",
    holds=InExpectation(cut),
    constants="exact",
    statement=(
        "For a finite sum that is 1/L-cocoercive on average, with or without a set-valued part, "
        "the mean of ‖F(u_k) + g_k‖ is at most 16 L R / (k + 4)."
    ),
    source=CAI_2024,
    needs=(ONE_STEP,),
    domain=LATER,
    rtol=RTOL,
    tightness=Tightness(0.3, "one component"),
)

_calls = (n + sqrt(n) * lipschitz * distance / tolerance) * log(n)
EVALUATIONS = Theorem(
    key="iterations/variance-reduced-halpern/evaluations",
    algorithm=variance_reduced_halpern,
    quantity="evaluations of components",
    formula=_calls,
    direction="<=",
    holds=Surely(),
    constants="unspecified",
    statement=(
        "A residual of at most the tolerance takes O((n + √n L R / tolerance) log n) evaluations "
        "of components on average."
    ),
    source=CAI_2024,
)

PROXIMAL_SUM = Theorem(
    key="iterations/variance-reduced-proximal-halpern/residual",
    algorithm=variance_reduced_proximal_halpern,
    quantity="‖F(w) + g‖",
    formula=lipschitz
    * distance
    / sqrt(n)
    * (Rational(11, 10) / (steps + 1) + Rational(1, 10) / ((steps + 1) ** 2 * (steps + 2))),
    direction="<=",
    holds=Surely(),
    constants="exact",
    statement=(
        "For a monotone finite sum, in exact arithmetic, ‖F(w_k) + g_k‖ is at most "
        "L R / √n · (11/10 / (k + 1) + 1/10 / ((k + 1)² (k + 2))) in every run."
    ),
    source=here("stochastic_halpern", "Inexact resolvents"),
    domain=DOMAIN,
    rtol=RTOL,
    tightness=Tightness(0.7, "a fast turn"),
)

PROXIMAL_EVALUATIONS = Theorem(
    key="iterations/variance-reduced-proximal-halpern/evaluations",
    algorithm=variance_reduced_proximal_halpern,
    quantity="evaluations of components",
    formula=_calls,
    direction="<=",
    holds=Surely(),
    constants="unspecified",
    statement=(
        "With the published inner method a residual of at most the tolerance takes "
        "O((n + √n L R / tolerance) log n) evaluations up to further logarithms; ours is "
        "claimed to grow no faster, from measurements alone."
    ),
    source=CAI_2024,
)

SEPARATED = Theorem(
    key="iterations/separated-rates/residual",
    algorithm=optimistic_gradient_separated,
    quantity="‖F(drawn)‖², cut off",
    formula=_separated(steps, lipschitz, distance, multiplicative, additive),
    direction="<=",
    holds=InExpectation(cut),
    constants="exact",
    statement=(
        "For a monotone L-Lipschitz operator whose samples have a mean squared error of at most "
        "multiplicative ‖F(x)‖² + additive, the mean of ‖F‖² at the drawn point is at most "
        "separated_rates_bound: O(1/T) without additive noise, O(log T / T^(1/4)) with it."
    ),
    source=here("stochastic_halpern", "Separated rates"),
    needs=(ONE_STEP,),
    domain=LATER,
    rtol=RTOL,
)
