"""``minnet new``."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .names import class_name, project_name
from .project import KINDS, Project
from .scaffold import scaffold
from .taken import namesakes


def _checked(check: Callable[[str], str]) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Make a callback that has a function of `names` look at what an option was given."""

    def callback(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
        try:
            return None if value is None else check(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return callback


@click.command()
@click.argument("project", callback=_checked(project_name))
@click.option("--kind", type=click.Choice(KINDS), default="layer", show_default=True, help="What the project holds.")
@click.option(
    "--class",
    "class_name",
    metavar="NAME",
    callback=_checked(class_name),
    help="The class.  [default: from PROJECT; minnet-soft-shrink has SoftShrink]",
)
@click.option("--author", metavar="TEXT", help="Who holds the copyright.  [default: The PROJECT authors]")
@click.option("--description", metavar="TEXT", help="One sentence for the package index.")
@click.option("--hints/--no-hints", default=True, show_default=True, help="Comments that say where your own work goes.")
@click.option(
    "-o",
    "--output",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="Make the folder in this one.  [default: the current directory]",
)
def new(project: str, output: Path, **options: Any) -> None:
    """Make a complete distribution with a layer, a criterion or an optimizer.

    Everything is there: the class, its tests, the conformance kit, the entry point, packaging and CI. It holds a
    working example, so its tests pass at once; replace the example by your own.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        made = Project(project, **given)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    taken = namesakes(made)
    click.echo(_next_steps(made, scaffold(made, output), taken))


def _next_steps(project: Project, folder: Path, taken: str) -> str:
    """Say what was made and what to type next."""
    name = project.qualified if taken else project.class_name
    lines = [f"{folder} is a distribution with the {project.kind} {project.class_name}, a working example"]
    if taken:
        lines += [f"note: {taken}", f"      yours is found as {project.qualified}"]
    lines += ["", f"  cd {shlex.quote(str(folder))}", "  pip install -e '.[test]'", "  pytest"]
    lines += [f"  minnet check {project.name}", f"  minnet explain {name}"]
    if project.hints:
        lines += [
            "  grep -rn YOURS: .",
            "",
            "The last lists what to replace by your own; take the comments out as you do.",
        ]
    return "\n".join(lines)
