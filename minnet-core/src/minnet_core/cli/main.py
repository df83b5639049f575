"""The ``minnet`` command: what the core offers, and what plugins add through the hook ``minnet_commands``."""

from __future__ import annotations

import click

from .. import __version__
from ..registry import REGISTRIES
from .commands import check, doctor, explain, plugins
from .group import MinnetGroup, disable_chosen
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


for command in (*map(listing_of, REGISTRIES), check, doctor, explain, plugins):
    main.add_command(command)
