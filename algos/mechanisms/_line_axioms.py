"""A search for broken axioms of a mechanism that builds one facility on the line from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algos._arguments import checked_count, checked_real
from algos.mechanisms._check_truthful import check_truthful
from algos.mechanisms._truthful_agents import COMMUTERS
from algos.mechanisms._truthful_report import Finding, in_short

__all__ = ["AxiomWitness", "LineAxioms", "check_line_axioms", "share_excess"]

Reals = NDArray[np.float64]
AXIOMS = (
    "anonymous",
    "unanimous",
    "proportional",
    "individual_fair_share",
    "unanimous_fair_share",
    "proportionally_fair",
)


@dataclass(frozen=True)
class AxiomWitness:
    """Reports on which an axiom fails.

    Attributes
    ----------
    reports : tuple of float
        The reports.
    amount : float
        By how much it fails, as a distance.
    place : float
        Where the facility is built.
    group : tuple of int
        The people who are concerned; all of them where the axiom singles out nobody. For
        anonymity, the order in which they moved the facility.
    """

    reports: tuple[float, ...]
    amount: float
    place: float
    group: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class LineAxioms:
    """The worst failure of every axiom, or None.

    Attributes
    ----------
    strategyproof : Finding or None
        The most profitable lie.
    anonymous : AxiomWitness or None
        An order of the reports that moves the facility.
    unanimous : AxiomWitness or None
        All want one place, and it is built elsewhere.
    proportional : AxiomWitness or None
        k of n want 1 and the others 0, and it is not built at k/n.
    individual_fair_share : AxiomWitness or None
        Somebody is farther from it than 1 − 1/n.
    unanimous_fair_share : AxiomWitness or None
        s people at one place are farther from it than 1 − s/n.
    proportionally_fair : AxiomWitness or None
        Of s people within a distance r of each other, one is farther from it than 1 − s/n + r.
    profiles : int
        Reports that were tried.
    """

    strategyproof: Finding | None
    anonymous: AxiomWitness | None
    unanimous: AxiomWitness | None
    proportional: AxiomWitness | None
    individual_fair_share: AxiomWitness | None
    unanimous_fair_share: AxiomWitness | None
    proportionally_fair: AxiomWitness | None
    profiles: int

    def __str__(self) -> str:
        """Say of each axiom whether it was broken, and where most, in one line."""
        lines = [f"{self.profiles} profiles"]
        for axiom in ("strategyproof", *AXIOMS):
            witness: Finding | AxiomWitness | None = getattr(self, axiom)
            said = "nothing found"
            if isinstance(witness, Finding):
                said = (
                    f"agent {witness.agent} gains {witness.amount:.4g} by reporting "
                    f"{witness.report!r} at {in_short(witness.reports)}"
                )
            elif witness is not None:
                said = (
                    f"broken by {witness.amount:.4g} at {in_short(witness.reports)}, built at "
                    f"{witness.place:.4g}, group {in_short(witness.group)}"
                )
            lines.append(f"{axiom.replace('_', ' ')}: {said}")
        return "\n".join(lines)


def check_line_axioms(
    mechanism: Callable[..., Any],
    n: int,
    *,
    samples: int = 20,
    coins: int = 0,
    tolerance: float = 1e-9,
    rng: np.random.Generator | int | None = None,
) -> LineAxioms:
    """Search for reports on which a mechanism breaks an axiom.

    Parameters
    ----------
    mechanism : callable
        ``mechanism(reports)`` gives a place in [0, 1] for n reports in [0, 1];
        ``mechanism(reports, rng)`` where it tosses coins.
    n : int
        Number of people.
    samples : int, optional
        Random reports of each kind; everybody at 0 or 1 is always tried, for all counts.
    coins : int, optional
        Number of generators to fix for a mechanism that tosses coins; the axioms are then asked
        of every outcome of the coins, not on average.
    tolerance : float, optional
        Distances up to this are rounding.
    rng : Generator, int or None, optional
        Draws reports, permutations and coins.

    Returns
    -------
    LineAxioms
        The worst failures that were found.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be, or the mechanism builds outside [0, 1].

    Notes
    -----
    Proportional fairness implies unanimous fair share (r = 0), which implies the individual
    one (s = 1), unanimity and proportionality. Of s people within r of each other those at the
    ends are farthest, so windows of the sorted reports are all groups that need a look.

    References
    ----------
    H. Aziz, A. Lam, B. E. Lee, T. Walsh, "Strategyproof and proportionally fair facility
    location", arXiv:2111.01566, 2021.

    Examples
    --------
    >>> from algos.mechanisms import check_line_axioms, median, uniform_phantom
    >>> fair, quick = (check_line_axioms(m, 4, rng=0) for m in (uniform_phantom, median))
    >>> fair.proportionally_fair is None, quick.strategyproof is None
    (True, True)
    >>> quick.unanimous_fair_share.reports, quick.unanimous_fair_share.amount
    ((0.0, 0.0, 1.0, 1.0), 0.5)
    """
    n = checked_count("n", n)
    samples = checked_count("samples", samples, least=0)
    coins = checked_count("coins", coins, least=0)
    tolerance = checked_real("tolerance", tolerance, 0, 1, low_end=True)
    generator = np.random.default_rng(rng)
    seeds: list[int | None] = [int(seed) for seed in generator.integers(2**63, size=coins)]
    worst: dict[str, AxiomWitness] = {}
    profiles = list(_profiles(n, samples, generator))

    def build(reports: Reals, coin: int | None) -> float:
        """Run the mechanism."""
        rest = () if coin is None else (np.random.default_rng(coin),)
        place = float(mechanism(reports.copy(), *rest))
        if not 0 <= place <= 1:
            raise ValueError(f"mechanism must build in [0, 1], got {place} at {reports.tolist()}")
        return place

    def keep(axiom: str, amount: float, place: float, reports: Reals, group: Any = None) -> None:
        """Keep the worst failure."""
        if amount > tolerance and (axiom not in worst or amount > worst[axiom].amount):
            who = tuple(range(n)) if group is None else tuple(int(i) for i in group)
            worst[axiom] = AxiomWitness(tuple(reports.tolist()), float(amount), place, who)

    for reports in profiles:
        for coin in seeds or [None]:
            place = build(reports, coin)
            mixed = generator.permutation(n)
            keep("anonymous", abs(build(reports[mixed], coin) - place), place, reports, mixed)
            if np.ptp(reports) == 0:
                keep("unanimous", abs(place - reports[0]), place, reports)
            if np.isin(reports, (0, 1)).all():
                keep("proportional", abs(place - reports.mean()), place, reports)
            for axiom, same, most in (
                ("individual_fair_share", True, 1),
                ("unanimous_fair_share", True, n),
                ("proportionally_fair", False, n),
            ):
                excess, group = share_excess(reports, place, same=same, most=most)
                keep(axiom, excess, place, reports, group)
    lie = check_truthful(
        mechanism, profiles[:: 1 + len(profiles) // 20], agents=COMMUTERS, coins=coins,
        tolerance=tolerance, rng=generator,
    ).deviation  # fmt: skip
    return LineAxioms(
        strategyproof=lie, profiles=len(profiles), **{axiom: worst.get(axiom) for axiom in AXIOMS}
    )


def share_excess(
    reports: Reals, place: float, *, same: bool = False, most: int | None = None
) -> tuple[float, NDArray[np.intp]]:
    """Find the group whose distance is most above 1 − s/n + r, and by how much it is.

    Groups are windows of the sorted reports; of one place where `same`, of at most `most`.
    """
    order = np.argsort(reports, kind="stable")
    x, n = reports[order], len(reports)
    first, last = np.triu_indices(n)
    size, spread = last - first + 1, x[last] - x[first]
    farthest = np.maximum(np.abs(x[first] - place), np.abs(x[last] - place))
    excess = farthest - (1 - size / n + spread)
    allowed = (size <= (n if most is None else most)) & ((spread == 0) | (not same))
    worst = int(np.where(allowed, excess, -np.inf).argmax())
    return float(excess[worst]), order[first[worst] : last[worst] + 1]


def _profiles(n: int, samples: int, rng: np.random.Generator) -> Iterator[Reals]:
    """Give reports at the ends, at one place, at two or three, close together, anywhere."""
    for ones in range(n + 1):
        yield np.repeat([0.0, 1.0], [n - ones, ones])
    for place in (0.5, 1 / n, *rng.random(samples)):
        yield np.full(n, place)
    for _ in range(samples):
        yield rng.choice(rng.random(rng.integers(2, 4)), n)
        yield rng.integers(0, n + 1, n) / n
        near = np.clip(rng.random() + rng.uniform(-0.5, 0.5, n) / n, 0, 1)
        yield np.where(rng.random(n) < 0.3, rng.random(n), near)
        yield rng.random(n)
