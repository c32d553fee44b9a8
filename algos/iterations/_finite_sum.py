"""An operator that is the mean of n components, whose evaluations are counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algos._arguments import checked_count
from algos.iterations._oracle import LOW_PRECISION, Declared, Operator, Oracle, Vector, real_array
from algos.iterations._problem import IterationResult

Indices = NDArray[np.int64]
#: ``components(indices, x)``: the mean over those components.
Components = Callable[[Indices, Vector], ArrayLike]
#: ``resolvent(x, step)``: the w with x ∈ w + step · G(w).
Resolvent = Callable[[Vector, float], ArrayLike]
#: Components at most: their indices are held in memory.
MOST = 2**31


@dataclass(frozen=True, eq=False)
class FiniteSumResult(IterationResult):
    """Where an iteration on a finite sum came to.

    The attributes of :class:`IterationResult`, of which two read differently, and one
    more.  ``residual`` is ‖F(x) + g‖ with the whole sum and a known g in G(x), measured
    where the method looked at the whole sum anyway, or by n evaluations at the end.
    ``oracle_calls`` counts evaluations of single components, those for the residual
    included.

    Attributes
    ----------
    full_evaluations : int
        How often the whole sum was evaluated; n calls each.
    """

    full_evaluations: int


class FiniteSum:
    """F = (1/n) Σ F_i, guarded and counted."""

    def __init__(
        self,
        operators: Components | Sequence[Operator],
        n: int | None,
        shape: tuple[int, ...],
        declared: Declared,
        check: bool,
        rng: np.random.Generator,
    ) -> None:
        if isinstance(operators, Sequence):
            if n is not None and checked_count("n", n) != len(operators):
                raise ValueError(f"n must be the number of operators, {len(operators)}, got {n!r}")
            for i, one in enumerate(operators):
                if not callable(one):
                    raise TypeError(f"operators[{i}] must be callable, got {one!r}")
            self._operators, n = operators, len(operators)
            components: Components = self._averaged
        elif not callable(operators):
            raise TypeError(f"operators must be callable or a sequence, got {operators!r}")
        elif n is None:
            raise TypeError("n must be given with a callable of indices and a point")
        else:
            components = operators
        self.n = checked_count("n", n, most=MOST)
        self.evaluations = self.full_evaluations = 0
        self._all = np.arange(self.n)
        self._all.flags.writeable = False
        self._rng = rng
        self._check = check
        self._indices = self._all
        self._guarded = Oracle(lambda x: components(self._indices, x), shape, declared, check=False)

    @property
    def preconditions(self) -> tuple[str, ...]:
        """What has been tested."""
        return self._guarded.declared.names if self._check and self.full_evaluations > 1 else ()

    @property
    def rounding(self) -> float:
        """That of a value, relative to it and to L times its argument."""
        return self._guarded.rounding

    def full(self, x: Vector) -> Vector:
        """Evaluate the whole sum; test it against the evaluation before."""
        self.full_evaluations += 1
        value = self._mean(self._all, x)
        if self._check:
            self._guarded.test(x, value)
        return value

    def change(self, size: int, x: Vector, before: Vector) -> Vector:
        """Average F_i(x) − F_i(before) over components drawn with replacement."""
        indices = self._rng.integers(self.n, size=size)
        indices.flags.writeable = False
        return self._mean(indices, x) - self._mean(indices, before)

    def _mean(self, indices: Indices, x: Vector) -> Vector:
        """Average components."""
        self.evaluations += indices.size
        self._indices = indices
        return self._guarded(x)

    def _averaged(self, indices: Indices, x: Vector) -> ArrayLike:
        """Average single operators; what is no vector is left to the guard to refuse."""
        total = np.zeros(x.shape)
        for i in indices:
            answer: ArrayLike = self._operators[i](x)
            value = real_array(answer)
            if value is None or value.shape != x.shape:
                return answer
            if value.dtype.kind == "f":
                lost = LOW_PRECISION * float(np.finfo(value.dtype).eps)
                self._guarded.rounding = max(self._guarded.rounding, lost)
            total += value
        return total / indices.size


class Constraint:
    """The set-valued part G through its resolvent; guarded."""

    def __init__(self, resolvent: Resolvent | None, shape: tuple[int, ...]) -> None:
        self._step = math.nan
        self._guarded = None
        if resolvent is not None:
            if not callable(resolvent):
                raise TypeError(f"resolvent must be callable, got {resolvent!r}")
            self._guarded = Oracle(
                lambda x: resolvent(x, self._step), shape, Declared(), check=False
            )

    @property
    def rounding(self) -> float:
        """That of a value, relative to it."""
        return 0.0 if self._guarded is None else self._guarded.rounding

    def __call__(self, x: Vector, step: float) -> Vector:
        """Solve x ∈ w + step · G(w) for w."""
        if self._guarded is None:
            return x
        self._step = step
        return self._guarded(x)
