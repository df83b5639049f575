"""`Dirac`: the identity, as a convolution."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Initializer, ShapeError


class Dirac(Initializer):
    r"""Makes a convolution pass on its channels, as far as it has outputs for them.

    Kernels are 0 but for a 1 in the middle, at :math:`\lfloor k/2 \rfloor`, of the kernel from channel :math:`i` to
    output :math:`i`; with ``groups``, in each group of outputs.

    PyTorch: ``torch.nn.init.dirac_(tensor, groups)``.

    Args:
        groups: into how many the outputs are divided.

    >>> from minnet_layers.initializers import Dirac
    >>> Dirac()((1, 2, 3))
    array([[[0., 1., 0.],
            [0., 0., 0.]]], dtype=float32)
    """

    EXAMPLES = (
        Example(input=[(4, 3, 3), (2, 3, 3, 3)], rejects=[(4,), (4, 3)], rejected_arguments=[{"groups": 0}]),
        Example(arguments={"groups": 2}, input=(4, 2, 3), rejects=[(3, 2, 3)]),
    )

    def __init__(self, groups: int = 1) -> None:
        if groups < 1:
            raise ValueError(f"Dirac: expected groups to be a positive integer, received {groups!r}")
        self.groups = groups

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        if len(shape) < 3:
            raise ShapeError(f"{self}: expected a shape (outputs, inputs, *kernel), received {shape}")
        if shape[0] % self.groups:
            raise ShapeError(f"{self}: expected outputs that {self.groups} divides, received {shape}")
        outputs, middle = shape[0] // self.groups, tuple(length // 2 for length in shape[2:])
        weights = np.zeros(shape)
        for channel in range(min(outputs, shape[1])):
            for group in range(self.groups):
                weights[(group * outputs + channel, channel, *middle)] = 1
        return weights
