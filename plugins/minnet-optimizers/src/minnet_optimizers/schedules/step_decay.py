"""`StepDecay`: the rate multiplied by a number again and again."""

from __future__ import annotations

from minnet_core.nn import Example

from ..hyperparameters import NonNegative
from .arguments import Count
from .schedule import Schedule


class StepDecay(Schedule):
    r"""Multiplies the learning rate by ``gamma`` every ``every`` epochs.

    With the optimizer's own rate :math:`\gamma_0`, at time :math:`t`:

    .. math:: \gamma_t = \gamma_0\,g^{\lfloor t / n \rfloor}

    PyTorch: ``torch.optim.lr_scheduler.StepLR(optimizer, every, gamma)``.

    Args:
        every: :math:`n`, at least 1.
        gamma: :math:`g`, 0 or more.
        per: ``epoch``, or ``step`` to count steps instead.

    >>> [round(StepDecay(2).lr_at(epoch, 0.1, 5), 6) for epoch in range(5)]
    [0.1, 0.1, 0.01, 0.01, 0.001]
    """

    EXAMPLES = (
        Example(arguments={"every": 2}, rejected_arguments=[{"every": 0}]),
        Example(arguments={"every": 5, "gamma": 0.5, "per": "step"}),
    )

    every = Count()
    gamma = NonNegative()

    def __init__(self, every: int, gamma: float = 0.1, per: str = "epoch") -> None:
        super().__init__(per)
        self.every = every
        self.gamma = gamma

    def lr_at(self, time: int, lr: float, length: int) -> float:
        return float(lr * self.gamma ** (time // self.every))

    def __repr__(self) -> str:
        return f"StepDecay every {self.every} {self.per}s by {self.gamma:g}"
