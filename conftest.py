"""Hypothesis profiles and the switch for long tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

pytest_plugins = ["pytester"]

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.register_profile("nightly", deadline=None, max_examples=2000)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the long tests by name unless the nightly profile asks for them."""
    if config.getoption("--hypothesis-profile") == "nightly":
        return
    skip = pytest.mark.skip(reason="long: run with --hypothesis-profile=nightly")
    for item in items:
        if "nightly" in item.keywords:
            item.add_marker(skip)
