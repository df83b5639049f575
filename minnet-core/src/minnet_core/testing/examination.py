"""`Examination`: the checks of a case, run in order, each after those that it needs."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from unittest import SkipTest

import numpy as np

from .case import Case
from .check import Check, ConformanceError
from .kit import checks_by_name
from .report import Report, Result
from .reproduction import reproduction
from .trial import Trial
from .undisturbed import undisturbed


class Examination:
    """Runs checks of one case and remembers what came of them, so that none runs twice.

    Args:
        case: what to examine.
        again: says how a check of a case is run again, for messages.

    Raises:
        ValueError: if the case expects failures of checks that do not exist.
    """

    def __init__(self, case: Case, again: Callable[[Case, str], str] = reproduction) -> None:
        self.case = case
        self._again = again
        self._results: dict[str, Result] = {}
        self._checks = checks_by_name()
        for name in case.expected_failures:
            if name not in self._checks:
                from .kit import unknown_check

                raise ValueError(f"{case.name}: expected_failures: {unknown_check(name)}")

    def report(self, checks: Iterable[Check]) -> Report:
        """Run checks."""
        return Report(self.case.name, tuple(map(self.result_of, checks)), self.traits)

    @cached_property
    def traits(self) -> frozenset[str]:
        """The traits of the component: those declared and, for a case that infers them, those found."""
        if not self.case.infers:
            return self.case.traits
        from .inference import inferred_traits

        try:
            with undisturbed():
                return inferred_traits(self.case)
        except (Exception, SystemExit):  # a component that cannot even run: the checks say why
            return self.case.traits

    @cached_property
    def kind(self) -> str | None:
        """What the case makes: ``layer``, ``criterion`` or ``optimizer``; None if it makes nothing."""
        try:
            with undisturbed():
                return Trial(self.case, "kind").kind
        except (Exception, SystemExit):  # told by the check is_made
            return None

    def result_of(self, check: Check) -> Result:
        """Run a check, unless it has run."""
        if check.name not in self._results:
            self._results[check.name] = self._run(check)
        return self._results[check.name]

    def _run(self, check: Check) -> Result:
        expected = check.name in self.case.expected_failures
        reason = self.case.expected_failures.get(check.name, "")

        def result(status: str, message: str = "") -> Result:
            return Result(self.case.name, check.name, check.family, status, message, expected, reason)  # type: ignore[arg-type]  # one of the three, each time

        if self.kind is not None and self.kind not in check.of:
            return result("skipped", f"it is a {self.kind}, and the check is about {' and '.join(check.of)}")
        for need in check.needs:
            first = self.result_of(self._checks[need])
            if first.outcome == "failed":  # one that is expected to fail is no reason to stop
                return result("skipped", f"needs {need}, which fails")
            if first.status == "skipped" and first.message.startswith("needs "):
                return result("skipped", f"needs {need}, which is skipped: it {first.message}")
        try:
            with undisturbed():
                check.function(Trial(self.case, check.name, self.traits))
        except SkipTest as skipped:
            return result("skipped", str(skipped))
        except ConformanceError as failure:
            return result("failed", self._message(check, str(failure)))
        except (Exception, SystemExit) as error:  # whatever a stranger's component raises is a finding
            return result("failed", self._message(check, _raised(error)))
        return result("passed")

    def _message(self, check: Check, detail: str) -> str:
        return (
            f"{self.case.name} fails {check.name}\n"
            f"  {detail}\n"
            f"  it proves: {check.proves}\n"
            f"  seed: {self.case.seed}\n"
            f"  again: {self._again(self.case, check.name)}"
        )


def _raised(error: BaseException) -> str:
    """Say what was raised, and where: the innermost line of code that is neither the kit's nor NumPy's."""
    not_theirs = {Path(__file__).parent, Path(np.__file__).parent}
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not not_theirs & set(Path(frame.filename).parents)
    ]
    where = f", at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
    return f"raised {type(error).__name__}: {error}{where}{notes}"
