"""`LearningRate`: the learning rate of an optimizer, as a schedule sets it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from minnet_core import Optimizer

from ..errors import StateError


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
    """Raise `TypeError` unless an object is a schedule."""
    lacking = [name for name in ("per", "lr_at", "epoch_end", "state") if not hasattr(schedule, name)]
    if isinstance(schedule, type) or lacking or getattr(schedule, "per", None) not in ("step", "epoch"):
        raise TypeError(
            f"expected a schedule, with per ('step' or 'epoch'), state, lr_at(time, lr, length) and "
            f"epoch_end(report, lr), received {schedule!r}" + (f", without {', '.join(lacking)}" if lacking else "")
        )


class LearningRate:
    """Sets the learning rate of an optimizer.

    Args:
        optimizer: whose attribute ``lr`` is set.
        schedule: None leaves it as it is.

    Attributes:
        own: the learning rate of the optimizer when training began, which the schedule starts from.
        own_of_groups: those of its parameter groups; None of one that has none.
    """

    def __init__(self, optimizer: Optimizer, schedule: Scheduler | None) -> None:
        if schedule is not None:
            expect_scheduler(schedule)
            if not isinstance(getattr(optimizer, "lr", None), float):
                raise TypeError(
                    f"expected an optimizer with a number lr, which a schedule sets, received {optimizer!r}"
                )
        self.optimizer: Any = optimizer
        self.schedule = schedule
        self.own: float | None = None
        self.own_of_groups: list[float | None] = []

    @property
    def now(self) -> float | None:
        """The learning rate of the next step, or the last; None if the optimizer has none."""
        lr = getattr(self.optimizer, "lr", None)
        return None if lr is None else float(lr)

    def begin(self) -> None:
        """Remember the optimizer's own rate, unless there is one already."""
        if self.schedule is not None and self.own is None:
            self.own = self.now
        if len(self.own_of_groups) != len(self._groups):  # there are others than when training began
            self.own_of_groups = [group.get("lr") for group in self._groups]

    def begin_epoch(self, epoch: int, epochs: int, steps: int) -> Callable[[int], None] | None:
        """Set the rate of an epoch; for a schedule of steps, return what sets the rate of a step, given its number."""
        schedule, own, optimizer = self.schedule, self.own, self.optimizer
        if schedule is None or own is None:
            return None
        lr_at = schedule.lr_at
        groups = [
            (group, rate) for group, rate in zip(self._groups, self.own_of_groups, strict=False) if rate is not None
        ]

        def set_rate(time: int, length: int = steps) -> None:
            optimizer.lr = lr_at(time, own, length)
            for group, rate in groups:
                group["lr"] = lr_at(time, rate, length)

        if schedule.per == "epoch":
            set_rate(epoch - 1, epochs)
            return None
        return set_rate

    @property
    def _groups(self) -> list[dict[str, Any]]:
        return getattr(self.optimizer, "groups", [])

    def end_epoch(self, report: Mapping[str, Any]) -> None:
        """Show the schedule the numbers of an epoch."""
        if self.schedule is not None and self.now is not None:
            self.schedule.epoch_end(report, self.now)

    def state_dict(self) -> dict[str, Any]:
        """Return what the schedule remembers."""
        groups = {"groups": self.own_of_groups} if self.own_of_groups else {}  # which earlier versions do not know
        return {"own": self.own, "schedule": None if self.schedule is None else dict(self.schedule.state), **groups}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what another one remembered; raise `StateError` if only one of the two has a schedule."""
        if (state["schedule"] is None) != (self.schedule is None):
            wanted, got = ("without", "with") if self.schedule is None else ("with", "without")
            raise StateError(f"schedule: expected the state of a training {wanted} a schedule, received one {got}")
        self.own, self.own_of_groups = state["own"], list(state.get("groups", []))
        if self.schedule is not None:
            self.schedule.state = state["schedule"]
