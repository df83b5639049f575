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
    help="Do without the distribution NAME: nothing of it is imported.",
)
def main() -> None:
    """Neural networks whose every layer is a small file of NumPy."""


_SUMMARIES = {
    "check": "Prove components: run the conformance kit on each NAME.",
    "doctor": "Say what is wrong with what is installed, and what to do about it.",
    "explain": "Say what there is to know of a component.",
    "plugins": "List who provides what, and what is broken and why.",
}

for registry in REGISTRIES:
    main.add_command(listing_of(registry))
for name, summary in _SUMMARIES.items():
    main.add_command(LazyCommand(name, f"minnet_core.cli.commands.{name}:{name}", summary))
