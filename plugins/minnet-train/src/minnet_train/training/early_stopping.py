"""Early stopping: when to stop a training that no longer improves, and what is remembered between epochs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from attrs import Factory, define, field, frozen

from minnet_core import Module
from minnet_core.state import model_state, set_model_state

from ..metrics import meaning_of
from ..validators import at_least, expect, not_empty


@frozen(kw_only=True)
class EarlyStopping:
    """When to stop a training that no longer improves.

    Attributes:
        patience: how many epochs may pass without an improvement.
        metric: a number of a report: ``validation_loss``, ``validation_accuracy``, ``loss``.
        mode: ``min`` if smaller is better, ``max`` if larger is. If not given, ``max`` for the metrics of
            minnet-train of which large is good, such as the accuracy and R2, ``min`` for all else.
        min_delta: by how much a new best must be better than the one before.
        restore_best: whether the model is reset to the best epoch when training is over.
    """

    patience: int = field(default=5, validator=at_least(1))
    metric: str = field(default="validation_loss", validator=not_empty)
    mode: str = field(
        default=Factory(lambda self: _usual_mode(self.metric), takes_self=True),
        validator=expect("'min' or 'max'", lambda mode: mode in ("min", "max")),
    )
    min_delta: float = field(default=0.0, validator=expect("a finite number of 0 or more", lambda x: 0 <= x < math.inf))
    restore_best: bool = True


def _usual_mode(metric: object) -> str:
    return "max" if meaning_of(str(metric)).large_is_good else "min"


@define(eq=False)
class EarlyStoppingState:
    """What early stopping remembers from one epoch to the next.

    Attributes:
        rule: when to stop.
        best: the best value so far, None before the first that is a number.
        best_epoch: its epoch.
        epochs: how many have passed without an improvement.
        model: the state of the model after the best epoch, if it is to be restored.
    """

    rule: EarlyStopping
    best: float | None = None
    best_epoch: int = 0
    epochs: int = 0
    model: dict[str, Any] | None = None

    def epoch_end(self, epoch: int, report: Mapping[str, Any], model: Module) -> None:
        """Look at the report of an epoch; raise `ValueError` if it lacks the metric."""
        value = report.get(self.rule.metric)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            known = ", ".join(name for name, each in report.items() if isinstance(each, (int, float)))
            raise ValueError(
                f"early_stopping: expected metric to be a number of every report ({known}), received "
                f"{self.rule.metric!r}"
            )
        if self._is_better(value):
            self.best, self.best_epoch, self.epochs = float(value), epoch, 0
            self.model = model_state(model) if self.rule.restore_best else None
        else:
            self.epochs += 1

    @property
    def reason(self) -> str | None:
        """Why training is over; None if it is not."""
        if self.epochs < self.rule.patience:
            return None
        best = "no epoch had a number" if self.best is None else f"{self.best:.6g} in epoch {self.best_epoch} is best"
        return f"early stopping: {self.rule.metric} has not got better for {self.epochs} epochs; {best}"

    def restore(self, model: Module) -> bool:
        """Reset the model to the best epoch, if that is wanted and there was one; return whether it was done."""
        if self.model is not None:
            set_model_state(model, self.model)
        return self.model is not None

    def state_dict(self) -> dict[str, Any]:
        """Return what is remembered between epochs."""
        return {"best": self.best, "best_epoch": self.best_epoch, "epochs": self.epochs, "model": self.model}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what another one remembered."""
        self.best, self.best_epoch, self.epochs = state["best"], state["best_epoch"], state["epochs"]
        self.model = state["model"]

    def _is_better(self, value: float) -> bool:
        if self.best is None:
            return value == value  # nan is not
        difference = self.best - value if self.rule.mode == "min" else value - self.best
        return difference > self.rule.min_delta
