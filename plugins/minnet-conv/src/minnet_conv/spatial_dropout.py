"""`SpatialDropout`: dropout of whole channels."""

from __future__ import annotations

import numpy as np

from minnet_core import Affine, Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import floating_dtype, fraction, keep_mask, whole_rows

from .images import copied_beside


class SpatialDropout(Module):
    r"""Zeroes whole channels with probability ``p`` and scales the rest, in training mode.

    Input ``(batch, channels, height, width)``, or with any other number of axes after the channels, one at least.
    Neighbouring pixels tell nearly the same, so that one which is zeroed alone is not missed; each channel of each
    sample is decided by itself.

    .. math:: y_{nc\ldots} = m_{nc}\, x_{nc\ldots}, \qquad
              m = \begin{cases} 0 & \text{with probability } p \\ 1/(1-p) & \text{else} \end{cases}

    The scale keeps the expected value of :math:`y` at :math:`x`, so evaluation mode is the identity (a copy of the
    input) and draws nothing. ``p = 1`` gives zeros.

    Backward, with :math:`g = \partial L/\partial y`; the mask :math:`m` of the last forward pass is a constant:

    .. math:: \frac{\partial L}{\partial x_{nc\ldots}} = m_{nc}\, g_{nc\ldots}

    PyTorch: ``torch.nn.Dropout2d(p)``.

    Paper: Tompson et al., 2014, arXiv:1411.4280.

    Args:
        p: probability of zeroing, from 0 to 1.
        rng: seed or generator of the masks.

    >>> import numpy as np
    >>> from minnet_conv import SpatialDropout
    >>> SpatialDropout(0.5, rng=8).forward(np.ones((1, 3, 1, 2)))
    array([[[[2., 2.]],
    <BLANKLINE>
            [[0., 0.]],
    <BLANKLINE>
            [[0., 0.]]]])
    """

    CACHES = ("mask",)
    EXAMPLES = (
        Example(
            input=[(4, 3, 2, 2), (1, 2, 3, 1)],
            traits={"stochastic", "train-differs"},
            rejects=[(4, 3)],
            rejected_arguments=[{"p": -0.1}, {"p": 1.5}],
            reference=Reference("torch.nn.Dropout2d", {"p": 0.5}),
        ),
        Example(
            arguments={"p": 0.2, "rng": 0},
            input=[(3, 4, 2, 3), (2, 3, 5)],
            traits={"stochastic", "train-differs"},
        ),
    )

    def __init__(self, p: float = 0.5, *, rng: int | np.random.Generator | None = None) -> None:
        super().__init__()
        self.p = fraction("SpatialDropout", "p", p)
        self.rng = np.random.default_rng(rng)
        self.mask: Array | None = None

    def updateOutput(self, input: Array) -> Array:
        if input.ndim < 3:
            raise ShapeError(f"{self}: expected input (batch, channels, height, width), received {input.shape}")
        if self.training:
            shape = (*input.shape[:2], *[1] * (input.ndim - 2))
            mask = keep_mask(self.rng, input.shape[:2], self.p).reshape(shape).astype(floating_dtype(input))
            if self.p < 1:
                mask *= 1 / (1 - self.p)
            self.mask = mask = copied_beside(input, mask)
            # infinity * 0 would be nan
            output = np.zeros_like(input, mask.dtype) if self.p == 1 else _scaled(input, mask)
        else:
            self.mask = None
            output = input.astype(floating_dtype(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        if self.training:
            if self.mask is None:
                raise RuntimeError(f"{self}: expected updateOutput in training mode before updateGradInput in it")
            expect_shape(self, input, (*self.mask.shape[:2], *input.shape[2:]))
            self.gradInput = _scaled(gradOutput, self.mask)
        else:
            self.gradInput = gradOutput.astype(floating_dtype(gradOutput))
        return self.gradInput

    def as_affine(self) -> Affine:
        return Affine()


def _scaled(x: Array, mask: Array) -> Array:
    """Multiply each channel by its number, as one long row where it lies in one piece."""
    if not x.flags.c_contiguous or not x.size:
        scaled: Array = x * mask
        return scaled
    rows = x.reshape(mask.size, -1)
    with whole_rows(rows):
        product: Array = rows * mask.reshape(-1, 1)
    return product.reshape(x.shape)
