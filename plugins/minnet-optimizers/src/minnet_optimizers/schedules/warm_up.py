"""`WarmUp`: small rates first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minnet_core.nn import Example

from .arguments import Count, Positive
from .cosine_decay import CosineDecay
from .reduce_on_plateau import ReduceOnPlateau
from .schedule import Schedule


class WarmUp(Schedule):
    r"""Raises the learning rate to the optimizer's own in a straight line, and then follows another schedule.

    With the optimizer's own rate :math:`\gamma_0`, the factor :math:`f` and the number of steps :math:`n`, at time
    :math:`t < n`:

    .. math:: \gamma_t = \gamma_0\left(f + (1 - f)\frac tn\right)

    The other schedule begins at time :math:`n`, and has the rest of the length.

    PyTorch: ``torch.optim.lr_scheduler.LinearLR(optimizer, start_factor, total_iters=steps)``, and ``SequentialLR`` of
    it and the other one, with ``milestones=[steps]``.

    Args:
        steps: :math:`n`, at least 1; steps, or epochs if ``per`` is ``epoch``.
        after: what follows, counted in the same unit; None keeps the optimizer's own rate.
        start_factor: :math:`f`, above 0.
        per: ``step`` or ``epoch``; None for that of ``after``, or ``step``.

    >>> [round(WarmUp(2, start_factor=0.5).lr_at(step, 0.1, 4), 4) for step in range(4)]
    [0.05, 0.075, 0.1, 0.1]
    """

    EXAMPLES = (
        Example(arguments={"steps": 4}, rejected_arguments=[{"steps": 0}]),
        Example(arguments={"steps": 2, "after": CosineDecay()}),
        Example(arguments={"steps": 2, "after": ReduceOnPlateau(patience=1)}),
    )

    steps = Count()
    start_factor = Positive()

    def __init__(
        self, steps: int, after: Schedule | None = None, start_factor: float = 1 / 3, per: str | None = None
    ) -> None:
        if after is not None and not isinstance(after, Schedule):
            raise TypeError(f"WarmUp: expected after to be a Schedule, received {after!r}")
        if after is not None and per not in (None, after.per):
            raise ValueError(f"WarmUp: expected per to be that of {after!r}, {after.per!r}, received {per!r}")
        super().__init__(per or (after.per if after else "step"))
        self.steps = steps
        self.after = after
        self.start_factor = start_factor
        self._epochs = 0

    def lr_at(self, time: int, lr: float, length: int) -> float:
        if time < self.steps:
            return lr * (self.start_factor + (1 - self.start_factor) * time / self.steps)
        return self.after.lr_at(time - self.steps, lr, length - self.steps) if self.after else lr

    def epoch_end(self, report: Mapping[str, Any], lr: float) -> None:
        """Show the numbers to the schedule that follows, but not those of epochs before it begins."""
        self._epochs += 1
        if self.after and (self.per == "step" or self._epochs > self.steps):
            self.after.epoch_end(report, lr)

    @property
    def state(self) -> dict[str, Any]:
        """How many epochs are over, and the state of the schedule that follows."""
        return {"epochs": self._epochs, "after": self.after.state if self.after else {}}

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        if state.keys() != {"epochs", "after"}:
            raise ValueError(f"{self!r}: expected a state of ['after', 'epochs'], received {sorted(state)}")
        self._epochs = state["epochs"]
        if self.after:
            self.after.state = state["after"]

    def __repr__(self) -> str:
        return f"WarmUp {self.steps} {self.per}s" + (f", then {self.after!r}" if self.after else "")
