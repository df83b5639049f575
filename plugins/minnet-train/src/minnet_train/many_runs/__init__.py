"""Many runs: found in a folder, told apart, filtered, compared and deleted; nothing but deleting changes any."""

from __future__ import annotations

from .conditions import Condition, ConditionError
from .deletion import RunFiles, remove_emptied
from .differences import Difference, Usual, compare_runs
from .finding import FoundRuns, find_runs, is_run
from .keys import OWN_KEYS, expect_known, key_text, read_key, value_of, value_text
from .selecting import in_order, select_runs
from .summary import DAMAGED, FINISHED, INTERRUPTED, RUNNING, RunSummary

__all__ = [
    "DAMAGED",
    "FINISHED",
    "INTERRUPTED",
    "OWN_KEYS",
    "RUNNING",
    "Condition",
    "ConditionError",
    "Difference",
    "FoundRuns",
    "RunFiles",
    "RunSummary",
    "Usual",
    "compare_runs",
    "expect_known",
    "find_runs",
    "in_order",
    "is_run",
    "key_text",
    "read_key",
    "remove_emptied",
    "select_runs",
    "value_of",
    "value_text",
]
