"""`Lion`: steps of one size, by the sign of a momentum."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Optimizer

from ..hyperparameters import FractionPair, NonNegative
from ..moving_average import update_average


class Lion(Optimizer):
    r"""Evolved sign momentum, with weight decay apart from the gradient.

    With parameters :math:`\theta`, gradient :math:`g`, learning rate :math:`\gamma`, weight decay :math:`\lambda` and
    betas :math:`\beta_1, \beta_2`, each step computes, from :math:`m = 0`,

    .. math:: c = \beta_1 m + (1 - \beta_1)\,g, \qquad
              \theta \leftarrow \theta - \gamma\left(\mathrm{sign}(c) + \lambda\theta\right), \qquad
              m \leftarrow \beta_2 m + (1 - \beta_2)\,g

    One vector is kept, where `Adam` has two. All elements move by :math:`\gamma`, so the rate should be 3 to 10 times
    smaller than that of `AdamW`, and the weight decay as many times larger.

    PyTorch has none.

    Paper: X. Chen, C. Liang, D. Huang, E. Real, K. Wang and others, Symbolic Discovery of Optimization Algorithms
    (2023), arXiv:2302.06675.

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        betas: how much of the momentum there is in the direction, and how much of it a step keeps, two numbers in
            [0, 1).
        weight_decay: 0 or more.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([0.01, -100.0])
    >>> Lion(point, lr=0.5).step()
    >>> point.x
    array([0.5, 2.5])
    """

    STATE = ("momentum",)
    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(input=(4, 3), rejected_arguments=[{"betas": (0.9, 1.0)}, {"weight_decay": -1.0}]),
        Example(arguments={"lr": 1e-2, "weight_decay": 0.1}, input=(5,)),
    )

    lr = NonNegative()
    betas = FractionPair()
    weight_decay = NonNegative()

    def __init__(
        self, module: Module, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0.0
    ) -> None:
        super().__init__(module)
        self.lr = lr
        self.betas = betas
        self.weight_decay = weight_decay

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        (momentum,) = state
        beta1, beta2 = self.betas
        if self.weight_decay:
            parameters *= 1 - self.lr * self.weight_decay
        scratch, direction = gradients * (1 - beta1), momentum * beta1
        direction += scratch
        np.sign(direction, out=scratch)  # which in place takes many times as long
        scratch *= self.lr
        parameters -= scratch
        update_average(momentum, gradients, beta2, scratch)

    def __repr__(self) -> str:
        return f"{type(self).__name__} lr={self.lr:g}"
