"""`ConformanceItem`: one check of one case, as a test."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from minnet_core.testing import Check, ConformanceError, Examination, named_check

from .declaration import MARK
from .strictness import PROPERTY, is_strict


class ConformanceItem(pytest.Item):
    """A test that runs a check.

    Args:
        examination: runs it; all items of the case have this one, so that no check runs twice.
        check: the check.
        title: what heads a failure.
        line: where the test is declared, counted from 0; None if that is in another file.
        marks: of this item.
    """

    def __init__(
        self,
        *,
        examination: Examination,
        check: Check,
        title: str,
        line: int | None,
        marks: Iterable[pytest.MarkDecorator],
        **known: Any,
    ) -> None:
        super().__init__(**known)
        self.examination = examination
        self.check = check
        self.title = title
        self.line = line
        self.extra_keyword_matches.add(check.family)
        self.keywords[MARK] = True
        for mark in marks:
            self.add_marker(mark)

    def runtest(self) -> None:
        """Run the check, after those that it needs; a weakness is kept for the report, unless weaknesses fail too.

        Raises:
            ConformanceError: if the component fails it.
            pytest.skip.Exception: if it has nothing to prove, or a check that it needs fails.
            pytest.fail.Exception: if a check that it needs fails, and is not run itself, so that nothing else would.
        """
        result = self.examination.result_of(self.check)
        if result.outcome == "weakness" and not is_strict(self.config):
            self.user_properties.append((PROPERTY, result.message))
        elif result.status == "failed":
            raise ConformanceError(result.message)
        if result.blocked_by and not self._is_run(result.blocked_by):
            needed = self.examination.result_of(named_check(result.blocked_by))
            if needed.outcome == "failed" or is_strict(self.config):
                pytest.fail(f"{self.title}: {result.message}\n\n{needed.message}", pytrace=False)
        if result.status == "skipped":
            pytest.skip(result.message)

    def _is_run(self, check: str) -> bool:
        """Whether a check of the same case is among the tests that are selected."""
        return any(
            isinstance(item, ConformanceItem) and item.examination is self.examination and item.check.name == check
            for item in self.session.items
        )

    def command(self) -> str:
        """What runs this item again, from where pytest was started rather than from its root."""
        started = self.config.invocation_params.dir
        path = self.path.relative_to(started) if self.path.is_relative_to(started) else self.path
        return f"pytest {shlex.quote('::'.join([path.as_posix(), *self.nodeid.split('::')[1:]]))}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the kit's message, which says what is wrong, rather than how the kit came to know."""
        if isinstance(excinfo.value, ConformanceError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, self.line, self.title
