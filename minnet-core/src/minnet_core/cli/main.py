"""The ``minnet`` command: what the core offers, and what plugins add through the hook ``minnet_commands``."""

from __future__ import annotations

import click

from .. import __version__
from ..registry import REGISTRIES
from .group import MinnetGroup, disable_chosen
from .lazy_command import LazyCommand
from .listing import listing_of


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
    "explain": "Explain a component.",
    "plugins": "List what each distribution provides, and what is broken and why.",
}

for registry in REGISTRIES:
    main.add_command(listing_of(registry))
for name, summary in _SUMMARIES.items():
    main.add_command(LazyCommand(name, f"minnet_core.cli.commands.{name}:{name}", summary))
