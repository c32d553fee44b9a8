"""The checks of the sketches catch faults by named instances that show them at once."""

from __future__ import annotations

import pytest

from proofs_checks import checks
from proofs_checks.evaluate import check_key
from proofs_checks.results import Verdict
from proofs_checks.trials import bet_against

CHECKS = {check.key: check for check in checks("sketching")}


@pytest.mark.parametrize(
    ("key", "name", "trials"),
    [
        ("sketching/srht/second-moment", "first_rows", 150),
        ("sketching/tensor-sketch/variance-from-below", "halved", 1),
    ],
)
@pytest.mark.parametrize("seed", [1, 5, 6])
def test_faults_show_in_few_trials(key: str, name: str, trials: int, seed: int) -> None:
    check = CHECKS[key]
    (fault,) = [one for one in check.faults if one.name == name]
    entropy = check_key(check, seed)
    found = bet_against(check, fault.algorithm, entropy=entropy, alpha=1e-3, trials=trials)
    assert found.verdict is Verdict.REFUTED
    assert not found.crashed
