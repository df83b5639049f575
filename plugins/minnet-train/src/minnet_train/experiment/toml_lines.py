"""On which line of a TOML text each key and list item stands, which tomllib does not tell."""

from __future__ import annotations

import re
import tomllib

from .problem import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[^\s.=\[\]\"'#]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")


def toml_lines(text: str) -> dict[KeyPath, int]:
    r"""Find the line, from 1, on which each key of a valid TOML text and each item of its lists begins.

    >>> toml_lines('seed = 0\nmodel = [\n  { class = "ReLU" },\n]')
    {('seed',): 1, ('model',): 2, ('model', 0): 3, ('model', 0, 'class'): 3}
    """
    return _Scanner(text).scan()


class _Scanner:
    """Walks a text that tomllib has accepted, so that every bracket has its partner and nothing needs checking."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.lines: dict[KeyPath, int] = {}
        self.tables: dict[KeyPath, int] = {}  # path of an array of tables -> how many there have been

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self.skip(_BLANK)
        while self.position < len(self.text):
            start = self.position
            if self.take("["):
                is_array = self.take("[")
                table = self.header(self.key(), is_array, start)
                self.position = self.text.index("]]" if is_array else "]", self.position) + 1 + is_array
            else:
                self.pair(table)
            self.skip(_BLANK)
        return self.lines

    def header(self, names: list[str], is_array: bool, start: int) -> KeyPath:
        """Resolve ``[names]``: within an array of tables it means the last one."""
        path: KeyPath = ()
        for index, name in enumerate(names):
            path = (*path, name)
            self.note(path, start)
            if is_array and index == len(names) - 1:
                self.tables[path] = self.tables.get(path, 0) + 1
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
                self.note(path, start)
        return path

    def pair(self, table: KeyPath) -> None:
        start = self.position
        path = table
        for name in self.key():
            path = (*path, name)
            self.note(path, start)
        self.take("=")
        self.value(path)

    def key(self) -> list[str]:
        names = []
        while True:
            self.skip(_BLANK)
            quoted = self.skip(_STRING)
            names.append(tomllib.loads(f"key = {quoted}")["key"] if quoted else self.skip(_BARE_KEY))
            if not self.take("."):
                return names

    def value(self, path: KeyPath) -> None:
        self.skip(_BLANK)
        if self.take("["):
            index = 0
            while not self.take("]"):
                self.note((*path, index), self.position)
                self.value((*path, index))
                self.take(",")
                index += 1
        elif self.take("{"):
            while not self.take("}"):
                self.pair(path)
                self.take(",")
        elif not self.skip(_STRING):
            self.skip(_SCALAR)

    def note(self, path: KeyPath, position: int) -> None:
        self.lines.setdefault(path, self.text.count("\n", 0, position) + 1)

    def take(self, mark: str) -> bool:
        """Step over ``mark``, and the blanks around it, if it comes next."""
        start = self.position
        self.skip(_BLANK)
        if not self.text.startswith(mark, self.position):
            self.position = start
            return False
        self.position += len(mark)
        # A statement ends at the end of its line, so the blanks after a closing bracket are the caller's.
        if mark in "[{,":
            self.skip(_BLANK)
        return True

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.position)
        if not found:
            return ""
        self.position = found.end()
        return found[0]
