"""`Dropout`: random zeros that keep units from relying on each other."""

from __future__ import annotations

import numpy as np

from minnet_core import Affine, Array, Example, Module, Reference, expect_shape
from minnet_core.nn import floating_dtype, fraction, keep_mask


class Dropout(Module):
    r"""Zeroes each element with probability ``p`` and scales the rest, in training mode; any shape.

    .. math:: y = m x, \qquad m = \begin{cases} 0 & \text{with probability } p \\ 1/(1-p) & \text{else} \end{cases}

    The scale keeps the expected value of :math:`y` at :math:`x`, so evaluation mode is the identity (a copy of the
    input) and draws nothing. ``p = 1`` gives zeros.

    Backward, with :math:`g = \partial L/\partial y`; the mask :math:`m` of the last forward pass is a constant:

    .. math:: \frac{\partial L}{\partial x} = m g

    PyTorch: ``torch.nn.Dropout(p)``.

    Paper: Srivastava et al., 2014, JMLR 15:1929.

    Args:
        p: probability of zeroing, from 0 to 1.
        rng: seed or generator of the masks.

    >>> import numpy as np
    >>> from minnet_layers import Dropout
    >>> Dropout(0.5, rng=8).forward(np.ones(6))
    array([2., 0., 0., 2., 2., 0.])
    """

    CACHES = ("mask",)
    EXAMPLES = (
        Example(
            input=(4, 3),
            traits={"stochastic", "train-differs"},
            rejected_arguments=[{"p": -0.1}, {"p": 1.5}],
            reference=Reference("torch.nn.Dropout", {"p": 0.5}),
        ),
        Example(
            arguments={"p": 0.2, "rng": 0},
            input=(2, 3, 4),
            traits={"stochastic", "train-differs"},
            reference=Reference("torch.nn.Dropout", {"p": 0.2}),
        ),
    )

    def __init__(self, p: float = 0.5, *, rng: int | np.random.Generator | None = None) -> None:
        super().__init__()
        self.p = fraction("Dropout", "p", p)
        self.rng = np.random.default_rng(rng)
        self.mask: Array | None = None

    def updateOutput(self, input: Array) -> Array:
        if self.training:
            mask = np.empty_like(input, floating_dtype(input))  # lies in memory as the input does
            mask[...] = keep_mask(self.rng, input.shape, self.p)  # and is drawn in the order of the axes
            if self.p < 1:
                mask *= 1 / (1 - self.p)
            self.mask = mask
            output = input * mask if self.p < 1 else mask.copy()  # infinity * 0 would be nan
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
            expect_shape(self, input, self.mask.shape)
            self.gradInput = gradOutput * self.mask
        else:
            self.gradInput = gradOutput.astype(floating_dtype(gradOutput))
        return self.gradInput

    def as_affine(self) -> Affine:
        return Affine()
