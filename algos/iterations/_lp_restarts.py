"""When an anchored primal-dual run starts anew, and how primal and dual steps are weighed."""

from __future__ import annotations

import math

#: An epoch ends when its residual fell to this share of the first, ...
SUFFICIENT = 0.2
#: ... or to this share and now rises, ...
NECESSARY = 0.5
#: ... or when it takes this share of all steps.
LONG = 0.36
#: Gains of the controller of the primal weight: proportional, integral, memory of the integral.
PROPORTIONAL, INTEGRAL, MEMORY = 0.99, 0.01, 0.3
#: The weight stays within this factor of the first: where there is no solution one side runs
#: away, and a weight that follows it would hide the ray in rounding.
RANGE = 1e3


def ends_epoch(first: float, before: float, now: float, steps: int, total: int) -> bool:
    """Tell whether an epoch of so many steps, with these fixed-point residuals, should end."""
    if now <= SUFFICIENT * first or steps >= LONG * total:
        return True
    return now <= NECESSARY * first and now > before


class PrimalWeight:
    """The ratio of dual to primal step lengths, steered towards equal progress of both."""

    def __init__(self, weight: float) -> None:
        self.weight = self.first = self.best = weight
        self.integral = 0.0
        self.imbalance = math.inf

    def update(self, primal: float, dual: float, primal_error: float, dual_error: float) -> None:
        """Steer by the distances that the last epoch moved and by the errors at its end."""
        known = min(primal_error, dual_error) > 0
        imbalance = abs(math.log(dual_error / primal_error)) if known else math.inf
        if min(primal, dual) > 1e-16 and max(primal, dual) < 1e12 and imbalance < 18:
            error = math.log(dual / primal) - math.log(self.weight)
            self.integral = MEMORY * self.integral + error
            self.weight *= math.exp(PROPORTIONAL * error + INTEGRAL * self.integral)
            self.weight = min(max(self.weight, self.first / RANGE), self.first * RANGE)
        else:
            self.weight, self.integral = self.best, 0.0
        if imbalance < self.imbalance:
            self.imbalance, self.best = imbalance, self.weight
