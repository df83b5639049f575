"""`Condition`: what runs are filtered by, such as ``optimizer.lr<0.01`` or ``state=finished``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from fnmatch import fnmatchcase
from operator import eq, ge, gt, le, lt
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from ..errors import KeyPath, RunError
from ..experiment import key_path
from ..plots import is_number
from .keys import value_of, value_text
from .summary import RunSummary

_FORM = re.compile(r'((?:"(?:\\.|[^"\\])*"|[^<>=!~"])+)(<=|>=|==|!=|!~|=|<|>|~)(.*)', re.DOTALL)


class ConditionError(RunError):
    """A text is no condition."""


@frozen
class Condition:
    """A key, a comparison and a value.

    ============= ========================================================================================
    ``=``         the value is the same; ``==`` likewise
    ``!=``        it is another, or there is none
    ``< <= > >=`` it is a number, a text or a time, and smaller or larger; what is missing is neither
    ``~``         its text matches a pattern with ``*``, ``?`` and ``[...]``
    ``!~``        it does not
    ============= ========================================================================================

    Attributes:
        text: as it was written.
        path: of the key.
        operator: one of the above.
        value: as TOML has it; a text need not be in quotes; None for ``none``, which is what a missing key has.
    """

    text: str = field(eq=False)
    path: KeyPath
    operator: str
    value: Any

    @classmethod
    def read(cls, text: str) -> Condition:
        """Read a condition.

        Raises:
            ConditionError: if it is none.

        >>> Condition.read("optimizer.lr < 1e-2").value, Condition.read("optimizer.class=Adam").value
        (0.01, 'Adam')
        """
        found = _FORM.fullmatch(text.strip())
        path = key_path(found[1].strip()) if found else ()
        if found is None or not path:
            raise ConditionError(
                "expected KEY, a comparison (= != < <= > >= ~ !~) and a value, such as optimizer.lr<0.01, received "
                f"{text!r}"
            )
        operator, written = "=" if found[2] == "==" else found[2], found[3].strip()
        value = written if operator in ("~", "!~") else _value(written)
        if operator in _ORDERS and not _is_ordered(value):
            raise ConditionError(f"{text}: expected a number, a text or a time to compare by {operator}")
        return cls(text, path, operator, value)

    def holds(self, run: RunSummary) -> bool:
        """Whether a run fulfils it."""
        found = value_of(run, self.path)
        if self.operator in ("~", "!~"):
            text = found if isinstance(found, str) else value_text(found)
            matches = found is not None and fnmatchcase(text, self.value)
            return matches == (self.operator == "~")
        if self.operator in ("=", "!="):
            return _are_same(found, self.value) == (self.operator == "=")
        return _compare(_ORDERS[self.operator], found, self.value)


_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType({"<": lt, "<=": le, ">": gt, ">=": ge})


def _value(written: str) -> Any:
    if written == "none":
        return None
    try:
        data = tomllib.loads(f"value = {written}")
    except (ValueError, RecursionError):
        data = {}
    if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", written):  # which TOML 1.0 takes with seconds alone
        with suppress(ValueError):
            return datetime.fromisoformat(written)
    return data["value"] if data.keys() == {"value"} else written


def _is_ordered(value: Any) -> bool:
    return is_number(value) or isinstance(value, (str, date))


def _are_same(one: Any, other: Any) -> bool:
    """Whether two values are equal; true is no 1, as in TOML."""
    if isinstance(one, (bool, datetime)) or isinstance(other, bool):
        return (type(one) is type(other) and bool(one == other)) or _compare(eq, one, other)
    return bool(one == other)


def _compare(order: Callable[[Any, Any], bool], one: Any, other: Any) -> bool:
    if isinstance(one, datetime):  # with a time zone
        if isinstance(other, datetime):
            try:
                return order(one, other.astimezone())
            except (OverflowError, ValueError):  # a year that has no time zones
                return False
        return isinstance(other, date) and order(one.date(), other)
    comparable = (is_number(one) and is_number(other)) or (isinstance(one, str) and isinstance(other, str))
    return comparable and order(one, other)
