"""The hooks of a training: what a plugin, or an object in ``Trainer(callbacks=...)``, may do while a network learns.

Plugins are called first, then the callbacks in their order; what they return is not looked at.
One that raises ends the training, with the weights of the last whole step; `minnet_fit_end` is called nevertheless.

`minnet_ranks` is for plugins alone: it is called before there is a training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookspec

if TYPE_CHECKING:
    from minnet_core import Array

    from .ranks import Ranks
    from .training import EpochReport, Trainer


@hookspec
def minnet_fit_start(trainer: Trainer) -> None:
    """Training begins, or goes on: ``trainer.plan`` says with what, ``trainer.step`` from where."""


@hookspec
def minnet_gradients_ready(trainer: Trainer, gradients: Array) -> None:
    """The gradients of a batch are in one flat vector, which may be changed in place before clipping and the step."""


@hookspec
def minnet_step_end(trainer: Trainer, loss: float) -> None:
    """A step has been taken, which changed the weights; ``loss`` is that of the batch before it."""


@hookspec
def minnet_epoch_end(trainer: Trainer, report: EpochReport) -> None:
    """An epoch is over and measured."""


@hookspec
def minnet_fit_end(trainer: Trainer) -> None:
    """Training is over, or has been stopped, or has failed."""


@hookspec(firstresult=True)
def minnet_ranks() -> Ranks | None:
    """Say which ranks a training that is started in this process is divided among; None if it is alone."""
