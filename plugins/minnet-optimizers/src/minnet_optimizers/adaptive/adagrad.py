"""`Adagrad`: gradients divided by the root of the sum of their squares."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import NonNegative
from ..weight_decay import with_weight_decay


class Adagrad(Optimizer):
    r"""Adagrad.

    With parameters :math:`\theta`, gradient :math:`g`, learning rate :math:`\gamma`, its decay :math:`\eta` and weight
    decay :math:`\lambda`, step :math:`t` computes

    .. math:: d = g + \lambda\theta, \qquad
              s \leftarrow s + d^2, \qquad
              \theta \leftarrow \theta - \frac{\gamma}{1 + (t - 1)\,\eta}\,\frac{d}{\sqrt s + \epsilon}

    and :math:`s` starts from ``initial_accumulator_value``.

    PyTorch: ``torch.optim.Adagrad``, of which ``maximize`` and sparse gradients are left out.

    Paper: J. Duchi, E. Hazan, Y. Singer, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization
    (JMLR 12, 2011).

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        lr_decay: 0 or more.
        weight_decay: 0 or more.
        initial_accumulator_value: 0 or more; it counts in the first step.
        eps: is added to the denominator, 0 or more.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([0.01, -100.0])
    >>> Adagrad(point, lr=0.5).step()
    >>> point.x.round(4)
    array([0.5, 2.5])
    """

    STATE = ("square_sum",)
    EXAMPLES = (
        Example(input=(4, 3), rejected_arguments=[{"lr_decay": -1.0}]),
        Example(
            arguments={"lr_decay": 0.1, "initial_accumulator_value": 0.1, "weight_decay": 0.1},
            input=(5,),
        ),
    )

    lr = NonNegative()
    lr_decay = NonNegative()
    weight_decay = NonNegative()
    initial_accumulator_value = NonNegative()
    eps = NonNegative()

    def __init__(
        self,
        module: Module,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.lr_decay = lr_decay
        self.weight_decay = weight_decay
        self.initial_accumulator_value = initial_accumulator_value
        self.eps = eps

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        (square_sum,) = state
        if self.t == 1:
            square_sum.fill(self.initial_accumulator_value)
        gradients = with_weight_decay(gradients, parameters, self.weight_decay)
        scratch = gradients * gradients
        square_sum += scratch
        np.sqrt(square_sum, out=scratch)
        scratch += self.eps
        np.divide(gradients, scratch, out=scratch)
        scratch *= self.lr / (1 + (self.t - 1) * self.lr_decay)
        parameters -= scratch

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
