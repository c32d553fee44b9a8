"""Theorems as objects: print them, evaluate their bounds, invert them.

A theorem ties an algorithm to a bound on a measured quantity.  This module is
light on purpose: sympy is imported by the families' ``theorems.py`` files and
inside the methods that need it, never by ``import algos``.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sympy import Basic, Expr

__all__ = [
    "InExpectation",
    "Need",
    "NoSolutionError",
    "Source",
    "Surely",
    "Theorem",
    "Tightness",
    "WithProbability",
    "theorem",
    "theorems",
]

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


class NoSolutionError(ValueError):
    """The equation that ``Theorem.solve`` was given has no single solution."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a theorem stands in print.

    Parameters
    ----------
    authors, title : str
        As printed.
    year : int
        Year of publication.
    venue : str
        Journal, conference or preprint number.
    locator : str
        Theorem number, equation or section; ``"this library"`` style locators
        point at the page in ``docs/theory`` that carries our proof.
    url : str, optional
        A stable address (DOI or arXiv).
    """

    authors: str
    title: str
    year: int
    venue: str
    locator: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.authors}, {self.title} ({self.venue}, {self.year}), {self.locator}"

    @property
    def short(self) -> str:
        """Family names and year: ``"Gretta, Price 2023"``, ``"Zhang et al. 2023"``."""
        names = [name.split()[-1] for name in self.authors.split(",")]
        shown = ", ".join(names) if len(names) < 3 else f"{names[0]} et al."
        return f"{shown} {self.year}"


def here(page: str, section: str) -> Source:
    """Point at a proof of this library.

    Parameters
    ----------
    page : str
        Name of the page in ``docs/theory``, without its suffix.
    section : str
        The heading of the proof there.

    Returns
    -------
    Source
        The source.
    """
    return Source(
        authors="lemmata",
        title="proof of this library",
        year=2026,
        venue=f"docs/theory/{page}.md",
        locator=section,
    )


@dataclass(frozen=True)
class Surely:
    """The bound holds in every run."""

    def __str__(self) -> str:
        return "surely"


@dataclass(frozen=True)
class WithProbability:
    """The bound holds with at least the given probability in each run.

    Parameters
    ----------
    probability : sympy.Expr or float
        May contain the theorem's symbols, such as ``1 - failure_probability``.
    """

    probability: Any

    def __str__(self) -> str:
        return f"with probability at least {self.probability}"


@dataclass(frozen=True)
class InExpectation:
    """The bound holds for the mean over the algorithm's randomness.

    Parameters
    ----------
    spread : sympy.Expr or float
        The quantity lies in ``[0, spread]`` surely; a bounded range is what
        makes a mean testable from finitely many runs.
    """

    spread: Any

    def __str__(self) -> str:
        return "in expectation"


Quantifier = Surely | WithProbability | InExpectation


@dataclass(frozen=True)
class Need:
    """A hypothesis of a theorem, as data.

    Parameters
    ----------
    condition : sympy.Basic
        A relation in the theorem's symbols or in further values that the
        check's measurement reports.
    text : str
        The same in words.
    """

    condition: Basic
    text: str


@dataclass(frozen=True)
class Tightness:
    """A named instance on which measured / bound comes close to 1.

    Parameters
    ----------
    ratio : float
        What the instance reaches at least.
    witness : str
        The instance's name in the check.
    """

    ratio: float
    witness: str


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
        return _compile(self.formula)

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
        if variable not in self.parameters:
            wanted = ", ".join(self.parameters) or "no symbols"
            raise TypeError(f"{self.key} has no symbol {variable!r}; it has {wanted}")
        if (at_most is None) == (at_least is None):
            raise TypeError("solve() takes exactly one of at_most and at_least")
        level = at_most if at_most is not None else at_least
        assert level is not None
        if not math.isfinite(level):
            raise ValueError(f"at_most / at_least must be a finite number, got {level!r}")

        def feasible(x: float) -> bool:
            value = self.bound(**{**values, variable: x})
            return bool(value <= level if at_most is not None else value >= level)

        low, high = self._range(variable)
        integer = self._symbol(variable).is_integer
        grid = _grid(low, high, bool(integer))
        flags: list[bool | None] = []
        for x in grid:
            try:
                flags.append(feasible(x))
            except ValueError:  # outside the formula's own domain
                flags.append(None)
        known = [(x, flag) for x, flag in zip(grid, flags, strict=True) if flag is not None]
        relation = f"{'<=' if at_most is not None else '>='} {level:g}"
        if not known:
            self.bound(**{**values, variable: grid[len(grid) // 2]})  # raises with the reason
        changes = [i for i in range(1, len(known)) if known[i][1] != known[i - 1][1]]
        if not changes:
            extremes = [float(self.bound(**{**values, variable: known[i][0]})) for i in (0, -1)]
            which = "every" if known[0][1] else "no"
            span = f"[{known[0][0]:g}, {known[-1][0]:g}]"
            raise NoSolutionError(
                f"{which} {variable} in {span} has a bound {relation}: it runs from "
                f"{extremes[0]:g} to {extremes[1]:g}; ask for a level in between"
            )
        if len(changes) > 1:
            raise NoSolutionError(
                f"the bound of {self.key} crosses {level:g} more than once as {variable} grows; "
                "evaluate bound() on an array of values instead"
            )
        left, right = known[changes[0] - 1][0], known[changes[0]][0]
        largest = known[changes[0] - 1][1]  # feasible values lie below the crossing
        if integer:
            a, b = int(left), int(right)
            while b - a > 1:
                half = (a + b) // 2
                a, b = (half, b) if feasible(half) == largest else (a, half)
            return a if largest else b
        for _ in range(200):
            geometric = left > 0 and right / left > 2
            middle = math.sqrt(left * right) if geometric else (left + right) / 2
            if middle in (left, right):
                break
            left, right = (middle, right) if feasible(middle) == largest else (left, middle)
        return left if largest else right

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
        return next(symbol for symbol in self.formula.free_symbols if symbol.name == name)

    def _range(self, name: str) -> tuple[float, float]:
        if name in self.domain:
            return self.domain[name]
        return (1.0, math.inf) if self._symbol(name).is_integer else (0.0, math.inf)

    def _checked(self, name: str, value: Any) -> Any:
        import numpy as np

        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be a number or an array, got {value!r}") from None
        low, high = self._range(name)
        if np.isnan(array).any() or (array < low).any() or (array > high).any():
            raise ValueError(f"{name} must lie in [{low:g}, {high:g}], got {value!r}")
        return array


@lru_cache(maxsize=512)
def _compile(expression: Any) -> Callable[..., Any]:
    """Turn a sympy expression, or a number, into a function of its symbols by name."""
    import sympy

    expr = sympy.sympify(expression)
    symbols = sorted(expr.free_symbols, key=lambda symbol: symbol.name)
    function = sympy.lambdify(symbols, expr, modules=["scipy", "numpy"])
    names = [symbol.name for symbol in symbols]
    return lambda **values: function(*(values[name] for name in names))


def evaluate(expression: Any, **values: float) -> float:
    """Evaluate a sympy expression, or a plain number, at the values of its symbols.

    Parameters
    ----------
    expression : sympy.Expr or float
        What to evaluate.
    **values : float
        Values by symbol name; further names are ignored.

    Returns
    -------
    float
        The value.
    """
    return float(_compile(expression)(**values))


def _grid(low: float, high: float, integer: bool) -> list[float]:
    """Spread points over a range, geometrically where it spans orders of magnitude."""
    import numpy as np

    if integer:
        points = {int(2.0**k) for k in range(63)} | {3 * int(2.0**k) for k in range(61)}
        return sorted(float(p) for p in points if low <= p <= high)
    start = low if low > 0 else min(1e-12, high / 1e6)
    stop = high if math.isfinite(high) else 1e18
    points_ = list(np.geomspace(start, stop, 181))
    if math.isfinite(high):  # dense near both ends of a bounded range
        points_ += [high - (p - low) for p in points_ if low < high - (p - low) < high]
        points_ += [high]
    return sorted({float(p) for p in points_ if low <= p <= high})


def families() -> tuple[str, ...]:
    """Name the families that have theorems.

    Returns
    -------
    tuple of str
        Sorted names of the sub-packages of ``algos``.
    """
    package = importlib.import_module("algos")
    return tuple(sorted(info.name for info in pkgutil.iter_modules(package.__path__) if info.ispkg))


def theorems(family: str | None = None) -> tuple[Theorem, ...]:
    """Gather the theorems of every family, or of one.

    Parameters
    ----------
    family : str, optional
        A family's name; all of them by default.

    Returns
    -------
    tuple of Theorem
        Sorted by key.

    Raises
    ------
    ValueError
        There is no such family.

    Examples
    --------
    >>> import algos
    >>> all(theorem.family == "search" for theorem in algos.theorems("search"))
    True
    """
    known = families()
    if family is not None and family not in known:
        hint = _hint(family, known)
        raise ValueError(f"family must be one of {', '.join(known)}, got {family!r}{hint}")
    found: dict[str, Theorem] = {}
    for name in known if family is None else (family,):
        module = importlib.import_module(f"algos.{name}.theorems")
        for value in vars(module).values():
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Theorem):
                    if one.key in found:
                        raise ValueError(f"two theorems share the key {one.key}")
                    found[one.key] = one
    return tuple(found[key] for key in sorted(found))


def theorem(key: str) -> Theorem:
    """Look up one theorem.

    Parameters
    ----------
    key : str
        The theorem's key.

    Returns
    -------
    Theorem
        The theorem.

    Raises
    ------
    KeyError
        No theorem has that key; the message names the nearest.
    """
    everything = {t.key: t for t in theorems()}
    if key not in everything:
        raise KeyError(f"no theorem {key!r}{_hint(key, everything)}; `lemmata list` names them all")
    return everything[key]


def _hint(name: str, known: Any) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f"; did you mean {near[0]}?" if near else ""
