"""`NAdam`: Adam with Nesterov's momentum."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import FractionPair, NonNegative
from ..weight_decay import decayed
from .moments import update_moments


class NAdam(Optimizer):
    r"""Adam with Nesterov momentum, whose coefficient grows in the first steps.

    With parameters :math:`\theta`, gradient :math:`g`, learning rate :math:`\gamma`, weight decay :math:`\lambda`,
    betas :math:`\beta_1, \beta_2` and momentum decay :math:`\psi`, step :math:`t` computes, from :math:`m = v = 0`,

    .. math:: d = g + \lambda\theta, \qquad
              m \leftarrow \beta_1 m + (1 - \beta_1)\,d, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2)\,d^2

    .. math:: \mu_t = \beta_1\left(1 - \tfrac12\, 0.96^{t\psi}\right), \qquad
              \hat v = \frac{v}{1 - \beta_2^t}, \qquad
              \theta \leftarrow \theta - \frac{\gamma}{\sqrt{\hat v} + \epsilon}
              \left(\frac{1 - \mu_t}{1 - \prod_{i=1}^{t}\mu_i}\,d +
              \frac{\mu_{t+1}}{1 - \prod_{i=1}^{t+1}\mu_i}\,m\right)

    With ``decoupled_weight_decay``, :math:`\theta \leftarrow \theta - \gamma\lambda\theta` comes first, as in `AdamW`,
    and :math:`d = g`.

    PyTorch: ``torch.optim.NAdam``, of which ``maximize`` is left out.
    There the product is that of the :math:`\mu_i` that were used, in the precision of PyTorch's default dtype; here it
    is in float64, and where ``betas`` or ``momentum_decay`` were changed, as if they had always been what they are.

    Paper: T. Dozat, Incorporating Nesterov Momentum into Adam (ICLR workshop, 2016).

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        betas: how much of each average a step keeps, two numbers in [0, 1).
        eps: is added to the denominator, 0 or more.
        weight_decay: 0 or more.
        momentum_decay: how fast the coefficient grows, 0 or more.
        decoupled_weight_decay: whether the decay is apart from the gradient.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([0.001, -1000.0])
    >>> NAdam(point, lr=0.5, betas=(0.0, 0.999)).step()
    >>> point.x.round(4)
    array([0.5, 2.5])
    """

    STATE = ("m", "v")
    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(input=(4, 3), rejected_arguments=[{"betas": (1.0, 0.9)}, {"momentum_decay": -1.0}]),
        Example(arguments={"weight_decay": 0.1, "decoupled_weight_decay": True}, input=(5,)),
    )

    lr = NonNegative()
    betas = FractionPair()
    eps = NonNegative()
    weight_decay = NonNegative()
    momentum_decay = NonNegative()

    def __init__(
        self,
        module: Module,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.momentum_decay = momentum_decay
        self.decoupled_weight_decay = bool(decoupled_weight_decay)

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        m, v = state
        gradients = decayed(self, parameters, gradients, decoupled=self.decoupled_weight_decay)
        scratch = np.empty_like(parameters)
        update_moments(m, v, gradients, self.betas, scratch)
        of_m, of_g, eps = self.corrected()
        np.sqrt(v, out=scratch)
        scratch += eps
        step = m * of_m
        step += gradients * of_g
        step /= scratch
        parameters -= step

    def corrected(self) -> tuple[float, float, float]:
        """Return the factors of the first moment and of the gradient, and ``eps``, as corrected for this step."""
        beta1, beta2 = self.betas
        correction = math.sqrt(1 - beta2**self.t)
        now = _momentum(beta1, self.momentum_decay, self.t)
        ahead = _momentum(beta1, self.momentum_decay, self.t + 1)
        product = _product(beta1, self.momentum_decay, self.t)
        lr = self.lr * correction
        return lr * ahead / (1 - product * ahead), lr * (1 - now) / (1 - product), self.eps * correction

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"


def _momentum(beta1: float, decay: float, t: int) -> float:
    return float(beta1 * (1 - 0.5 * 0.96 ** (t * decay)))


@lru_cache(maxsize=16)  # every block of a step asks for it
def _product(beta1: float, decay: float, t: int) -> float:
    """The product of the momentums of all steps; 0 once it is too small to change what is subtracted from 1."""
    product = 0.0 if beta1**t < 1e-17 else 1.0
    step = 0
    while step < t and product > 1e-17:
        step += 1
        product *= _momentum(beta1, decay, step)
    return product
