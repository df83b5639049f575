"""``minnet check``: the conformance kit for whoever has a class and a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from .tables import render_table

if TYPE_CHECKING:
    from .testing import Case, Report

_COLUMNS = ("component", "passed", "failed", "skipped", "expected to fail")


def _read_arguments(_: click.Context, __: click.Parameter, text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    expected = "expected a JSON object such as '{\"beta\": 1.5}', received " + repr(text)
    try:
        arguments = json.loads(text)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"{expected}: {error}") from None
    if not isinstance(arguments, dict):
        raise click.BadParameter(expected)
    return arguments


def _read_shapes(_: click.Context, __: click.Parameter, texts: Sequence[str]) -> list[Any]:
    return [_read_shape(text) for text in texts]


def _read_shape(text: str) -> Any:
    try:
        parts = [tuple(int(length) for length in part.split(",") if length.strip()) for part in text.split(";")]
    except ValueError:
        parts = []
    if not parts or not all(part and min(part) > 0 for part in parts):
        raise click.BadParameter(f"expected positive lengths such as 4,5, or 4,5;4,2 for a table, received {text!r}")
    return parts[0] if len(parts) == 1 else tuple(parts)


@click.command()
@click.argument("subjects", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Check every component that is installed.")
@click.option(
    "--args", "arguments", metavar="JSON", callback=_read_arguments, help="Arguments of the constructor, as an object."
)
@click.option(
    "--input",
    "shapes",
    metavar="SHAPE",
    multiple=True,
    callback=_read_shapes,
    help="The shape of an input, 4,5, or 4,5;4,2 for a table; may be given repeatedly.",
)
@click.option("--target", help="What a criterion's target is: one-hot, classes, real, binary or signs.")
@click.option("--trait", "traits", multiple=True, help="A trait of the component, besides those that are found out.")
@click.option("--example", type=click.IntRange(min=0), help="Check this one of the EXAMPLES of the class alone.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Draw other numbers.")
@click.option("--check", "checks", multiple=True, help="Run this check alone, and what it needs.")
@click.option("--list", "listing", is_flag=True, help="List the checks and what each proves.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def check(
    subjects: Sequence[str],
    everything: bool,
    arguments: Mapping[str, Any] | None,
    shapes: Sequence[Any],
    target: str | None,
    traits: Sequence[str],
    example: int | None,
    seed: int,
    checks: Sequence[str],
    listing: bool,
    as_json: bool,
) -> None:
    """Prove components: run the conformance kit on each NAME.

    NAME is a layer, criterion or optimizer (Linear, minnet-swish:Swish), a distribution (minnet-swish), a class of a
    module (package.module:Class) or of a file (homework.py:Linear). A class that declares EXAMPLES is checked on these;
    any other needs --input, and its traits are found out. Exits with 1 if a check fails.
    """
    from .testing import all_checks, cases_of, every_case, examine

    if listing:
        rows = [(check.name, check.family, ", ".join(check.of), check.proves) for check in all_checks()]
        columns = ("check", "family", "of", "proves")
        click.echo(_json_rows(columns, rows) if as_json else render_table(columns, rows))
        return
    if bool(subjects) == everything:
        raise click.UsageError("expected names to check, or --all, received " + ("both" if everything else "neither"))
    try:
        known = {"arguments": arguments, "input": shapes or None, "target": target, "traits": traits}
        cases = every_case(seed) if everything else cases_of(*subjects, **known, example=example, seed=seed)
        reports = [examine(case, checks or None) for case in cases]
    except (ValueError, TypeError, KeyError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps([report.to_dict() for report in reports], indent=2) if as_json else _text(cases, reports))
    if any(report.failures for report in reports):
        raise click.exceptions.Exit(1)


def _text(cases: Sequence[Case], reports: Sequence[Report]) -> str:
    outcomes = ("passed", "failed", "skipped", "expected failure")
    rows = [
        (report.case, *(str(report.count(outcome) + _unexpected(report, outcome)) for outcome in outcomes))
        for report in reports
    ]
    parts = [render_table(_COLUMNS, rows, right=_COLUMNS[1:])]
    for case, report in zip(cases, reports, strict=True):
        found = sorted(report.traits - case.traits - {"kinks"})  # these are taken for granted
        if found:
            parts.append(f"{report.case}: found to be {', '.join(found)}")
        parts += [result.explanation for result in report.failures]
    return "\n\n".join(parts)


def _unexpected(report: Report, outcome: str) -> int:
    """Unexpected passes, which count as failures."""
    return report.count("unexpected pass") if outcome == "failed" else 0


def _json_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=2)
