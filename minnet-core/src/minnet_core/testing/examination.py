"""`Examination`: the checks of a case, run in order, each after those that it needs."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from unittest import SkipTest

import numpy as np

from .case import Case
from .check import Check, ConformanceError
from .global_state import GlobalState
from .kit import checks_by_name
from .report import Report, Result
from .reproduction import reproduction
from .trial import Trial


class Examination:
    """Runs checks of one case and remembers what came of them, so that none runs twice.

    Args:
        case: what to examine.

    Raises:
        ValueError: if the case expects failures of checks that do not exist.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
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
            with _undisturbed():
                return inferred_traits(self.case)
        except Exception:  # a component that cannot even run: the checks say why
            return self.case.traits

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

        for need in check.needs:
            first = self.result_of(self._checks[need])
            if first.status == "failed":
                return result("skipped", f"needs {need}, which fails")
            if first.status == "skipped" and first.message.startswith("needs "):
                return result("skipped", f"needs {need}, which is skipped: it {first.message}")
        try:
            with _undisturbed():
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
            f"  again: {reproduction(self.case, check.name)}"
        )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the global generators, and keep NumPy's warnings from those who would turn them into errors."""
    before = GlobalState.now()
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        before.restore()


def _raised(error: BaseException) -> str:
    """Say what was raised, and where in the code that is not the kit's."""
    here = Path(__file__).parent
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if here not in Path(frame.filename).parents]
    outside = [frame for frame in frames if here.parent not in Path(frame.filename).parents] or frames
    where = f", at {outside[-1].filename}:{outside[-1].lineno}" if outside else ""
    notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
    return f"raised {type(error).__name__}: {error}{where}{notes}"
