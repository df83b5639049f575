"""`PixelShuffle`: channels become the pixels of a larger image."""

from __future__ import annotations

from collections.abc import Iterator

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape

from .images import empty_beside, integers
from .pooling import AXES, SIZES


class PixelShuffle(Module):
    r"""Makes blocks of :math:`r \times r` pixels of :math:`r^2` channels.

    Input ``(batch, channels, height, width)``, output ``(batch, channels / r**2, height * r, width * r)``.

    .. math:: y_{c,\,hr + i,\,wr + j} = x_{cr^2 + ir + j,\,h,\,w}, \qquad 0 \le i, j < r

    Backward, each gradient returns to where its number was, with :math:`g = \partial L/\partial y`:

    .. math:: \frac{\partial L}{\partial x_{cr^2 + ir + j,\,h,\,w}} = g_{c,\,hr + i,\,wr + j}

    PyTorch: ``torch.nn.PixelShuffle(upscale_factor)``.

    Paper: Shi et al., 2016, arXiv:1609.05158.

    Args:
        upscale_factor: :math:`r`.

    >>> import numpy as np
    >>> from minnet_conv import PixelShuffle
    >>> PixelShuffle(2).forward(np.arange(8).reshape(1, 4, 1, 2))
    array([[[[0, 2, 1, 3],
             [4, 6, 5, 7]]]])
    """

    EXAMPLES = (
        Example(
            arguments={"upscale_factor": 2},
            input=[(2, 8, 2, 3), (1, 4, 1, 2)],
            rejects=[(2, 6, 2, 3), (4, 2, 3)],
            rejected_arguments=[{"upscale_factor": 0}, {"upscale_factor": 1.5}],
            reference=Reference("torch.nn.PixelShuffle", {"upscale_factor": 2}),
        ),
        Example(
            arguments={"upscale_factor": 3},
            input=(2, 9, 2, 1),
            reference=Reference("torch.nn.PixelShuffle", {"upscale_factor": 3}),
        ),
    )

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        (self.upscale_factor,) = integers("PixelShuffle", "upscale_factor", upscale_factor, 1)

    def updateOutput(self, input: Array) -> Array:
        output = empty_beside(input, self._shuffled(input))
        for block, channels in self._pairs(output, input):
            block[...] = channels
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, self._shuffled(input), "gradOutput")
        gradInput = empty_beside(input, input.shape, gradOutput.dtype)
        for block, channels in self._pairs(gradOutput, gradInput):
            channels[...] = block
        self.gradInput = gradInput
        return self.gradInput

    def _pairs(self, large: Array, small: Array) -> Iterator[tuple[Array, Array]]:
        """View the pixels of one place in a block, and the channels that they are."""
        r = self.upscale_factor
        for i in range(r):
            for j in range(r):
                yield large[:, :, i::r, j::r], small[:, i * r + j :: r * r]

    def _shuffled(self, input: Array) -> tuple[int, ...]:
        expect_shape(self, input, (*SIZES, *AXES[2]))
        r = self.upscale_factor
        batch, channels, height, width = input.shape
        if channels % r**2:
            raise ShapeError(f"{self}: expected a multiple of {r**2} channels, received {input.shape}")
        return batch, channels // r**2, height * r, width * r

    def __repr__(self) -> str:
        return f"PixelShuffle {self.upscale_factor}"
