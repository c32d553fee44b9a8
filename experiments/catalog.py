"""Finds what the families declare: experiments, and benchmark pairs."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TypeVar

from algos.theorem import families
from experiments.experiment import Experiment, hint

__all__ = ["declared", "experiment", "experiments"]

Declared = TypeVar("Declared")


def declared(kind: type[Declared], *modules: str) -> tuple[Declared, ...]:
    """Gather the objects of one kind that modules hold under a name, alone or in a tuple.

    Parameters
    ----------
    kind : type
        Of the objects.
    *modules : str
        Modules to look into, besides those of the families.

    Returns
    -------
    tuple
        In the order of declaration.
    """
    rooms = [f"experiments.{name}" for name in families()]
    found = [name for name in rooms if importlib.util.find_spec(name)]
    held = [
        value
        for name in (*found, *modules)
        for value in vars(importlib.import_module(name)).values()
    ]
    objects = [one for value in held for one in (value if isinstance(value, tuple) else (value,))]
    return tuple(dict.fromkeys(one for one in objects if isinstance(one, kind)))


def experiments() -> tuple[Experiment, ...]:
    """Gather the experiments that the families declare.

    Returns
    -------
    tuple of Experiment
        In the order of declaration.
    """
    return declared(Experiment)


def experiment(name: str) -> Experiment:
    """Find an experiment.

    Parameters
    ----------
    name : str
        ``family/what``, or ``module:NAME`` for one in a module of your own, which may
        lie in the current folder.

    Returns
    -------
    Experiment
        The one of that name.

    Raises
    ------
    ValueError
        There is none; the message names the nearest.
    """
    if ":" in name:
        return _imported(*name.split(":", 1))
    known = {one.name: one for one in experiments()}
    if name not in known:
        raise ValueError(
            f"no experiment {name!r}{hint(name, known)}; `lemmata experiments` lists them"
        )
    return known[name]


def _imported(module: str, name: str) -> Experiment:
    """Take an experiment from a user's module."""
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"{module}:{name} cannot be imported: {error}") from None
    if not isinstance(found, Experiment):
        raise ValueError(f"{module}:{name} is no Experiment, but {type(found).__name__}")
    return found
