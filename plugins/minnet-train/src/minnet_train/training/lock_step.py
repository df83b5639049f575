"""`LockStep`: shards that are computed in step with each other, as what normalizes a batch needs all of them.

Each shard has a copy of model and criterion, and a routine that sends it through them. Where a layer gathers what the
parts of the batch tell (`minnet_core.nn.batch_statistics`), the routines of all ranks pause, and what they tell is
gathered by this thread, in the order of the shards: so the bits do not depend on who computes which. Whatever else they
need of each other, the losses at the end of the forward pass, is told in the same way.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from attrs import define, frozen

from minnet_core import Array, Criterion, Module
from minnet_core.nn import computing_parts, find_parameters

from ..errors import DivergenceError
from .callbacks import Hooks
from .divergence import first_non_finite_place, loss_diverged
from .routine import Ask, Routine
from .shard_buffers import ShardBuffers
from .shard_draws import ShardDraws
from .sharding import UNSEEN, Shard, Sharding, ShardResult
from .step_gradients import Counted, change_gradients, gradients_of
from .steps import ModuleSteps

if TYPE_CHECKING:
    from .trainer import Trainer

_STATISTICS, _LOSS, _END = "batch statistics", "a loss", "the end"


class _Told(NamedTuple):
    """What a shard tells all others: what it is about, and that."""

    about: str
    value: Any


@frozen(eq=False)
class _Parts:
    """The parts of the batch, as layers see them; see `minnet_core.nn.BatchParts`."""

    _ask: Ask

    def gather(self, own: tuple[Any, ...], /) -> Sequence[tuple[Any, ...]]:
        """See `minnet_core.nn.BatchParts`."""
        told: list[tuple[Any, ...]] = self._ask(_Told(_STATISTICS, own))
        return told


class _Original:
    """What the copies of a step are made of, with what all of them have in common.

    The parameters, which nobody changes before the step, are those of the model; gradients are parts of a vector that
    a copy has alone, in the order of the model's own.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer, vector = trainer, gradients_of(trainer)
        refs = {id(ref.parameter): ref for ref in find_parameters(trainer.model)}.values()
        self._parameters = {id(ref.parameter): ref.parameter for ref in refs}
        begin, self._size, self._dtype = _address(vector), vector.size, vector.dtype
        self._places: list[tuple[int, slice, tuple[int, ...]]] = []
        for ref in refs:
            start = (_address(ref.gradient) - begin) // vector.itemsize
            if np.may_share_memory(ref.gradient, vector):  # unless it is frozen
                self._places.append((id(ref.gradient), slice(start, start + ref.gradient.size), ref.gradient.shape))

    def copied(self) -> tuple[Module, Criterion, Array]:
        """Return copies of model and criterion, and the vector of the gradients."""
        gradients = np.zeros(self._size, self._dtype)
        memo: dict[int, Any] = dict(self._parameters)
        memo.update((each, gradients[where].reshape(shape)) for each, where, shape in self._places)
        model, criterion = copy.deepcopy((self.trainer.model, self.trainer.criterion), memo)
        return model, criterion, gradients


def _address(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


class _Replica:
    """A copy of model and criterion, which one shard is sent through.

    Attributes:
        gradients: what `compute` has computed.
    """

    def __init__(self, original: _Original) -> None:
        self.model, self.criterion, self.gradients = original.copied()
        self._steps = ModuleSteps(self.model, self.criterion, original.trainer.optimizer)
        self._buffers = ShardBuffers(self.model, self.criterion)

    def compute(self, shard: Shard, ask: Ask, *, sees_outputs: bool) -> _Told:
        """Compute the gradient of the part that a shard has in the loss of the whole batch; tell what came of it."""
        loss, weight, outputs = self._steps.forward(*shard.batch)
        losses: list[tuple[float, float]] = ask(_Told(_LOSS, (loss, weight)))
        self._steps.backward(weight / (sum(each for _, each in losses) or 1.0))
        targets = shard.batch.targets
        counted = Counted(loss, weight, *((outputs, targets) if sees_outputs else (UNSEEN, UNSEEN)))
        return _Told(_END, ShardResult(counted, len(targets), self._buffers.taken(), None))


@define(eq=False)
class LockStep(Sharding):
    """Shards that are parts of one batch: what normalizes over it has the statistics of all of them.

    So a step is that of the whole batch, up to rounding, but for what random layers draw and losses that couple
    samples. The modules themselves compute nothing: each shard has a copy of them.
    """

    needs_modules: ClassVar = True

    def compute_gradients(
        self, trainer: Trainer, shards: Sequence[Shard], hooks: Hooks, *, is_trial: bool = False
    ) -> tuple[float, list[Counted]] | None:
        """See `Sharding`."""
        is_asked, ranks = trainer.stopping.is_asked, self.ranks
        trainer.model.clearState()  # of which there would be as many copies
        draws = ShardDraws((trainer.model, trainer.criterion), can_undo=ranks.size > 1)
        buffers = ShardBuffers(trainer.model, trainer.criterion)
        original, replicas, routines = _Original(trainer), list[_Replica](), list[Routine]()
        with ExitStack() as ends:
            told = list[_Told]()
            for shard in shards:
                draws.enter(shard.number)
                replicas.append(_Replica(original))  # with generators, and buffers, that begin there
                routines.append(ends.enter_context(_routine(replicas[-1], shard, bool(trainer.metrics))))
                told.append(routines[-1].resume(None))
            while True:
                gathered = ranks.gather((is_asked, told))
                about, values = _alike([each for _, some in gathered for each in some])
                if about == _END:
                    break
                if about == _LOSS:
                    if ranks.size > 1 and not is_trial and trainer.stopping.hear(asked for asked, _ in gathered):
                        draws.undo()
                        return None
                    if not all(math.isfinite(loss) for loss, _ in values):
                        draws.leave()
                        if is_trial:
                            return math.inf, []
                        raise DivergenceError(self._told_first(trainer, replicas, shards, told))
                told = [each.resume(values) for each in routines]
        draws.leave()
        results: list[ShardResult] = values
        gradients = gradients_of(trainer)
        ranks.sum_of_shards([each.gradients for each in replicas], [len(some) for _, some in gathered], gradients)
        buffers.merge([each.changed for each in results], [each.rows for each in results])
        change_gradients(trainer, hooks)
        counted = [each.counted for each in results]
        weight = sum(each.weight for each in counted) or 1.0
        return sum(each.loss * each.weight for each in counted) / weight, counted

    def _told_first(
        self, trainer: Trainer, replicas: Sequence[_Replica], shards: Sequence[Shard], told: Sequence[_Told]
    ) -> str:
        """Say why the loss is not finite: where it began, for statistics have spread it over all shards."""
        found = [
            (
                first_non_finite_place(replica.model, *shard.batch[:2]),
                str(
                    loss_diverged(
                        *(trainer.next_batch, each.value[0], replica.model, replica.criterion), *shard.batch[:2]
                    )
                ),
            )
            for replica, shard, each in zip(replicas, shards, told, strict=True)
            if not math.isfinite(each.value[0])
        ]
        gathered = [each for some in self.ranks.gather(found) for each in some]
        message: str = min(gathered, key=lambda each: each[0])[1]  # the first shard of several
        return message


def _routine(replica: _Replica, shard: Shard, sees_outputs: bool) -> Routine:
    def work(ask: Ask) -> _Told:
        with computing_parts(_Parts(ask)):
            return replica.compute(shard, ask, sees_outputs=sees_outputs)

    return Routine(work)


def _alike(told: Sequence[_Told]) -> tuple[str, list[Any]]:
    """Return what all shards tell, and what about.

    Raises:
        RuntimeError: on all ranks alike, if one has come to another place than the others.
    """
    about = [each[0] for each in told]
    for number, each in enumerate(about):
        if each != about[0]:
            raise RuntimeError(
                f"expected the layers to gather batch statistics as often in each shard, received {each} of shard "
                f"{number}, and {about[0]} of shard 0"
            )
    return about[0], [each[1] for each in told]
