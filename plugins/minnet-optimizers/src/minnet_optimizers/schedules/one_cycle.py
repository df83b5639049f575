"""`OneCycle`: up and down once."""

from __future__ import annotations

import math

from minnet_core.nn import Example

from ..hyperparameters import Fraction
from .arguments import OptionalCount, Positive
from .schedule import Schedule


class OneCycle(Schedule):
    r"""Raises the learning rate to the optimizer's own, and lowers it to almost nothing.

    It goes from :math:`\gamma / d` up to the optimizer's own rate :math:`\gamma` in the first ``pct_start`` of the
    length, and down to :math:`\gamma / (d\,d')` at its end, along half a cosine or a straight line each time.

    PyTorch: ``torch.optim.lr_scheduler.OneCycleLR`` with ``cycle_momentum=False``, of which the optimizer's own rate is
    the ``max_lr``; its third phase is left out, and after the end the rate stays.

    Paper: L. Smith, N. Topin, Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates
    (2017), arXiv:1708.07120.

    Args:
        length: at least 1; None for all of the training.
        pct_start: the part of it that goes up, in [0, 1).
        anneal: ``cos`` or ``linear``.
        div_factor: :math:`d`, above 0.
        final_div_factor: :math:`d'`, above 0.
        per: ``step``, or ``epoch`` to change the rate only once in each.

    >>> [round(OneCycle(pct_start=0.5).lr_at(step, 0.1, 6), 4) for step in range(6)]
    [0.004, 0.052, 0.1, 0.075, 0.025, 0.0]
    """

    EXAMPLES = (
        Example(rejected_arguments=[{"anneal": "exp"}]),
        Example(arguments={"pct_start": 0.5, "anneal": "linear", "per": "epoch"}),
    )

    length = OptionalCount()
    pct_start = Fraction()
    div_factor = Positive()
    final_div_factor = Positive()

    def __init__(
        self,
        length: int | None = None,
        pct_start: float = 0.3,
        anneal: str = "cos",
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        per: str = "step",
    ) -> None:
        super().__init__(per)
        if anneal not in ("cos", "linear"):
            raise ValueError(f"OneCycle: expected anneal to be 'cos' or 'linear', received {anneal!r}")
        self.length = length
        self.pct_start = pct_start
        self.anneal = anneal
        self.div_factor = div_factor
        self.final_div_factor = final_div_factor

    def lr_at(self, time: int, lr: float, length: int) -> float:
        length = self.length or length
        first = lr / self.div_factor
        peak, end = self.pct_start * length - 1, length - 1
        if time <= peak:
            return self._between(first, lr, time / peak if peak else 1.0)
        fraction = (time - peak) / (end - peak) if end > peak else 1.0
        return self._between(lr, first / self.final_div_factor, min(fraction, 1.0))

    def _between(self, start: float, end: float, fraction: float) -> float:
        share = (1 - math.cos(math.pi * fraction)) / 2 if self.anneal == "cos" else fraction
        return start + (end - start) * share

    def __repr__(self) -> str:
        return "OneCycle" + (f" in {self.length} {self.per}s" if self.length else "")
