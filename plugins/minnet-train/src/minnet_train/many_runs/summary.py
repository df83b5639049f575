"""`RunSummary`: what a run's files say of it, whatever is wrong with them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from attrs import field, frozen

from minnet_core import MinnetError
from minnet_core.support import expect_file, printable

from ..errors import RunError
from ..metrics import VALIDATION, meaning_of
from ..plots import is_number
from ..runs import is_own_file, lock_holder, names
from .reports import NOTHING, Reports

RUNNING = "running"
FINISHED = "finished"
INTERRUPTED = "interrupted"
DAMAGED = "damaged"

_LARGEST = 1 << 30
"""Bytes of a file of JSON that are still read: many times what a million epochs take."""


@frozen(kw_only=True, eq=False, slots=False)
class RunSummary:
    """What is known of a run without anything of it being built: it may be a stranger's, or be training right now.

    Attributes:
        path: of its folder.
        problem: what is wrong with it; empty if nothing is.
        holder: the process that works on it; None if none does.
        config: the contents of its ``config.json``; empty if that is damaged.
        last: the report of the last epoch; empty if there is none.
        best: the report of the best epoch; empty if there is none, or none with a number, or the config is damaged.
        seconds: what all its epochs took to train.
        is_over: whether its training came to its end.
    """

    path: Path
    problem: str = ""
    holder: str | None = None
    config: Mapping[str, Any] = field(default=NOTHING, repr=False)
    last: Mapping[str, Any] = field(default=NOTHING, repr=False)
    best: Mapping[str, Any] = field(default=NOTHING, repr=False)
    seconds: float = 0.0
    is_over: bool = False

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> RunSummary:
        """Read the folder of a run; what cannot be read of it is told by ``problem``."""
        path = Path(path)
        problems: list[str] = []
        config: Mapping[str, Any] = NOTHING
        reports = Reports()
        try:
            config = _read_config(path / names.CONFIG)
        except (MinnetError, OSError) as error:
            problems.append(_told(error, path))
        try:
            _expect_size(path / names.METRICS)
            reports = Reports.read(path / names.METRICS, *judged_by(config.get("experiment", NOTHING)))
        except (MinnetError, OSError) as error:
            problems.append(_told(error, path))
        return cls(
            path=path,
            problem="; ".join(problems),
            holder=lock_holder(path / names.LOCK),
            config=config,
            last=reports.last,
            best=reports.best if config else NOTHING,  # else nobody knows by what it is judged
            seconds=reports.seconds,
            is_over=bool(config) and _is_over(path, config["experiment"], reports.last),
        )

    @property
    def name(self) -> str:
        """Its path, as commands take it."""
        return os.fspath(self.path)

    @property
    def state(self) -> str:
        """``running``, ``damaged``, ``finished`` or ``interrupted``."""
        if self.holder is not None:
            return RUNNING
        if self.problem:
            return DAMAGED
        return FINISHED if self.is_over else INTERRUPTED

    @property
    def experiment(self) -> Mapping[str, Any]:
        """The experiment as plain data; empty if the config is damaged."""
        return cast("Mapping[str, Any]", self.config.get("experiment", NOTHING))

    @property
    def judged_by(self) -> tuple[str, str]:
        """Which number tells the best epoch, and ``min`` or ``max``; see `Experiment.judged_by`."""
        return judged_by(self.experiment)

    @property
    def best_value(self) -> float | None:
        """The number that it is judged by, in its best epoch."""
        return _value(self.best, self.judged_by[0])

    @cached_property
    def started(self) -> datetime | None:
        """When it was begun: as its config says; if that is older than such an entry, as the times of its files do."""
        written = self.config.get("started")
        try:
            started = datetime.fromisoformat(written) if isinstance(written, str) else None
        except ValueError:
            started = None
        try:
            if started is None:
                times = [
                    file.lstat().st_mtime
                    for file in (self.path / names.CONFIG, self.path / names.VERSIONS)
                    if is_own_file(file)
                ]
                started = datetime.fromtimestamp(min(times)) if times else None
            return None if started is None else started.astimezone()
        except (OSError, OverflowError, ValueError):  # gone by now; or year 1 in another time zone
            return None


def judged_by(experiment: Mapping[str, Any]) -> tuple[str, str]:
    """Say what `Experiment.judged_by` does, of plain data.

    >>> judged_by({"early_stopping": {"metric": "validation_accuracy"}, "data": {}})
    ('validation_accuracy', 'max')
    """
    stopping = experiment.get("early_stopping")
    if isinstance(stopping, Mapping):
        metric = str(stopping.get("metric", "validation_loss"))
        mode = stopping.get("mode") or ("max" if meaning_of(metric).large_is_good else "min")
        return metric, "max" if mode == "max" else "min"
    data = experiment.get("data")
    data = data if isinstance(data, Mapping) else NOTHING
    is_validated = data.get("validation") is not None or data.get("validation_fraction") != 0
    return f"{VALIDATION}loss" if is_validated else "loss", "min"


def _value(report: Mapping[str, Any], name: str) -> float | None:
    value = report.get(name, report.get("loss"))
    return float(value) if is_number(value) and math.isfinite(value) else None


def _read_config(path: Path) -> Mapping[str, Any]:
    """Read a config, and of it no more than listing needs: the classes that it names may not be installed."""
    if not path.exists():
        raise RunError(f"{path.name}: expected the config of a run, received no file: it was killed as it was begun")
    config = read_json(path)
    version = config.get("format") if isinstance(config, dict) else None
    if type(version) is int and version > names.FORMAT:
        raise RunError(
            f"{path.name}: expected format {names.FORMAT} or older, received {version}; pip install -U minnet-train"
        )
    experiment = config.get("experiment") if type(version) is int else None
    if not isinstance(experiment, dict):
        raise RunError(f"{path.name}: expected the config of a run, received {str(config)[:60]!r}")
    epochs = experiment.get("epochs")
    if type(epochs) is not int or epochs < 1:
        raise RunError(f"{path.name}: epochs: expected an integer of 1 or more, received {str(epochs)[:60]!r}")
    return cast("Mapping[str, Any]", config)


def read_json(path: Path) -> Any:
    """Read a file of JSON.

    Raises:
        RunError: if it is something else.
        OSError: if it cannot be read.
    """
    _expect_size(path)
    try:
        return json.loads(expect_file(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path.name}: expected JSON: {error}") from error


def _expect_size(path: Path) -> None:
    if path.is_file() and path.stat().st_size > _LARGEST:
        raise RunError(f"{path.name}: expected no more than {_LARGEST:,} bytes, received {path.stat().st_size:,}")


def _is_over(path: Path, experiment: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    """Whether there is a final model, and it is of the last epoch: a run may have gone on since for longer."""
    model, done = path / names.MODEL, last.get("epoch")
    if not is_own_file(model):
        return False
    if type(done) is int and done >= experiment["epochs"]:
        return True
    from minnet_core import read_header  # here, for it imports NumPy, and few runs end before their last epoch

    try:
        record: Any = read_header(model).metadata["minnet-train"]
        return bool(record["experiment"]["epochs"] == experiment["epochs"] and record["card"]["last"]["epoch"] == done)
    except (MinnetError, OSError, KeyError, TypeError):
        return False


def _told(error: MinnetError | OSError, path: Path) -> str:
    """Say what is wrong with a file by its name alone: in which folder it is stands beside it."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{os.path.basename(os.fsdecode(error.filename))}: {error.strerror}"
    return str(error).removeprefix(printable(f"{path}{os.sep}"))


def sessions(path: Path) -> Sequence[Mapping[str, Any]]:
    """Read with what a run was computed: an environment for each session that began with another.

    Raises:
        RunError: if the file is damaged.
        OSError: if it cannot be read.
    """
    found = read_json(path / names.VERSIONS)
    if not isinstance(found, list) or not found or not all(isinstance(each, dict) for each in found):
        raise RunError(f"{names.VERSIONS}: expected a list of sessions, received {str(found)[:60]!r}")
    return cast("Sequence[Mapping[str, Any]]", found)
