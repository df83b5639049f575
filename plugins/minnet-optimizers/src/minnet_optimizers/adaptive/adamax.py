"""`Adamax`: Adam with the largest recent gradient in the denominator."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import FractionPair, NonNegative
from ..moving_average import update_average
from ..weight_decay import with_weight_decay


class Adamax(Optimizer):
    r"""Adam in which a decaying maximum of :math:`|g|` stands in the place of the root of the mean square.

    With parameters :math:`\theta`, gradient :math:`g`, learning rate :math:`\gamma`, weight decay :math:`\lambda` and
    betas :math:`\beta_1, \beta_2`, step :math:`t` computes, from :math:`m = u = 0`,

    .. math:: d = g + \lambda\theta, \qquad
              m \leftarrow \beta_1 m + (1 - \beta_1)\,d, \qquad
              u \leftarrow \max(\beta_2 u,\; |d| + \epsilon), \qquad
              \theta \leftarrow \theta - \frac{\gamma}{1 - \beta_1^t}\,\frac{m}{u}

    The maximum needs no correction: it is that of the gradients that there were.

    PyTorch: ``torch.optim.Adamax``, of which ``maximize`` is left out.

    Paper: D. Kingma, J. Ba, Adam: A Method for Stochastic Optimization (2014), arXiv:1412.6980, section 7.1.

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        betas: how much of the average and of the maximum a step keeps, two numbers in [0, 1).
        eps: is added to the size of a gradient, 0 or more.
        weight_decay: 0 or more.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([0.01, -100.0])
    >>> Adamax(point, lr=0.5).step()
    >>> point.x.round(4)
    array([0.5, 2.5])
    """

    STATE = ("m", "maximum")
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
        lr: float = 2e-3,
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
        m, maximum = state
        beta1, beta2 = self.betas
        gradients = with_weight_decay(gradients, parameters, self.weight_decay)
        scratch = np.empty_like(parameters)
        update_average(m, gradients, beta1, scratch)
        np.abs(gradients, out=scratch)
        scratch += self.eps
        maximum *= beta2
        np.maximum(maximum, scratch, out=maximum)
        np.divide(m, maximum, out=scratch)
        scratch *= self.lr / (1 - beta1**self.t)
        parameters -= scratch

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
