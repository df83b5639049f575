"""`Mutant`: a correct component with one bug put in, by which the kit is proven."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType
from typing import Any
from zlib import crc32

from attrs import field, frozen

from minnet_core.testing import Case, cases_of

_SEPARATOR = "__with__"


def _edits(value: Any) -> tuple[tuple[str, str], ...]:
    return (value,) if isinstance(value[0], str) else tuple(value)


@frozen
class Mutant:
    """A component whose source is changed in one place, as somebody might really write it.

    Attributes:
        of: the correct class.
        edit: ``(old, new)``: text of the class's source that occurs there once, and what it becomes; a list of such if
            one bug needs several.
        killed_by: the check that must find it.
        bug: what is wrong, in a few words.
    """

    of: type
    edit: tuple[tuple[str, str], ...] = field(converter=_edits)
    killed_by: str
    bug: str

    @property
    def name(self) -> str:
        return f"{self.of.__name__}: {self.bug}"

    def source(self) -> str:
        """The source of the module that defines the class, with the bug."""
        whole, correct = inspect.getsource(sys.modules[self.of.__module__]), inspect.getsource(self.of)
        wrong = correct
        for old, new in self.edit:
            assert wrong.count(old) == 1, f"{self.name}: {old!r} occurs {wrong.count(old)} times in {self.of.__name__}"
            wrong = wrong.replace(old, new)
        assert whole.count(correct) == 1
        return whole.replace(correct, wrong)

    def make(self) -> Any:
        """The class with the bug, in a module of its own, where pickle finds it."""
        original = sys.modules[self.of.__module__]
        name = f"{self.of.__module__}{_SEPARATOR}{crc32(repr((self.edit, self.bug)).encode())}"
        if name not in sys.modules:
            module = ModuleType(name)
            module.__package__ = original.__package__
            module.__file__ = original.__file__
            sys.modules[name] = module
            exec(compile(self.source(), f"<{self.name}>", "exec"), vars(module))
        return getattr(sys.modules[name], self.of.__name__)

    def cases(self, seed: int = 0) -> list[Case]:
        """The cases that the correct class declares, of the wrong one."""
        return cases_of(self.make(), seed=seed)
