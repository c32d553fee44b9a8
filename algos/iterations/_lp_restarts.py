"""When an anchored primal-dual run starts anew, and how primal and dual steps are weighed."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: An epoch ends when its residual fell to this share of the first, ...
SUFFICIENT = 0.2
#: ... or to this share and now rises, ...
NECESSARY = 0.5
#: ... or when it takes this share of all steps.
LONG = 0.36
#: Gains of the controller of the primal weight: proportional, integral, memory of the integral.
PROPORTIONAL, INTEGRAL, MEMORY = 0.99, 0.01, 0.3


def ends_epoch(first: float, before: float, now: float, steps: int, total: int) -> bool:
    """Tell whether an epoch of so many steps, with these fixed-point residuals, should end."""
    if now <= SUFFICIENT * first or steps >= LONG * total:
        return True
    return now <= NECESSARY * first and now > before


@dataclass
class PrimalWeight:
    """The ratio of dual to primal step lengths, steered towards equal progress of both."""

    weight: float
    integral: float = 0.0
    best: float = 0.0
    balance: float = math.inf

    def update(self, primal: float, dual: float, primal_error: float, dual_error: float) -> None:
        """Steer by the distances that the last epoch moved and by the errors at its end."""
        if not self.best:
            self.best = self.weight
        ratio = dual_error / primal_error if primal_error > 0 and dual_error > 0 else math.inf
        if 1e-16 < primal < 1e12 and 1e-16 < dual < 1e12 and 1e-8 < ratio < 1e8:
            error = math.log(dual / primal) - math.log(self.weight)
            self.integral = MEMORY * self.integral + error
            self.weight *= math.exp(PROPORTIONAL * error + INTEGRAL * self.integral)
        else:
            self.weight, self.integral = self.best, 0.0
        if abs(math.log(ratio)) < self.balance if ratio < math.inf else False:
            self.balance, self.best = abs(math.log(ratio)), self.weight
