"""Twins of the optimizers of minnet-optimizers."""

from __future__ import annotations

import math
from collections.abc import Mapping

import minnet_optimizers as of
from minnet_core import Array, Optimizer

from .. import kernels


class SGD(of.SGD):
    """Twin of `minnet_optimizers.SGD`."""

    STANDS_FOR = of.SGD

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        if self.momentum:
            numbers = self.lr, self.weight_decay, self.momentum, float(self.nesterov)
            is_done = kernels.sgd_momentum(gradients, *numbers, parameters, *state)
        else:
            is_done = kernels.sgd(gradients, self.lr, self.weight_decay, parameters)
        if not is_done:
            super().update(parameters, gradients, *state)


class Adam(of.Adam):
    """Twin of `minnet_optimizers.Adam`."""

    STANDS_FOR = of.Adam

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        if not _adam(self, self.weight_decay, 1.0, parameters, gradients, state):
            super().update(parameters, gradients, *state)


class AdamW(of.AdamW):
    """Twin of `minnet_optimizers.AdamW`."""

    STANDS_FOR = of.AdamW

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        if not _adam(self, 0.0, 1 - self.lr * self.weight_decay, parameters, gradients, state):
            super().update(parameters, gradients, *state)


def _adam(
    optimizer: of.Adam,
    weight_decay: float,
    shrink: float,
    parameters: Array,
    gradients: Array,
    state: tuple[Array, ...],
) -> bool | None:
    """Do the step of Adam, with both corrections in two numbers, as `minnet_optimizers.Adam` explains."""
    beta1, beta2 = optimizer.betas
    correction = math.sqrt(1 - beta2**optimizer.t)
    lr = optimizer.lr * correction / (1 - beta1**optimizer.t)
    numbers = lr, weight_decay, beta1, beta2, optimizer.eps * correction, shrink
    return kernels.adam(gradients, *numbers, parameters, *state)


class RMSprop(of.RMSprop):
    """Twin of `minnet_optimizers.RMSprop`, neither centered nor with momentum."""

    STANDS_FOR = of.RMSprop

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        is_plain = not self.centered and not self.momentum
        numbers = self.lr, self.weight_decay, self.alpha, self.eps
        if not (is_plain and kernels.rmsprop(gradients, *numbers, parameters, *state)):
            super().update(parameters, gradients, *state)


TWINS: Mapping[type[Optimizer], type[Optimizer]] = {twin.STANDS_FOR: twin for twin in (SGD, Adam, AdamW, RMSprop)}
