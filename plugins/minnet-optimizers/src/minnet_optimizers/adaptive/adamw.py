"""`AdamW`: Adam with weight decay apart from the gradient."""

from __future__ import annotations

from minnet_core import Array, Example, Module

from .adam import Adam


class AdamW(Adam):
    r"""Adam with decoupled weight decay.

    Each step first shrinks the parameters,

    .. math:: \theta \leftarrow \theta - \gamma\lambda\theta,

    and then is that of `Adam` without weight decay.
    So the decay is not divided by :math:`\sqrt{\hat v}`: a parameter with large gradients decays like every other.

    PyTorch: ``torch.optim.AdamW``, of which ``amsgrad`` and ``maximize`` are left out.

    Paper: I. Loshchilov, F. Hutter, Decoupled Weight Decay Regularization (2017), arXiv:1711.05101.

    Args:
        module: what to train.
        lr: learning rate, 0 or more.
        betas: how much of each average a step keeps, two numbers in [0, 1).
        eps: is added to the denominator, 0 or more.
        weight_decay: 0 or more.

    Raises:
        ValueError: if a number is out of range.

    >>> import numpy as np
    >>> from minnet_core import Example, Module
    >>> class Point(Module):
    ...     PARAMETERS = {"x": "gradx"}
    >>> point = Point()
    >>> point.x, point.gradx = np.array([1.0, 2.0]), np.array([0.0, 0.0])
    >>> AdamW(point, lr=0.5, weight_decay=0.2).step()
    >>> point.x
    array([0.9, 1.8])
    """

    EXAMPLES = (Example(input=(4, 3), rejected_arguments=[{"weight_decay": -0.1}]),)

    def __init__(
        self,
        module: Module,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(module, lr, betas, eps, weight_decay)

    def update(self, parameters: Array, gradients: Array, *state: Array) -> None:
        if self.weight_decay:
            parameters *= 1 - self.lr * self.weight_decay
        self.descend(parameters, gradients, *state)
