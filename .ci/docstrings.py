"""Validate the public docstrings against numpydoc's rules; exit 1 where one fails."""

import enum
import importlib
import inspect
import sys
import tomllib
from pathlib import Path

from numpydoc.validate import validate

rules = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["numpydoc_validation"]["checks"]
skipped = {rule for rule in rules if rule != "all"}
problems = 0


def issubclass_enum(value: object) -> bool:
    """Tell an enumeration, whose constructor nobody calls."""
    return inspect.isclass(value) and issubclass(value, enum.Enum)


for package in (
    "accel",
    "algos",
    "algos.iterations",
    "algos.mechanisms",
    "algos.privacy",
    "algos.search",
    "algos.sketching",
    "algos.submodular",
    "proofs_checks",
):
    module = importlib.import_module(package)
    for name in getattr(module, "__all__", []):
        value = getattr(module, name)
        if not (inspect.isfunction(value) or inspect.isclass(value)):
            continue
        names = [name]
        if inspect.isclass(value):
            names += [
                f"{name}.{own}"
                for own, member in vars(value).items()
                if not own.startswith("_")
                and inspect.isfunction(inspect.unwrap(member))
                # what a base class promises, it documents
                and not any(hasattr(base, own) for base in value.__bases__)
            ]
        for one in names:
            path = f"{value.__module__}.{one}"
            documented = "Attributes\n" in (inspect.getdoc(value) or "") or issubclass_enum(value)
            for code, text in validate(path)["errors"]:
                if code not in skipped and not (code == "PR01" and documented and one == name):
                    problems += 1
                    sys.stderr.write(f"{path}: {code} {text}\n")
sys.exit(problems > 0)
