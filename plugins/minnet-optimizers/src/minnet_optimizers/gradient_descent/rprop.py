"""`Rprop`: steps of a size of their own, by the signs of the gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import Interval, NonNegative, ShrinkAndGrow


class Rprop(Optimizer):
    r"""Resilient backpropagation: a step size for each parameter, which grows while the gradient keeps its sign.

    With parameters :math:`\theta`, gradient :math:`g` and that of the step before, :math:`g'`, first 0, each step
    computes, with step sizes :math:`\Delta` that are the learning rate before the first,

    .. math:: \Delta \leftarrow \mathrm{clip}\left(\Delta \cdot \begin{cases}
              \eta_+ & g g' > 0 \\ \eta_- & g g' < 0 \\ 1 & g g' = 0\end{cases}\right), \qquad
              g \leftarrow 0 \text{ where } g g' < 0, \qquad
              \theta \leftarrow \theta - \Delta\,\mathrm{sign}(g), \qquad
              g' \leftarrow g

    So a parameter waits for one step where it has gone too far.
    It is for gradients of all samples: in batches their signs change by chance.

    PyTorch: ``torch.optim.Rprop``, of which ``maximize`` is left out. Like there, ``lr`` is read before the first step
    alone.

    Paper: M. Riedmiller, H. Braun, A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm
    (ICNN, 1993).

    Args:
        module: what to train.
        lr: the size of the first steps, 0 or more.
        etas: what a step size is multiplied by when the sign has changed, between 0 and 1, and when not, above 1.
        step_sizes: the smallest and the largest.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([0.01, -100.0])
    >>> rprop = Rprop(point, lr=0.5)
    >>> rprop.step()
    >>> rprop.step()
    >>> point.x.round(4)
    array([-0.1,  3.1])
    """

    STATE = ("previous", "step_size")
    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(input=(4, 3), rejected_arguments=[{"etas": (0.5, 0.9)}, {"step_sizes": (1.0, 0.1)}]),
        Example(arguments={"lr": 0.1, "etas": (0.3, 1.5), "step_sizes": (1e-3, 0.2)}, input=(5,)),
    )

    lr = NonNegative()
    etas = ShrinkAndGrow()
    step_sizes = Interval()

    def __init__(
        self,
        module: Module,
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50.0),
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.etas = etas
        self.step_sizes = step_sizes

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        previous, step_size = state
        if self.t == 1:
            step_size.fill(self.lr)
        shrink, grow = self.etas
        signs = np.sign(gradients)
        previous *= signs  # 1 where the sign is the same, -1 where it has turned
        factors = np.maximum(previous, 0)
        factors *= grow - 1
        np.minimum(previous, 0, out=previous)
        factors += previous * (1 - shrink)
        factors += 1
        step_size *= factors
        np.clip(step_size, *self.step_sizes, out=step_size)
        previous += 1
        previous *= signs
        parameters -= np.multiply(previous, step_size, out=factors)

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
