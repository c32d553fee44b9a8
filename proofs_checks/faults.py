"""Planted faults: the algorithm with one thing wrong.

A check that cannot fail proves nothing, so every check carries variants of its
algorithm that are off by what a tired programmer would get wrong, and must
refute each of them.  :func:`edited` makes such a variant by changing one piece
of the shipped source, so that the fault can never drift away from the code.
"""

from __future__ import annotations

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
        The module to edit; the algorithm's own by default.  For a helper's
        module the algorithm is rebuilt on top of the edited helpers.

    Returns
    -------
    Fault
        The algorithm as it would be with those edits; the library's own
        modules are untouched.

    Raises
    ------
    ValueError
        An old text does not occur exactly once: the fault no longer fits the
        code and must be rewritten.
    """
    home = algorithm.__module__
    target = module or home
    broken = _load(target, edits, name)
    if target != home:
        original = sys.modules[target]
        replaced = {
            id(value): getattr(broken, key)
            for key, value in vars(original).items()
            if not key.startswith("__")
            and isinstance(value, (types.FunctionType, type))
            and value.__module__ == target
        }
        rebuilt = _load(home, (), name)
        for key, value in list(vars(rebuilt).items()):
            if id(value) in replaced:
                setattr(rebuilt, key, replaced[id(value)])
        broken = rebuilt
    return Fault(name, description, getattr(broken, algorithm.__name__))


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
