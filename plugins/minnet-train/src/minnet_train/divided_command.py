"""`DividedCommand`: a command that all ranks of a training do together."""

from __future__ import annotations

from contextlib import suppress

import click

from minnet_core.cli import LazyCommand
from minnet_core.plugins import plugin_host


class DividedCommand(LazyCommand):
    """A command whose ranks find each other before it is imported: if one of them fails from then on, all end."""

    def load(self) -> click.Command:
        """Import the command itself; see `LazyCommand`."""
        with suppress(Exception):  # which the command meets again, and tells
            plugin_host().manager.hook.minnet_ranks()
        return super().load()
