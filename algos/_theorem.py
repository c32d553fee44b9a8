"""A theorem as an object: print it, evaluate its bound, invert it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from algos._formula import compiled, invert
from algos._statement import InExpectation, Need, Quantifier, Source, Tightness

if TYPE_CHECKING:
    from sympy import Expr

#: LaTeX for the symbols that the whole house shares.
LATEX_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "tolerance": r"\varepsilon",
        "failure_probability": r"\delta",
        "target": r"\tau",
        "horizon": "T",
        "lipschitz": "L",
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Theorem:
    """A proven bound on what an algorithm does.

    Parameters
    ----------
    key : str
        ``family/algorithm/what``, unique in the library.
    algorithm : callable
        The function that the theorem speaks of.
    quantity : str
        What is bounded, with its unit: ``"coin flips"``.
    formula : sympy.Expr
        The bound in named symbols.
    direction : {"<=", ">="}
        Whether the formula bounds the quantity from above or from below.
    holds : Surely, WithProbability or InExpectation
        The quantifier over the algorithm's randomness.
    constants : {"exact", "unspecified"}
        ``"unspecified"`` claims the growth of the formula alone.
    statement : str
        One sentence in plain words, with its assumptions.
    source : Source
        Where it is proven.
    needs : tuple of Need, optional
        Hypotheses; an instance outside them says nothing about the theorem.
    domain : mapping from str to (float, float), optional
        Closed range of a symbol where it is not ``(0, inf)``, or ``[1, inf)``
        for an integer symbol.
    rtol : float, optional
        Relative rounding budget: a measured value within ``rtol`` of the bound
        is no violation.  It has nothing to do with sampling.
    tightness : Tightness or "unknown", optional
        A named instance that comes close to the bound.

    Examples
    --------
    >>> import sympy
    >>> from algos import Source, Surely, Theorem
    >>> n = sympy.Symbol("n", integer=True, positive=True)
    >>> halving = Theorem(
    ...     key="demo/bisection/steps", algorithm=len, quantity="steps",
    ...     formula=sympy.ceiling(sympy.log(n, 2)), direction="<=", holds=Surely(),
    ...     constants="exact", statement="Bisection of n cells takes ceil(lg n) steps.",
    ...     source=Source(authors="A. Author", title="Halving", year=1946, venue="-", locator="1"),
    ... )
    >>> halving.bound(n=1000)
    10.0
    >>> halving.solve("n", at_most=10)
    1024
    """

    key: str
    algorithm: Callable[..., Any]
    quantity: str
    formula: Expr
    direction: Literal["<=", ">="]
    holds: Quantifier
    constants: Literal["exact", "unspecified"]
    statement: str
    source: Source
    needs: tuple[Need, ...] = ()
    domain: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    rtol: float = 0.0
    tightness: Tightness | Literal["unknown"] = "unknown"

    def __post_init__(self) -> None:
        if self.key.count("/") < 2:
            raise ValueError(f"key must read family/algorithm/what, got {self.key!r}")
        if self.direction not in ("<=", ">="):
            raise ValueError(f"direction must be '<=' or '>=', got {self.direction!r}")
        if self.constants not in ("exact", "unspecified"):
            raise ValueError(f"constants must be 'exact' or 'unspecified', got {self.constants!r}")
        if not (math.isfinite(self.rtol) and self.rtol >= 0):
            raise ValueError(f"rtol must be finite and at least 0, got {self.rtol!r}")

    @property
    def family(self) -> str:
        """The family's name, the first part of the key."""
        return self.key.split("/", 1)[0]

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the formula's symbols, sorted."""
        return tuple(sorted(symbol.name for symbol in self.formula.free_symbols))

    @cached_property
    def _numeric(self) -> Callable[..., Any]:
        """The formula as a function of its symbols."""
        return compiled(self.formula)

    def bound(self, **values: Any) -> Any:
        """Evaluate the bound.

        Parameters
        ----------
        **values : float or array_like
            One value for each of the formula's symbols; arrays broadcast.

        Returns
        -------
        float or ndarray
            The bound: a float where every value is a scalar.

        Raises
        ------
        TypeError
            A symbol has no value, or a value no symbol.
        ValueError
            A value is not a number or lies outside its domain, or the formula
            has no real value there.
        """
        missing = [name for name in self.parameters if name not in values]
        unknown = [name for name in values if name not in self.parameters]
        if missing or unknown:
            problem = f"lacks {', '.join(missing)}" if missing else f"knows no {', '.join(unknown)}"
            wanted = ", ".join(self.parameters) or "nothing"
            raise TypeError(f"bound() of {self.key} {problem}; it takes {wanted}")
        arrays = {name: self._checked(name, values[name]) for name in self.parameters}
        import numpy as np

        shown = ", ".join(f"{name}={values[name]!r}" for name in self.parameters)
        with np.errstate(all="ignore"):
            try:
                result = np.asarray(self._numeric(**arrays))
            except ArithmeticError as error:
                raise ValueError(f"the bound of {self.key} fails at {shown}: {error}") from error
        if np.iscomplexobj(result) or np.isnan(result).any():
            raise ValueError(f"the bound of {self.key} has no real value at {shown}")
        if all(array.ndim == 0 for array in arrays.values()):
            return float(result)
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
        return np.broadcast_to(result.astype(float), shape).copy()

    def solve(
        self,
        variable: str,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        **values: float,
    ) -> float | int:
        """Invert the bound in one symbol.

        Parameters
        ----------
        variable : str
            The symbol to solve for.
        at_most, at_least : float
            Exactly one of the two: the wanted value of the bound.
        **values : float
            The other symbols.

        Returns
        -------
        float or int
            The extreme value of ``variable`` for which the bound still is
            ``at_most`` (or ``at_least``) the given number: the largest where
            the feasible values lie below, the smallest where they lie above.
            An ``int`` for an integer symbol.

        Raises
        ------
        NoSolutionError
            No value satisfies the inequality, every value does, or the
            feasible values form no half-line.
        TypeError, ValueError
            As for :meth:`bound`.
        """
        from algos._arguments import checked_number

        if variable not in self.parameters:
            wanted = ", ".join(self.parameters) or "no symbols"
            raise TypeError(f"{self.key} has no symbol {variable!r}; it has {wanted}")
        if (at_most is None) == (at_least is None):
            raise TypeError("solve() takes exactly one of at_most and at_least")
        name, given = ("at_least", at_least) if at_most is None else ("at_most", at_most)
        level = checked_number(name, given)
        if not math.isfinite(level):
            raise ValueError(f"{name} must be finite, got {level!r}")
        return invert(
            lambda x: float(self.bound(**{**values, variable: x})),
            level,
            below=at_most is not None,
            within=self._range(variable),
            integer=bool(self._symbol(variable).is_integer),
            name=variable,
        )

    def latex(self) -> str:
        """Give the claim as LaTeX: quantity, direction and formula.

        Returns
        -------
        str
            LaTeX source without dollar signs.
        """
        import sympy

        names = {s: LATEX_NAMES[s.name] for s in self.formula.free_symbols if s.name in LATEX_NAMES}
        formula = sympy.latex(
            self.formula, symbol_names=names, ln_notation=True, mul_symbol=r" \, "
        )
        quantity = rf"\text{{{self.quantity}}}"
        if isinstance(self.holds, InExpectation):
            quantity = rf"\mathbb{{E}}[{quantity}]"
        if self.constants == "unspecified":
            order = "O" if self.direction == "<=" else r"\Omega"
            return rf"{quantity} = {order}\left({formula}\right)"
        relation = r"\le" if self.direction == "<=" else r"\ge"
        return rf"{quantity} {relation} {formula}"

    def met_needs(self, **values: float) -> bool:
        """Tell whether every hypothesis holds at the given values.

        Parameters
        ----------
        **values : float
            Values of the symbols that the hypotheses name.

        Returns
        -------
        bool
            True where all hold, also when there are none.
        """
        return all(
            bool(need.condition.subs({s: values[s.name] for s in need.condition.free_symbols}))
            for need in self.needs
        )

    def _symbol(self, name: str) -> Any:
        """Give the formula's symbol of that name."""
        return next(symbol for symbol in self.formula.free_symbols if symbol.name == name)

    def _range(self, name: str) -> tuple[float, float]:
        """Give the closed range of a symbol."""
        if name in self.domain:
            return self.domain[name]
        return (1.0, math.inf) if self._symbol(name).is_integer else (0.0, math.inf)

    def _checked(self, name: str, value: Any) -> Any:
        """Read numbers that lie in the symbol's range."""
        import numpy as np

        from algos._arguments import refuse_masked

        refuse_masked(name, value)
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be a number or an array, got {value!r}") from None
        low, high = self._range(name)
        if np.isnan(array).any() or (array < low).any() or (array > high).any():
            raise ValueError(f"{name} must lie in [{low:g}, {high:g}], got {value!r}")
        return array
