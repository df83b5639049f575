"""``minnet runs list``."""

from __future__ import annotations

import csv
import re
import shutil
import sys
from collections.abc import Sequence

import click

from minnet_core.support import echo_table, printable

from ..display import metric_text
from ..errors import KeyPath
from ..many_runs import (
    Condition,
    RunSummary,
    Usual,
    in_order,
    key_text,
    read_key,
    select_runs,
    value_of,
    value_text,
)
from ..metrics import meaning_of
from ..plots import is_number
from ..runs import names
from .run_tables import (
    STATES,
    as_record,
    cell_text,
    counted,
    csv_text,
    differing_text,
    duration_text,
    echo_json,
    epochs_text,
    json_option,
    plain,
    say_unreadable,
    values_text,
    where_option,
)

_WIDTHS = {"run": 40, "differs": 30}
"""So much of a window is for the name of a run and for what differs, which may take several lines."""

_LEAST_WIDTH = 16
"""Of each of these in a window in which there is no room for the number that runs are judged by otherwise."""


@click.command("list")
@click.argument("folder", type=click.Path(), required=False)
@where_option
@click.option("--sort", metavar="KEY", help="Sort by this; best puts the best first.  [default: by name]")
@click.option("--reverse", is_flag=True, help="Turn the order around.")
@click.option("--columns", metavar="KEYS", help="Show these instead: run,best,optimizer.lr.")
@click.option("--limit", type=click.IntRange(min=1), help="Show no more than so many.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a table.")
def list_runs(
    folder: str | None,
    conditions: tuple[str, ...],
    sort: str | None,
    reverse: bool,
    columns: str | None,
    limit: int | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """List the runs in FOLDER (runs), and in folders within it.

    A run is finished, interrupted, running, or damaged, with the reason. The best number is that of the best epoch,
    by which the run is judged, and the time is that of training. What differs is what the configuration of a run has
    other than most of those listed; where no value is the commonest, each run shows its own.
    """
    if as_json and as_csv:
        raise click.UsageError("expected --json or --csv, received both")
    chosen = [read_key(key) for key in _split(columns)]
    key = None if sort is None else read_key(sort)
    keys = [*chosen, *([] if key is None else [key])]
    read = [Condition.read(text) for text in conditions]
    runs, unreadable = select_runs([] if folder is None else [folder], read, keys)
    say_unreadable(unreadable)
    runs = in_order(runs, key, is_reversed=reverse)
    shown = runs[:limit]
    if as_json:
        _echo_json(shown, chosen)
    elif as_csv:
        _echo_csv(shown, chosen)
    elif not runs:
        which = "that fulfils all conditions" if conditions else "yet"
        click.echo(f"There is no run in {printable(folder or names.RUNS)} {which}.")
    else:
        _echo_table(shown, chosen)
        if len(shown) < len(runs):
            click.echo(f"\n{counted(len(runs) - len(shown))} more; --limit shows only {len(shown)}")


def _split(columns: str | None) -> list[str]:
    """Split a list of keys at commas that are in no quotes."""
    if columns is None:
        return []
    return re.findall(r'(?:"(?:\\.|[^"\\])*"|[^,])+', columns)


def _echo_json(runs: Sequence[RunSummary], chosen: Sequence[KeyPath]) -> None:
    if chosen:
        echo_json([{key_text(key): plain(value_of(run, key)) for key in chosen} for run in runs])
    else:
        usual = Usual.of(runs)
        echo_json([as_record(run, usual) for run in runs])


def _echo_csv(runs: Sequence[RunSummary], chosen: Sequence[KeyPath]) -> None:
    """Write a line for each run; without columns that were chosen, all that differs and all that was reported."""
    if not chosen:
        reported = dict.fromkeys(
            (head, name)
            for head in ("best", "last")
            for run in runs
            for name, value in getattr(run, head).items()
            if is_number(value)
        )
        own = ("run", "state", "problem", "started", "seconds", "epoch", "epochs", "seed", "judged_by", "best_epoch")
        chosen = [*((name,) for name in own), *Usual.of(runs).varying, *reported]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(map(key_text, chosen))
    writer.writerows([csv_text(value_of(run, key)) for key in chosen] for run in runs)


def _echo_table(runs: Sequence[RunSummary], chosen: Sequence[KeyPath]) -> None:
    if chosen:
        titles = [key_text(key) for key in chosen]
        values = [[value_of(run, key) for key in chosen] for run in runs]
        right = [title for index, title in enumerate(titles) if any(is_number(row[index]) for row in values)]
        cells = [
            [cell_text(run, key, value) for key, value in zip(chosen, row, strict=True)]
            for run, row in zip(runs, values, strict=True)
        ]
        echo_table(titles, cells, right=right, styles=STATES)
        return
    usual = Usual.of(runs)
    judged = {run.judged_by[0] for run in runs if run.config}
    name = next(iter(judged)) if len(judged) == 1 else None
    loss = "validation_loss" if any("validation_loss" in run.last for run in runs) else "loss"
    best = "best" if name is None else f"best {_named(name)}"
    titles = ["run", "state", "epochs", best, f"last {_named(loss)}", "time", "started", "seed", "differs"]
    rows = [
        [
            run.name,
            run.state,
            epochs_text(run),
            _best(run, is_named=name is None),
            metric_text(loss, run.last.get(loss)),
            duration_text(run.seconds) if run.last else "-",
            cell_text(run, ("started",), run.started),
            cell_text(run, ("seed",), run.experiment.get("seed")),
            differing_text(run, usual),
        ]
        for run in runs
    ]
    right = [*titles[2:6], "seed"]
    titles, rows = _fitted(titles, rows, least=("started", "time", "seed", titles[4]))
    echo_table(titles, rows, right=right, wrap=list(_WIDTHS), styles=STATES)
    _say_usual(runs, usual)


def _fitted(titles: list[str], rows: list[list[str]], least: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Leave out columns that matter least, one after another, until the others fit into the window of a terminal.

    Else a narrow window would cut all columns, and show none of the last one, which tells the runs apart.
    """
    if not sys.stdout.isatty():
        return titles, rows
    room = shutil.get_terminal_size().columns
    needed = {title: max(map(len, cells)) for title, *cells in zip(titles, titles, *rows, strict=True)}
    wide = {title: min(width, _WIDTHS.get(title, width)) for title, width in needed.items()}
    narrow = {title: min(width, _LEAST_WIDTH) if title in _WIDTHS else width for title, width in needed.items()}
    kept = list(titles)
    for widths, some in ((wide, least), (narrow, ("epochs", "state", titles[3]))):
        for title in some:
            if sum(widths[each] + 2 for each in kept) <= room:
                break
            kept.remove(title)
    places = [titles.index(title) for title in kept]
    return kept, [[row[place] for place in places] for row in rows]


def _best(run: RunSummary, *, is_named: bool) -> str:
    """Write the number that a run is judged by, and in which epoch it was."""
    name, value = run.judged_by[0], run.best_value
    if value is None:
        return "-"
    told = f"{metric_text(name, value)} in {value_text(run.best.get('epoch'))}"
    return f"{_named(name)} {told}" if is_named else told


def _named(name: str) -> str:
    """Name a number as pictures do, and whether it is of validation samples."""
    return f"validation {meaning_of(name).title}" if name.startswith("validation_") else meaning_of(name).title


def _say_usual(runs: Sequence[RunSummary], usual: Usual) -> None:
    """Say what those runs have of whose values nothing is shown."""
    if usual.values and len(runs) > 1:
        click.echo(f"\nwhere nothing else is said: {values_text(usual.values, 8)}")
