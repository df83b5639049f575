"""What this distribution adds to minnet: the ranks of a training that mpiexec has started."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    from minnet_train.ranks import Ranks

_ENTERED = "minnet_mpi.departure"


@hookimpl
def minnet_ranks() -> Ranks | None:
    """Divide a training among the processes that were started together; on a machine without MPI, nothing happens.

    The command that asks is done by all of them together: an error in one of them ends all.
    """
    from .launching import launched  # these here, so that whoever lists layers imports none of it

    if launched(os.environ) is None:
        return None
    import click

    from .failing_to_join import Unjoined

    context, unjoined = click.get_current_context(silent=True), Unjoined()
    if context is not None and _ENTERED not in context.meta:
        context.with_resource(unjoined)
    from .joining import departure, world

    ranks, leaving = world(), departure()
    unjoined.has_joined = True
    if context is not None and leaving is not None and _ENTERED not in context.meta:
        context.meta[_ENTERED] = context.with_resource(leaving)
    return ranks
