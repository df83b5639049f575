"""`OnRanks`: a command of which rank 0 alone reads the command line, and which the other ranks follow."""

from __future__ import annotations

from typing import Any

import click

from ..ranks import ALONE, ranks_of_this_process
from ..runs import telling_errors
from ..training import Interruption
from .following import follow


class OnRanks(click.Command):
    """A command that is called on rank 0, with one parameter more: ``ranks``. The others do what it does.

    So what is wrong with the command line is told once, as is ``--help``.
    """

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read the command line, unless this is another rank than 0."""
        if context.resilient_parsing:  # to complete what is being typed
            return super().parse_args(context, args)
        context.obj = ranks = ranks_of_this_process() or ALONE
        if ranks.rank:
            return []
        with telling_errors(ranks):
            rest = super().parse_args(context, args)
        context.params["ranks"] = ranks
        return rest

    def invoke(self, context: click.Context) -> Any:
        """Do the command, or follow rank 0."""
        if not context.obj.rank:
            return super().invoke(context)
        with Interruption() as interruption:
            follow(context.obj, interruption)
        return None
