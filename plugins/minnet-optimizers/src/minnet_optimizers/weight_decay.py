"""Weight decay, as a part of the gradient (L2 regularization) or apart from it."""

from __future__ import annotations

from typing import Protocol

from minnet_core import Array


class Decaying(Protocol):
    """An optimizer with a learning rate and weight decay."""

    @property
    def lr(self) -> float: ...

    @property
    def weight_decay(self) -> float: ...


def with_weight_decay(gradients: Array, parameters: Array, weight_decay: float) -> Array:
    r"""Return the gradients of :math:`L + \tfrac{\lambda}{2}\lVert\theta\rVert^2`, which are :math:`g + \lambda\theta`.

    The result is ``gradients`` itself when ``weight_decay`` is 0, so it must not be written to.

    >>> import numpy as np
    >>> with_weight_decay(np.array([1.0, 1.0]), np.array([2.0, 4.0]), 0.5)
    array([2., 3.])
    """
    if not weight_decay:
        return gradients
    decayed = parameters * weight_decay
    decayed += gradients
    return decayed


def decayed(optimizer: Decaying, parameters: Array, gradients: Array, *, decoupled: bool) -> Array:
    r"""Return the gradients with weight decay as a part of them; if ``decoupled``, shrink the parameters instead.

    .. math:: \theta \leftarrow \theta - \gamma\lambda\theta
    """
    if not decoupled:
        return with_weight_decay(gradients, parameters, optimizer.weight_decay)
    if optimizer.weight_decay:
        parameters *= 1 - optimizer.lr * optimizer.weight_decay
    return gradients
