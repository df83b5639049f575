"""How ``minnet runs`` writes what is known of runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import click

from minnet_core.support import printable

from ..display import metric_text
from ..errors import KeyPath
from ..many_runs import DAMAGED, FINISHED, INTERRUPTED, OWN_KEYS, RUNNING, RunSummary, Usual, key_text, value_text
from ..runs import finite

STATES: Mapping[str, str] = {RUNNING: "cyan", FINISHED: "green", INTERRUPTED: "yellow", DAMAGED: "red"}
"""In which colour a terminal shows the state of a run."""

where_option = click.option(
    "--where",
    "conditions",
    metavar="CONDITION",
    multiple=True,
    help="Only runs that fulfil this, such as optimizer.lr<0.01. May be repeated.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def echo_json(value: Any) -> None:
    """Print a value as JSON, in ASCII, with null for numbers that are not finite."""
    click.echo(json.dumps(finite(value), indent=2))


def cell_text(run: RunSummary, key: KeyPath, value: Any) -> str:
    """Write the value that a run has under a key in a table."""
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    name = str(key[-1])
    if key == ("size",):
        return size_text(value)
    if key == ("seconds",):
        return duration_text(value)
    if key == ("best",):
        return metric_text(run.judged_by[0], value)
    is_reported = key[0] in ("last", "best") or (len(key) == 1 and name not in OWN_KEYS and name not in run.experiment)
    return metric_text(name, value) if is_reported and isinstance(value, float) else value_text(value)


def duration_text(seconds: float) -> str:
    """Write how long something took.

    >>> duration_text(0.25), duration_text(59.96), duration_text(3700), duration_text(200_000)
    ('0.2 s', '1 min 0 s', '1 h 1 min', '2 d 7 h')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for large, small, size, part in (("min", "s", 60, 1), ("h", "min", 3600, 60), ("d", "h", 86400, 3600)):
        if whole < size * (60 if large == "min" else 24) or large == "d":
            return f"{whole // size:,} {large} {whole % size // part} {small}"
    raise AssertionError  # days are the last


def size_text(size: int) -> str:
    """Write how much space something takes.

    >>> size_text(999), size_text(1_250_000)
    ('999 bytes', '1.2 MB')
    """
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    number, unit = float(size), 0
    while number >= 999.95 and unit < 4:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {('', 'kB', 'MB', 'GB', 'TB')[unit]}"


def epochs_text(run: RunSummary) -> str:
    """Write how many epochs are done, of how many."""
    planned = run.experiment.get("epochs")
    return f"{value_text(run.last.get('epoch', 0))}/{'?' if planned is None else value_text(planned)}"


def differing_text(run: RunSummary, usual: Usual, most: int = 6) -> str:
    """Write what differs in a run from what is usual, or what is wrong with it."""
    if run.problem:
        return printable(run.problem, 300)
    return values_text(usual.differing(run), most)


def values_text(values: Mapping[KeyPath, Any], most: int) -> str:
    """Write keys and their values, no more than so many of them."""
    parts = [f"{key_text(key)}={value_text(value)}" for key, value in islice(values.items(), most)]
    left = len(values) - most
    return " ".join(parts if left <= 0 else [*parts, f"and {left:,} more"])


def as_record(run: RunSummary, usual: Usual) -> dict[str, Any]:
    """Describe a run as JSON can hold it."""
    name, mode = run.judged_by
    return {
        "run": run.name,
        "state": run.state,
        "problem": run.problem or None,
        "holder": run.holder,
        "started": None if run.started is None else run.started.isoformat(timespec="seconds"),
        "seconds": run.seconds,
        "epoch": run.last.get("epoch", 0),
        "epochs": run.experiment.get("epochs"),
        "seed": run.experiment.get("seed"),
        "judged_by": name if run.config else None,
        "mode": mode if run.config else None,
        "best": dict(run.best) or None,
        "last": dict(run.last) or None,
        "differs": {key_text(key): value for key, value in usual.differing(run).items()},
        "fingerprint": run.config.get("fingerprint"),
        "experiment": dict(run.experiment) or None,
    }


def plain(value: Any) -> Any:
    """Make a value of a run what JSON can hold."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def csv_text(value: Any) -> str:
    """Write a value into a cell of CSV; what is missing is empty."""
    if value is None:
        return ""
    value = plain(value)
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 10_000)


def say_unreadable(reasons: Sequence[str]) -> None:
    """Say which folders could not be looked into."""
    for reason in reasons:
        click.echo(f"warning: {printable(reason)}", err=True)


def counted(count: int) -> str:
    """Count runs.

    >>> counted(1), counted(1200)
    ('1 run', '1,200 runs')
    """
    return f"{count:,} run{'' if count == 1 else 's'}"
