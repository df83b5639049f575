"""`LazyCommand`: a command of which ``minnet --help`` knows the name and a line, without importing its module."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

import click


class LazyCommand(click.Command):
    """A command whose module is imported when it runs, shows its own ``--help``, or has its options completed.

    Commands of plugins should be lazy, so that ``minnet --help`` does not wait for what they import:

    .. code-block:: python

        @hookimpl
        def minnet_commands():
            return [LazyCommand("fit", "minnet_swish.commands:fit", "Fit a curve.")]

    Args:
        name: of the command.
        target: the command itself, ``"module:attribute"``.
        summary: the first sentence of its docstring.
    """

    def __init__(self, name: str, target: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self.target = target

    def load(self) -> click.Command:
        """Import the command itself.

        Raises:
            TypeError: if the target is none. What importing it raises is passed on.
        """
        command = resolve_name(self.target)
        if not isinstance(command, click.Command):
            raise TypeError(f"expected a click command in {self.target}, received {command!r}")
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        return self.load().make_context(*args, **kwargs)  # of which the command itself is the command that runs

    def invoke(self, ctx: click.Context) -> Any:
        return self.load().invoke(ctx)
