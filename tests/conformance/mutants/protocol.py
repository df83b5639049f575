"""Components that cannot be called."""

from __future__ import annotations

from strangers import Bilinear, CumulativeSum, Flatten, LowRankLinear, NotebookMSE, PReLU, Reshape, SplitTable

from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, ReLU

from .mutant import Mutant

FORWARD = (
    Mutant(
        Flatten,
        (
            "np.array(input).reshape(len(input), -1)",
            "np.array(input).reshape(len(input), input.shape[1] * input.shape[2])",
        ),
        "forward_runs",
        "matrices cannot be flattened",
    ),
    Mutant(
        CumulativeSum,
        (
            "        self.output = np.cumsum(input, axis=-1)\n        return self.output",
            "        self.output = np.cumsum(input, axis=-1)",
        ),
        "forward_runs",
        "updateOutput returns nothing",
    ),
    Mutant(
        PReLU,
        ("np.where(input > 0, input, self.a * input)", "input if input > 0 else self.a * input"),
        "forward_runs",
        "arrays are compared as if they were numbers",
    ),
    Mutant(
        SplitTable,
        ("tuple(part.copy() for part in np.split(input, self.parts, axis=-1))", "np.split(input, self.parts, axis=-1)"),
        "forward_runs",
        "the table is a list",
    ),
    Mutant(
        NotebookMSE,
        (
            "float(np.sum(np.power(input - target.astype(input.dtype), 2)) / input.shape[0])",
            "np.mean(np.power(input - target.astype(input.dtype), 2), axis=0)",
        ),
        "forward_runs",
        "there is a loss for each feature",
    ),
)

BACKWARD = (
    Mutant(
        Linear,
        ("np.dot(as_floating(gradOutput).T, input)", "np.dot(input.T, as_floating(gradOutput))"),
        "backward_runs",
        "the gradient of W is transposed",
    ),
    Mutant(
        LowRankLinear,
        (
            "        if self.b is not None:\n            self.gradb += gradOutput.sum(axis=0)",
            "        self.gradb += gradOutput.sum(axis=0)",
        ),
        "backward_runs",
        "without a bias backward fails",
    ),
    Mutant(
        ReLU,
        (
            "        self.gradInput = where_positive(input, gradOutput)\n        return self.gradInput",
            "        return where_positive(input, gradOutput)",
        ),
        "backward_runs",
        "gradInput is returned but not stored, so that backward returns None",
    ),
    Mutant(
        Bilinear, ("self.gradInput = by_u, by_v", "self.gradInput = by_u, None"), "backward_runs", "v has no gradient"
    ),
    Mutant(
        Reshape,
        ("gradOutput.reshape(input.shape)", "gradOutput.reshape(input.shape[0], input.shape[1])"),
        "backward_runs",
        "only matrices come back",
    ),
    Mutant(
        ClassNLLCriterion,
        (
            "np.zeros(input.shape, floating_dtype(input))\n            self.gradInput[chosen] = -1 / len(input)",
            "target.copy()\n            self.gradInput *= -1 / len(input)",
        ),
        "backward_runs",
        "class indices are multiplied in place",
    ),
)

PROTOCOL = (
    *FORWARD,
    *BACKWARD,
)
