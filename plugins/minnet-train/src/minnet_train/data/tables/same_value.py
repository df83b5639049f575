"""`SameValue`: which category a number or a truth value is that another library or file writes in another way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property

from attrs import frozen

from .numerals import Numerals

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.0+)?")
"""Whole numbers, not codes such as 007."""

_TRUTH = ("true", "false")

_PLAIN = Numerals()


@frozen(slots=False)
class SameValue:
    """Finds categories by what they are worth where they are written in another way.

    A column of 1, 2 and 3 with a gap is one of 1.0, 2.0 and 3.0 in pandas, 007 is 7, and true is True.

    Attributes:
        categories: as they are written in the training data.

    >>> codes = SameValue(("1", "2", "007"))
    >>> codes.find("2.0"), codes.find("7"), codes.find("7", is_number=True), codes.find("02")
    ('2', None, '007', None)
    """

    categories: Sequence[str]

    def find(self, text: str, *, is_number: bool = False) -> str | None:
        """Return the only category that is worth as much; None if there is none, or more than one.

        Args:
            text: another way to write it.
            is_number: whether it was no text, but a number or a truth value: then 7 may be 007 or 7.50 be 7.5, which
                as texts may be different codes.
        """
        if text.lower() in _TRUTH:
            found = [each for each in self.categories if each.lower() == text.lower()]
        elif is_number:
            found = self._numbers.get(_worth(text), []) if _PLAIN.is_number(text) else []
        else:
            same = self._numbers.get(_worth(text), []) if _WHOLE.fullmatch(text) else []
            found = [each for each in same if _WHOLE.fullmatch(each)]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _numbers(self) -> dict[Decimal | None, list[str]]:
        found: dict[Decimal | None, list[str]] = {}
        for each in self.categories:
            if _PLAIN.is_number(each):
                found.setdefault(_worth(each), []).append(each)
        return found


def _worth(text: str) -> Decimal | None:
    """Exactly, as numbers above 2**53 may be names."""
    try:
        return Decimal(_PLAIN.plain(text))
    except InvalidOperation:
        return None
