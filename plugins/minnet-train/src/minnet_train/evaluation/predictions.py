"""What a model predicts for rows, and the file that it is written to: as CSV or as JSON lines."""

from __future__ import annotations

import csv
import json
import math
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from attrs import field, frozen

from minnet_core import Array, Module
from minnet_core.compilation import CompiledForward

from ..errors import OutputError
from ..experiment import TrainingRecord
from ..metrics import find_conversion

CHUNK = 1024
"""Rows that go through a model at once, so that memory does not grow with their number."""

CELLS = 2**19
"""Numbers that go through it at once, so that memory does not grow with the number of columns either."""

_MANY = {"probability": "probabilities", "score": "scores"}


def outputs_of(
    model: Module | CompiledForward, record: TrainingRecord, path: str, parts: Iterable[Array]
) -> Iterator[Array]:
    """Yield what a model makes of raw rows, as its last layer has it: (n, outputs), some at a time.

    Args:
        model: in evaluation mode, or compiled.
        record: describes its inputs and outputs.
        path: of the model, for messages.
        parts: raw features (n, columns).

    Raises:
        ModelFileError: if the number of outputs of the model differs from that in its record.
    """
    for raw in parts:
        size = max(16, min(CHUNK, CELLS // max(1, raw.shape[1])))
        for start in range(0, len(raw), size):
            outputs = model.forward(record.preparation.inputs(raw[start : start + size]))
            record.expect_outputs(outputs.shape[1:], path)
            yield outputs


@frozen(eq=False)
class PredictedRows:
    """What a model predicts for some rows, column by column.

    Attributes:
        columns: by their names, a value for each row.
        each: ``probabilities`` or ``scores`` if there is a number for each class; else empty.
        of_class: by the names of the classes, a number for each row.
    """

    columns: Mapping[str, Sequence[Any]]
    each: str = ""
    of_class: Mapping[str, Sequence[float]] = field(factory=dict)

    def as_dicts(self) -> Iterator[dict[str, Any]]:
        """Yield a dict for each row, in which the numbers of the classes are a dict."""
        names, classes = list(self.columns), list(self.of_class)
        rows = zip(*self.columns.values(), strict=True)
        if not self.each:
            yield from (dict(zip(names, row, strict=True)) for row in rows)
            return
        for row, numbers in zip(rows, zip(*self.of_class.values(), strict=True), strict=True):
            yield {**dict(zip(names, row, strict=True)), self.each: dict(zip(classes, numbers, strict=True))}


def predict_rows(
    model: Module | CompiledForward, record: TrainingRecord, path: str, parts: Iterable[Array], *, with_all: bool = True
) -> Iterator[PredictedRows]:
    """Yield what a model predicts, some rows at a time.

    For a classification that is ``label``, ``probability`` and that of each class, or ``score`` and those of each class
    if the outputs are no probabilities; for a regression, a value for each output.

    Args:
        model: in evaluation mode, or compiled.
        record: describes its inputs and outputs.
        path: of the model, for messages.
        parts: raw features (n, columns).
        with_all: whether to give a number for each class, besides that of the predicted one.

    Raises:
        ModelFileError: if the number of outputs of the model differs from that in its record.
    """
    convert, word = None, ""
    for outputs in outputs_of(model, record, path, parts):
        if not record.classes:
            names = record.output_names(outputs.shape[1])
            columns = record.preparation.answers(outputs).T.tolist()
            yield PredictedRows({name: _rounded(of, 9) for name, of in zip(names, columns, strict=True)})
            continue
        if not word:  # decided once, by the first chunk: all rows of a file have the same columns
            convert = find_conversion(outputs)
            word = "score" if convert is None else "probability"
        yield _labels(record, outputs if convert is None else convert(outputs), word, with_all)


def _labels(record: TrainingRecord, scores: Array, word: str, with_all: bool) -> PredictedRows:
    labels = scores.argmax(axis=1)
    best = scores[np.arange(len(scores)), labels]
    columns = {"label": [record.classes[label] for label in labels.tolist()], word: _rounded(best.tolist(), 6)}
    if not with_all:
        return PredictedRows(columns)
    of_class = zip(record.classes, scores.T.tolist(), strict=True)
    return PredictedRows(columns, _MANY[word], {str(name): _rounded(numbers, 6) for name, numbers in of_class})


def write_csv(parts: Iterable[PredictedRows], file: IO[str]) -> None:
    """Write a header and a line for each row; the numbers of classes are columns such as ``probability(yes)``."""
    writer = csv.writer(file, lineterminator="\n")
    for index, part in enumerate(parts):
        if not index:
            singular = next((one for one, many in _MANY.items() if many == part.each), "")
            writer.writerow([*part.columns, *(f"{singular}({name})" for name in part.of_class)])
        writer.writerows(zip(*part.columns.values(), *part.of_class.values(), strict=True))


def write_json_lines(parts: Iterable[PredictedRows], file: IO[str]) -> None:
    """Write an object on a line of its own for each row; nan and infinity become null."""
    for part in parts:
        for row in part.as_dicts():
            file.write(f"{json.dumps(_with_null(row), ensure_ascii=False)}\n")


FORMATS: dict[str, Callable[[Iterable[PredictedRows], IO[str]], None]] = {"csv": write_csv, "jsonl": write_json_lines}
"""Name of a format -> the function that writes it."""


def format_of(path: str) -> str:
    """Return the format that a suffix stands for: CSV unless it is one of JSON lines."""
    return "jsonl" if path.lower().endswith((".jsonl", ".ndjson")) else "csv"


@contextmanager
def streamed(path: str | os.PathLike[str]) -> Iterator[IO[str]]:
    """Write text to a temporary file that replaces ``path`` at the end, but not after an error.

    Half of a surrogate pair, as Python has it for bytes of a file's name, becomes an escape, which JSON reads.
    A device or a pipe is written to directly.

    Raises:
        OutputError: if it cannot be written.
    """
    target = Path(path)
    is_special = target.exists() and not target.is_file()
    if not is_special:
        target = target.resolve()  # a link stays, and what it leads to is replaced
    written = target if is_special else target.with_name(f".{target.name[:32]}.{secrets.token_hex(6)}.tmp")
    try:
        try:
            with written.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                yield file
            if not is_special:
                os.replace(written, target)
        finally:
            if not is_special:
                written.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{os.fspath(path)}: expected a file that can be written: {error.strerror}") from error


def _rounded(values: Iterable[float], digits: int) -> list[float]:
    """Round to significant digits."""
    return [float(f"{value:.{digits}g}") for value in values]


def _with_null(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {key: _with_null(value) for key, value in cell.items()}
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
