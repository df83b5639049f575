"""`Normalize`: vectors divided by their length."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import accumulation_dtype, axis_of, floating_dtype, integer, positive_float, whole_rows

from .lengths import lengths_along, unit_back


class Normalize(Module):
    r"""Divides the vectors along an axis by their length; input of any shape.

    .. math:: y = \frac{x}{\max(n, \epsilon)}, \qquad n = \|x\|_p = \Bigl(\sum_i |x_i|^p\Bigr)^{1/p}

    Backward, with :math:`g = \partial L/\partial y`, where :math:`n \ge \epsilon`.
    From :math:`\partial n/\partial x_i = \operatorname{sign}(x_i)|x_i|^{p-1}/n^{p-1}`, which is
    :math:`v_i = \operatorname{sign}(y_i)|y_i|^{p-1}`,
    :math:`\partial y_j/\partial x_i = (\delta_{ij} - y_j v_i)/n`, so

    .. math:: \frac{\partial L}{\partial x} = \frac{g - v\,(g \cdot y)}{n}

    and :math:`g/\epsilon` for vectors that are shorter than :math:`\epsilon`, which is a constant for them. In the
    maximum norm :math:`v` is the sign of the largest number, shared among equally large ones.

    PyTorch: ``torch.nn.functional.normalize(x, p, axis, eps)``, along axis 1 unless it is said. Torch7:
    ``nn.Normalize(p, eps)``, which adds :math:`\epsilon` to the sum.

    Args:
        p: which norm, 1 or more; infinity is the maximum norm, or the text ``"inf"``, which a model file can hold.
        eps: :math:`\epsilon`, the least length that is divided by.
        axis: along which vectors lie.

    >>> import numpy as np
    >>> from minnet_layers import Normalize
    >>> Normalize().forward(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]])
    """

    CACHES = ("lengths",)
    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5, 3)],
            rejected_arguments=[{"p": 0.5}, {"p": float("nan")}, {"eps": 0.0}, {"axis": 0.5}],
            reference=Reference("torch.nn.functional.normalize", {"dim": -1}),
        ),
        Example(
            arguments={"p": 3.5, "eps": 1e-6, "axis": 1},
            input=(2, 3, 5),
            reference=Reference("torch.nn.functional.normalize", {"p": 3.5, "eps": 1e-6, "dim": 1}),
        ),
        Example(
            arguments={"p": "inf"},
            input=(4, 3),
            traits={"kinks"},
            reference=Reference("torch.nn.functional.normalize", {"p": math.inf, "dim": -1}),
        ),
    )

    def __init__(self, p: float | str = 2.0, eps: float = 1e-12, axis: int = -1) -> None:
        super().__init__()
        self.p, self.eps = float(p), positive_float("Normalize", "eps", eps)
        self.axis = integer("Normalize", "axis", axis)
        if not self.p >= 1:
            raise ValueError(f"Normalize: expected p to be 1 or more, of which there is a norm, received {p!r}")
        self.lengths: Array = None  # type: ignore[assignment]  # before a pass

    def updateOutput(self, input: Array) -> Array:
        axis_of(self, self.axis, input)
        wide = input.astype(accumulation_dtype(input), copy=False)
        lengths = lengths_along(wide, self.p, self.axis, self.eps)
        with whole_rows(wide):
            output: Array = wide / np.maximum(lengths, wide.dtype.type(self.eps))
        output = output.astype(floating_dtype(input), copy=False)
        self.lengths, self.output = lengths, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        wide = self.output.astype(self.lengths.dtype, copy=False)
        h = gradOutput.astype(np.result_type(accumulation_dtype(gradOutput), wide), copy=False)
        with whole_rows(wide):
            gradInput = unit_back(wide, self.lengths, h, self.p, self.axis, self.eps)
        self.gradInput = gradInput.astype(floating_dtype(gradOutput), copy=False)
        return self.gradInput
