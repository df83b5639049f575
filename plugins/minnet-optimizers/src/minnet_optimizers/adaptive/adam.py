"""`Adam`: steps scaled by moving averages of the gradient and of its square."""

from __future__ import annotations

import math
from typing import ClassVar

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import FractionPair, NonNegative
from ..weight_decay import with_weight_decay
from .adam_step import adam_step


class Adam(Optimizer):
    r"""Adam, with weight decay as a part of the gradient.

    With parameters :math:`\theta`, gradient :math:`g`, learning rate :math:`\gamma`, weight decay :math:`\lambda` and
    betas :math:`\beta_1, \beta_2`, step :math:`t` computes, from :math:`m = v = 0`,

    .. math:: d = g + \lambda\theta, \qquad
              m \leftarrow \beta_1 m + (1 - \beta_1)\,d, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2)\,d^2

    .. math:: \hat m = \frac{m}{1 - \beta_1^t}, \qquad
              \hat v = \frac{v}{1 - \beta_2^t}, \qquad
              \theta \leftarrow \theta - \gamma\,\frac{\hat m}{\sqrt{\hat v} + \epsilon}

    The last is computed as :math:`\gamma_t\, m / (\sqrt v + \epsilon_t)`, with
    :math:`\gamma_t = \gamma\sqrt{1 - \beta_2^t}/(1 - \beta_1^t)` and :math:`\epsilon_t = \epsilon\sqrt{1 - \beta_2^t}`:
    the corrections are numbers, so no array is made for them.

    PyTorch: ``torch.optim.Adam``, of which ``amsgrad`` and ``maximize`` are left out.
    `adam_optimizer` is the homework's form, in which :math:`\epsilon` is not corrected.

    Paper: D. Kingma, J. Ba, Adam: A Method for Stochastic Optimization (2014), arXiv:1412.6980.

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        betas: how much of each average a step keeps, two numbers in [0, 1).
        eps: is added to the denominator, 0 or more.
        weight_decay: 0 or more.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([0.001, -1000.0])
    >>> Adam(point, lr=0.5).step()
    >>> point.x.round(4)
    array([0.5, 2.5])
    """

    STATE = ("m", "v")
    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(input=(4, 3), rejected_arguments=[{"betas": (0.9, 1.0)}, {"eps": -1.0}]),
        Example(arguments={"weight_decay": 0.1}, input=(5,)),
    )

    lr = NonNegative()
    betas = FractionPair()
    eps = NonNegative()
    weight_decay = NonNegative()

    def __init__(
        self,
        module: Module,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        self.descend(parameters, with_weight_decay(gradients, parameters, self.weight_decay), *state)

    def descend(self, parameters: Array, gradients: Array, m: Array, v: Array) -> None:
        """Do step ``t`` without weight decay."""
        beta1, beta2 = self.betas
        correction = math.sqrt(1 - beta2**self.t)
        lr = self.lr * correction / (1 - beta1**self.t)
        adam_step(parameters, gradients, m, v, betas=self.betas, lr=lr, eps=self.eps * correction)

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
