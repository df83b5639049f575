"""`EarlyStoppingState`: early stopping, from one epoch to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import define

from minnet_core import Module
from minnet_core.state import model_state, set_model_state

from .early_stopping import EarlyStopping


@define(eq=False)
class EarlyStoppingState:
    """What early stopping remembers from one epoch to the next.

    Attributes:
        rule: when to end.
        best: the best value so far, None before the first that is a number.
        best_epoch: the epoch that it is of.
        epochs: how many epochs have passed without a new best one.
        model: the state of the model after the best epoch, if it is to be restored.
    """

    rule: EarlyStopping
    best: float | None = None
    best_epoch: int = 0
    epochs: int = 0
    model: dict[str, Any] | None = None

    def epoch_end(self, epoch: int, report: Mapping[str, Any], model: Module) -> None:
        """Look at the report of an epoch.

        Raises:
            ValueError: if it has no such number.
        """
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

    def restore(self, model: Module) -> None:
        """Make the model what it was after the best epoch, if that is wanted and there was one."""
        if self.model is not None:
            set_model_state(model, self.model)

    def state_dict(self) -> dict[str, Any]:
        """Return what is remembered."""
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
