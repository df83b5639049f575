"""`ExperimentFile`: an experiment as somebody wrote it, in TOML."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from attrs import frozen

from ..errors import ExperimentError, KeyPath, Problem
from .experiment import Experiment
from .own_files import with_files_named
from .setting import Setting
from .structure import parsed_toml, structure_experiment

DEFAULT = "default.toml"
"""The experiment that ``minnet train`` runs by itself, in this package."""


def read_experiment(path: str | os.PathLike[str]) -> Experiment:
    """Read an experiment from a TOML file.

    Raises:
        ExperimentError: naming the file, the line, the key, and what was expected.
    """
    return ExperimentFile.read(path).experiment()


@frozen(slots=False)
class ExperimentFile:
    """The text of an experiment and its name, so that an error can say where it is.

    Attributes:
        name: what messages call it.
        text: TOML.
        folder: what a relative path of a data file in it is relative to; empty for the current directory.
        settings: keys that take other values than the text says.
    """

    name: str
    text: str
    folder: str
    settings: tuple[Setting, ...] = ()

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> ExperimentFile:
        """Read the file.

        Raises:
            ExperimentError: if there is none, or it is no text.
        """
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ExperimentError(Problem((), f"{os.fspath(path)}: expected a TOML file in UTF-8: {error}")) from None
        return cls(os.fspath(path), text, os.path.dirname(os.fspath(path)))

    @classmethod
    def default(cls) -> ExperimentFile:
        """Return the experiment that comes with this package."""
        return cls(DEFAULT, files(__package__).joinpath(DEFAULT).read_text("utf-8"), "")

    def experiment(self, imports: Sequence[str] = ()) -> Experiment:
        """Read the text; paths of data and Python files, relative to ``folder``, become those from the current folder.

        They are absolute only if they or ``folder`` are written so: a model file records that of the data.

        Args:
            imports: paths of Python files besides those that the experiment names; of two of one name, these are meant.

        Raises:
            ExperimentError: if it is no TOML, or no experiment.
        """
        with self.locating_errors():
            try:
                data = parsed_toml(self.text)
            except ValueError as error:
                hint = ""
                if self.name.lower().endswith((".csv", ".tsv")):
                    hint = f"; minnet init --data {shlex.quote(self.name)} writes an experiment for data"
                raise ExperimentError(Problem((), f"expected TOML: {error}{hint}")) from None
            for setting in self.settings:
                setting.apply(data)
            experiment = structure_experiment(data)
            return with_files_named(experiment, self.folder, imports).relative_to(self.folder)

    @contextmanager
    def locating_errors(self) -> Iterator[None]:
        """Make every `ExperimentError` that passes through say that it is about this file."""
        try:
            yield
        except ExperimentError as error:
            error.file = self
            raise

    def where(self, path: KeyPath) -> str:
        """Name the file, and the line of a key; of one that is missing, the line of the table it should be in.

        Of a key that is set beside the file, name what sets it.
        """
        if not path:  # of a file that is no TOML there are no lines of keys
            return self.name
        for setting in reversed(self.settings):
            is_made = path not in self._lines and setting.path[: len(path)] == path
            if is_made or setting.holds(path):
                return f"--set {setting.text}"
        while path and path not in self._lines:
            path = path[:-1]
        return f"{self.name}, line {self._lines[path]}" if path else self.name

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return toml_lines(self.text)


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
        self.breaks = [match.start() for match in re.finditer("\n", text)]
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
        self.lines.setdefault(path, bisect_left(self.breaks, position) + 1)

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
