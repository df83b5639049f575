"""The command: ``python -m benchmarks``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from .catalogue import UnknownNameError, select
from .component_page import component_page
from .measure import measure
from .peer import PEERS, peers_named
from .report import report_markdown
from .results import Results, ResultsError
from .tables import all_tables
from .timing import Effort


def _names(_: click.Context, __: click.Parameter, value: str | None) -> list[str]:
    return [name.strip() for name in (value or "").split(",") if name.strip()]


def _threads(context: click.Context, parameter: click.Parameter, value: str) -> list[int]:
    try:
        numbers = [int(name) for name in _names(context, parameter, value)]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise click.BadParameter(f"expected numbers of 1 or more, received {value!r}")
    return numbers


@click.group(invoke_without_command=True)
@click.option("--workloads", callback=_names, help="Names, groups or patterns, by comma; all without it.")
@click.option("--peers", callback=_names, help=f"Among {', '.join(PEERS)}; all without it.")
@click.option("--threads", callback=_threads, default="1", show_default=True, help="A run for each, by comma.")
@click.option("--rounds", type=click.IntRange(1), default=15, show_default=True, help="Every peer has a turn in each.")
@click.option("--seconds", type=float, default=0.05, show_default=True, help="About what one turn takes.")
@click.option("--memory/--no-memory", default=True, show_default=True, help="Measure memory of networks too.")
@click.option(
    "--clock",
    type=click.Choice(["wall", "cpu"]),
    default="wall",
    show_default=True,
    help="cpu: the time that processors worked for a peer, for a machine that is busy with other things.",
)
@click.option("--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Write everything here.")
@click.option("--list", "listing", is_flag=True, help="List workloads and peers, and measure nothing.")
@click.pass_context
def main(context: click.Context, /, listing: bool, output: Path | None, **options: Any) -> None:
    """Measure minnet beside others, in turns, after a proof that all compute the same."""
    if context.invoked_subcommand:
        return
    try:
        workloads, peers = select(options["workloads"]), peers_named(options["peers"])
    except UnknownNameError as error:
        raise click.UsageError(str(error)) from None
    if listing:
        for workload in workloads:
            click.echo(f"{workload.group:10} {workload.name}")
        for peer in peers:
            missing = peer.missing()
            click.echo(f"{'peer':10} {peer.name:13} {peer.title}{f' (needs {missing[0]})' if missing else ''}")
        return
    effort = Effort(options["rounds"], options["seconds"], options["memory"], options["clock"])
    results = measure(workloads, peers, options["threads"], effort, lambda line: click.echo(line, err=True))
    if output:
        output.write_text(json.dumps(rounded(results.as_json()), separators=(",", ":")) + "\n")
    for table in all_tables(results.runs):
        click.echo(f"\n{table.as_text()}")


@main.command()
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def report(results: Path) -> None:
    """Write the page of the documentation from the JSON of a run."""
    click.echo(report_markdown(_read(results)), nl=False)


@main.command()
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def components(results: Path) -> None:
    """Write the page of all components: what they are elsewhere, what is proven, and times from the JSON of a run."""
    click.echo(component_page(_read(results)), nl=False)


def _read(file: Path) -> Results:
    try:
        return Results.from_json(json.loads(file.read_text()))
    except (ResultsError, json.JSONDecodeError) as error:
        raise click.ClickException(f"{file}: {error}") from None


def rounded(value: Any) -> Any:
    """Keep four digits of every number, which is more than a timing has.

    >>> rounded({"a": [1.23456e-7, 2]})
    {'a': [1.235e-07, 2]}
    """
    if isinstance(value, dict):
        return {key: rounded(its) for key, its in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(its) for its in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
