"""`Condition`: what runs are filtered by, such as ``optimizer.lr<0.01`` or ``state=finished``."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from fnmatch import fnmatchcase
from operator import eq, ge, gt, le, lt
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from minnet_core.support import did_you_mean, nearest

from ..errors import KeyPath, RunError
from ..experiment import key_path
from ..plots import is_number
from .keys import value_of, value_text
from .summary import DAMAGED, FINISHED, INTERRUPTED, RUNNING, RunSummary

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
        if found is None or not path or not found[3].strip():
            raise ConditionError(
                "expected KEY, a comparison (= != < <= > >= ~ !~) and a value, such as optimizer.lr<0.01, received "
                f"{text!r}"
            )
        operator, written = "=" if found[2] == "==" else found[2], found[3].strip()
        value = written if operator in ("~", "!~") else _value(written)
        if value is written and written[0] in _OPENING and operator not in ("~", "!~"):
            raise ConditionError(f"{text}: expected the value to be TOML, as it begins like that, received {written}")
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

    def expect_comparable(self, runs: Iterable[RunSummary]) -> None:
        """Refuse a value that is of another kind than all that runs have, or is none of the few that there can be.

        It would hold for none of them, or with ``!=`` for all, and what follows may be that they are deleted.

        Raises:
            ConditionError: saying what the runs have.
        """
        if self.operator in ("~", "!~") or self.value is None:
            return
        if self.path in (("state",), ("run",)) and self.operator in ("=", "!="):
            known = STATES if self.path == ("state",) else tuple(run.name for run in runs)
            if known and self.value not in known:
                received = f"received {str(self.value)!r}"
                expected = f"one of {', '.join(STATES)}" if known is STATES else "the path of one of the runs"
                near = nearest(str(self.value), known) if known is STATES else did_you_mean(_ending(self.value, known))
                raise ConditionError(f"{self.text}: expected {expected}, {received}{near and f'; {near}'}")
        other = None
        for run in runs:
            value = value_of(run, self.path)
            if value is not None and _kind(value) == _kind(self.value):
                return
            other = (run, value) if other is None and value is not None else other
        if other is not None:
            run, value = other
            raise ConditionError(
                f"{self.text}: expected {_kind(value)}, as {value_text(value)} of {run.name} is, "
                f"received {_kind(self.value)}"
            )


STATES = (FINISHED, INTERRUPTED, RUNNING, DAMAGED)

_OPENING = ("'", '"', "[", "{")
"""What values of TOML begin with that have an end, which is missing if they cannot be read."""

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


def _kind(value: Any) -> str:
    """Name the kind of a value, of which only one can equal the others or be larger."""
    if isinstance(value, bool):
        return "true or false"
    if is_number(value):
        return "a number"
    for kind, name in ((str, "a text"), (date, "a time"), (Mapping, "a table"), (list, "a list")):
        if isinstance(value, kind):
            return name
    return "a time of day" if isinstance(value, time) else "a number"  # one that no float is as large as


def _ending(value: Any, paths: Iterable[str]) -> list[str]:
    """Find paths by the name of their folder, which is how every command but this takes them."""
    return [path for path in paths if path.endswith(f"{os.sep}{value}")][:3]


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
