"""What the ranks of a training agree on: how it begins, and when it is stopped."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from attrs import define

from minnet_core.support import printable

from ..errors import RanksError
from ..ranks import Ranks
from .fit_options import FitOptions
from .snapshot import set_trainer_state, stateful_callbacks, trainer_state

if TYPE_CHECKING:
    from .trainer import Trainer


@define(eq=False)
class Stop:
    """Whether a training is asked to end, and whether all its ranks know.

    A rank that is asked goes on until the others know, which is when something is gathered anyway.

    Attributes:
        ranks: of the training.
        is_asked: whether this one is asked.
        is_agreed: whether one is, and all know.
    """

    ranks: Ranks
    is_asked: bool = False
    is_agreed: bool = False

    def ask(self) -> None:
        """Ask for the end, from anywhere: a callback, a signal."""
        self.is_asked = True
        self.is_agreed = self.is_agreed or self.ranks.size == 1

    def hear(self, asked: Iterable[bool]) -> bool:
        """Note what was gathered; return whether the training ends."""
        self.is_agreed = self.is_agreed or any(asked)
        return self.is_agreed

    def agree(self) -> bool:
        """Ask the other ranks, if there are any; return whether the training ends."""
        return self.is_agreed if self.ranks.size == 1 else self.hear(self.ranks.gather(self.is_asked))

    def reset(self) -> None:
        """Forget it: the training is over."""
        self.is_asked = self.is_agreed = False


def begin_together(trainer: Trainer, plan: FitOptions) -> bool:
    """Have all ranks begin with the state of rank 0: weights, buffers, generators, optimizer, position, history.

    Callbacks that have a state get that of the callback of the same class of rank 0, which may have further ones.

    Returns:
        Whether this rank has got the state of another.

    Raises:
        RanksError: on every rank, if one was asked for another training than rank 0.
        StateError: if the state does not fit this rank: its model is another one.
    """
    ranks = trainer.ranks
    if ranks.size == 1:
        return False
    expect_same(ranks, "training", _facts(trainer, plan))
    state = ranks.broadcast(_whole_state(trainer) if ranks.rank == 0 else None)
    if ranks.rank:
        assert state is not None
        ours = {type(each).__name__ for each in stateful_callbacks(trainer)}
        theirs = [each for each in state["callbacks"] if each["class"] in ours]
        set_trainer_state(trainer, {**state, "callbacks": theirs})
    return ranks.rank > 0


def expect_same(ranks: Ranks, what: str, facts: dict[str, str]) -> None:
    """Refuse ranks of which one has something else than rank 0.

    Raises:
        RanksError: on every rank, naming the first that differs, and in what.
    """
    first, *others = ranks.gather(facts)
    for rank, each in enumerate(others, 1):
        differing = [name for name in {**first, **each} if each.get(name) != first.get(name)]
        if differing:
            expected, received = (printable(facts.get(differing[0], "none")) for facts in (first, each))
            raise RanksError(
                f"rank {rank} of {ranks.size}: expected the same {what} as on rank 0, {differing[0]} {expected}, "
                f"received {differing[0]} {received}"
            )


def expect_same_weights(trainer: Trainer) -> None:
    """Refuse ranks whose weights, or moving statistics, have come to differ, as they must not.

    Each decides by what it computes when to stop, and would wait for others that have stopped already.

    Raises:
        RanksError: on every rank: an optimizer draws from something else than NumPy, say, or a processor is another,
            or a callback of one rank has changed them.
    """
    if trainer.ranks.size > 1:
        weights = {**trainer.model.namedParameters(), **trainer.model.namedBuffers()}
        sums = {f"{name} of checksum": f"{zlib.crc32(array.tobytes()):08x}" for name, array in weights.items()}
        expect_same(trainer.ranks, f"weights after epoch {trainer.epoch}", sums)


def _facts(trainer: Trainer, plan: FitOptions) -> dict[str, str]:
    """What the ranks must have been asked for alike, as texts."""
    facts = {
        "samples": len(plan.training),
        "validation samples": None if plan.validation is None else len(plan.validation),
        "weights": plan.training.weights is not None,
        "epochs": plan.epochs,
        "batch_size": plan.batch_size,
        "accumulate": plan.accumulate,
        "shards": trainer.shards,
        "batch_statistics": trainer.batch_statistics,
        "metrics": [metric.name for metric in trainer.metrics],
        "executor": trainer.executor,
        "threads": trainer.threads.count,
    }
    return {name: str(value) for name, value in facts.items()}


def _whole_state(trainer: Trainer) -> dict[str, Any]:
    return {**trainer_state(trainer), "history": [report.as_dict() for report in trainer.history]}
