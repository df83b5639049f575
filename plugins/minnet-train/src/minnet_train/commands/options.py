"""Options that several commands have."""

from __future__ import annotations

import click

threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1, max=1024),
    help="Number of threads that multiply matrices.  [default: as suits the network, 1 if it is small]",
)
