"""Bugs that show only for larger numbers, or for another gradOutput."""

from __future__ import annotations

from strangers import RNN, BatchNorm, LowRankLinear, LSTMCell, Scale, Sigmoid, Tanh, TiedAutoencoder

from .mutant import Mutant

SATURATION = (
    Mutant(
        Tanh,
        (
            "self.gradInput = gradOutput * (1 - self.output**2)",
            "self.gradInput = gradOutput * (1 - self.output**2) * (np.abs(input) < 3)",
        ),
        "gradInput_is_the_slope_for_larger_inputs",
        "there is no gradient beyond 3",
    ),
    Mutant(
        Sigmoid,
        (
            "self.gradInput = gradOutput * self.output * (1 - self.output)",
            "self.gradInput = gradOutput * self.output * (1 - self.output) * (np.abs(input) < 5)",
        ),
        "gradInput_is_the_slope_for_larger_inputs",
        "there is no gradient beyond 5",
    ),
    Mutant(
        LSTMCell,
        ("np.tanh(memory)\n", "np.tanh(np.clip(memory, -3, 3))\n"),
        "gradInput_is_the_slope_for_larger_inputs",
        "the memory is clipped by forward alone",
    ),
    Mutant(
        RNN,
        (
            "        self.gradInput = self.deltas @ self.W",
            "        np.clip(self.deltas, -10, 10, out=self.deltas)\n        self.gradInput = self.deltas @ self.W",
        ),
        "backward_is_linear_in_gradOutput",
        "gradients are clipped to 10",
    ),
    Mutant(
        Scale,
        ("self.gradA += np.vdot(input, gradOutput)", "self.gradA += np.float32(np.vdot(input, gradOutput))"),
        "backward_is_linear_in_gradOutput",
        "the gradient is rounded to float32",
    ),
    Mutant(
        TiedAutoencoder,
        [
            ("        self.hidden = np.tanh(", "        self.gradHidden = None\n        self.hidden = np.tanh("),
            (
                "        return gradOutput @ self.W.T * (1 - self.hidden**2)",
                "        if self.gradHidden is None:\n"
                "            self.gradHidden = gradOutput @ self.W.T * (1 - self.hidden**2)\n"
                "        return self.gradHidden",
            ),
        ],
        "backward_reads_every_gradOutput",
        "the gradient of the hidden units is kept until the next forward",
    ),
    Mutant(
        LowRankLinear,
        (
            "self.gradInput = gradOutput @ self.U @ self.V",
            "self.gradInput = (gradOutput @ self.U @ self.V).squeeze()",
        ),
        "gradInput_has_the_shape_of_input",
        "a single sample is squeezed",
    ),
    Mutant(
        BatchNorm,
        (
            "self.gradBeta += gradOutput.sum(axis=0)",
            "self.gradBeta += gradOutput.sum(axis=0) * (len(input) > 1 or self.training)",
        ),
        "parameter_gradients_are_the_slopes_in_evaluate_mode",
        "a single sample in evaluation has no gradient of beta",
    ),
)
