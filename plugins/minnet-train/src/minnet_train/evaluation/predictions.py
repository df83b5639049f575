"""What a model predicts, row by row, and how it is written: as CSV or as JSON lines."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from attrs import define, field

from minnet_core import Array, Module

from ..experiment import TrainingRecord
from ..training import CHUNK, to_probabilities

_MANY = {"probability": "probabilities", "score": "scores"}


@define
class Predictions:
    """Asks a model about raw rows.

    Attributes:
        model: in evaluation mode.
        record: says what it takes and what its outputs mean.
        path: of the model, for messages.
        with_all: whether there is a number for each class beside that of the predicted one.
    """

    model: Module
    record: TrainingRecord
    path: str
    with_all: bool = True
    # Found out once: one part of a file must not differ.
    _word: str | None = field(default=None, init=False)
    _turn: Callable[[Array], Array] | None = field(default=None, init=False)

    def of(self, parts: Iterable[Array]) -> Iterator[dict[str, Any]]:
        """Yield what is predicted for each row.

        For a classification that is ``label``, ``probability`` and the table ``probabilities``, or ``score`` and
        ``scores`` if the outputs are no probabilities; for a regression, a value for each output.

        Args:
            parts: raw features (n, columns).

        Raises:
            ModelFileError: if the model has another number of outputs than its record says.
        """
        for raw in parts:
            for start in range(0, len(raw), CHUNK):
                answers = self.model.forward(self.record.preparation.inputs(raw[start : start + CHUNK]))
                self.record.expect_outputs(answers.shape[1:], self.path)
                yield from self._labels(answers) if self.record.classes else self._values(answers)

    def _values(self, answers: Array) -> Iterator[dict[str, Any]]:
        names = self.record.output_names(answers.shape[1])
        for row in self.record.preparation.answers(answers).tolist():
            yield dict(zip(names, (_rounded(value, 9) for value in row), strict=True))

    def _labels(self, answers: Array) -> Iterator[dict[str, Any]]:
        if self._word is None:
            self._turn = to_probabilities(answers)
            self._word = "score" if self._turn is None else "probability"
        answers = answers if self._turn is None else self._turn(answers)
        names = [str(name) for name in self.record.classes]
        for label, numbers in zip(answers.argmax(axis=1).tolist(), answers.tolist(), strict=True):
            row = [_rounded(value, 6) for value in (numbers if self.with_all else numbers[label : label + 1])]
            each = {_MANY[self._word]: dict(zip(names, row, strict=True))} if self.with_all else {}
            best = row[label] if self.with_all else row[0]
            yield {"label": self.record.classes[label], self._word: best, **each}


def write_csv(rows: Iterable[dict[str, Any]], file: IO[str]) -> None:
    """Write a header and a line for each row; a table within it becomes columns such as ``probability(yes)``."""
    writer = csv.writer(file, lineterminator="\n")
    is_first = True
    for row in rows:
        flat = {key: value for name, cell in row.items() for key, value in _cells(name, cell)}
        if is_first:
            writer.writerow(flat)
            is_first = False
        writer.writerow(flat.values())


def write_json_lines(rows: Iterable[dict[str, Any]], file: IO[str]) -> None:
    """Write an object on a line of its own for each row; what JSON has no number for is null."""
    for row in rows:
        json.dump(_with_null(row), file, ensure_ascii=False)
        file.write("\n")


FORMATS: dict[str, Callable[[Iterable[dict[str, Any]], IO[str]], None]] = {"csv": write_csv, "jsonl": write_json_lines}
"""What a format is called, and what writes it."""


def format_of(path: str) -> str:
    """The format that a suffix stands for, CSV if none."""
    return "jsonl" if path.lower().endswith((".jsonl", ".ndjson")) else "csv"


def _cells(name: str, cell: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(cell, dict):
        singular = next(one for one, many in _MANY.items() if many == name)
        yield from ((f"{singular}({key})", value) for key, value in cell.items())
    else:
        yield name, cell


def _rounded(value: float, digits: int) -> float:
    """What is left of a float32 when it is written with so many digits."""
    return float(f"{value:.{digits}g}")


def _with_null(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {key: _with_null(value) for key, value in cell.items()}
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
