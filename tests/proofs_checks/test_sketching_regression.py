"""The checks of the regressions catch their faults on the named instances, whatever the seed."""

from __future__ import annotations

import pytest

from proofs_checks import checks
from proofs_checks.check import Check, Instances
from proofs_checks.evaluate import check_key
from proofs_checks.results import Verdict
from proofs_checks.violations import search_violation

KINDS = ("lp-regression", "orlicz-regression", "symmetric-norm-regression")
REGRESSIONS = [one for one in checks("sketching") if one.key.split("/")[1] in KINDS]


@pytest.mark.parametrize("check", REGRESSIONS, ids=lambda one: one.key)
@pytest.mark.parametrize("seed", [1, 5, 6])
def test_faults_show_before_any_random_instance(check: Check, seed: int) -> None:
    assert isinstance(check.on, Instances)
    for fault in check.faults:
        entropy = check_key(check, seed)
        found = search_violation(check, fault.algorithm, entropy=entropy, examples=1)
        assert found.verdict is Verdict.REFUTED, fault.name
        assert not found.crashed, fault.name
        assert found.trials <= len(check.on.hard), fault.name
