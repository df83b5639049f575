"""``minnet new``."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .names import class_name, project_name
from .project import Project
from .scaffold import scaffold
from .taken import namesakes
from .templates import templates


def _checked(check: Callable[[str], str]) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Make a callback that has a function of `names` look at what an option was given."""

    def callback(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
        try:
            return None if value is None else check(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return callback


class _Kind(click.ParamType):  # type: ignore[type-arg]  # it is generic since click 8.3
    """A choice among the templates that there are when it is asked for."""

    name = "kind"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return self._choice().convert(value, param, ctx)

    def get_metavar(self, *arguments: Any, **more: Any) -> str | None:  # click gives it a context since 8.2
        return self._choice().get_metavar(*arguments, **more)

    def _choice(self) -> click.Choice[str]:
        return click.Choice(tuple(templates()))


@click.command()
@click.argument("project", callback=_checked(project_name))
@click.option("--kind", type=_Kind(), default="layer", show_default=True, help="What the project holds.")
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
    """Make a complete distribution with a component of your own.

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
    if project.template.registry:
        lines += [f"  minnet check {project.name}", f"  minnet explain {name}"]
    if project.hints:
        lines += [
            "  grep -rn YOURS: .",
            "",
            "The last lists what to replace by your own; take the comments out as you do.",
        ]
    return "\n".join(lines)
