"""The ``minnet`` command: what the core offers, and what plugins add through the hook ``minnet_commands``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, cast

import click

from .. import __version__
from ..discovery import DISABLED, HOMES, canonical, disable, installed, preserved, scan, switches
from ..errors import MinnetError, PluginLoadError
from ..plugins import plugin_host
from ..registry import REGISTRIES
from ..support import nearest, printable_lines
from .contributions import Contribution, LazyCommand, contributions
from .listing import listing_of
from .protected_stdout import protected_stdout

_KEY, _PROTECTION = "minnet_core.cli.contributed", "minnet_core.cli.protection"


def disable_chosen(context: click.Context, _: click.Parameter, choices: tuple[str, ...]) -> None:
    """Switch plugins off for as long as the command runs: ``-p no:NAME``."""
    names = [choice.removeprefix("no:") for choice in choices]
    for name, choice in zip(names, choices, strict=True):
        if name == choice or not name or "," in name:
            raise click.BadParameter(f"expected no:NAME, and -p again for another, received {choice!r}")
        if installed(name) is None:
            known = {each: f"no:{each}" for each in scan().distributions}
            hint = nearest(canonical(name), known) or f"there are {', '.join(known)}"
            raise click.BadParameter(f"no distribution {name!r} with components or hooks is installed; {hint}")
    if names:
        disable(names)


class MinnetGroup(click.Group):
    """A group whose commands are its own and those of the plugins; its own win a name that both have.

    Of two plugins with one command a first-party one wins, then the first in the order of their names.
    """

    def main(self, *args: Any, **kwargs: Any) -> Any:
        if sys.stdout is None:  # closed by who started it; the next file that is opened would have its number
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # for as long as the process lasts
        for stream in (sys.stdout, sys.stderr):  # what a stranger's error says may not be in their encoding
            with suppress(AttributeError, ValueError):
                stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # unless somebody replaced it
        with preserved(DISABLED):  # -p no:NAME is for one command, however that ends
            try:
                return super().main(*args, **kwargs)
            except BrokenPipeError:
                raise
            except BaseException as error:
                if not kwargs.get("standalone_mode", True) or isinstance(error, (SystemExit, KeyboardInterrupt)):
                    raise
                import traceback  # here, as it is seldom needed

                # What Python prints of an error that nobody has foreseen, but fit for a terminal.
                text = "".join(traceback.format_exception(error)).rstrip()
                click.echo(printable_lines(text, sys.maxsize), err=True)
                sys.exit(1)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _say_who_was_interrupted():
            context = super().make_context(*args, **kwargs)
        if os.environ.get("NO_COLOR"):
            context.color = False
        return context

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        context.meta[_PROTECTION] = context.with_resource(ExitStack())
        if "--json" in args:
            context.meta[_PROTECTION].enter_context(protected_stdout())
        return super().parse_args(context, args)

    def contributed(self, context: click.Context) -> dict[str, Contribution]:
        """What plugins contribute, asked once for an invocation; those that fail are told on stderr."""
        if _KEY not in context.meta:
            try:
                found = contributions()
            except PluginLoadError as error:
                raise click.ClickException(str(error)) from error
            for failure in list(plugin_host().failures.values()):
                click.echo(f"warning: {failure}; see: minnet plugins", err=True)
            context.meta[_KEY] = {str(each.command.name): each for each in reversed(found)}
        return cast("dict[str, Contribution]", context.meta[_KEY])

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), *self.contributed(context)})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        own = super().get_command(context, name)
        contributed = None if own else self.contributed(context).get(name)
        return contributed.command if contributed else own

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        home = HOMES.get(name)
        if self.get_command(context, name) is None and home and not context.resilient_parsing:
            if installed(home) is None:
                state = f"not installed; pip install {home}"
            else:
                state = "disabled" if not switches().allows(home) else "broken; see: minnet plugins"
            context.fail(f"No such command {name!r}: it comes with {home}, which is {state}")
        found, command, rest = super().resolve_command(context, args)
        if command is not None and name not in self.commands:
            command = self.contributed(context)[name].load()
            context.meta[_PROTECTION].close()  # what it writes to, and how, is its own business
        return found, command, rest

    def invoke(self, context: click.Context) -> Any:
        try:
            with _say_who_was_interrupted():
                return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):  # click handles these
            raise
        except (MinnetError, OSError) as error:
            told = [str(error), *getattr(error, "__notes__", ())]
            raise click.ClickException("\n".join(map(printable_lines, told))) from error
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # a traceback says which plugin the command comes from
            contribution = context.meta.get(_KEY, {}).get(context.invoked_subcommand)
            if contribution is not None:
                plugin = contribution.plugin
                error.add_note(
                    f"in minnet {context.invoked_subcommand}, a command of {plugin.provider} ({plugin.target})"
                )
            raise


@contextmanager
def _say_who_was_interrupted() -> Iterator[None]:
    """Print which plugin's code Ctrl-C ended, if it was one's, which may be the one that hangs."""
    try:
        yield
    except KeyboardInterrupt as error:
        for note in getattr(error, "__notes__", ()):
            click.echo(f"\n{printable_lines(note)}", err=True)
        raise


@click.group(cls=MinnetGroup)
@click.version_option(__version__, package_name="minnet-core", prog_name="minnet")
@click.option(
    "-p",
    "disabled",
    metavar="no:NAME",
    multiple=True,
    is_eager=True,
    expose_value=False,
    callback=disable_chosen,
    help="Disable the distribution NAME: nothing from it is imported.",
)
def main() -> None:
    """Neural networks in which every layer is a small NumPy file."""


_SUMMARIES = {
    "check": "Run the conformance kit on each NAME.",
    "doctor": "Report what is wrong with the installed packages, and how to fix it.",
    "explain": "Explain a component, or a model file.",
    "export": "Write MODEL, a model file, in the format that the suffix of OUTPUT names.",
    "plugins": "List what each distribution provides, and what is broken and why.",
}

for registry in REGISTRIES:
    main.add_command(listing_of(registry))
for name, summary in _SUMMARIES.items():
    main.add_command(LazyCommand(name, f"minnet_core.cli.commands.{name}:{name}", summary))
