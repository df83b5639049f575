"""`AlphaDropout`: dropout that keeps mean and variance, for networks that normalize themselves."""

from __future__ import annotations

import numpy as np

from minnet_core import Affine, Array, Example, Module, Reference, expect_shape
from minnet_core.nn import floating_dtype, fraction, keep_mask

NEGATIVE_LIMIT = -1.7580993408473766
r"""What SELU makes of :math:`-\infty`: minus its scale times its alpha."""


class AlphaDropout(Module):
    r"""Sets each element to the negative limit of SELU with probability ``p``, in training mode; any shape.

    .. math:: y = a\bigl(m x + (1 - m)\alpha\bigr) + b, \qquad
              m = \begin{cases} 0 & \text{with probability } p \\ 1 & \text{else} \end{cases}

    where :math:`\alpha = -1.758\ldots`, and :math:`a = \bigl((1 - p)(1 + p\alpha^2)\bigr)^{-1/2}` and
    :math:`b = -a p \alpha` give inputs of mean 0 and variance 1, which SELU strives for, outputs of mean 0 and variance
    1. ``p = 1`` gives zeros. Evaluation mode is the identity (a copy of the input) and draws nothing.

    Backward, with :math:`g = \partial L/\partial y`; the mask :math:`m` of the last forward pass is a constant:

    .. math:: \frac{\partial L}{\partial x} = a m g

    PyTorch: ``torch.nn.AlphaDropout(p)``.

    Paper: Klambauer, Unterthiner, Mayr and Hochreiter, 2017, arXiv:1706.02515.

    Args:
        p: probability of the negative limit, from 0 to 1.
        rng: seed or generator of the masks.

    >>> import numpy as np
    >>> from minnet_layers import AlphaDropout
    >>> AlphaDropout(0.5, rng=8).forward(np.zeros(4)).round(3)
    array([ 0.779, -0.779, -0.779,  0.779])
    """

    CACHES = ("mask",)
    EXAMPLES = (
        Example(
            input=(4, 3),
            traits={"stochastic", "train-differs", "changes-mean"},
            rejected_arguments=[{"p": -0.1}, {"p": 1.5}],
            reference=Reference("torch.nn.AlphaDropout", {"p": 0.5}),
        ),
        Example(
            arguments={"p": 0.2, "rng": 0},
            input=(2, 3, 4),
            traits={"stochastic", "train-differs", "changes-mean"},
            reference=Reference("torch.nn.AlphaDropout", {"p": 0.2}),
        ),
    )

    def __init__(self, p: float = 0.5, *, rng: int | np.random.Generator | None = None) -> None:
        super().__init__()
        self.p = fraction("AlphaDropout", "p", p)
        self.rng = np.random.default_rng(rng)
        self.mask: Array | None = None

    def updateOutput(self, input: Array) -> Array:
        if self.training:
            a = ((1 - self.p) * (1 + self.p * NEGATIVE_LIMIT**2)) ** -0.5 if self.p < 1 else 0.0
            mask = np.empty_like(input, floating_dtype(input))  # lies in memory as the input does
            mask[...] = keep_mask(self.rng, input.shape, self.p)  # and is drawn in the order of the axes
            mask *= a
            output: Array = mask.dtype.type(a) - mask
            output *= NEGATIVE_LIMIT
            output -= a * self.p * NEGATIVE_LIMIT
            if a:  # infinity * 0 would be nan
                output += input * mask
            self.mask = mask
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
