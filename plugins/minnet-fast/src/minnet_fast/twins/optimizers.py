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


class Adagrad(of.Adagrad):
    """Twin of `minnet_optimizers.Adagrad`."""

    STANDS_FOR = of.Adagrad

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        if self.t == 1:
            state[0].fill(self.initial_accumulator_value)
        lr = self.lr / (1 + (self.t - 1) * self.lr_decay)
        if not kernels.adagrad(gradients, lr, self.weight_decay, self.eps, parameters, *state):
            super().update(parameters, gradients, *state)


class Adadelta(of.Adadelta):
    """Twin of `minnet_optimizers.Adadelta`."""

    STANDS_FOR = of.Adadelta

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        if not kernels.adadelta(gradients, self.lr, self.weight_decay, self.rho, self.eps, parameters, *state):
            super().update(parameters, gradients, *state)


class Adamax(of.Adamax):
    """Twin of `minnet_optimizers.Adamax`."""

    STANDS_FOR = of.Adamax

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        numbers = self.lr / (1 - self.betas[0] ** self.t), self.weight_decay, *self.betas, self.eps
        if not kernels.adamax(gradients, *numbers, parameters, *state):
            super().update(parameters, gradients, *state)


class NAdam(of.NAdam):
    """Twin of `minnet_optimizers.NAdam`."""

    STANDS_FOR = of.NAdam

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        of_m, of_g, eps = self.corrected()
        decay, shrink = _decay_and_shrink(self)
        if not kernels.nadam(gradients, of_m, decay, *self.betas, eps, shrink, of_g, parameters, *state):
            super().update(parameters, gradients, *state)


class RAdam(of.RAdam):
    """Twin of `minnet_optimizers.RAdam`, from the step on in which it divides by the second moment."""

    STANDS_FOR = of.RAdam

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        lr, is_sure = self.corrected()
        decay, shrink = _decay_and_shrink(self)
        numbers = lr, decay, *self.betas, self.eps, shrink
        if not (is_sure and kernels.adam(gradients, *numbers, parameters, *state)):
            super().update(parameters, gradients, *state)


def _decay_and_shrink(optimizer: of.NAdam | of.RAdam) -> tuple[float, float]:
    """How much of the parameters counts as gradient, and what they are multiplied by."""
    if optimizer.decoupled_weight_decay:
        return 0.0, 1 - optimizer.lr * optimizer.weight_decay
    return optimizer.weight_decay, 1.0


class Lion(of.Lion):
    """Twin of `minnet_optimizers.Lion`."""

    STANDS_FOR = of.Lion

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        numbers = self.lr, 1 - self.lr * self.weight_decay, *self.betas
        if not kernels.lion(gradients, *numbers, parameters, *state):
            super().update(parameters, gradients, *state)


class Rprop(of.Rprop):
    """Twin of `minnet_optimizers.Rprop`."""

    STANDS_FOR = of.Rprop

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        if self.t == 1:
            state[1].fill(self.lr)
        if not kernels.rprop(gradients, *self.etas, *self.step_sizes, parameters, *state):
            super().update(parameters, gradients, *state)


TWINS: Mapping[type[Optimizer], type[Optimizer]] = {
    twin.STANDS_FOR: twin for twin in (SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta, Adamax, NAdam, RAdam, Lion, Rprop)
}
