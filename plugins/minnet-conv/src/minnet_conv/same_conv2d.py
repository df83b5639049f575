"""`SameConv2d`: the convolution of older homework, which keeps height and width."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Example, Reference
from minnet_core.nn import positive_int

from .conv2d import Conv2d


class SameConv2d(Conv2d):
    r"""Lays a square kernel of odd size on every pixel of images; input ``(batch, in_channels, height, width)``.

    What homework before 2025 calls ``Conv2d(in_channels, out_channels, kernel_size)``. Beyond the image are zeros, so
    with :math:`p = (k - 1)/2` and :math:`i, j` from 0 to :math:`k - 1`:

    .. math:: y_{nohw} = b_o + \sum_{cij} W_{ocij}\,x_{n,\;c,\;h + i - p,\;w + j - p}

    Backward, with :math:`g = \partial L/\partial y`, as `Conv2d`: each :math:`x` meets the kernel in a mirror.

    .. math:: \frac{\partial L}{\partial x_{nchw}} = \sum_{oij} W_{ocij}\,g_{n,\;o,\;h - i + p,\;w - j + p}

    PyTorch: ``torch.nn.Conv2d(in_channels, out_channels, kernel_size, padding="same")``.

    Args:
        in_channels, out_channels: of an image, and of its output.
        kernel_size: an odd number.
        rng: seed or generator that draws the parameters, uniform in :math:`\pm 1/\sqrt n` for :math:`n` summands.
        dtype: of the parameters and their gradients.

    Attributes:
        W, gradW: ``(out_channels, in_channels, kernel_size, kernel_size)``; ``b`` and ``gradb`` are
            ``(out_channels,)``.

    >>> import numpy as np
    >>> from minnet_conv import SameConv2d
    >>> SameConv2d(1, 4, 3).forward(np.zeros((2, 1, 8, 8), np.float32)).shape
    (2, 4, 8, 8)
    """

    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(
            arguments={"in_channels": 2, "out_channels": 3, "kernel_size": 3},
            input=[(2, 2, 5, 4), (1, 2, 1, 2)],
            rejects=[(2, 3, 5, 4), (2, 2, 5)],
            rejected_arguments=[{"kernel_size": 2}, {"kernel_size": (3, 3)}, {"out_channels": 0}],
            reference=Reference(
                "torch.nn.Conv2d",
                {"in_channels": 2, "out_channels": 3, "kernel_size": 3, "padding": "same"},
                {"W": "weight", "b": "bias"},
            ),
        ),
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        size = positive_int("SameConv2d", "kernel_size", kernel_size)
        if size % 2 == 0:
            raise ValueError(f"SameConv2d: expected kernel_size to be odd, received {kernel_size!r}")
        super().__init__(in_channels, out_channels, size, padding="same", rng=rng, dtype=dtype)
