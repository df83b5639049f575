"""Proving components: every check of every case, in order, each after those that it needs, at once or one by one."""

from __future__ import annotations

import os
import shlex
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, Self
from unittest import SkipTest

from attrs import asdict, field, frozen

from ..nn import Draw
from ..state import global_state_kept, sandboxed
from ..support import nearest_names, printable_lines, where_raised
from .cases import Case
from .check import Check, ConformanceError, Level, WeaknessWarning
from .checks import checks_by_name, checks_for, named_check, unknown_check
from .kinds import OWN_NAMES, all_kinds
from .report import Report, Result, Status
from .selection import cases_of
from .trait_detection import inferred_traits
from .trial import Trial


def rerun_command(case: Case, check: str) -> str:
    """Return a command for a shell; for a case that no command line can say, a line of Python where the case is known.

    A case that a test made is run again by the test: pytest says which it is.
    """
    if case.command is not None:
        seed = f" --seed {case.seed}" if case.seed else ""
        return f"{case.command} --check {check}{seed}"
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    if test:
        return f"pytest {shlex.quote(_from_here(test))}"
    seed = f", seed={case.seed}" if case.seed else ""
    return f"{case.call or 'check_component(case'}, checks=[{check!r}]{seed})"


def _from_here(test: str) -> str:
    """The id of a test with the path of its file from here; pytest's is from the root of the project."""
    file, separator, rest = test.partition("::")
    here = Path.cwd()
    for root in (here, *here.parents):
        if (root / file).is_file():
            return os.path.relpath(root / file, here) + separator + rest
    return test


class Examination:
    """Runs checks of one case and remembers what came of them, so that none runs twice.

    Args:
        case: what to examine.
        again: says how a check of a case is run again, for messages.

    Raises:
        ValueError: if the case expects a failure of a check that does not exist, and is named like one that does.
    """

    def __init__(self, case: Case, again: Callable[[Case, str], str] = rerun_command) -> None:
        self.case = case
        self._again = again
        self._results: dict[str, Result] = {}
        self._originals: dict[object, Any] = {}
        self._checks = checks_by_name()
        for name in case.expected_failures:
            # One that is like no check may be of a plugin that is not installed here.
            if name not in self._checks and nearest_names(name, self._checks.keys(), cutoff=0.8):
                raise ValueError(f"{case.name}: expected_failures: {unknown_check(name)}")

    def report(self, checks: Iterable[Check]) -> Report:
        """Run checks; those that they need are reported too where they fail."""
        with global_state_kept():
            results = {check.name: self._result_of(check) for check in checks}
        needed = [result for name, result in self._results.items() if name not in results and result.status == "failed"]
        is_formula = self.kind is None or next(kind.is_formula for kind in all_kinds() if kind.name == self.kind)
        return Report(self.case.name, (*needed, *results.values()), self.traits, self._reference, is_formula)

    @cached_property
    def traits(self) -> frozenset[str]:
        """The traits of the component: those declared and, for a case that infers them, those found."""
        if not self.case.infers or self.kind not in OWN_NAMES:
            return self.case.traits
        try:
            with sandboxed(self.case.seed):
                return inferred_traits(self.case)
        except (Exception, SystemExit):  # a component that cannot even run: the checks say why
            return self.case.traits

    @cached_property
    def kind(self) -> str | None:
        """The kind of the case."""
        return self.case.kind

    def result_of(self, check: Check) -> Result:
        """Run a check, unless it has run."""
        with global_state_kept():
            return self._result_of(check)

    def _result_of(self, check: Check) -> Result:
        if check.name not in self._results:
            self._results[check.name] = self._run(check)
        return self._results[check.name]

    def ended(self, check: Check, how: str, found: Iterable[Result], planned: Iterable[Check]) -> Report:
        """Report a case whose process ended: the check that ran then fails, and those that would have run are skipped.

        Args:
            check: the check that ran.
            how: what happened.
            found: the results until then.
            planned: all checks that were to be run.
        """
        results = {result.check: result for result in found}
        results[check.name] = self._result(check, "failed", self._message(check, how, "wrong result"))
        for other in planned:
            if other.name not in results:
                why = f"needs a process, which {check.name} ended"
                results[other.name] = self._result(other, "skipped", why, check.name)
        return Report(self.case.name, tuple(results.values()), self.case.traits, self._reference)

    @property
    def _reference(self) -> str | None:
        return None if self.case.reference is None else self.case.reference.name

    def _result(
        self,
        check: Check,
        status: Status,
        message: str = "",
        blocked_by: str = "",
        level: Level = "wrong result",
    ) -> Result:
        if status == "skipped":
            message = self._told(check, message)
        expected = check.name in self.case.expected_failures
        reason = self.case.expected_failures.get(check.name, "")
        text = printable_lines(message)
        return Result(self.case.name, check.name, check.family, status, text, expected, reason, blocked_by, level)

    def _run(self, check: Check) -> Result:
        result = partial(self._result, check, level=check.level)
        if self.case.unchecked:
            return result("skipped", self.case.unchecked)
        if self.case.adapter is not None and check.name in self.case.adapter.without:
            return result("skipped", self.case.adapter.without[check.name])
        if self.kind is not None and not self.case.is_subject_of(check, self.kind):
            return result("skipped", f"it is a {self.kind}, and the check is about {' and '.join(check.of)}")
        weak = ""
        for need in check.needs:
            needed = self._checks[need] if need in self._checks else named_check(need)
            first = self._result_of(needed)
            # One that is expected to fail is no reason to stop, and what is found to be less hides no wrong result.
            is_weak = first.outcome == "weakness" and "weakness" in (needed.level, check.level)
            if first.outcome == "failed" or is_weak:
                return result("skipped", f"needs {need}, which fails", need)
            weak = need if first.outcome == "weakness" else weak
            if first.blocked_by:
                return result("skipped", f"needs {need}, which is skipped: it {first.message}", first.blocked_by)
        try:
            with sandboxed(self.case.seed, keeps_generators=False):
                check.function(Trial(self.case, check.name, self.traits, self._originals))
        except SkipTest as skipped:
            return result("skipped", str(skipped))
        except ConformanceError as failure:
            level = failure.level or check.level
            if level == "weakness" and weak:
                return result("skipped", f"needs {weak}, which has this weakness", weak)
            return result("failed", self._message(check, str(failure), level), level=level)
        except (Exception, SystemExit) as error:  # whatever a stranger's component raises is a finding
            return result("failed", self._message(check, _raised(error), check.level))
        return result("passed")

    def _message(self, check: Check, detail: str, level: Level) -> str:
        return (
            f"{self.case.name} {'has a weakness:' if level == 'weakness' else 'fails'} {check.name}\n"
            f"  {adapter.explain(check.name, detail) if (adapter := self.case.adapter) else detail}\n"
            f"  it proves: {self._told(check, check.proves)}\n"
            f"  seed: {self.case.seed}\n"
            f"  again: {self._again(self.case, check.name)}"
        )

    def _told(self, check: Check, text: str) -> str:
        """A text in the words of those who write such components."""
        return text if self.case.adapter is None else self.case.adapter.retell(check.name, text)


def _raised(error: BaseException) -> str:
    """Say what was raised, and where in the component's own code, as far as there is any."""
    first = error
    while first.__cause__ is not None:
        first = first.__cause__
    where, outer = where_raised(first), where_raised(first, outermost=True)
    if outer != where:  # a container that hands a module what it cannot take is to blame itself
        where += f", called at {outer}"
    notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
    return f"raised {type(error).__name__}: {error}{where and f', at {where}'}{notes}"


@frozen(eq=False, repr=False)
class BoundCheck(Check):
    """A check with the case that it is to be run on: calling it runs it, and whatever it needs first.

    Attributes:
        case: the case.
        strict: whether a weakness fails too.
    """

    case: Case = field(kw_only=True)
    strict: bool = field(default=False, kw_only=True)

    @classmethod
    def of_case(cls, case: Case, check: Check, *, strict: bool = False) -> Self:
        """Bind a check to a case."""
        return cls(**asdict(check, recurse=False), case=case, strict=strict)

    def __call__(self, case: Case | None = None) -> None:
        """Run the check; a weakness is warned of, by a `WeaknessWarning`.

        Args:
            case: the one to run it on instead of its own.

        Raises:
            ConformanceError: if the component fails.
            unittest.SkipTest: if the check has nothing to prove of it, or needs one that fails.
        """
        __tracebackhide__ = True  # of pytest: the message says it all
        result = Examination(case or self.case).result_of(self)
        if result.outcome == "skipped":
            raise SkipTest(result.message)
        if result.outcome == "weakness" and not self.strict:
            warnings.warn(result.message, WeaknessWarning, stacklevel=2)
        elif result.status == "failed":
            raise ConformanceError(result.message)


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
    strict: bool = False,
    arguments: Mapping[str, Any] | None = None,
    input: Any = None,
    target: str | Draw | None = None,
    traits: Iterable[str] = (),
    example: int | None = None,
    seed: int | None = None,
) -> list[Report]:
    """Run the conformance kit.

    Args:
        subjects: what `cases_of` takes: a class, a registered name, a distribution, a file or folder, a `Case`.
        checks: names of the checks to run (and of what they need); all if not given.
        on_fail: raise an error, warn, or (None) only report.
        strict: take weaknesses for failures, rather than warn of them by a `WeaknessWarning`.
        arguments: of the constructor, by name: ``{"n_in": 3, "n_out": 2}``; like ``input``, instead of the ``EXAMPLES``
            of the class. A class that needs some and declares no ``EXAMPLES`` is checked with these alone.
        input: the shape of an input, ``(4, 3)``, its batch first; a tuple of shapes for a table, a list of either for
            several inputs. A class without ``EXAMPLES`` needs it.
        target: of a criterion, ``"one-hot"``, ``"classes"``, ``"real"``, ``"binary"``, ``"signs"`` or whatever else
            `cases_of` takes; found out if not given.
        traits: traits that hold, besides those that are found out.
        example: the index of the one of the ``EXAMPLES`` that is to be checked.
        seed: of the cases.

    Returns:
        A report for every case, which shows its failures.

    Raises:
        ConformanceError: if a component fails a check and ``on_fail`` is ``"raise"``.
        ValueError: if there is no check of a name, or a class needs arguments or an input that are not given; says how
            they are.

    >>> from minnet_core import Sequential
    >>> (report,) = check_component(Sequential)
    >>> report.count("failed")
    0
    """
    reports = []
    cases = cases_of(
        *subjects, arguments=arguments, input=input, target=target, traits=traits, example=example, seed=seed
    )
    for case in cases:
        report = examine(case, checks)
        report.signal(on_fail, strict)
        reports.append(report)
    return reports


def examine(case: Case, checks: Iterable[str] | None = None) -> Report:
    """Run the checks of one case; see `check_component`."""
    chosen = list(checks_for(case)) if checks is None else [named_check(name) for name in checks]
    return Examination(case).report(chosen)
