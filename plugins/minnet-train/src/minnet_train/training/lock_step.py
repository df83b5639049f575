"""`LockStep`: shards that are computed in step with each other, as what normalizes a batch needs all of them.

Each shard has a copy of model and criterion. Where a layer gathers what the parts of the batch tell
(`minnet_core.nn.batch_statistics`), the shards of all ranks pause, and what they tell is gathered by the thread of the
trainer, in the order of the shards: so the bits do not depend on who computes which. Whatever else they need of each
other, the losses at the end of the forward pass, is told in the same way.

Copies are made in each step: none of what a layer has, wherever it keeps it, is then of another step, or another shard.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

import numpy as np
from attrs import define, field, frozen

from minnet_core import Array
from minnet_core.nn import computing_parts, find_parameters

from ..errors import DivergenceError
from ..ranks import Ranks
from .callbacks import Hooks
from .divergence import first_non_finite_place, loss_diverged
from .global_stream import drawing_from, lent_streams
from .quick_copy import quick_copy
from .shard_buffers import ShardBuffers
from .shard_draws import ShardDraws
from .sharding import UNSEEN, Shard, Sharding, ShardResult
from .step_gradients import Counted, change_gradients, gradients_of
from .steps import ModuleSteps
from .turns import Ask, Turns

if TYPE_CHECKING:
    from .agreement import Stop
    from .trainer import Trainer

T = TypeVar("T")

_STATISTICS, _LOSS, _END = "batch statistics", "a loss", "the end"


class _Told(NamedTuple):
    """What a shard tells all others: what it is about, and that."""

    about: str
    value: Any


@frozen(eq=False)
class _Gathered:
    """What all parts have told, and what has been made of that, which is nothing or one thing."""

    told: list[tuple[Any, ...]]
    combined: list[Any] = field(factory=list)


@frozen(eq=False)
class _Parts:
    """The parts of the batch, as layers see them; see `minnet_core.nn.BatchParts`."""

    _ask: Ask

    def gather(self, own: tuple[Any, ...], /) -> Sequence[tuple[Any, ...]]:
        """See `minnet_core.nn.BatchParts`."""
        given: _Gathered = self._ask(_Told(_STATISTICS, own))
        return given.told

    def combine(self, own: tuple[Any, ...], how: Callable[[Sequence[tuple[Any, ...]]], T], /) -> T:
        """See `minnet_core.nn.BatchParts`; whoever comes first computes it, in whose layer an error is then."""
        given: _Gathered = self._ask(_Told(_STATISTICS, own))
        if not given.combined:
            given.combined.append(how(given.told))
        combined: T = given.combined[0]
        return combined


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

    def copied(self, seeds: Mapping[int, Any]) -> tuple[Any, Array, dict[int, Any]]:
        """Return copies of model and criterion, the vector of the gradients, and all copies by ``id``.

        Args:
            seeds: what generators of the copies spawn others from.
        """
        gradients = np.zeros(self._size, self._dtype)
        memo: dict[int, Any] = {**self._parameters, **seeds}
        memo.update((each, gradients[where].reshape(shape)) for each, where, shape in self._places)
        return [quick_copy(each, memo) for each in (self.trainer.model, self.trainer.criterion)], gradients, memo


def _address(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


class _Replica:
    """A copy of model and criterion, which one shard is sent through.

    Attributes:
        gradients: what `compute` has computed.
        loss: what it has computed first.
    """

    loss: float

    def __init__(self, original: _Original, buffers: ShardBuffers, shard: Shard, seeds: Mapping[int, Any]) -> None:
        (self.model, self.criterion), self.gradients, self._copies = original.copied(seeds)
        self._steps = ModuleSteps(self.model, self.criterion, original.trainer.optimizer)
        self._buffers, self.shard, self._sees_outputs = buffers, shard, bool(original.trainer.metrics)

    def compute(self, ask: Ask) -> _Told:
        """Compute the gradient of the part that a shard has in the loss of the whole batch; tell what came of it."""
        with computing_parts(_Parts(ask)):
            loss, weight, outputs = self._steps.forward(*self.shard.batch)
            self.loss = loss
            losses: list[tuple[float, float]] = ask(_Told(_LOSS, (loss, weight)))
            self._steps.backward(weight / (sum(each for _, each in losses) or 1.0))
        targets = self.shard.batch.targets
        counted = Counted(loss, weight, *((outputs, targets) if self._sees_outputs else (UNSEEN, UNSEEN)))
        changed = self._buffers.changed_in(self.model, self.criterion, self._copies)
        return _Told(_END, ShardResult(counted, len(targets), changed, None))


class _BrokenOffError(Exception):
    """Ends a step after the forward pass."""


class _Exchange:
    """What the shards of this rank are given for what they tell: what those of all ranks have told.

    Attributes:
        results: what they tell at last; none before.
        counts: how many shards each rank has.
        is_stopped: whether a rank was asked to stop; what the shards are then given is an error.
        is_diverged: whether a loss is not finite; likewise.
    """

    def __init__(self, ranks: Ranks, stopping: Stop, *, can_stop: bool) -> None:
        self._ranks, self._stopping, self._can_stop = ranks, stopping, can_stop and ranks.size > 1
        self._is_asked = stopping.is_asked
        self.results: list[ShardResult] = []
        self.counts: list[int] = []
        self.is_stopped = self.is_diverged = False

    def __call__(self, told: list[_Told]) -> Any:
        gathered = self._ranks.gather((self._is_asked, told))
        about, values = _alike([each for _, some in gathered for each in some])
        if about == _END:
            self.results, self.counts = values, [len(some) for _, some in gathered]
        elif about == _LOSS:
            self.is_stopped = self._can_stop and self._stopping.hear(asked for asked, _ in gathered)
            self.is_diverged = not all(math.isfinite(loss) for loss, _ in values)
            if self.is_stopped or self.is_diverged:
                raise _BrokenOffError
        return _Gathered(values) if about == _STATISTICS else values


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
        trainer.model.clearState()  # of which there would be as many copies
        holders = trainer.model, trainer.criterion
        draws = ShardDraws(holders, can_undo=self.ranks.size > 1, ranks=self.ranks)
        buffers = ShardBuffers(trainer.model, trainer.criterion)
        original, replicas = _Original(trainer), list[_Replica]()
        exchange = _Exchange(self.ranks, trainer.stopping, can_stop=not is_trial)
        with lent_streams(len(shards)) as streams, suppress(_BrokenOffError):
            for shard, bits in zip(shards, streams, strict=True):
                drawing_from(bits)
                draws.enter(shard.number)
                # With generators that begin there.
                replicas.append(_Replica(original, buffers, shard, draws.seeds(shard.number)))
            if replicas:
                Turns([each.compute for each in replicas], exchange, streams).run()
            while not exchange.results:  # this rank has none
                exchange([])
        if exchange.is_stopped:
            draws.undo()
            return None
        draws.leave()
        if exchange.is_diverged:
            if is_trial:
                return math.inf, []
            raise DivergenceError(self._told_first(trainer, replicas))
        results, gradients = exchange.results, gradients_of(trainer)
        self.ranks.sum_of_shards([each.gradients for each in replicas], exchange.counts, gradients)
        buffers.merge([each.changed for each in results], [each.rows for each in results])
        change_gradients(trainer, hooks)
        counted = [each.counted for each in results]
        weight = sum(each.weight for each in counted) or 1.0
        return sum(each.loss * each.weight for each in counted) / weight, counted

    def _told_first(self, trainer: Trainer, replicas: Sequence[_Replica]) -> str:
        """Say why the loss is not finite: where it began, for statistics have spread it over all shards."""
        found = []
        for each in replicas:
            if not math.isfinite(each.loss):
                samples = each.shard.batch[:2]
                error = loss_diverged(trainer.next_batch, each.loss, each.model, each.criterion, *samples)
                found.append((first_non_finite_place(each.model, *samples), str(error)))
        gathered = [each for some in self.ranks.gather(found) for each in some]
        message: str = min(gathered, key=lambda each: each[0])[1]  # the first shard of several
        return message


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
