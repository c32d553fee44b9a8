"""Planted faults: the algorithm with one thing wrong.

A check that cannot fail proves nothing, so every check carries variants of its
algorithm that are off by what a tired programmer would get wrong, and must
refute each of them.  :func:`edited` makes such a variant by changing one piece
of the shipped source, so that the fault can never drift away from the code.
"""

from __future__ import annotations

import ast
import inspect
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Fault", "edited"]


@dataclass(frozen=True)
class Fault:
    """A broken variant of an algorithm.

    Parameters
    ----------
    name : str
        Short, unique within the check: ``"wrong_side_update"``.
    description : str
        What is wrong, in words.
    algorithm : callable
        The variant, called like the algorithm.
    """

    name: str
    description: str
    algorithm: Callable[..., Any]

    @classmethod
    def from_function(cls, function: Callable[..., Any]) -> Fault:
        """Take name and description from a function and its docstring.

        Parameters
        ----------
        function : callable
            The variant.

        Returns
        -------
        Fault
            The fault.
        """
        name = getattr(function, "__name__", type(function).__name__)
        doc = inspect.getdoc(function) or name.replace("_", " ")
        return cls(name, doc.splitlines()[0], function)


def edited(
    algorithm: Callable[..., Any],
    name: str,
    description: str,
    *edits: tuple[str, str],
    module: str | None = None,
) -> Fault:
    """Break an algorithm by editing its source.

    Parameters
    ----------
    algorithm : callable
        A function or class at the top level of a module.
    name, description : str
        As for :class:`Fault`.
    *edits : (str, str)
        Pairs of old and new text; each old text must occur exactly once.
    module : str, optional
        The module to edit; the algorithm's own by default.  For another module
        of `accel` or `algos` the algorithm is rebuilt on top of it, and so is
        every module between the two.

    Returns
    -------
    Fault
        The algorithm as it would be with those edits; the library's own
        modules are untouched.

    Raises
    ------
    ValueError
        An old text does not occur exactly once, or the algorithm does not use
        the module: the fault no longer fits the code and must be rewritten.
    """
    home = algorithm.__module__
    target = module or home
    broken = {target: _load(target, edits, name)}
    if not _rebuilt(home, broken, set(), name):
        raise ValueError(f"fault {name}: {home} must use {target}, which it does not")
    return Fault(name, description, getattr(broken[home], algorithm.__name__))


def _rebuilt(module: str, broken: dict[str, types.ModuleType], seen: set[str], name: str) -> bool:
    """Execute anew, from the bottom up, what uses the edited module; tell whether this one does."""
    if module in broken or module in seen:
        return module in broken
    seen.add(module)
    __import__(module)
    used = {one: _rebuilt(one, broken, seen, name) for one in _imported(sys.modules[module])}
    if any(used.values()):
        own = {one: sys.modules[one] for one in broken}
        sys.modules.update(broken)
        try:
            broken[module] = _load(module, (), name)
        finally:
            sys.modules.update(own)
    return module in broken


def _imported(module: types.ModuleType) -> list[str]:
    """List the algorithms' and kernels' modules from which a module takes names."""
    body = ast.parse(inspect.getsource(module)).body
    names = [one.module for one in body if isinstance(one, ast.ImportFrom) and one.module]
    return [name for name in names if name.startswith(("accel.", "algos."))]


def _load(module: str, edits: tuple[tuple[str, str], ...], name: str) -> types.ModuleType:
    """Execute a module's source, edited, as a fresh module."""
    __import__(module)
    original = sys.modules[module]
    source = inspect.getsource(original)
    for old, new in edits:
        if source.count(old) != 1:
            raise ValueError(
                f"fault {name}: {old!r} must occur once in {module}, "
                f"occurs {source.count(old)} times; rewrite the fault"
            )
        source = source.replace(old, new)
    fresh = types.ModuleType(f"{module}__{name}")
    fresh.__dict__.update(__package__=original.__package__, __file__=original.__file__)
    sys.modules[fresh.__name__] = fresh  # dataclasses look their module up by name
    exec(compile(source, f"<{module}, fault {name}>", "exec"), fresh.__dict__)
    return fresh
