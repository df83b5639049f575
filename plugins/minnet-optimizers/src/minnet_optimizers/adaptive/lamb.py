"""`LAMB`: Adam whose step of each parameter is as large as the parameter."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Optimizer
from minnet_core.nn import euclidean_norm

from ..hyperparameters import FractionPair, NonNegative
from .moments import update_moments


class LAMB(Optimizer):
    r"""Layer-wise adaptive moments, for large batches: a parameter moves by a part of its norm.

    With a parameter :math:`\theta` (the weights of a layer, say), gradient :math:`g`, learning rate :math:`\gamma`,
    weight decay :math:`\lambda` and betas :math:`\beta_1, \beta_2`, step :math:`t` computes, from :math:`m = v = 0`,

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1)\,g, \qquad
              v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2, \qquad
              u = \frac{m/(1 - \beta_1^t)}{\sqrt{v/(1 - \beta_2^t)} + \epsilon} + \lambda\theta

    .. math:: \theta \leftarrow \theta - \gamma\,\frac{\lVert\theta\rVert}{\lVert u\rVert}\,u

    with 1 in the place of the ratio where a norm is 0, as that of biases is before the first step.
    The function of :math:`\lVert\theta\rVert` that the paper leaves open is the norm itself.
    The gradients are taken as they are; the paper's code scales them to a norm of 1, which ``clip_norm`` can do.

    PyTorch has none.

    Paper: Y. You, J. Li, S. Reddi and others, Large Batch Optimization for Deep Learning: Training BERT in 76 minutes
    (2019), arXiv:1904.00962, algorithm 2.

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
    >>> point.x, point.gradx = np.array([30.0, 40.0]), np.array([0.001, -1000.0])
    >>> LAMB(point, lr=0.1, eps=0.0, weight_decay=0.0).step()  # by a tenth of 50, along (1, -1)
    >>> point.x.round(4)
    array([26.4645, 43.5355])
    """

    STATE = ("m", "v")
    WHOLE_PARAMETERS = True
    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(input=(4, 3), rejected_arguments=[{"betas": (0.9, 1.0)}, {"eps": -1.0}]),
        Example(arguments={"lr": 1e-2, "weight_decay": 0.0}, input=(5,)),
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
        eps: float = 1e-6,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.weight_decay = weight_decay

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        m, v = state
        beta1, beta2 = self.betas
        correction = math.sqrt(1 - beta2**self.t)
        step = np.empty_like(parameters)
        update_moments(m, v, gradients, self.betas, step)
        np.sqrt(v, out=step)
        step += self.eps * correction
        np.divide(m, step, out=step)
        step *= correction / (1 - beta1**self.t)
        if self.weight_decay:
            step += parameters * self.weight_decay
        own, moved = euclidean_norm(parameters), euclidean_norm(step)
        step *= self.lr * (own / moved if own and moved else 1.0)
        parameters -= step

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
