"""`ReduceOnPlateau`: a smaller rate when training no longer gets better."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from minnet_core.nn import Example

from ..hyperparameters import Fraction, NonNegative
from .arguments import CountFromZero
from .schedule import Schedule

_LARGE_IS_GOOD = re.compile(
    r"(validation_)?"
    r"(accuracy|balanced_accuracy|top\d+|r2|matthews|(precision|recall|f1|roc_auc|pr_auc)(_macro|_micro|_weighted)?)"
)
"""What minnet-train says of its metrics, which this distribution does not import; a test there compares the two."""


class ReduceOnPlateau(Schedule):
    """Multiplies the learning rate by ``factor`` when a number has not got better for more than ``patience`` epochs.

    Better is lower than the best so far by more than ``threshold``, a fraction of the best; or higher, if ``mode`` is
    ``max``; with ``threshold_mode="abs"`` the threshold is the difference itself.

    PyTorch: ``torch.optim.lr_scheduler.ReduceLROnPlateau``.

    Args:
        metric: a number of the report of an epoch: ``validation_loss``, ``validation_accuracy``, ``loss``.
        mode: ``min`` if small is good, ``max`` if large is. If not given, ``max`` for the metrics of minnet-train of
            which large is good, such as the accuracy and R2, and ``min``, which is PyTorch's default, for all else.
        factor: in [0, 1).
        patience: 0 or more.
        threshold: 0 or more.
        threshold_mode: ``rel`` or ``abs``.
        cooldown: how many epochs are not counted after each reduction.
        min_lr: what the rate does not fall below.
        eps: a reduction by no more than this is left out.

    Attributes:
        rate: the learning rate; None before the first reduction.
        best: the best number; None before the first epoch.
        bad: how many epochs have not been better.
        cooling: how many epochs are still not counted.

    >>> schedule = ReduceOnPlateau("loss", patience=0)
    >>> for loss in (1.0, 0.5, 0.5):
    ...     schedule.epoch_end({"loss": loss}, schedule.lr_at(0, 0.1, 3))
    >>> round(schedule.lr_at(3, 0.1, 3), 6)
    0.01
    """

    EXAMPLES = (
        Example(arguments={"patience": 1}, rejected_arguments=[{"mode": "best"}]),
        Example(arguments={"metric": "accuracy", "patience": 0, "cooldown": 1, "threshold_mode": "abs"}),
    )

    STATE = ("rate", "best", "bad", "cooling")

    factor = Fraction()
    patience = CountFromZero()
    threshold = NonNegative()
    cooldown = CountFromZero()
    min_lr = NonNegative()
    eps = NonNegative()

    def __init__(
        self,
        metric: str = "validation_loss",
        mode: str | None = None,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        super().__init__("epoch")
        if mode is None:
            mode = "max" if _LARGE_IS_GOOD.fullmatch(str(metric)) else "min"
        if mode not in ("min", "max"):
            raise ValueError(f"ReduceOnPlateau: expected mode to be 'min' or 'max', received {mode!r}")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(
                f"ReduceOnPlateau: expected threshold_mode to be 'rel' or 'abs', received {threshold_mode!r}"
            )
        self.metric, self.mode, self.threshold_mode = metric, mode, threshold_mode
        self.factor, self.min_lr, self.eps = factor, min_lr, eps
        self.patience, self.cooldown, self.threshold = patience, cooldown, threshold
        self.rate: float | None = None
        self.best: float | None = None
        self.bad = 0
        self.cooling = 0

    def lr_at(self, time: int, lr: float, length: int) -> float:
        return lr if self.rate is None else self.rate

    def epoch_end(self, report: Mapping[str, Any], lr: float) -> None:
        value = report.get(self.metric)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            known = ", ".join(name for name, each in report.items() if isinstance(each, (int, float)))
            raise ValueError(
                f"ReduceOnPlateau: expected metric to be a number of every report ({known}), received {self.metric!r}"
            )
        if self._is_better(value):
            self.best, self.bad = float(value), 0
        else:
            self.bad += 1
        if self.cooling:
            self.cooling -= 1
            self.bad = 0
        if self.bad > self.patience:
            reduced = max(lr * self.factor, self.min_lr)
            if lr - reduced > self.eps:
                self.rate = reduced
            self.cooling, self.bad = self.cooldown, 0

    def _is_better(self, value: float) -> bool:
        if self.best is None:
            return value == value  # nan is not
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            bound = self.best * (1 + sign * self.threshold)
        else:
            bound = self.best + sign * self.threshold
        return value > bound if self.mode == "max" else value < bound

    def __repr__(self) -> str:
        return f"ReduceOnPlateau {self.metric} by {self.factor:g}"
