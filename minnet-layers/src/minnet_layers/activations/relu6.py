"""`ReLU6`: a rectifier that ends at 6."""

from __future__ import annotations

from minnet_core import Example, Reference

from .hard_tanh import HardTanh


class ReLU6(HardTanh):
    r"""Keeps what is from 0 to 6 and cuts what is beyond; any shape.

    .. math:: y = \min(\max(x, 0), 6)

    A number from 0 to 6 keeps more digits than one without bounds where few bits store it.

    Backward, with :math:`g = \partial L/\partial y`, as `HardTanh` of these bounds; at both kinks 0:

    .. math:: \frac{\partial L}{\partial x} = g\,[0 < x < 6]

    PyTorch: ``torch.nn.ReLU6()``.

    Paper: Krizhevsky, 2010, Convolutional Deep Belief Networks on CIFAR-10.

    >>> import numpy as np
    >>> from minnet_layers import ReLU6
    >>> ReLU6().forward(np.array([-2.0, 3.0, 9.0]))
    array([0., 3., 6.])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], traits={"kinks"}, reference=Reference("torch.nn.ReLU6")),)

    def __init__(self) -> None:
        super().__init__(0.0, 6.0)
