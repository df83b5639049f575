"""``minnet runs diff``."""

from __future__ import annotations

from typing import Any

import click

from minnet_core.support import echo_table, printable

from ..display import metric_text
from ..errors import RunError
from ..many_runs import Difference, RunSummary, compare_runs, select_runs, value_text
from ..plots import is_number
from .run_tables import echo_json, json_option


@click.command("diff")
@click.argument("run")
@click.argument("other")
@click.option("--all", "show_all", is_flag=True, help="Show distributions that decide no number too.")
@json_option
def diff(run: str, other: str, show_all: bool, as_json: bool) -> None:
    """Show what differs between RUN and OTHER.

    These are the keys of their configurations, their data, the environment of the last session of each (Python, the
    processor, threads, and the versions of what decides numbers), and the numbers of the best and the last epoch.
    """
    one, two = _single(run), _single(other)
    found = compare_runs(one, two)
    if as_json:
        rows = [{"part": each.part, "key": each.name, "values": [each.one, each.other]} for each in found]
        echo_json(rows)
        return
    shown = [each for each in found if show_all or each.is_decisive]
    if shown:
        titles = ("part", "key", printable(one.name), printable(two.name))
        rows_shown = [(each.part, each.name, _text(each, each.one), _text(each, each.other)) for each in shown]
        echo_table(titles, rows_shown, wrap=titles[1:])
    else:
        click.echo(f"{value_text(one.name)} and {value_text(two.name)} do not differ.")
    left = len(found) - len(shown)
    if left:
        click.echo(f"\n{left} of the environment that decide no number differ too; --all shows them")


def _single(text: str) -> RunSummary:
    runs, _ = select_runs([text])
    if len(runs) != 1:
        raise RunError(f"{text}: expected a run, received a folder with {len(runs)} of them")
    return runs[0]


def _text(difference: Difference, value: Any) -> str:
    if value is None:
        return "-"
    if difference.name == "fingerprint":
        return value_text(str(value)[:12])
    if difference.part == "result" and is_number(value) and not isinstance(value, int):
        return metric_text(difference.name.partition(".")[2], value)
    return value_text(value)
