"""Bugs in gradients that show in evaluation alone, or in how backward scales."""

from __future__ import annotations

from strangers import (
    RNN,
    BatchNorm,
    DropConnect,
    GaussianDropout,
    GumbelSoftmax,
    Log,
    NotebookBatchNorm,
    Reciprocal,
    RReLU,
    Sqrt,
    StochasticDepth,
)

from minnet_core import Sequential
from minnet_layers import BatchNormalization, Dropout, Linear

from .mutant import Mutant

LINEAR = "backward_is_linear_in_gradOutput"

EVALUATION = (
    Mutant(
        BatchNorm,
        (
            "        self.gradGamma += (gradOutput",
            "        if not self.training:\n            return\n        self.gradGamma += (gradOutput",
        ),
        "parameter_gradients_are_the_slopes_in_evaluate_mode",
        "there are no gradients in evaluation",
    ),
    Mutant(
        BatchNorm,
        (
            "self.gradGamma += (gradOutput * self.normal).sum(axis=0)",
            "self.gradGamma += (gradOutput * (self.normal - self.normal.mean(axis=0))).sum(axis=0)",
        ),
        "parameter_gradients_are_the_slopes_in_evaluate_mode",
        "the mean of what is normal is taken for 0, as it is in training",
    ),
    Mutant(
        DropConnect,
        ("self.mask * (gradOutput.T @ input)", "(self.mask if self.training else 1 - self.p) * (gradOutput.T @ input)"),
        "parameter_gradients_are_the_slopes_in_evaluate_mode",
        "gradW is scaled in evaluation too",
    ),
    Mutant(
        BatchNormalization,
        ("gradInput = g * (1 / np.sqrt(variance + self.EPS)).astype(g.dtype, copy=False)", "gradInput = g.copy()"),
        "gradInput_is_the_slope_in_evaluate_mode",
        "in evaluation gradOutput is handed on",
    ),
    Mutant(
        BatchNorm,
        (
            "        if self.training:\n            self.gradInput",
            "        if self.normal is not None:\n            self.gradInput",
        ),
        "gradInput_is_the_slope_in_evaluate_mode",
        "the running statistics are differentiated as if they were the batch's",
    ),
    Mutant(
        NotebookBatchNorm,
        ("gradOutput / (variance + self.EPS) ** 0.5", "gradOutput / (variance + self.EPS)"),
        "gradInput_is_the_slope_in_evaluate_mode",
        "the root is forgotten in evaluation",
    ),
    Mutant(
        Dropout,
        ("gradOutput.astype(floating_dtype(gradOutput))", "gradOutput * (1 - self.p)"),
        "gradInput_is_the_slope_in_evaluate_mode",
        "gradInput is scaled in evaluation too",
    ),
    Mutant(
        GaussianDropout,
        (
            "            self.factor = np.ones_like(input)\n",
            "            self.factor = np.zeros_like(input) if self.factor is None else self.factor\n"
            "            self.output = input.copy()\n"
            "            return self.output\n",
        ),
        "gradInput_has_the_shape_of_input",
        "the factor of the last training pass is used in evaluation",
    ),
    Mutant(
        RReLU,
        (
            "self.gradInput = gradOutput * self.slope",
            "self.gradInput = gradOutput * (self.slope if self.training else 1)",
        ),
        "gradInput_is_the_slope_in_evaluate_mode",
        "in evaluation it is differentiated as the identity",
    ),
    Mutant(
        GumbelSoftmax,
        (
            "(gradOutput - along) / self.temperature",
            "(gradOutput - along) / (self.temperature if self.training else 1)",
        ),
        "gradInput_is_the_slope_in_evaluate_mode",
        "the temperature is forgotten in evaluation",
    ),
    Mutant(
        StochasticDepth,
        (
            "input, self.kept * gradOutput)\n        return",
            "input, self.kept * gradOutput) * (1 if self.training else 1 - self.p)\n        return",
        ),
        "gradInput_is_the_slope_in_evaluate_mode",
        "the block is scaled in the backward pass of evaluation",
    ),
)

SCALES = (
    Mutant(
        Linear,
        ("np.dot(as_floating(gradOutput).T, input)", "np.dot(as_floating(gradOutput).T, input) + 1e-8 * self.W"),
        LINEAR,
        "weight decay in gradW, too small to see in a slope",
    ),
    Mutant(
        Log,
        ("self.gradInput = gradOutput / input", "self.gradInput = gradOutput / input + 1e-8"),
        LINEAR,
        "the small number is on the wrong side of the fraction",
    ),
    Mutant(
        RNN,
        (
            "        self.gradInput = self.deltas @ self.W",
            "        np.clip(self.deltas, -5, 5, out=self.deltas)\n        self.gradInput = self.deltas @ self.W",
        ),
        LINEAR,
        "gradients are clipped",
    ),
    Mutant(
        Reciprocal,
        (
            "        self.gradInput = -gradOutput / input**2",
            "        if gradOutput.any():\n            self.gradInput = -gradOutput / input**2",
        ),
        LINEAR,
        "a short cut for a gradOutput of zeros leaves gradInput as it was",
    ),
    Mutant(
        Sqrt,
        (
            "self.gradInput = 0.5 * gradOutput / self.output",
            "self.gradInput = 0.5 * gradOutput**2 / (self.output * gradOutput)",
        ),
        LINEAR,
        "the fraction is extended by gradOutput, which may be 0",
    ),
)

CONTAINED = (
    Mutant(
        Sequential,
        ("output = module.forward(output)", "output = module.forward(input)"),
        "gradInput_is_the_slope",
        "every module is given the first one's input",
    ),
    Mutant(
        Sequential,
        (
            "for index in reversed(range(len(self.modules))):\n            gradient = self.re",
            "for index in range(len(self.modules)):\n            gradient = self.re",
        ),
        "separate_calls_equal_backward",
        "updateGradInput goes forward",
    ),
    Mutant(
        Sequential,
        (
            "modules[index].accGradParameters(self._input_of(index, input), received)",
            "modules[index].accGradParameters(input, received)",
        ),
        "parameter_gradients_are_the_slopes",
        "every module accumulates for the first one's input",
    ),
)
"""Bugs of containers, which show if there is something in them."""

GRADIENTS_ELSEWHERE = (
    *CONTAINED,
    *EVALUATION,
    *SCALES,
)
