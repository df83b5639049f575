"""Bugs in the gradient with respect to the input."""

from __future__ import annotations

from strangers import (
    GELU,
    GLU,
    RNN,
    AvgPool1d,
    Conv1d,
    CosineSimilarity,
    CumulativeSum,
    GRUCell,
    Hardtanh,
    L2Normalize,
    LayerNorm,
    LSTMCell,
    OverlappingMaxPool1d,
    Reshape,
    Residual,
    SelfAttention,
    Sigmoid,
    SmoothL1Loss,
    Tanh,
)

from minnet_criterions import MSECriterion
from minnet_layers import ELU, BatchNormalization, LogSoftMax, SoftMax
from minnet_swish import Swish

from .mutant import Mutant

SLOPE = "gradInput_is_the_slope"
_BACK = "gradInput = standardize_batch_back(self.output, g, self.inverse_deviation, self.axis)"

FORMULAS = (
    Mutant(Tanh, ("(1 - self.output**2)", "(1 + self.output**2)"), SLOPE, "wrong sign"),
    Mutant(Sigmoid, ("self.output * (1 - self.output)", "input * (1 - input)"), SLOPE, "input in the place of output"),
    Mutant(
        GELU,
        ("(self._distribution(input) + input * density)", "self._distribution(input)"),
        SLOPE,
        "half a product rule",
    ),
    Mutant(
        Swish,
        ("steep * gate * sigmoid", "as_floating(input) * gate * sigmoid"),
        SLOPE,
        "the inner derivative is forgotten, which is 1 by default",
    ),
    Mutant(
        ELU,
        ("positive_mask(input) * (1 - self.alpha)", "positive_mask(input) * (1 + self.alpha)"),
        SLOPE,
        "above zero the slope depends on alpha, unless that is 1",
    ),
    Mutant(
        Hardtanh,
        ("(input > self.low) & (input < self.high)", "np.abs(input) < 1"),
        SLOPE,
        "the default bounds are written into backward",
    ),
    Mutant(
        GLU,
        ("gradOutput * a * gate * (1 - gate)", "gradOutput * a * (1 - gate)"),
        SLOPE,
        "a factor of the gate is missing",
    ),
    Mutant(
        MSECriterion,
        ("gradInput *= 2 * share(self.mean, input.shape)", "gradInput *= 2 / input.size"),
        SLOPE,
        "it is divided by the features too",
    ),
    Mutant(
        SmoothL1Loss,
        ("np.clip(difference / self.beta, -1, 1)", "np.clip(difference, -1, 1)"),
        SLOPE,
        "beta is forgotten, which is 1 by default",
    ),
    Mutant(
        LayerNorm,
        ("self.inverse, gradOutput * self.gamma, -1)", "self.inverse, gradOutput * self.gamma, -1) / len(input)"),
        SLOPE,
        "it is divided by the number of samples",
    ),
)

SUMS = (
    Mutant(
        SoftMax,
        (
            "        gradInput *= self.output\n",
            "        gradInput = gradOutput * (1 - self.output) * self.output\n",
        ),
        SLOPE,
        "only the diagonal of the Jacobian",
    ),
    Mutant(
        SoftMax,
        ("axis_dot(gradOutput, self.output, self.axis)", "axis_dot(gradOutput, self.output, -1)"),
        SLOPE,
        "the sum is over the last axis, whatever axis is",
    ),
    Mutant(
        LogSoftMax, ("axis_sums(gradOutput, self.axis)", "axis_sums(gradOutput, 0)"), SLOPE, "the sum is over the batch"
    ),
    Mutant(
        L2Normalize,
        ("(gradOutput * self.output).sum(axis=-1,", "(gradOutput * self.output).sum(axis=1,"),
        SLOPE,
        "with three axes the sum is over the wrong one",
    ),
    Mutant(
        BatchNormalization,
        (
            _BACK,
            _BACK + ".swapaxes(self.axis, -1)\n            axes = tuple(range(g.ndim - 1))\n"
            "            gradInput = gradInput + g.swapaxes(self.axis, -1).mean(axes) * self.inverse_deviation\n"
            "            gradInput = gradInput.swapaxes(self.axis, -1)",
        ),
        SLOPE,
        "the mean is taken for a constant",
    ),
    Mutant(
        BatchNormalization,
        (
            _BACK,
            _BACK + ".swapaxes(self.axis, -1)\n            axes = tuple(range(g.ndim - 1))\n"
            "            y = self.output.swapaxes(self.axis, -1)\n"
            "            along = g.swapaxes(self.axis, -1) * y\n"
            "            gradInput = gradInput - y * (along.sum(axes) - along.mean(axes)) * self.inverse_deviation\n"
            "            gradInput = gradInput.swapaxes(self.axis, -1)",
        ),
        SLOPE,
        "a mean over the batch is a sum",
    ),
    Mutant(
        CumulativeSum,
        ("np.cumsum(gradOutput[..., ::-1], axis=-1)[..., ::-1].copy()", "np.cumsum(gradOutput, axis=-1)"),
        SLOPE,
        "it is summed from the same end",
    ),
    Mutant(AvgPool1d, ("axis=3) / self.width", "axis=3) / 2"), SLOPE, "the default width is written into backward"),
    Mutant(
        Reshape,
        ("gradOutput.reshape(input.shape)", 'gradOutput.reshape(input.shape, order="F")'),
        SLOPE,
        "the way back is in another order",
    ),
)

ROUTES = (
    Mutant(Conv1d, ("self.W[:, :, k])[", "self.W[:, :, -1 - k])["), SLOPE, "the kernel is turned around"),
    Mutant(
        Conv1d,
        ("            touched += np", "            touched[...] = np"),
        SLOPE,
        "windows that overlap overwrite each other",
    ),
    Mutant(
        OverlappingMaxPool1d,
        (
            "np.add.at(self.gradInput, (sample, channel, self.index), gradOutput)",
            "self.gradInput[sample, channel, self.index] += gradOutput",
        ),
        SLOPE,
        "an element that wins twice counts once",
    ),
    Mutant(
        Residual,
        (
            'gradOutput + self.rethrowErrors(0, "updateGradInput", input, gradOutput)',
            'self.rethrowErrors(0, "updateGradInput", input, gradOutput)',
        ),
        SLOPE,
        "nothing flows around the block",
    ),
    Mutant(
        CosineSimilarity,
        ("(u - self.output * v) / length_v", "(u - self.output * v) / length_u"),
        SLOPE,
        "v is divided by the length of u",
    ),
    Mutant(
        RNN,
        ("slopes.shape[1] - 2, -1, -1)", "slopes.shape[1] - 2, 0, -1)"),
        SLOPE,
        "the way back in time ends a step too early",
    ),
    Mutant(
        RNN,
        ("self.deltas[:, t + 1] @ self.U *", "self.deltas[:, t + 1] @ self.U.T *"),
        SLOPE,
        "U is transposed, which is square",
    ),
    Mutant(GRUCell, ("(input[1] - n) * z", "(n - input[1]) * z"), SLOPE, "the update gate has the wrong sign"),
    Mutant(
        GRUCell,
        ("[slope_r, slope_z, slope_n * r]", "[slope_r, slope_z, slope_n]"),
        SLOPE,
        "the reset gate is forgotten",
    ),
    Mutant(GRUCell, (" + gradOutput * z\n", "\n"), SLOPE, "what is kept of the state passes nothing back"),
    Mutant(
        LSTMCell,
        ("of_c = of_c + of_h * o * (1 - squashed**2)", "of_c = of_c + of_h * o"),
        SLOPE,
        "the squashing of the memory is forgotten",
    ),
    Mutant(LSTMCell, ("of_c = of_c + of_h *", "of_c = of_h *"), SLOPE, "the gradient of the next memory is dropped"),
    Mutant(
        SelfAttention,
        ("slope @ self.params[role].T for", "slope @ self.params[role] for"),
        SLOPE,
        "square matrices are not transposed",
    ),
)

GRADIENTS_OF_INPUT = (
    *FORMULAS,
    *SUMS,
    *ROUTES,
)
