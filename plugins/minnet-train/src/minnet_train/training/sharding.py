"""`Sharding`: steps whose batches are divided into shards, which the ranks of a training compute.

What is computed of a shard depends on the state before the step and on the shard alone, and is put together in the
order of the shards: with any number of ranks, parameters and reports have the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from attrs import define, field

from minnet_core import Array

from ..errors import DivergenceError
from ..ranks import Ranks, divided_rows, shares
from .callbacks import Hooks
from .divergence import loss_diverged
from .mixing import warn_of_mixing
from .shard_buffers import ShardBuffers
from .shard_draws import ShardDraws
from .step_gradients import Batch, Counted, change_gradients, gradients_of, loaded

if TYPE_CHECKING:
    from .trainer import Trainer

UNSEEN: Array = np.empty(0)
"""Stands for outputs and targets where there is no metric to look at them."""


class Shard(NamedTuple):
    """A part of the batch of a step, with its number."""

    number: int
    batch: Batch


class ShardResult(NamedTuple):
    """What the ranks learn of a shard but for its gradient.

    ``error`` says why its loss is not finite; shards after it are not computed where it was.
    """

    counted: Counted
    rows: int
    changed: dict[str, Any]
    error: str | None


@define(eq=False)
class Sharding:
    """Divides the steps of a training into shards, and computes those of this rank.

    A step's gradient is the mean of those of its shards, weighted by their samples, or by the weights of these; with
    ``accumulate``, there are as many shards for each of its batches.
    Random layers and augmentations draw for each shard apart, and batch statistics and losses that couple samples are
    of a shard: see `ShardDraws` and `ShardBuffers`, and `LockStep` for statistics of the whole batch.

    Attributes:
        count: into how many shards a batch is divided; a step of several batches into as many times more.
        ranks: that compute them.
    """

    needs_modules: ClassVar = False

    count: int
    ranks: Ranks
    _is_tried: bool = field(default=False, init=False)

    def load(self, trainer: Trainer, rows: Array, number: int) -> list[Shard]:
        """Load the shards of this rank of the step of this number in the epoch, whose samples are ``rows``."""
        parts = divided_rows(len(rows), self.count * trainer.accumulate)
        own = shares(len(parts), self.ranks.size)[self.ranks.rank]
        shards = [Shard(shard, loaded(trainer, rows[parts[shard]], number, shard)) for shard in own]
        if self.count > 1 and self.ranks.rank == 0 and shards and not self._is_tried:
            self._is_tried = True
            warn_of_mixing(trainer.model, shards[0].batch.inputs, stacklevel=6)  # the caller of Trainer.fit
        return shards

    def compute_gradients(
        self, trainer: Trainer, shards: Sequence[Shard], hooks: Hooks, *, is_trial: bool = False
    ) -> tuple[float, list[Counted]] | None:
        """Compute the gradients of a step, of the shards of all ranks; see `Division`.

        Returns:
            The loss of the whole batch, and what an epoch counts of each shard; None if one of the ranks was asked to
            stop before the step, which is then as if it had not been begun.
        """
        is_asked = trainer.stopping.is_asked
        holders = trainer.model, trainer.criterion
        draws = ShardDraws(holders, can_undo=self.ranks.size > 1, ranks=self.ranks)
        buffers = ShardBuffers(trainer.model, trainer.criterion)
        vectors, own = self._compute(trainer, shards, draws, buffers, is_trial=is_trial)
        gathered = self.ranks.gather((is_asked, own))
        if self.ranks.size > 1 and not is_trial and trainer.stopping.hear(asked for asked, _ in gathered):
            draws.undo()
            return None
        draws.leave()
        results = [each for _, some in gathered for each in some]
        for each in results:
            if not math.isfinite(each.counted.loss):
                if is_trial:
                    return math.inf, []
                raise DivergenceError(each.error)
        counts = [len(some) for _, some in gathered]
        gradients = gradients_of(trainer)
        self.ranks.sum_of_shards(vectors, [min(counts[0], 1), *counts[1:]], gradients)
        counted = [each.counted for each in results]
        weight = sum(each.weight for each in counted) or 1.0
        gradients /= weight
        buffers.merge([each.changed for each in results], [each.rows for each in results])
        change_gradients(trainer, hooks)
        return sum(each.loss * each.weight for each in counted) / weight, counted

    def _compute(
        self, trainer: Trainer, shards: Sequence[Shard], draws: ShardDraws, buffers: ShardBuffers, *, is_trial: bool
    ) -> tuple[list[Array], list[ShardResult]]:
        """Compute the gradients of the shards of this rank, times their weights, until a loss is not finite.

        The first rank's are added up at once, which is the beginning of the sum that all want.
        """
        steps, vectors = trainer.steps, list[Array]()
        results = list[ShardResult]()
        for number, batch in shards:
            draws.enter(number)
            loss, weight, outputs = steps.forward(*batch)
            error = None
            if math.isfinite(loss):
                steps.backward()
                vector = gradients_of(trainer) * weight
                if vectors and self.ranks.rank == 0:
                    vectors[0] += vector
                else:
                    vectors.append(vector)
            elif not is_trial:
                steps.set_outputs()
                error = str(
                    loss_diverged(
                        trainer.next_batch, loss, trainer.model, trainer.criterion, batch.inputs, batch.targets
                    )
                )
            seen = (outputs.copy(), batch.targets) if trainer.metrics else (UNSEEN, UNSEEN)
            counted = Counted(loss, weight, *seen)
            results.append(ShardResult(counted, len(batch.targets), buffers.taken(), error))
            if not math.isfinite(loss):
                break
        return vectors, results
