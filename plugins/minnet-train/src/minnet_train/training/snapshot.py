"""The whole state of a `Trainer`: taken, and loaded again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minnet_core import MinnetError
from minnet_core.errors import described
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
    """Copy everything that decides how a training goes on but its history; the keys are those of checkpoint files."""
    augmenter = trainer.augmenter
    return {
        "format": FORMAT,
        "position": {"step": trainer.step, "epoch": trainer.epoch, "batch": trainer.batch},
        "divided": None if trainer.divided is None else dict(trainer.divided),
        "model": model_state(trainer.model),
        "criterion": plain_attributes(trainer.criterion, arrays=True),
        "optimizer": optimizer_state(trainer.optimizer),
        "rate": trainer.learning_rate.state_dict(),
        "order": trainer.shuffler.state_dict(),
        "generators": {name: generator_state(each) for name, each in _generators(trainer).items()},
        "global": GlobalState.now().numpy,
        **({"augmentations": augmenter.state_dict()} if augmenter else {}),  # which earlier versions do not know
        **({"average": trainer.average.state_dict()} if trainer.average is not None else {}),
        "running": trainer.totals.state_dict(),
        "early_stopping": None if trainer.early_stopping is None else trainer.early_stopping.state_dict(),
        "callbacks": [
            {"class": type(each).__name__, "state": each.state_dict()} for each in stateful_callbacks(trainer)
        ],
    }


def set_trainer_state(trainer: Trainer, state: Mapping[str, Any]) -> None:
    """Make a trainer go on as the one that a state is of; raise `StateError` if it does not fit."""
    try:
        _set_trainer_state(trainer, state)
    except MinnetError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise StateError(f"expected the state of a trainer, received another: {described(error)}") from error


def _set_trainer_state(trainer: Trainer, state: Mapping[str, Any]) -> None:
    if state.get("format") != FORMAT:
        raise StateError(f"expected the state of a trainer, of format {FORMAT}, received {state.get('format')!r}")
    if not isinstance(state.get("history"), list):
        raise StateError(f"history: expected a list of reports, received {state.get('history')!r:.80}")
    _expect_position(state["position"], len(state["history"]))
    generators = _generators(trainer)
    if generators.keys() != state["generators"].keys():
        raise StateError(
            f"generators: expected those of this model, {sorted(generators)}, received a state of "
            f"{sorted(state['generators'])}"
        )
    if (trainer.early_stopping is None) != (state["early_stopping"] is None):
        wanted, got = ("without", "with") if trainer.early_stopping is None else ("with", "without")
        raise StateError(f"early_stopping: expected the state of a training {wanted} it, received one {got}")
    if (trainer.average is None) != ("average" not in state):
        wanted, got = ("without", "with") if trainer.average is None else ("with", "without")
        raise StateError(f"average: expected the state of a training {wanted} an average, received one {got}")
    callbacks = stateful_callbacks(trainer)
    ours, theirs = [type(each).__name__ for each in callbacks], [each["class"] for each in state["callbacks"]]
    if ours != theirs:
        raise StateError(f"callbacks: expected those with a state to be {theirs}, received {ours}")
    trainer.augmenter.load_state_dict(state.get("augmentations"))
    set_model_state(trainer.model, state["model"])
    set_plain_attributes(trainer.criterion, state["criterion"])
    set_optimizer_state(trainer.optimizer, state["optimizer"])
    if trainer.average is not None:
        trainer.average.load_state_dict(state["average"])
    trainer.learning_rate.load_state_dict(state["rate"])
    trainer.shuffler.load_state_dict(state["order"])
    trainer.totals.load_state_dict(state["running"])
    if trainer.early_stopping is not None:
        trainer.early_stopping.load_state_dict(state["early_stopping"])
    for callback, saved in zip(callbacks, state["callbacks"], strict=True):
        callback.load_state_dict(saved["state"])
    trainer.history = History(map(EpochReport.from_dict, state["history"]))
    position, trainer.divided = state["position"], state["divided"]
    trainer.step, trainer.epoch, trainer.batch = position["step"], position["epoch"], position["batch"]
    # Last, as what is set before may draw.
    for name, generator in generators.items():
        set_generator_state(generator, state["generators"][name], name)
    GlobalState(state["global"], random.getstate()).restore()


def _expect_position(position: Mapping[str, Any], reports: int) -> None:
    """Refuse what is no place in a training with so many reports: from another one a training might never end."""
    step, epoch, batch = (position[name] for name in ("step", "epoch", "batch"))
    if not all(type(each) is int and each >= 0 for each in (step, epoch, batch)) or epoch - reports not in (0, 1):
        raise StateError(f"position: expected one in the epoch of {reports} reports or the next, received {position!r}")


def _generators(trainer: Trainer) -> dict[str, RandomSource]:
    """The generators that the model, the criterion and the optimizer hold, by name."""
    return {
        f"{part}.{name}": each
        for part in ("model", "criterion", "optimizer")
        for name, each in find_generators(getattr(trainer, part))
    }


def stateful_callbacks(trainer: Trainer) -> list[Any]:
    """The callbacks with `state_dict` and `load_state_dict`."""
    return [each for each in trainer.callbacks if hasattr(each, "state_dict") and hasattr(each, "load_state_dict")]
