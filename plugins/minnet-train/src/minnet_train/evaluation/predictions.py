"""What a model predicts, row by row, and the file that it is written to: as CSV or as JSON lines."""

from __future__ import annotations

import csv
import json
import math
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from minnet_core import Array, Module

from ..errors import OutputError
from ..experiment import TrainingRecord
from ..metrics import find_conversion

CHUNK = 1024
"""Rows that go through a model at once, so that memory does not grow with their number."""

CELLS = 2**19
"""Numbers that go through it at once, so that memory does not grow with the number of columns either."""

_MANY = {"probability": "probabilities", "score": "scores"}


def outputs_of(model: Module, record: TrainingRecord, path: str, parts: Iterable[Array]) -> Iterator[Array]:
    """Yield what a model makes of raw rows, as its last layer has it: (n, outputs), some at a time.

    Args:
        model: in evaluation mode.
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


def predict_rows(
    model: Module, record: TrainingRecord, path: str, parts: Iterable[Array], *, with_all: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield what a model predicts for each row.

    For a classification that is ``label``, ``probability`` and the table ``probabilities``, or ``score`` and
    ``scores`` if the outputs are no probabilities; for a regression, a value for each output.

    Args:
        model: in evaluation mode.
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
            for row in record.preparation.answers(outputs).tolist():
                yield dict(zip(names, (_rounded(value, 9) for value in row), strict=True))
            continue
        if not word:  # decided once, by the first chunk: all rows of a file have the same columns
            convert = find_conversion(outputs)
            word = "score" if convert is None else "probability"
        yield from _labels(record, outputs if convert is None else convert(outputs), word, with_all)


def _labels(record: TrainingRecord, scores: Array, word: str, with_all: bool) -> Iterator[dict[str, Any]]:
    names = [str(name) for name in record.classes]
    for label, numbers in zip(scores.argmax(axis=1).tolist(), scores.tolist(), strict=True):
        row = {"label": record.classes[label], word: _rounded(numbers[label], 6)}
        if with_all:
            row[_MANY[word]] = dict(zip(names, (_rounded(value, 6) for value in numbers), strict=True))
        yield row


def write_csv(rows: Iterable[dict[str, Any]], file: IO[str]) -> None:
    """Write a header and a line for each row; a table within it becomes columns such as ``probability(yes)``."""
    writer = csv.writer(file, lineterminator="\n")
    for index, row in enumerate(rows):
        flat = {key: value for name, cell in row.items() for key, value in _cells(name, cell)}
        if not index:
            writer.writerow(flat)
        writer.writerow(flat.values())


def write_json_lines(rows: Iterable[dict[str, Any]], file: IO[str]) -> None:
    """Write an object on a line of its own for each row; nan and infinity become null."""
    for row in rows:
        json.dump(_with_null(row), file, ensure_ascii=False)
        file.write("\n")


FORMATS: dict[str, Callable[[Iterable[dict[str, Any]], IO[str]], None]] = {"csv": write_csv, "jsonl": write_json_lines}
"""Name of a format -> the function that writes it."""


def format_of(path: str) -> str:
    """Return the format that a suffix stands for: CSV unless it is one of JSON lines."""
    return "jsonl" if path.lower().endswith((".jsonl", ".ndjson")) else "csv"


@contextmanager
def streamed(path: str | os.PathLike[str]) -> Iterator[IO[str]]:
    """Write text to a temporary file that replaces ``path`` at the end, but not after an error.

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
            with written.open("w", encoding="utf-8", newline="") as file:
                yield file
            if not is_special:
                os.replace(written, target)
        finally:
            if not is_special:
                written.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{os.fspath(path)}: expected a file that can be written: {error.strerror}") from error


def _cells(name: str, cell: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(cell, dict):
        singular = next(one for one, many in _MANY.items() if many == name)
        yield from ((f"{singular}({key})", value) for key, value in cell.items())
    else:
        yield name, cell


def _rounded(value: float, digits: int) -> float:
    """Round to significant digits."""
    return float(f"{value:.{digits}g}")


def _with_null(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {key: _with_null(value) for key, value in cell.items()}
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
