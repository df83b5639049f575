"""The whole state of a `Trainer`, taken and put back."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minnet_core.state import (
    GlobalState,
    RandomSource,
    find_generators,
    generator_state,
    model_state,
    optimizer_state,
    plain_attributes,
    set_generator_state,
    set_model_state,
    set_optimizer_state,
    set_plain_attributes,
)

from ..errors import StateError
from .history import EpochReport, History

if TYPE_CHECKING:
    from .trainer import Trainer

FORMAT = 2
"""Raised when a state of the old form can no longer be read as one of the new."""


def trainer_state(trainer: Trainer) -> dict[str, Any]:
    """Copy everything that decides how a training goes on."""
    return {
        "format": FORMAT,
        "position": {"step": trainer.step, "epoch": trainer.epoch, "batch": trainer.batch},
        "divided": None if trainer.divided is None else dict(trainer.divided),
        "model": model_state(trainer.model),
        "criterion": plain_attributes(trainer.criterion, arrays=True),
        "optimizer": optimizer_state(trainer.optimizer),
        "rate": trainer.rate.state_dict(),
        "order": trainer.order.state_dict(),
        "generators": {name: generator_state(each) for name, each in _generators(trainer).items()},
        "global": GlobalState.now().numpy,
        "running": trainer.running.state_dict(),
        "early_stopping": None if trainer.waiting is None else trainer.waiting.state_dict(),
        "callbacks": [{"class": type(each).__name__, "state": each.state_dict()} for each in remembering(trainer)],
        "history": [report.as_dict() for report in trainer.history],
    }


def set_trainer_state(trainer: Trainer, state: Mapping[str, Any]) -> None:
    """Make a trainer go on as the one that a state is of.

    Raises:
        StateError: if the state does not fit.
    """
    if state.get("format") != FORMAT:
        raise StateError(f"expected the state of a trainer, of format {FORMAT}, received {state.get('format')!r}")
    generators = _generators(trainer)
    if generators.keys() != state["generators"].keys():
        raise StateError(
            f"generators: expected those of this model, {sorted(generators)}, received a state of "
            f"{sorted(state['generators'])}"
        )
    if (trainer.waiting is None) != (state["early_stopping"] is None):
        wanted, got = ("without", "with") if trainer.waiting is None else ("with", "without")
        raise StateError(f"early_stopping: expected the state of a training {wanted} it, received one {got}")
    callbacks = remembering(trainer)
    ours, theirs = [type(each).__name__ for each in callbacks], [each["class"] for each in state["callbacks"]]
    if ours != theirs:
        raise StateError(f"callbacks: expected those with a state to be {theirs}, received {ours}")
    set_model_state(trainer.model, state["model"])
    set_plain_attributes(trainer.criterion, state["criterion"])
    set_optimizer_state(trainer.optimizer, state["optimizer"])
    trainer.rate.load_state_dict(state["rate"])
    trainer.order.load_state_dict(state["order"])
    trainer.running.load_state_dict(state["running"])
    if trainer.waiting is not None:
        trainer.waiting.load_state_dict(state["early_stopping"])
    for callback, its in zip(callbacks, state["callbacks"], strict=True):
        callback.load_state_dict(its["state"])
    trainer.history = History(map(EpochReport.from_dict, state["history"]))
    position, trainer.divided = state["position"], state["divided"]
    trainer.step, trainer.epoch, trainer.batch = position["step"], position["epoch"], position["batch"]
    # Last, as what is set before may draw.
    for name, generator in generators.items():
        set_generator_state(generator, state["generators"][name], name)
    GlobalState(state["global"], random.getstate()).restore()


def _generators(trainer: Trainer) -> dict[str, RandomSource]:
    """The generators that the model, the criterion and the optimizer hold, by name."""
    return {
        f"{part}.{name}": each
        for part in ("model", "criterion", "optimizer")
        for name, each in find_generators(getattr(trainer, part))
    }


def remembering(trainer: Trainer) -> list[Any]:
    """The callbacks that remember something: those with the methods of a state."""
    return [each for each in trainer.callbacks if hasattr(each, "state_dict") and hasattr(each, "load_state_dict")]
