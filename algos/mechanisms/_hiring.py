"""Hiring somebody to find something out: the cheapest payments for work and honest reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

from algos._arguments import checked_array, checked_real
from algos.mechanisms._persuasion import checked_prior

__all__ = ["HiringContract", "best_contract"]

Reals = NDArray[np.float64]
ACCURACY = 1e-6  # of an effort's cost
UNBOUNDED = 1e20  # to the linear program's solver


@dataclass(frozen=True, eq=False)
class HiringContract:
    """Payments for reports, and what they lead to.

    Attributes
    ----------
    effort : int
        The effort that the agent takes.
    payments : ndarray, shape (signals, states)
        What a report is paid, by the state that shows afterwards.
    expected_payment : float
        On average, for that effort and honest reports.
    profit : float
        The principal's expected utility less the expected payment.
    profits : ndarray, shape (efforts,)
        The same for each effort, paid as little as it takes; −inf for one that no payments in
        range bring about.
    """

    effort: int
    payments: Reals
    expected_payment: float
    profit: float
    profits: Reals


def best_contract(
    prior: ArrayLike,
    likelihoods: ArrayLike,
    costs: ArrayLike,
    utilities: ArrayLike,
    *,
    most: float = 1.0,
) -> HiringContract:
    """Find the payments that leave a principal the greatest profit.

    Parameters
    ----------
    prior : array_like, shape (states,)
        Probabilities of the states.
    likelihoods : array_like, shape (efforts, states, signals)
        Probability of each signal, by effort and state.
    costs : array_like, shape (efforts,)
        What each effort costs the agent; at least 0, and 0 for one of them.
    utilities : array_like, shape (states, actions)
        The principal's utility.
    most : float, optional
        No payment is greater, none is negative.

    Returns
    -------
    HiringContract
        Payments, effort and profit.

    Raises
    ------
    TypeError, ValueError
        An argument is not what it must be; signals tell efforts apart by too little for floats.

    Notes
    -----
    The agent takes an effort that nobody sees, sees a signal, reports one; the principal acts as
    is best for the report; the state shows and the payment is made. Payments are such
    that no other effort, with whatever reports, is better for the agent than the one that is
    wanted with honest reports: a proper scoring rule. Ties go to the principal. A linear program
    for each effort that costs something, with signals · (states + efforts) variables and
    efforts · (signals² + 1) inequalities; payments may fall short of what makes the effort best
    by 1e-6 of its cost, and probabilities closer than 1e-8 may count as equal.

    References
    ----------
    S. Chen, J. Wu, Y. Wu, Z. Yang, "Learning to incentivize information acquisition: proper
    scoring rules meet principal-agent model", ICML 2023.

    Examples
    --------
    Work shows the state with probability 3/4, idleness shows nothing; a right guess is worth 4.

    >>> import numpy as np
    >>> from algos.mechanisms import best_contract
    >>> work, idle = [[0.75, 0.25], [0.25, 0.75]], [[0.5, 0.5], [0.5, 0.5]]
    >>> hired = best_contract([0.5, 0.5], [idle, work], [0, 0.1], 4 * np.eye(2))
    >>> hired.effort, round(hired.expected_payment, 6), round(hired.profit, 6)
    (1, 0.3, 2.7)
    """
    chances = checked_prior("prior", prior)
    states = len(chances)
    shown = checked_array("likelihoods", likelihoods, shape=(None, states, None))
    if (shown < 0).any() or np.abs(shown.sum(axis=2) - 1).max() > 1e-9:
        raise ValueError("likelihoods must be at least 0 and sum to 1 over the signals")
    costs = checked_array("costs", costs, shape=(len(shown),))
    if costs.min() != 0:
        raise ValueError(
            f"costs must be at least 0, and 0 for an effort such as none, got {costs.tolist()}"
        )
    worth = checked_array("utilities", utilities, shape=(states, None))
    most = checked_real("most", most, 0, np.inf)
    joint = np.swapaxes(shown, 1, 2) * chances
    rows = _constraints(joint)
    found = [_cheapest(joint, costs, rows, effort, most) for effort in range(len(shown))]
    gross = (joint @ worth).max(axis=2).sum(axis=1)
    spent = np.array([np.inf if pay is None else (pay * joint[k]).sum()
                      for k, pay in enumerate(found)])  # fmt: skip
    profits = gross - spent
    effort = int(profits.argmax())
    payments = found[effort]
    assert payments is not None  # profits[effort] is finite: some effort costs 0
    return HiringContract(effort, payments, float(spent[effort]), float(profits[effort]), profits)


def _constraints(joint: Reals) -> Reals:
    """Bound by z[j, s] what effort j and the best report r on signal s are paid.

    Rows joint[j, s] · payments[r] − z[j, s] ≤ 0; variables are payments, then z.
    """
    efforts, signals, states = joint.shape
    rows = np.zeros((efforts, signals, signals, signals * states + efforts * signals))
    for j, s, r in np.ndindex(efforts, signals, signals):
        rows[j, s, r, r * states : (r + 1) * states] = joint[j, s]
        rows[j, s, r, signals * states + j * signals + s] = -1
    return rows.reshape(-1, rows.shape[-1])


def _cheapest(joint: Reals, costs: Reals, rows: Reals, effort: int, most: float) -> Reals | None:
    """Minimise the payment for an effort; None where no payments bring it about.

    Money is counted in the effort's cost, so that the program's tolerance is a part of that.
    """
    efforts, signals, states = joint.shape
    size, unit = signals * states, float(costs[effort])
    if unit == 0:
        return np.zeros((signals, states))
    top = min(most / unit, UNBOUNDED)
    dearer = np.minimum(costs, unit * top) / unit - 1  # nobody can be paid more
    wanted = np.zeros(rows.shape[1])
    wanted[:size] = joint[effort].ravel()
    no_better = np.zeros((efforts, rows.shape[1]))
    no_better[:, size:] = np.kron(np.eye(efforts), np.ones(signals))
    no_better -= wanted
    done: Any = linprog(
        wanted,
        A_ub=np.vstack([rows, no_better]),
        b_ub=np.concatenate([np.zeros(len(rows)), dearer]),
        bounds=[(0, top)] * size + [(0, None)] * (len(wanted) - size),
        method="highs",
    )
    if done.x is None:
        return None
    paid: Reals = np.clip(done.x[:size], 0, top).reshape(signals, states)
    told = np.einsum("jsw,rw->jsr", joint, paid)
    others = told.max(axis=2).sum(axis=1) - dearer
    if others.max() > np.trace(told[effort]) + ACCURACY:
        raise ValueError(
            f"likelihoods must tell effort {effort} from the others by more than rounding, got "
            "payments that another effort takes advantage of; leave the effort out"
        )
    return np.minimum(unit * paid, most)
