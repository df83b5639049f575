"""What a test file says: `conformance`, `parametrize_with_checks`; no component is imported before pytest collects."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from attrs import field, frozen

MARK = "minnet_checks"
"""The mark of a test function that `parametrize_with_checks` decorates, and a keyword of every item of ours."""


def _read_only(options: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(options))


@frozen(eq=False)
class Conformance:
    """Components that pytest is to check: an attribute of a test module or test class that is named as a test is.

    Attributes:
        subjects: what `minnet_core.testing.cases_of` takes.
        options: the keyword arguments that it takes.
        file: where this was written.
        line: where in the file, counted from 1.
    """

    subjects: tuple[Any, ...] = field(converter=tuple)
    options: Mapping[str, Any] = field(converter=_read_only)
    file: str = ""
    line: int = 1

    @subjects.validator
    def _has_subjects(self, _: Any, subjects: tuple[Any, ...]) -> None:
        if not subjects:
            raise TypeError("expected a component or a distribution to check, received none")


def conformance(*subjects: Any, **options: Any) -> Conformance:
    """Have pytest run every check of the conformance kit as a test of its own.

    Args:
        subjects: each a distribution (``"minnet-swish"``, for all its components), a registered name, a class, a
            component, a ``Case``, ``"module:Class"`` or ``"FILE.py:Class"``.
        options: what the class does not declare in its ``EXAMPLES``, or should be tried instead of them:
            ``arguments``, ``input``, ``target``, ``traits``, ``example`` and ``seed``.

    Returns:
        What to give a name that pytest takes for a test's.

    Raises:
        TypeError: if there is no subject. What is wrong with one is an error when pytest collects the tests.

    >>> test_conformance = conformance("minnet-core")
    >>> test_conformance.subjects
    ('minnet-core',)
    """
    caller = sys._getframe(1)
    return Conformance(subjects, options, caller.f_code.co_filename, caller.f_lineno)


def parametrize_with_checks(*subjects: Any, **options: Any) -> pytest.MarkDecorator:
    """Have pytest call a test function with every case and every check that is about it.

    Several of these decorators on one function, or on its class, add up.
    The function takes ``case`` and ``check``, and ``check(case)`` runs the check. Fixtures and marks are those of any
    test; where they are not needed, `conformance` is shorter, and runs no check twice.

    Args:
        subjects: as `conformance` takes them.
        options: as `conformance` takes them.

    Returns:
        A decorator of the function.

    Raises:
        TypeError: if there is no subject. What is wrong with one is an error when pytest collects the tests.

    >>> @parametrize_with_checks("minnet-core")
    ... def test_conformance(case, check):
    ...     check(case)
    """
    return getattr(pytest.mark, MARK).with_args(Conformance(subjects, options))  # type: ignore[no-any-return]  # of getattr
