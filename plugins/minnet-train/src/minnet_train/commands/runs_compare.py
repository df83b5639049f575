"""``minnet runs compare``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from minnet_core.support import echo_table, printable

from ..display import metric_text
from ..errors import RunError
from ..many_runs import Condition, RunSummary, Usual, key_text, select_runs, value_of, value_text
from ..metrics import VALIDATION, meaning_of
from ..plots import (
    Curves,
    PlotError,
    check_suffix,
    distinct_names,
    draw_curves,
    import_matplotlib,
    is_number,
    write_picture,
)
from .run_tables import duration_text, echo_json, epochs_text, json_option, say_unreadable, where_option

_LEFT_OUT = ("epoch", "step", "seconds", "samples_per_second")

MOST = 50
"""So many runs stand side by side in a table; pictures may have more."""


@click.command("compare")
@click.argument("run", nargs=-1)
@where_option
@click.option("--last", "is_last", is_flag=True, help="Compare the last epochs instead of the best ones.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Plot the curves too: a .png, .svg or .pdf file.")
@click.option(
    "--along",
    type=click.Choice(("epoch", "step", "seconds")),
    default="epoch",
    show_default=True,
    help="The x axis of the curves.",
)
@click.option("--log", is_flag=True, help="Draw the loss on a logarithmic scale.")
@json_option
def compare(
    run: tuple[str, ...],
    conditions: tuple[str, ...],
    is_last: bool,
    output: str | None,
    along: str,
    log: bool,
    as_json: bool,
) -> None:
    """Show the numbers of RUNs side by side.

    The numbers are those of the best epoch of each run. Above them stand the keys of the experiment that differ. A
    star marks the best of a line, where it is known whether large or small is good. With --output, `minnet plot`
    draws the curves of these runs; it needs matplotlib.
    """
    if not run and not conditions:
        raise click.UsageError("expected RUNs, or --where to choose among those in runs, received neither")
    runs, unreadable = select_runs(run, [Condition.read(text) for text in conditions])
    say_unreadable(unreadable)
    if len(runs) < 2:
        raise RunError(f"expected at least two runs to compare, received {len(runs)}")
    if output is not None:
        check_suffix(output)
        import_matplotlib(what="minnet runs compare --output")
    head = "last" if is_last else "best"
    numbers = _numbers(runs, head)
    if as_json:
        usual = Usual.of(runs)
        echo_json([{"run": each.name, **_record(each, usual, head)} for each in runs])
    elif len(runs) <= MOST:
        _echo_table(runs, numbers, head)
    elif output is None:
        raise RunError(
            f"expected at most {MOST} runs to compare in a table, received {len(runs)}; see minnet runs list"
        )
    if output is not None:
        count = _write_curves(runs, output, along, log=log)
        click.echo(printable(f"The curves of {count} runs are in {output}"), err=as_json)


def _write_curves(runs: Sequence[RunSummary], output: str, along: str, *, log: bool) -> int:
    """Draw the curves of all runs that have such; the others are named, and stop nothing."""
    curves = []
    for run, name in zip(runs, distinct_names(run.name for run in runs), strict=True):
        try:
            found = Curves.read(run.path, name)
            found.along(along)
            curves.append(found)
        except PlotError as error:
            click.echo(f"warning: not drawn: {error}", err=True)
    if not curves:
        raise RunError("expected runs with the report of at least one epoch, received none")
    write_picture(draw_curves(curves, axis=along, log=log), output)
    return len(curves)


def _numbers(runs: Sequence[RunSummary], head: str) -> list[str]:
    """Name the numbers that any of the runs has, in their order."""
    reports: list[Mapping[str, Any]] = [getattr(run, head) for run in runs]
    return list(
        dict.fromkeys(
            name for report in reports for name, value in report.items() if is_number(value) and name not in _LEFT_OUT
        )
    )


def _record(run: RunSummary, usual: Usual, head: str) -> dict[str, Any]:
    report: Mapping[str, Any] = getattr(run, head)
    return {
        "state": run.state,
        "differs": {key_text(key): value_of(run, key) for key in usual.varying},
        "seconds": run.seconds,
        head: dict(report) or None,
    }


def _echo_table(runs: Sequence[RunSummary], numbers: Sequence[str], head: str) -> None:
    titles = ["", *map(printable, distinct_names(run.name for run in runs))]
    rows = [["state", *(run.state for run in runs)], ["epochs", *map(epochs_text, runs)]]
    for key in [("seed",), *Usual.of(runs).varying]:
        values = [value_of(run, key) for run in runs]
        if any(value != values[0] for value in values):
            rows.append([key_text(key), *("-" if value is None else value_text(value) for value in values)])
    rows.append([f"{head} epoch", *(value_text(getattr(run, head).get("epoch", "-")) for run in runs)])
    rows += [[name, *_marked(name, [getattr(run, head).get(name) for run in runs])] for name in numbers]
    rows.append(["time", *(duration_text(run.seconds) for run in runs)])
    echo_table(titles, rows, right=titles[1:])


def _marked(name: str, values: Sequence[Any]) -> list[str]:
    """Write the values of a number, with a star at the best one."""
    cells = [metric_text(name, value) for value in values]
    known = [value for value in values if is_number(value)]
    meaning, plain = meaning_of(name), name.removeprefix(VALIDATION)
    is_known = meaning.large_is_good or plain.endswith(("loss", "error")) or meaning.title != plain.replace("_", " ")
    if not is_known or name == "lr" or len(set(known)) < 2:
        return cells
    best = (max if meaning.large_is_good else min)(known)
    return [
        f"* {cell}" if is_number(value) and value == best else cell for cell, value in zip(cells, values, strict=True)
    ]
