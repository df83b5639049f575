"""Proving components: every check of every case, at once or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, Self
from unittest import SkipTest

from attrs import asdict, field, frozen

from ..cases import Case
from ..check import Check, ConformanceError
from ..checks import checks_for, named_check
from ..selection import cases_of
from .examination import Examination
from .report import Report


@frozen(eq=False, repr=False)
class BoundCheck(Check):
    """A check with the case that it is to be run on: calling it runs it, and whatever it needs first.

    Attributes:
        case: the case.
    """

    case: Case = field(kw_only=True)

    @classmethod
    def of_case(cls, case: Case, check: Check) -> Self:
        """Bind a check to a case."""
        return cls(**asdict(check, recurse=False), case=case)

    def __call__(self, case: Case | None = None) -> None:
        """Run the check.

        Args:
            case: the one to run it on instead of its own.

        Raises:
            ConformanceError: if the component fails.
            unittest.SkipTest: if the check has nothing to prove of it, or one that it needs fails.
        """
        __tracebackhide__ = True  # of pytest: the message says it all
        result = Examination(case or self.case).result_of(self)
        if result.status == "failed":
            raise ConformanceError(result.message)
        if result.status == "skipped":
            raise SkipTest(result.message)


def component_checks(*subjects: Any, **options: Any) -> Iterator[tuple[Case, BoundCheck]]:
    """Yield every case with every check that is about it; ``check(case)`` runs one.

    Args:
        subjects: what `cases_of` takes: a class, a registered name, a distribution, a `Case`.
        options: as `cases_of` takes them.

    >>> from minnet_core import Sequential
    >>> for case, check in component_checks(Sequential):
    ...     if check.name == "forward_runs":
    ...         check(case)
    """
    for case in cases_of(*subjects, **options):
        for check in checks_for(case):
            yield case, BoundCheck.of_case(case, check)


def check_component(
    *subjects: Any,
    checks: Iterable[str] | None = None,
    on_fail: Literal["raise", "warn"] | None = "raise",
    **options: Any,
) -> list[Report]:
    """Run the conformance kit.

    Args:
        subjects: what `cases_of` takes: a class, a registered name, a distribution, a `Case`.
        checks: names of the checks to run (and of what they need); all if not given.
        on_fail: raise an error, warn, or (None) only report.
        options: as `cases_of` takes them.

    Returns:
        A report for every case.

    Raises:
        ConformanceError: if a component fails a check and ``on_fail`` is ``"raise"``.
        ValueError: if there is no check of a name.

    >>> from minnet_core import Sequential
    >>> (report,) = check_component(Sequential)
    >>> report.count("failed")
    0
    """
    reports = []
    for case in cases_of(*subjects, **options):
        report = examine(case, checks)
        report.signal(on_fail)
        reports.append(report)
    return reports


def examine(case: Case, checks: Iterable[str] | None = None) -> Report:
    """Run the checks of one case; see `check_component`."""
    chosen = list(checks_for(case)) if checks is None else [named_check(name) for name in checks]
    return Examination(case).report(chosen)
