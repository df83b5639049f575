"""`ExperimentFile`: an experiment as somebody wrote it, in TOML."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from attrs import evolve, frozen

from ..errors import ExperimentError
from .experiment import Experiment
from .problem import KeyPath, Problem
from .structure import structure_experiment
from .toml_lines import toml_lines

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
    """

    name: str
    text: str
    folder: str

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

    def experiment(self) -> Experiment:
        """Read the text; the path of a CSV file, relative to ``folder``, becomes one from the current directory.

        It is absolute only if it or ``folder`` is written so: a model file records it.

        Raises:
            ExperimentError: if it is no TOML, or no experiment.
        """
        with self.locating_errors():
            try:
                experiment = structure_experiment(tomllib.loads(self.text))
            except tomllib.TOMLDecodeError as error:
                raise ExperimentError(Problem((), f"expected TOML: {error}{self._hint()}")) from None
            return evolve(experiment, data=experiment.data.relative_to(self.folder))

    @contextmanager
    def locating_errors(self) -> Iterator[None]:
        """Make every `ExperimentError` that passes through say that it is about this file."""
        try:
            yield
        except ExperimentError as error:
            error.file = self
            raise

    def where(self, path: KeyPath) -> str:
        """Name the file, and the line of a key; of one that is missing, the line of the table it should be in."""
        while path and path not in self._lines:
            path = path[:-1]
        return f"{self.name}, line {self._lines[path]}" if path else self.name

    def _hint(self) -> str:
        """What to do with data that were taken for an experiment."""
        is_table = self.name.lower().endswith((".csv", ".tsv"))
        return f"; minnet init --data {shlex.quote(self.name)} writes an experiment for data" if is_table else ""

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return toml_lines(self.text)
