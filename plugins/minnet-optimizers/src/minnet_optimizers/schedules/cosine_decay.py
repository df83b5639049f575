"""`CosineDecay`: the rate along half a cosine, down to almost nothing."""

from __future__ import annotations

import math

from minnet_core.nn import Example

from ..hyperparameters import NonNegative
from .arguments import OptionalCount
from .schedule import Schedule


class CosineDecay(Schedule):
    r"""Lowers the learning rate from the optimizer's own to ``min_lr`` along half a cosine, and leaves it there.

    With the optimizer's own rate :math:`\gamma_0`, its end :math:`\gamma_T` and the length :math:`T`, at time
    :math:`t \le T`:

    .. math:: \gamma_t = \gamma_T + \tfrac12 (\gamma_0 - \gamma_T)\left(1 + \cos\frac{\pi t}{T}\right)

    PyTorch: ``torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, length, min_lr)``, which goes up again after
    ``length``.

    Paper: I. Loshchilov, F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts (2016), arXiv:1608.03983,
    without the restarts.

    Args:
        length: :math:`T`, at least 1; None for all of the training.
        min_lr: :math:`\gamma_T`, 0 or more.
        per: ``epoch``, or ``step`` to count steps instead.

    >>> [round(CosineDecay().lr_at(epoch, 0.1, 4), 4) for epoch in range(5)]
    [0.1, 0.0854, 0.05, 0.0146, 0.0]
    """

    EXAMPLES = (
        Example(rejected_arguments=[{"length": 0}]),
        Example(arguments={"length": 5, "min_lr": 1e-3, "per": "step"}),
    )

    length = OptionalCount()
    min_lr = NonNegative()

    def __init__(self, length: int | None = None, min_lr: float = 0.0, per: str = "epoch") -> None:
        super().__init__(per)
        self.length = length
        self.min_lr = min_lr

    def lr_at(self, time: int, lr: float, length: int) -> float:
        fraction = min(time / max(self.length or length, 1), 1.0)
        return self.min_lr + (lr - self.min_lr) * (1 + math.cos(math.pi * fraction)) / 2

    def __repr__(self) -> str:
        return f"CosineDecay to {self.min_lr:g}" + (f" in {self.length} {self.per}s" if self.length else "")
