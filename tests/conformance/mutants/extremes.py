"""Bugs that wait for numbers far from 1."""

from __future__ import annotations

from strangers import (
    GLU,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    DotProductAttention,
    GumbelSoftmax,
    MeanOfWords,
    NotebookSoftMax,
    Sigmoid,
    Tanh,
)

from minnet_layers import ELU, LogSoftMax, SoftMax, SoftPlus
from minnet_swish import Swish

from .mutant import Mutant

_LARGE, _HUGE = "large_inputs_give_finite_results", "one_huge_row_gives_finite_results"

EXTREMES = (
    Mutant(
        DotProductAttention,
        (
            "self.output, self.weights = _attend(q, k, v)",
            "weights = np.exp(q @ k.swapaxes(1, 2) / q.shape[2] ** 0.5)\n"
            "        self.weights = weights / weights.sum(axis=-1, keepdims=True)\n"
            "        self.output = self.weights @ v",
        ),
        _LARGE,
        "scores are exponentiated as they are",
    ),
    Mutant(
        MeanOfWords,
        ("np.maximum(counted.sum(axis=1, keepdims=True), 1)", "counted.sum(axis=1, keepdims=True)"),
        "tiny_inputs_give_finite_results",
        "a sample of padding alone is divided by no word",
    ),
    Mutant(
        SoftPlus,
        (
            "output = softplus(input)",
            "import numpy as np  # which the class does without\n\n"
            "        output = np.log(1 + np.exp(as_floating(input)))",
        ),
        _LARGE,
        "log(1 + exp(x)) as it is written",
    ),
    Mutant(
        ELU,
        (
            "output = negative_part(input)\n        np.expm1(output, out=output)\n        if self.alpha != 1:\n"
            "            output *= self.alpha\n        output += positive_part(input)\n",
            "output = np.where(input > 0, input, self.alpha * np.expm1(input))\n",
        ),
        _LARGE,
        "the exponential of positive inputs is computed and thrown away",
    ),
    Mutant(
        Sigmoid,
        (
            "small = np.exp(-np.abs(input))\n        self.output = np.where(input >= 0, 1, small) / (1 + small)",
            "self.output = 1 / (1 + np.exp(-input))",
        ),
        _LARGE,
        "1/(1 + exp(-x)) as it is written",
    ),
    Mutant(
        Tanh,
        ("np.tanh(input)", "(np.exp(input) - np.exp(-input)) / (np.exp(input) + np.exp(-input))"),
        _LARGE,
        "the quotient of sums of exponentials",
    ),
    Mutant(
        SoftMax,
        (
            "output = shifted_exp(as_floating(input), self.axis)",
            "import numpy as np\n\n        output = np.exp(as_floating(input))",
        ),
        _LARGE,
        "no maximum is subtracted",
    ),
    Mutant(
        LogSoftMax,
        (
            "output -= np.log(sums)",
            "output = np.log(exponentials / sums)",
        ),
        _LARGE,
        "the logarithm of a softmax that rounds to 0",
    ),
    Mutant(
        CrossEntropyLoss,
        (
            "losses = log_total - np.take_along_axis(shifted, column, axis=1)",
            "losses = -np.log(np.take_along_axis(_, column, axis=1))",
        ),
        _LARGE,
        "the logarithm of a probability that rounds to 0",
    ),
    Mutant(
        BCEWithLogitsLoss,
        (
            "np.maximum(input, 0) - target.astype(input.dtype) * input + np.log1p(np.exp(-np.abs(input)))",
            "np.log1p(np.exp(input)) - target.astype(input.dtype) * input",
        ),
        _LARGE,
        "exp of a large logit",
    ),
    Mutant(
        BCEWithLogitsLoss,
        (
            "small = np.exp(-np.abs(input))\n        sigmoid = np.where(input < 0, small, 1) / (1 + small)",
            "sigmoid = np.exp(input) / (1 + np.exp(input))",
        ),
        _LARGE,
        "the gradient is infinity divided by infinity",
    ),
    Mutant(
        GLU,
        (
            "small = np.exp(-np.abs(b))\n        return a, np.where(b >= 0, 1, small) / (1 + small)",
            "return a, 1 / (1 + np.exp(-b))",
        ),
        _LARGE,
        "the gate overflows",
    ),
    Mutant(
        GumbelSoftmax,
        (
            "np.exp((scores - scores.max(axis=-1, keepdims=True)) / self.temperature)",
            "np.exp(scores / self.temperature)",
        ),
        _LARGE,
        "no maximum is subtracted",
    ),
    Mutant(
        Swish,
        (
            "output = sigmoid(self.beta * input)\n        output *= input",
            "import numpy as np\n\n        output = input / (1 + np.exp(-self.beta * input))",
        ),
        _LARGE,
        "the denominator overflows",
    ),
    Mutant(
        NotebookSoftMax,
        ("input.max(axis=1, keepdims=True)", "input.max()"),
        _HUGE,
        "the maximum of the whole batch is subtracted",
    ),
)
