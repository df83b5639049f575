"""`Adadelta`: steps as large as the last ones were, in the units of the parameters."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import Fraction, NonNegative
from ..moving_average import update_average
from ..weight_decay import with_weight_decay


class Adadelta(Optimizer):
    r"""Adadelta, which needs no learning rate: its steps have the size of an average of the steps before.

    With parameters :math:`\theta`, gradient :math:`g`, learning rate :math:`\gamma`, weight decay :math:`\lambda` and
    :math:`\rho`, each step computes, from :math:`v = u = 0`,

    .. math:: d = g + \lambda\theta, \qquad
              v \leftarrow \rho v + (1 - \rho)\,d^2, \qquad
              s = \frac{\sqrt{u + \epsilon}}{\sqrt{v + \epsilon}}\,d, \qquad
              u \leftarrow \rho u + (1 - \rho)\,s^2, \qquad
              \theta \leftarrow \theta - \gamma s

    PyTorch: ``torch.optim.Adadelta``, of which ``maximize`` is left out. A ``rho`` of 1, which PyTorch takes, is an
    error here.

    Paper: M. Zeiler, ADADELTA: An Adaptive Learning Rate Method (2012), arXiv:1212.5701.

    Args:
        module: what to train.
        lr: what the steps are multiplied by, 0 or more.
        rho: how much of the averages a step keeps, in [0, 1).
        eps: is added to both averages, 0 or more; without it nothing would ever move.
        weight_decay: 0 or more.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([100.0, -1000.0])
    >>> Adadelta(point, rho=0.75, eps=0.01).step()  # by the root of eps / (1 - rho)
    >>> point.x.round(4)
    array([0.8, 2.2])
    """

    STATE = ("square_average", "step_average")
    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(input=(4, 3), rejected_arguments=[{"rho": 1.0}, {"eps": -1.0}]),
        Example(arguments={"lr": 0.5, "weight_decay": 0.1}, input=(5,)),
    )

    lr = NonNegative()
    rho = Fraction()
    eps = NonNegative()
    weight_decay = NonNegative()

    def __init__(
        self, module: Module, lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0.0
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.rho = rho
        self.eps = eps
        self.weight_decay = weight_decay

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        square_average, step_average = state
        gradients = with_weight_decay(gradients, parameters, self.weight_decay)
        scratch = gradients * gradients
        update_average(square_average, scratch, self.rho, scratch)
        step = step_average + self.eps
        np.add(square_average, self.eps, out=scratch)
        step /= scratch
        np.sqrt(step, out=step)
        step *= gradients
        np.multiply(step, step, out=scratch)
        update_average(step_average, scratch, self.rho, scratch)
        step *= self.lr
        parameters -= step

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
