"""How a check ends, when it does not just return: the component fails it, or it does not apply."""

from __future__ import annotations

from typing import NoReturn
from unittest import SkipTest


class ConformanceError(AssertionError):
    """A component fails a check; the message says what, where, and how to see it again."""


class NotApplicable(SkipTest):  # an outcome rather than an error, named as unittest names its own
    """A check has nothing to prove of a component; the message says why."""


def fail(detail: str) -> NoReturn:
    """End a check: the component fails it."""
    raise ConformanceError(detail)


def skip(reason: str) -> NoReturn:
    """End a check: it has nothing to prove of this component."""
    raise NotApplicable(reason)
