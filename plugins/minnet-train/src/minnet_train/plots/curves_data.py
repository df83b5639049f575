"""`Curves`: what the epochs of a run reported, as numbers to draw."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Any

from attrs import field, frozen

from .figures import PlotError

METRICS = "metrics.jsonl"
"""The file of a run directory that has a line of JSON for each epoch."""

AXES = ("epoch", "step", "seconds")
"""What curves can be drawn along."""

VALIDATION = "validation_"
"""The prefix of what is measured on validation samples."""

_FRACTIONS = ("accuracy", "top")

_NOT_DRAWN = {*AXES, "samples_per_second"}


@frozen
class Curves:
    """What the epochs of a run reported.

    Attributes:
        name: of the run, in a legend.
        reports: a mapping for each epoch, as a line of ``metrics.jsonl`` has it.

    >>> curves = Curves("run", [{"epoch": 1, "loss": 0.7, "validation_loss": 0.8, "lr": 0.1, "seconds": 2.0}])
    >>> curves.quantities()
    ['loss', 'lr']
    """

    name: str
    reports: Sequence[Mapping[str, Any]] = field(repr=lambda reports: f"<{len(reports)} epochs>")

    @reports.validator
    def _at_least_one(self, _: Any, reports: Sequence[Mapping[str, Any]]) -> None:
        if not reports:
            raise PlotError(f"{self.name}: expected the report of at least one epoch, received none")

    @classmethod
    def read(cls, path: str | os.PathLike[str], name: str | None = None) -> Curves:
        """Read the reports of a run.

        An unfinished last line is left out: a run may be drawn while it is training.

        Args:
            path: a run directory, or a file such as its ``metrics.jsonl``.
            name: of the run; that of the directory if not given.

        Raises:
            PlotError: naming the file, and the line that is not a report.
        """
        file = Path(path, METRICS) if Path(path).is_dir() else Path(path)
        try:
            *lines, unfinished = file.read_text("utf-8").split("\n")
        except OSError as error:
            raise PlotError(
                f"{os.fspath(path)}: expected a run directory with {METRICS}, or such a file: {error}"
            ) from None
        except UnicodeDecodeError:
            raise PlotError(
                f"{os.fspath(path)}: expected a run directory with {METRICS}, or such a file, received no text; "
                "a model file has no curves, only the run that made it has"
            ) from None
        reports = [_report(line, f"{file}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
        if unfinished.strip():
            with suppress(PlotError):
                reports.append(_report(unfinished, ""))
        if not reports:
            raise PlotError(f"{file}: expected a line for each epoch, received none; no epoch has ended yet")
        return cls(name or _run_name(path), reports)

    def quantities(self) -> list[str]:
        """Name what there is to draw: the loss, the metrics in their order, the learning rate.

        A number of the validation samples is drawn with that of the training samples.
        """
        keys = (key.removeprefix(VALIDATION) for report in self.reports for key in report if is_number(report[key]))
        found = list(dict.fromkeys(key for key in keys if key not in _NOT_DRAWN))
        return sorted(found, key=lambda key: {"loss": 0, "lr": 2}.get(key, 1))

    def values(self, key: str) -> list[float]:
        """Return a number for each epoch, nan where it is missing."""
        return [float(report[key]) if is_number(report.get(key)) else math.nan for report in self.reports]

    def has(self, key: str) -> bool:
        """Whether any epoch reports a finite number of this name."""
        return any(map(math.isfinite, self.values(key)))

    def along(self, axis: str) -> list[float]:
        """Return where each epoch is on an axis; ``seconds`` are those of the training until its end."""
        values = self.values(axis)
        if not all(map(math.isfinite, values)):
            raise PlotError(f"{self.name}: expected every epoch to report {axis!r}, received one that does not")
        return list(accumulate(values)) if axis == "seconds" else values


def distinct_names(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Name runs by their folders, or by their paths where folders have one name.

    >>> distinct_names(["runs/a", "runs/b"]), distinct_names(["old/a", "new/a"])
    (['a', 'b'], ['old/a', 'new/a'])
    """
    paths = list(paths)
    names = [_run_name(path) for path in paths]
    return names if len(set(names)) == len(names) else [os.fspath(path) for path in paths]


def _run_name(path: str | os.PathLike[str]) -> str:
    resolved = Path(path).resolve()
    return resolved.parent.name if resolved.name == METRICS else resolved.name


def _report(line: str, where: str) -> Mapping[str, Any]:
    try:
        report = json.loads(line)
    except json.JSONDecodeError as error:
        raise PlotError(f"{where}: expected the report of an epoch as a JSON object: {error}") from None
    if not isinstance(report, dict):
        raise PlotError(f"{where}: expected the report of an epoch as a JSON object, received {line[:40]}")
    return report


def is_number(value: Any) -> bool:
    """Whether a value of a report is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_fraction(key: str) -> bool:
    """Whether a number of a report is a fraction, which is shown in percent.

    >>> is_fraction("validation_accuracy"), is_fraction("top5"), is_fraction("loss")
    (True, True, False)
    """
    return key.removeprefix(VALIDATION).startswith(_FRACTIONS)
