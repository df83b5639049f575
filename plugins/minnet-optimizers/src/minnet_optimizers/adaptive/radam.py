"""`RAdam`: Adam that waits until the variance of its denominator is bounded."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import FractionPair, NonNegative
from ..weight_decay import decayed
from .adam_step import adam_step
from .moments import update_moments


class RAdam(Optimizer):
    r"""Rectified Adam: the first steps have momentum alone, and the later ones are scaled by how sure :math:`v` is.

    With parameters :math:`\theta`, gradient :math:`g`, learning rate :math:`\gamma`, weight decay :math:`\lambda` and
    betas :math:`\beta_1, \beta_2`, step :math:`t` computes, from :math:`m = v = 0`,

    .. math:: d = g + \lambda\theta, \qquad
              m \leftarrow \beta_1 m + (1 - \beta_1)\,d, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2)\,d^2, \qquad
              \hat m = \frac{m}{1 - \beta_1^t}

    .. math:: \rho_\infty = \frac{2}{1 - \beta_2} - 1, \qquad
              \rho_t = \rho_\infty - \frac{2t\beta_2^t}{1 - \beta_2^t}

    As long as :math:`\rho_t \le 5`, :math:`\theta \leftarrow \theta - \gamma\hat m`. After that,

    .. math:: r_t = \sqrt{\frac{(\rho_t - 4)(\rho_t - 2)\rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2)\rho_t}}, \qquad
              \theta \leftarrow \theta - \gamma\, r_t\, \hat m\,\frac{\sqrt{1 - \beta_2^t}}{\sqrt v + \epsilon}

    With ``decoupled_weight_decay``, :math:`\theta \leftarrow \theta - \gamma\lambda\theta` comes first, as in `AdamW`,
    and :math:`d = g`.

    PyTorch: ``torch.optim.RAdam``, of which ``maximize`` is left out.

    Paper: L. Liu, H. Jiang, P. He, W. Chen, X. Liu, J. Gao, J. Han, On the Variance of the Adaptive Learning Rate and
    Beyond (2019), arXiv:1908.03265.

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        betas: how much of each average a step keeps, two numbers in [0, 1).
        eps: is added to the denominator, 0 or more.
        weight_decay: 0 or more.
        decoupled_weight_decay: whether the decay is apart from the gradient.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([1.0, -2.0])
    >>> RAdam(point, lr=0.5).step()
    >>> point.x.round(4)
    array([0.5, 3. ])
    """

    STATE = ("m", "v")
    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(input=(4, 3), rejected_arguments=[{"betas": (0.9, 1.0)}, {"eps": -1.0}]),
        Example(
            arguments={"betas": (0.8, 0.9), "weight_decay": 0.1, "decoupled_weight_decay": True},
            input=(5,),
        ),
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
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay
        self.decoupled_weight_decay = bool(decoupled_weight_decay)

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        m, v = state
        gradients = decayed(self, parameters, gradients, decoupled=self.decoupled_weight_decay)
        lr, is_sure = self.corrected()
        if is_sure:
            adam_step(parameters, gradients, m, v, betas=self.betas, lr=lr, eps=self.eps)
            return
        scratch = np.empty_like(parameters)
        update_moments(m, v, gradients, self.betas, scratch)
        parameters -= np.multiply(m, lr, out=scratch)

    def corrected(self) -> tuple[float, bool]:
        """Return the learning rate of this step, and whether the second moment is sure enough to divide by its root."""
        beta1, beta2 = self.betas
        lr = self.lr / (1 - beta1**self.t)
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * self.t * beta2**self.t / (1 - beta2**self.t)
        if length <= 5:
            return lr, False
        sureness = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        return lr * math.sqrt(sureness * (1 - beta2**self.t)), True

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
