"""Twin of the layer of minnet-layers that standardizes rows."""

from __future__ import annotations

import numpy as np

import minnet_layers as of
from minnet_core import Array

from .. import kernels


class LayerNormalization(of.LayerNormalization):
    """Twin of `minnet_layers.LayerNormalization`, of rows whose squares are in range."""

    STANDS_FOR = of.LayerNormalization

    def updateOutput(self, input: Array) -> Array:
        rows = self._rows(input)
        made = None if rows is None else kernels.row_norm(rows, self.eps)
        output = None if made is None or not (made[1] > 0).all() else self._scaled(made[0])
        if made is None or output is None:
            return super().updateOutput(input)
        self.normalized, self.inverse_deviation = made[0].reshape(input.shape), made[1]
        self.output = output.reshape(input.shape)
        return self.output

    def _scaled(self, normalized: Array) -> Array | None:
        if self.gamma is None:
            return normalized
        if self.beta is None:
            return kernels.scale_row(normalized, self.gamma.reshape(-1))
        return kernels.scale_shift_row(normalized, self.gamma.reshape(-1), self.beta.reshape(-1))

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        g, y = self._rows(gradOutput), self._rows(self.normalized)
        if g is None or y is None or not input.shape == gradOutput.shape == self.normalized.shape:
            return super().updateGradInput(input, gradOutput)
        h = g if self.gamma is None else kernels.scale_row(g, self.gamma.reshape(-1))
        gradInput = None if h is None else kernels.row_norm_back(y, h, self.inverse_deviation)
        if gradInput is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput.reshape(input.shape)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        g, y = self._rows(gradOutput), self._rows(self.normalized)
        held = [gradient for gradient in (self.gradGamma, self.gradBeta) if gradient is not None]
        is_taken = g is not None and y is not None and g.shape == y.shape and self.gamma is not None
        if not is_taken or any(gradient.shape != self.normalized_shape for gradient in held):
            super().accGradParameters(input, gradOutput)
            return
        dots, sums = kernels.column_dots(g, y), kernels.column_sums(g)  # type: ignore[arg-type]  # which are arrays
        if dots is None or sums is None:
            super().accGradParameters(input, gradOutput)
            return
        for gradient, total in ((self.gradGamma, dots), (self.gradBeta, sums)):
            if gradient is not None:
                gradient += total.reshape(gradient.shape)

    def _rows(self, array: Array | None) -> Array | None:
        """What is normalized as rows; None of what no kernel takes."""
        axes = len(self.normalized_shape)
        if type(array) is not np.ndarray or not (array.flags.c_contiguous and array.size and array.ndim > axes):
            return None
        if array.shape[-axes:] != self.normalized_shape:
            return None
        return array.reshape(-1, int(np.prod(self.normalized_shape)))


ROW_NORMALIZATIONS = (LayerNormalization,)
