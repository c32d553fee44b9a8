"""Checks of the bounds on the optimum of f − c."""

from __future__ import annotations

from typing import Any

import numpy as np

from algos.submodular import distorted_greedy, stochastic_distorted_greedy
from algos.submodular.theorems import net as claims
from proofs_checks.check import Instances, Measurement, check
from proofs_checks.faults import Fault, edited
from proofs_checks.submodular.instances import KINDS
from proofs_checks.submodular.priced import DISTORTED, SAMPLED, WEAK, Priced, priced

SELECT = "algos.submodular._net_selection"


def certificates(algorithm: Any) -> list[Fault]:
    """Break the upper bound at sets on the way, and at the last one."""
    on_the_way, last = "one.gains / ratio - costs[one.pool]", "gains / ratio - costs[left]"
    less = "(value - costs[chosen].sum(), "
    return [
        edited(
            algorithm,
            "first_forgotten",
            "Forgets the first of the others.",
            (on_the_way, f"({on_the_way})[1:]"),
            (last, f"({last})[1:]"),
            module=SELECT,
        ),
        edited(
            algorithm,
            "net_of_costs",
            "Takes the costs of S away.",
            ("(value, one", less + "one"),
            ("(value, gains", less + "gains"),
            module=SELECT,
        ),
    ]


FEWER = edited(
    distorted_greedy,
    "one_forgotten",
    "Counts one element too few.",
    ("ratio - costs[one.pool], k)", "ratio - costs[one.pool], k - 1)"),
    module=SELECT,
)


@check(
    claims.NET_CERTIFICATE,
    on=Instances(priced(kinds=(*KINDS, "power")), (*DISTORTED, *WEAK)),
    faults=[
        FEWER,
        *certificates(distorted_greedy),
        edited(
            distorted_greedy,
            "taken_for_submodular",
            "Takes marginals as if f were submodular.",
            ("one.gains / ratio", "one.gains"),
            ("gains / ratio - costs[left]", "gains - costs[left]"),
            module=SELECT,
        ),
    ],
)
def net_certificate(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the best set."""
    chosen = algorithm(*one.problem, one.k, ratio=one.submodularity)
    return Measurement(chosen.upper_bound, optimum=one.optimum)


@check(
    claims.NET_SAMPLED_CERTIFICATE,
    on=Instances(priced(), SAMPLED),
    faults=[
        *certificates(stochastic_distorted_greedy),
        edited(
            stochastic_distorted_greedy,
            "sample_alone",
            "Bounds by those alone that were drawn.",
            ("if pools is None:", "if True:"),
            module=SELECT,
        ),
    ],
)
def net_sampled_certificate(algorithm: Any, one: Priced, rng: np.random.Generator) -> Measurement:
    """Compare with the best set."""
    chosen = algorithm(*one.problem, one.k, epsilon=one.epsilon, rng=rng)
    return Measurement(chosen.upper_bound, optimum=one.optimum)
