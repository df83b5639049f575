"""What ``minnet train --folds`` says of all folds: each number on what a fold held out, its mean and deviation."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from minnet_core.support import render_table, write_atomically

from ..display import metric_text
from ..errors import RunError
from ..metrics import meaning_of
from ..plots import is_number
from ..runs import Run, names, run_lock
from ..training import evaluate_samples

FILE = "folds.json"
"""Where the numbers are, beside the runs of the folds."""


@contextmanager
def folds_lock(folder: Path) -> Iterator[None]:
    """Hold a lock in the folder of all folds while the context lasts: nobody deletes one between two of them.

    Raises:
        RunError: if another process has it, or the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"expected a new or empty folder that can be written to: {error.strerror or error}"
        raise RunError(f"{folder}: {reason}") from error
    with run_lock(folder / names.LOCK):
        yield


def measured_fold(run: Run) -> dict[str, Any]:
    """Measure the model of a fold on what it held out: how many samples these are, the loss and the metrics."""
    run.model.evaluate()
    trainer = run.trainer
    loss, metrics = evaluate_samples(run.model, run.criterion, run.test, trainer.metrics, "the held-out fold")
    numbers = {name: float(value) for name, value in metrics.items() if is_number(value)}
    return {"samples": len(run.test), "loss": float(loss), **numbers}


def folds_table(folds: Sequence[dict[str, Any]]) -> str:
    """Write a line for each fold, and the mean and the deviation, which is that of a sample of runs."""
    names = [name for name in folds[0] if name != "samples"]
    columns = ("fold", "samples", *(meaning_of(name).title for name in names))
    rows = [
        (str(number), f"{fold['samples']:,}", *(metric_text(name, fold[name]) for name in names))
        for number, fold in enumerate(folds, 1)
    ]
    for word, values in summary(folds).items():
        rows.append((word, "", *(metric_text(name, values[name]) for name in names)))
    return render_table(columns, rows, right=columns[1:])


def summary(folds: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Compute the mean and the standard deviation of every number.

    >>> summary([{"samples": 5, "loss": 1.0}, {"samples": 5, "loss": 2.0}])
    {'mean': {'loss': 1.5}, 'deviation': {'loss': 0.7071067811865476}}
    """
    values = {name: np.array([fold[name] for fold in folds]) for name in folds[0] if name != "samples"}
    return {
        "mean": {name: float(each.mean()) for name, each in values.items()},
        "deviation": {name: float(each.std(ddof=1)) for name, each in values.items()},
    }


def write_folds(folder: Path, folds: Sequence[dict[str, Any]]) -> None:
    """Write the numbers into the folder of all folds; those that are not finite are ``null``."""
    data = {"folds": list(folds), **summary(folds)}
    write_atomically(folder / FILE, json.dumps(_finite(data), indent=2).encode() + b"\n")


def _finite(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data
