"""`Upsample`: an image with more pixels."""

from __future__ import annotations

import math
from typing import Any, Literal

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import as_floating

from .images import beside, integers
from .pooling import (
    AXES,
    SIZES,
    Along,
    Blend,
    blend,
    gradient_to_blended,
    gradient_to_resampled,
    linear,
    nearest,
    resample,
)


class Upsample(Module):
    r"""Enlarges images; input ``(batch, channels, height, width)``.

    ``nearest`` copies, with :math:`r` the lengths of the input by those of the output, or 1 by ``scale_factor``:

    .. math:: y_{hw} = x_{\lfloor h r_h \rfloor,\, \lfloor w r_w \rfloor}

    ``bilinear`` blends along each axis the two pixels between whose centres the new one's is, :math:`h'` of the input:

    .. math:: y_{hw} = \sum_{u,v} \max(0, 1 - |h' - u|)\, \max(0, 1 - |w' - v|)\, x_{uv}, \qquad
              h' = (h + \tfrac12) r_h - \tfrac12

    not below 0 nor above the last pixel; with ``align_corners``, :math:`h' = h (H - 1) / (H_\mathrm{out} - 1)`.

    Backward, with :math:`g = \partial L/\partial y`: both are sums of pixels by constant weights :math:`a_{hu} b_{wv}`,

    .. math:: \frac{\partial L}{\partial x_{uv}} = \sum_{h,w} a_{hu} b_{wv}\, g_{hw}

    PyTorch: ``torch.nn.Upsample`` with the same arguments, of its modes these two.

    Args:
        size: of the output, a number or ``(height, width)``.
        scale_factor: a number or two, instead of ``size``; what is not a whole pixel is cut off.
        mode: ``nearest`` or ``bilinear``.
        align_corners: of ``bilinear``: whether the corner pixels of both images are at the same places; None is False.

    >>> import numpy as np
    >>> from minnet_conv import Upsample
    >>> Upsample(scale_factor=2).forward(np.array([[[[1.0, 5.0]]]]))
    array([[[[1., 1., 5., 5.],
             [1., 1., 5., 5.]]]])
    >>> Upsample(size=(1, 3), mode="bilinear", align_corners=True).forward(np.array([[[[1.0, 5.0]]]]))
    array([[[[1., 3., 5.]]]])
    """

    EXAMPLES = (
        Example(
            arguments={"scale_factor": 2},
            input=[(2, 3, 2, 3), (1, 1, 1, 1)],
            rejects=[(2, 2, 3)],
            rejected_arguments=[
                {"scale_factor": 0},
                {"scale_factor": None},
                {"size": 3},
                {"mode": "cubic"},
                {"align_corners": True},
            ],
            reference=Reference("torch.nn.Upsample", {"scale_factor": 2}),
        ),
        Example(
            arguments={"size": (5, 3)},
            input=(2, 2, 3, 4),
            rejected_arguments=[{"size": 0}, {"size": 2.5}],
            reference=Reference("torch.nn.Upsample", {"size": (5, 3)}),
        ),
        Example(
            arguments={"scale_factor": (2, 1.5), "mode": "bilinear"},
            input=[(2, 2, 3, 4), (1, 1, 1, 1)],
            reference=Reference("torch.nn.Upsample", {"scale_factor": (2.0, 1.5), "mode": "bilinear"}),
        ),
        Example(
            arguments={"size": 5, "mode": "bilinear", "align_corners": True},
            input=(2, 1, 3, 2),
            reference=Reference("torch.nn.Upsample", {"size": 5, "mode": "bilinear", "align_corners": True}),
        ),
    )

    def __init__(
        self,
        size: int | tuple[int, int] | None = None,
        scale_factor: float | tuple[float, float] | None = None,
        mode: Literal["nearest", "bilinear"] = "nearest",
        align_corners: bool | None = None,
    ) -> None:
        super().__init__()
        if (size is None) == (scale_factor is None):
            raise ValueError(f"Upsample: expected either size or scale_factor, received {size!r} and {scale_factor!r}")
        if mode not in ("nearest", "bilinear"):
            raise ValueError(f"Upsample: expected mode to be nearest or bilinear, received {mode!r}")
        if align_corners is not None and mode == "nearest":
            raise ValueError(f"Upsample: expected align_corners with mode bilinear only, received {align_corners!r}")
        self.size = None if size is None else integers("Upsample", "size", size, 2)
        self.scale_factor = None if scale_factor is None else _factors(scale_factor)
        self.mode, self.align_corners = mode, bool(align_corners)

    def updateOutput(self, input: Array) -> Array:
        self._enlarged(input)
        if self.mode == "nearest":
            output = resample(input, self._copies(input))
        else:
            output = blend(as_floating(input), self._blends(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, self._enlarged(input), "gradOutput")
        g = beside(input, as_floating(gradOutput))
        if self.mode == "nearest":
            self.gradInput = gradient_to_resampled(g, self._copies(input))
        else:
            self.gradInput = gradient_to_blended(g, self._blends(input))
        return self.gradInput

    def _enlarged(self, input: Array) -> tuple[int, ...]:
        expect_shape(self, input, (*SIZES, *AXES[2]))
        lengths = input.shape[2:]
        sizes = self.size or tuple(
            math.floor(length * factor) for length, factor in zip(lengths, self.scale_factor or (), strict=True)
        )
        if min(*lengths, *sizes) < 1:
            raise ShapeError(f"{self}: expected input and output with pixels, received {input.shape}")
        return (*input.shape[:2], *sizes)

    def _axes(self, input: Array) -> list[tuple[int, int, float]]:
        """Length, new length and their quotient, of each axis of the image."""
        lengths, sizes = input.shape[2:], self._enlarged(input)[2:]
        if self.scale_factor:
            quotients = [1 / factor for factor in self.scale_factor]
        else:
            quotients = [length / size for length, size in zip(lengths, sizes, strict=True)]
        return list(zip(lengths, sizes, quotients, strict=True))

    def _copies(self, input: Array) -> list[Along]:
        return [nearest(*axis) for axis in self._axes(input)]

    def _blends(self, input: Array) -> list[Blend]:
        return [linear(*axis, self.align_corners) for axis in self._axes(input)]

    def __repr__(self) -> str:
        word, numbers = ("to", self.size) if self.size else ("by", self.scale_factor)
        return f"Upsample {word} {numbers}, {self.mode}" + ", align_corners" * self.align_corners


def _factors(value: Any) -> tuple[float, float]:
    message = f"Upsample: expected scale_factor to be a positive number, or 2 of them, received {value!r}"
    try:
        factors = tuple(map(float, value if isinstance(value, (tuple, list)) else (value, value)))
    except (TypeError, ValueError):
        raise TypeError(message) from None
    if len(factors) != 2 or not all(0 < factor < math.inf for factor in factors):
        raise ValueError(message)
    return factors
