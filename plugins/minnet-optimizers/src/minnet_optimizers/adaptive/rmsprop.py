"""`RMSprop`: gradients divided by a moving average of their size."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import Fraction, NonNegative
from ..moving_average import update_average
from ..weight_decay import with_weight_decay


class RMSprop(Optimizer):
    r"""RMSprop, optionally centered and with momentum.

    With parameters :math:`\theta`, gradient :math:`g`, learning rate :math:`\gamma`, weight decay :math:`\lambda` and
    momentum :math:`\mu`, each step computes, from :math:`v = a = u = 0`,

    .. math:: d = g + \lambda\theta, \qquad
              v \leftarrow \alpha v + (1 - \alpha)\,d^2, \qquad
              u \leftarrow \mu u + \frac{d}{\sqrt v + \epsilon}, \qquad
              \theta \leftarrow \theta - \gamma u

    With ``centered``, an average of the gradient is kept too, :math:`a \leftarrow \alpha a + (1 - \alpha)\,d`, and the
    estimate of the variance :math:`v - a^2` stands in the place of :math:`v`.
    The vectors :math:`a` and :math:`u` are kept only if the options need them.

    PyTorch: ``torch.optim.RMSprop``, of which ``maximize`` is left out.
    There, rounding may make :math:`v - a^2` negative and the parameter nan; here it is at least 0.
    An ``alpha`` of 1 or more, which PyTorch takes, is an error here.

    Papers: T. Tieleman, G. Hinton, Lecture 6.5 of Neural Networks for Machine Learning (Coursera, 2012);
    centered: A. Graves, Generating Sequences With Recurrent Neural Networks (2013), arXiv:1308.0850.

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        alpha: how much of the averages a step keeps, in [0, 1).
        eps: is added to the denominator, 0 or more.
        weight_decay: 0 or more.
        momentum: 0 or more.
        centered: whether to divide by the standard deviation instead of the root mean square.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([0.01, -100.0])
    >>> RMSprop(point, lr=0.25, alpha=0.75).step()
    >>> point.x.round(4)
    array([0.5, 2.5])
    """

    STATE = ("square_average", "average", "velocity")
    EXAMPLES = (
        Example(input=(4, 3), rejected_arguments=[{"alpha": 1.0}]),
        Example(arguments={"momentum": 0.9, "centered": True, "weight_decay": 0.1}, input=(5,)),
    )

    lr = NonNegative()
    alpha = Fraction()
    eps = NonNegative()
    weight_decay = NonNegative()
    momentum = NonNegative()

    def __init__(
        self,
        module: Module,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.alpha = alpha
        self.eps = eps
        self.weight_decay = weight_decay
        self.momentum = momentum
        self.centered = bool(centered)

    def state_names(self) -> tuple[str, ...]:
        return ("square_average", *("average",) * self.centered, *("velocity",) * (self.momentum > 0))

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        vectors = iter(state)
        gradients = with_weight_decay(gradients, parameters, self.weight_decay)
        square_average = next(vectors)
        scratch = gradients * gradients
        update_average(square_average, scratch, self.alpha, scratch)
        if self.centered:
            average = next(vectors)
            update_average(average, gradients, self.alpha, scratch)
            np.multiply(average, average, out=scratch)
            np.subtract(square_average, scratch, out=scratch)
            np.maximum(scratch, 0, out=scratch)
            np.sqrt(scratch, out=scratch)
        else:
            np.sqrt(square_average, out=scratch)
        scratch += self.eps
        np.divide(gradients, scratch, out=scratch)
        if self.momentum:
            velocity = next(vectors)
            velocity *= self.momentum
            velocity += scratch
            scratch[:] = velocity
        scratch *= self.lr
        parameters -= scratch

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
