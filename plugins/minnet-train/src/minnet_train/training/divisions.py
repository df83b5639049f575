"""`division_of`: how a training divides its steps."""

from __future__ import annotations

from ..ranks import Ranks
from .expectations import expect_batch_statistics, expect_shards
from .lock_step import LockStep
from .sharding import Sharding
from .step_gradients import Division, WholeBatches


def division_of(shards: int | None, ranks: Ranks, batch_statistics: str, accumulate: int) -> Division:
    """Return what computes the steps of a training; refuse what makes no sense together.

    Args:
        shards: into how many parts a batch is divided; None for whole batches, the statistics of which are their own.
        ranks: that compute them.
        batch_statistics: of what they are, ``"shard"`` or ``"batch"``.
        accumulate: how many batches a step is of.
    """
    expect_shards(shards, ranks.size)
    expect_batch_statistics(batch_statistics, shards, accumulate)
    if shards is None:
        return WholeBatches()
    return (LockStep if batch_statistics == "batch" else Sharding)(shards, ranks)
