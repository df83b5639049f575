"""`Scheduler`: what the trainer asks of a learning-rate schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Scheduler(Protocol):
    """What the trainer asks of a schedule; `minnet_optimizers.Schedule` is one to derive from.

    Attributes:
        per: ``step`` or ``epoch``: what times and lengths are counted in.
        state: what it remembers, as plain data; empty if `lr_at` depends on its arguments alone.
    """

    per: str
    state: Any

    def lr_at(self, time: int, lr: float, length: int) -> float:
        """Return the rate after ``time`` of ``length`` steps or epochs, where the optimizer's own is ``lr``."""
        ...

    def epoch_end(self, report: Mapping[str, Any], lr: float) -> None:
        """Look at the numbers of an epoch whose last step had the learning rate ``lr``."""
        ...


def expect_scheduler(schedule: object) -> None:
    """Check that an object is a schedule.

    Raises:
        TypeError: if it is not.
    """
    lacking = [name for name in ("per", "lr_at", "epoch_end", "state") if not hasattr(schedule, name)]
    if isinstance(schedule, type) or lacking or getattr(schedule, "per", None) not in ("step", "epoch"):
        raise TypeError(
            f"expected a schedule, with per ('step' or 'epoch'), state, lr_at(time, lr, length) and "
            f"epoch_end(report, lr), received {schedule!r}" + (f", without {', '.join(lacking)}" if lacking else "")
        )
