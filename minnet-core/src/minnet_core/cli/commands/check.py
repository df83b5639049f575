"""``minnet check``: the conformance kit for whoever has a class and a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import click

from ...errors import MinnetError
from ...nn import read_shape
from ...support import printable_lines, render_table
from ...testing import (
    LIMIT,
    Case,
    Report,
    Result,
    all_checks,
    cases_of,
    every_case,
    examine_all,
    named_check,
    usual_jobs,
    without_reference,
)
from ..listing import echo_json, records

_COLUMNS = ("component", "passed", "failed", "weak", "skipped", "expected to fail")


def _read_arguments(text: str) -> dict[str, Any]:
    expected = "expected a JSON object such as '{\"beta\": 1.5}', received " + repr(text)
    try:
        arguments = json.loads(text)
    except json.JSONDecodeError as error:
        hint = "; JSON has double quotes" if "'" in text else ""
        raise click.BadParameter(f"{expected}: {error}{hint}") from None
    if not isinstance(arguments, dict):
        raise click.BadParameter(expected)
    return arguments


def _read_shape(text: str) -> Any:
    try:
        return read_shape(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("subjects", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Check every component that is installed.")
@click.option(
    "--args", "arguments", metavar="JSON", type=_read_arguments, help="Arguments of the constructor, as an object."
)
@click.option(
    "--input",
    "shapes",
    metavar="SHAPE",
    multiple=True,
    type=_read_shape,
    help="The shape of an input, 4,5, or 4,5;4,2 for a tuple; 4,5:mask says what fills it; may be repeated.",
)
@click.option(
    "--target",
    help="What a criterion's target is: one-hot, classes, real, binary or signs; 4:signs says its shape; or none.",
)
@click.option("--trait", "traits", multiple=True, help="A trait of the component, in addition to those detected.")
@click.option("--example", type=click.IntRange(min=0), help="Check only this one of the class's EXAMPLES.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the random inputs.")
@click.option("--check", "checks", multiple=True, help="Run only this check and those that it depends on.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    help="How many processes check at a time; with 1 everything runs in this one, which a component can end.  "
    "[default: one for each processor and 8 cases]",
)
@click.option(
    "--limit",
    type=click.FloatRange(min=0, min_open=True),
    default=LIMIT,
    show_default=True,
    help="Seconds after which a case fails that does not end, where it runs in a process of its own.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for weaknesses too.")
@click.option("-v", "--verbose", is_flag=True, help="Show every failure in full, and why checks are skipped.")
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
    jobs: int | None,
    limit: float,
    strict: bool,
    verbose: bool,
    listing: bool,
    as_json: bool,
) -> None:
    """Run the conformance kit on each NAME.

    NAME is a layer, criterion or optimizer (Linear, minnet-swish:Swish), or a component of another kind that --list
    tells of; a distribution (minnet-swish), a class of a module (package.module:Class) or of a file
    (homework.py:Linear), or a file or folder, for every class in it. A class that declares EXAMPLES is checked on
    these; any other layer or criterion needs --input, and its traits are detected. Small shapes prove as much as large
    ones. In a file, a class without --input is tried with rows, sequences and images, and one that needs arguments is
    named. Exits with 1 if a result is wrong, or with --strict if there is a weakness, and with 2 if there is nothing to
    check.
    """
    if listing:
        rows = [(check.name, check.family, check.level, check.about, check.proves) for check in all_checks()]
        columns = ("check", "family", "level", "of", "proves")
        if as_json:
            echo_json(records(columns, rows))
        else:
            click.echo(render_table(columns, rows))
        return
    if bool(subjects) == everything:
        raise click.UsageError("expected names to check, or --all, received " + ("both" if everything else "neither"))
    if everything and (arguments is not None or shapes or target or traits or example is not None):
        raise click.UsageError("expected --all without --args, --input, --target, --trait and --example")
    if os.getcwd() not in sys.path:  # as for python -m, so that module:Class finds what lies here
        sys.path.insert(0, os.getcwd())
    make_cases: Callable[[], list[Case]] = (
        partial(every_case, seed)
        if everything
        else partial(
            cases_of,
            *subjects,
            arguments=arguments,
            input=list(shapes) or None,
            target=target,
            traits=traits,
            example=example,
            seed=seed,
        )
    )
    try:
        cases = make_cases()
        for name in checks:
            named_check(name)
    except (MinnetError, ValueError, TypeError) as error:
        raise _Misuse(printable_lines(str(error))) from error
    reports = examine_all(cases, make_cases, checks or None, jobs=jobs or usual_jobs(cases), limit=limit)
    checked = [report for case, report in zip(cases, reports, strict=True) if not case.unchecked]
    if as_json:
        echo_json([report.to_dict() for report in reports])
    else:
        parts = [*_parts(cases, reports, verbose or bool(checks)), *([] if checks else [without_reference(checked)])]
        click.echo(printable_lines("\n\n".join(filter(None, parts)), sys.maxsize))
    if not checked:
        raise click.exceptions.Exit(2)
    if any(report.findings if strict else report.failures for report in reports):
        raise click.exceptions.Exit(1)


class _Misuse(click.ClickException):
    """A request that cannot be met, rather than a component that fails."""

    exit_code = 2


def _parts(cases: Sequence[Case], reports: Sequence[Report], verbose: bool) -> Iterator[str]:
    """Yield what is printed: a table, what was found out, what failed, and at last the weaknesses."""
    rows = []
    for report in reports:
        passed, weak, skipped, expected = map(report.count, ("passed", "weakness", "skipped", "expected failure"))
        rows.append((report.case, *map(str, (passed, len(report.failures), weak, skipped, expected))))
    yield render_table(_COLUMNS, rows, right=_COLUMNS[1:])
    for case, report in zip(cases, reports, strict=True):
        if case.unchecked:
            yield f"{report.case} is not checked: {case.unchecked}"
            continue
        if case.guess:
            yield f"{report.case}: {case.guess}"
        found = sorted(report.traits - case.traits - {"kinks"})  # these are taken for granted
        if found and not report.failed("backward_runs"):
            yield f"{report.case}: found to be {', '.join(found)}"
        yield from _explanations(report.failures, f"{report.case} also fails", verbose)
        yield from _skips(report, verbose)
    for report in reports:
        if verbose or not any(each.failures for each in reports):  # else they can wait
            yield from _explanations(report.weaknesses, f"{report.case} also has a weakness:", verbose)
        elif report.weaknesses:
            names = ", ".join(result.check for result in report.weaknesses)
            yield f"{report.case} has a weakness: {names}; --verbose tells more"


def _explanations(results: Iterable[Result], others_begin: str, verbose: bool) -> Iterator[str]:
    """Yield the first result of each family at length, and the names of the others."""
    told: dict[str, list[str]] = {}
    for result in results:
        if verbose or result.family not in told:
            yield result.explanation
        told.setdefault(result.family, []).append(result.check)
    others = [name for names in told.values() for name in names[1:]]
    if others and not verbose:
        yield f"{others_begin} {', '.join(others)}; --verbose tells how"


def _skips(report: Report, verbose: bool) -> Iterator[str]:
    """Yield why most was skipped, if it was."""
    blocked = Counter(result.blocked_by for result in report if result.blocked_by)
    weak = {result.check for result in report.weaknesses}
    for check, count in blocked.items():
        because = f"of {check}" if check in weak else f"{check} fails"
        yield f"{report.case}: {count} {'check is' if count == 1 else 'checks are'} skipped because {because}"
    if verbose:
        skipped = [result for result in report if result.status == "skipped" and not result.blocked_by]
        if skipped:
            yield "\n".join(f"{report.case} skips {result.check}: {result.message}" for result in skipped)
