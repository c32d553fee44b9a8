"""Pytest collects `@check` functions: one item for the theorem, one for each fault.

A check is collected in the module that defines its measuring function, so a
check that a test module merely imports does not run twice.  Nothing heavy is
imported here: a suite without checks pays nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from proofs_checks.check import Check
    from proofs_checks.results import FaultResult, Outcome


class CheckFailed(Exception):  # noqa: N818  # read in a report, where "failed" says it
    """What a check found; pytest shows its text alone."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the library's checks."""
    group = parser.getgroup("lemmata", "checks of theorems")
    group.addoption("--lemmata-seed", type=int, default=0, help="seed of the checks (default 0)")
    group.addoption(
        "--lemmata-budget", type=float, default=None, metavar="SECONDS",
        help="time for each check and each fault, in place of its number of trials",
    )  # fmt: skip


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> pytest.Collector | None:
    """Turn a check into a collector; leave everything else to pytest."""
    module = sys.modules.get("proofs_checks.check")
    if module is None or not isinstance(obj, module.Check):
        return None
    if obj.measure.__module__ != collector.obj.__name__:
        return None
    node: pytest.Collector = CheckCollector.from_parent(collector, name=name, check=obj)
    return node


class CheckCollector(pytest.Collector):
    """One check: the theorem's item, then one for each planted fault."""

    def __init__(self, *, check: Check, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check = check

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the items."""
        yield CheckItem.from_parent(self, name="theorem", check=self.check, fault=None)
        for k, fault in enumerate(self.check.faults):
            yield CheckItem.from_parent(self, name=f"fault-{fault.name}", check=self.check, fault=k)


class CheckItem(pytest.Item):
    """The shipped algorithm, or one planted fault, under its check."""

    def __init__(self, *, check: Check, fault: int | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.check = check
        self.fault = fault

    def runtest(self) -> None:
        """Run it; fail with what it found."""
        from proofs_checks import engine

        options: dict[str, Any] = {
            "seed": self.config.getoption("--lemmata-seed"),
            "alpha": engine.FALSE_ALARM,
            "seconds": self.config.getoption("--lemmata-budget"),
        }
        if self.fault is None:
            outcome = engine.run_algorithm(self.check, self.check.algorithm, **options)
            self._judge(outcome)
            return
        fault: FaultResult = engine.run_fault(self.check, self.check.faults[self.fault], **options)
        if not fault.caught:
            raise CheckFailed(
                f"{self.check.key}: the planted fault {fault.name} was not caught\n"
                f"  {fault.description}\n  {fault.verdict}: {fault.detail}"
            )

    def _judge(self, outcome: Outcome) -> None:
        from proofs_checks.engine import tight_enough

        if outcome.verdict.against:
            raise CheckFailed(
                f"{self.check.key} is {outcome.verdict}\n  {outcome.detail}\n{outcome.witness}"
            )
        if outcome.verdict == "undecided":
            pytest.skip(f"{self.check.key} is undecided: {outcome.detail}")
        if not tight_enough(self.check.theorem, outcome):
            raise CheckFailed(
                f"{self.check.key}: the witness of tightness stays far below the bound"
            )

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show a finding as text, and anything else as pytest does."""
        if isinstance(excinfo.value, CheckFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style=style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Name the item."""
        return self.path, None, f"{self.check.key} [{self.name}]"
