"""From subjects to what pytest runs: cases under ids, their checks, and the marks of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

from .ids import case_ids

if TYPE_CHECKING:
    from minnet_core.testing import Case, Check

    from .declaration import Conformance


@frozen
class Proof:
    """A case with the checks that are about it.

    Attributes:
        id: what stands for the case in the ids of tests; no other case of the same test has it.
        case: the case.
        checks: in the order in which they run.
    """

    id: str
    case: Case
    checks: tuple[Check, ...]

    def test_id(self, check: Check) -> str:
        """What pytest calls the test of a check."""
        return f"{self.id}-{check.name}"


def expand(*conformances: Conformance) -> list[Proof]:
    """Find the cases of subjects, and their checks; this imports the components.

    Raises:
        ValueError: if there is no such subject, nothing to check of it, or a mistake in what it says of itself.
    """
    from minnet_core.testing import Examination, cases_of, checks_for

    cases = [case for each in conformances for case in cases_of(*each.subjects, **each.options)]
    for case in cases:
        Examination(case)  # which raises, with an explanation, on an expected failure of a misspelt check
    ids = case_ids(case.name for case in cases)
    return [Proof(id, case, tuple(checks_for(case))) for id, case in zip(ids, cases, strict=True)]


def marks(case: Case, check: Check) -> Iterator[pytest.MarkDecorator]:
    """Yield the marks of a test: ``conformance``, and ``xfail`` where the case says that it fails the check."""
    from minnet_core.testing import ConformanceError

    yield pytest.mark.conformance(family=check.family)
    if check.name in case.expected_failures:
        yield pytest.mark.xfail(reason=case.expected_failures[check.name], strict=True, raises=ConformanceError)


@contextmanager
def told_by(name: str) -> Iterator[None]:
    """Have pytest show the message alone of what is wrong with a subject, and say by which test it is named."""
    from minnet_core import MinnetError

    try:
        yield
    except (ImportError, MinnetError, TypeError, ValueError) as error:
        raise pytest.Collector.CollectError(f"{name}: {error}") from error
