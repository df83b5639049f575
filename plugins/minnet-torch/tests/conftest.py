"""Modules beside the tests are imported by their own names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from minnet_core.testing import Case, examine
from minnet_torch.checks import CHECKS

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def failures() -> Callable[[Case], dict[str, str]]:
    """Run the whole kit on a case: name of each check that fails -> message. At least one of ours must have run."""

    def run(case: Case) -> dict[str, str]:
        report = examine(case)
        ours = {check.name for check in CHECKS}
        assert [result for result in report if result.check in ours and result.status != "skipped"]
        return {result.check: result.message for result in report if result.outcome == "failed"}

    return run


@pytest.fixture
def only_ours_fail(failures: Callable[[Case], dict[str, str]]) -> Callable[[Case], set[str]]:
    """Run the whole kit on a case which every check of the core must pass; return which of ours fail."""

    def run(case: Case) -> set[str]:
        failed = failures(case)
        of_the_core = failed.keys() - {check.name for check in CHECKS}
        assert not of_the_core, [failed[name] for name in of_the_core]
        return set(failed)

    return run
