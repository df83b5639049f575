"""`expect_model` and `expect_own`: whether a file may be replaced by the model of a run."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import evolve

from minnet_core import MinnetError, read_header
from minnet_core.support import expect_file, printable

from ..errors import ExperimentError, Problem
from ..experiment import Experiment, TrainingRecord, unstructure_experiment


def expect_model(path: Path) -> None:
    """Refuse a file that is there and is no model, nor empty: what a mistake or a stranger names is not replaced."""
    with suppress(FileNotFoundError), expect_file(path).open("rb") as file:
        head = file.read(9)
        is_model = head[4:] == b"\0\0\0\0{" or path.suffix == ".safetensors"  # the length of the header, and JSON
        if head and not is_model:
            raise ValueError("it is there, and no model")


def expect_own(path: Path, experiment: Experiment, fingerprint: str) -> None:
    """Refuse a model that another run made.

    Which run that was, its file does not say: the same experiment with the same data gives the same file, so it may be
    run again.

    Raises:
        ExperimentError: naming what of the other run is different.
    """
    if not path.is_file() or not path.stat().st_size:
        return
    try:
        record = TrainingRecord.read(read_header(path), path)
    except MinnetError:
        whose = "a file that this run has not made"
    else:
        different = _differences(record, experiment, fingerprint)
        if not different:
            return
        whose = f"the model of another run ({printable(', '.join(different))} differ)"
    raise ExperimentError(
        Problem(
            ("output",),
            f"expected a new file, received {str(path)!r}, which is {whose}; --force replaces it, "
            f"--output {shlex.quote(str(path.with_stem(path.stem + '-2')))} leaves it",
        )
    )


def _differences(record: TrainingRecord, experiment: Experiment, fingerprint: str) -> list[str]:
    """Name the keys of an experiment that differ, and ``the contents of the data`` if these do."""
    recorded = evolve(record.experiment, output=experiment.output, imports=experiment.imports)  # which no file says
    ours, theirs = map(unstructure_experiment, (experiment, recorded))
    keys = [key for key in _different(ours, theirs) if key != "data"]
    data = [f"data.{key}" for key in _different(ours["data"], theirs["data"])]
    contents = ["the contents of the data"] if record.fingerprint != fingerprint and not data else []
    return [*keys, *data, *contents]


def _different(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [key for key in one | other if one.get(key) != other.get(key)]
