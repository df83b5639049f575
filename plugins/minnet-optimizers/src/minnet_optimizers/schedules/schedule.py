"""`Schedule`: the protocol that every learning-rate schedule follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from minnet_core.nn import Component

UNITS = ("step", "epoch")


class Schedule(Component):
    """Says what the learning rate is at each time of a training.

    A subclass defines ``lr_at(time, lr, length)``, which depends on nothing but its arguments and those of the
    constructor, so that a training can be taken up again anywhere. One that must look at how training goes does that in
    `epoch_end`, and names the attributes in which it remembers it in ``STATE``.

    Args:
        per: ``step`` or ``epoch``: what times and lengths are counted in.

    >>> class Halving(Schedule):
    ...     def lr_at(self, time, lr, length):
    ...         return lr / 2**time
    >>> [Halving().lr_at(epoch, 0.1, 3) for epoch in range(3)]
    [0.1, 0.05, 0.025]
    """

    STATE: ClassVar[tuple[str, ...]] = ()
    """The attributes in which it remembers how training went: numbers, texts or None."""

    def __init__(self, per: str = "epoch") -> None:
        if per not in UNITS:
            raise ValueError(f"{type(self).__name__}: expected per to be 'step' or 'epoch', received {per!r}")
        self.per = per

    def lr_at(self, time: int, lr: float, length: int) -> float:
        """Return the learning rate after some time; every schedule overrides this.

        Args:
            time: how many steps or epochs are over, from 0.
            lr: the optimizer's own learning rate, with which training began.
            length: how many steps or epochs training has.
        """
        raise NotImplementedError(f"{type(self).__name__} must define lr_at(time, lr, length)")

    def epoch_end(self, report: Mapping[str, Any], lr: float) -> None:
        """Look at the numbers of an epoch; a schedule that depends on time alone inherits this.

        Args:
            report: ``loss``, ``validation_loss`` and the rest of a report.
            lr: the learning rate of the last step.
        """

    @property
    def state(self) -> dict[str, Any]:
        """What is remembered, as plain data, which may be assigned to go on from it."""
        return {name: getattr(self, name) for name in self.STATE}

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        if state.keys() != set(self.STATE):
            raise ValueError(f"{self!r}: expected a state of {sorted(self.STATE)}, received {sorted(state)}")
        for name, value in state.items():
            setattr(self, name, value)
