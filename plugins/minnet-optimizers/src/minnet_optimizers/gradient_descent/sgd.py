"""`SGD`: gradient descent, with momentum."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import NonNegative
from ..weight_decay import with_weight_decay


class SGD(Optimizer):
    r"""Stochastic gradient descent, with heavy-ball or Nesterov momentum.

    With parameters :math:`\theta`, gradient :math:`g`, learning rate :math:`\gamma`, weight decay :math:`\lambda` and
    momentum :math:`\mu`, each step computes

    .. math:: d = g + \lambda\theta, \qquad
              u \leftarrow \mu u + d, \qquad
              \theta \leftarrow \theta - \gamma u

    from :math:`u = 0`; with ``nesterov`` the last is :math:`\theta \leftarrow \theta - \gamma(d + \mu u)`.
    Without momentum :math:`u = d`, and no vector is kept.
    The learning rate multiplies :math:`u` when it is used, so a new rate holds for past gradients too
    (in `sgd_momentum` it does not).

    PyTorch: ``torch.optim.SGD``, of which ``dampening`` and ``maximize`` are left out.

    Papers: B. Polyak, Some methods of speeding up the convergence of iteration methods (1964);
    I. Sutskever, J. Martens, G. Dahl, G. Hinton, On the importance of initialization and momentum in deep learning
    (ICML 2013).

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        momentum: 0 or more.
        nesterov: whether the step looks ahead; it needs momentum.
        weight_decay: 0 or more.

    Raises:
        ValueError: if a number is out of range, or ``nesterov`` comes without momentum.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([1.0, -1.0])
    >>> SGD(point, lr=0.5).step()
    >>> point.x
    array([0.5, 2.5])
    """

    STATE = ("velocity",)
    EXAMPLES = (
        Example(input=(4, 3), rejected_arguments=[{"lr": -0.1}, {"momentum": "high"}, {"nesterov": True}]),
        Example(arguments={"momentum": 0.9, "weight_decay": 0.1}, input=(4, 3)),
        Example(arguments={"momentum": 0.9, "nesterov": True}, input=(5,)),
    )

    lr = NonNegative()
    momentum = NonNegative()
    weight_decay = NonNegative()

    def __init__(
        self,
        module: Module,
        lr: float = 1e-3,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.momentum = momentum
        self.nesterov = bool(nesterov)
        self.weight_decay = weight_decay
        if self.nesterov and not self.momentum:
            raise ValueError(f"SGD: expected momentum above 0 with nesterov=True, received momentum={momentum!r}")

    def state_names(self) -> tuple[str, ...]:
        return self.STATE if self.momentum else ()

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        direction = with_weight_decay(gradients, parameters, self.weight_decay)
        if self.momentum:
            (velocity,) = state
            velocity *= self.momentum
            velocity += direction
            if self.nesterov:
                ahead = velocity * self.momentum
                direction = np.add(ahead, direction, out=ahead)
            else:
                direction = velocity
        parameters -= self.lr * direction

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
