"""Bugs that show in float32 alone, where digits are few."""

from __future__ import annotations

from strangers import InstanceNorm, LayerNorm, NotebookBatchNorm, SelfAttention, Softsign

from minnet_layers import BatchNormalization, Linear
from minnet_swish import Swish

from .mutant import Mutant

_NEAR, _FAR = "float32_is_accurate", "float32_is_accurate_far_from_zero"

ACCURACY = (
    Mutant(
        Swish,
        (
            "self.gradInput = gate + steep * gate * sigmoid(-steep)  # 1 - gate would round to 0 too early",
            "x, h = as_floating(input), 1e-4\n"
            "        self.gradInput = (x + h) * sigmoid(self.beta * (x + h)) / (2 * h)\n"
            "        self.gradInput -= (x - h) * sigmoid(self.beta * (x - h)) / (2 * h)",
        ),
        _NEAR,
        "the slope is a central difference",
    ),
    Mutant(
        Softsign,
        (
            "self.gradInput = gradOutput / (1 + np.abs(input)) ** 2",
            "moved = input + 1e-7\n"
            "        self.gradInput = gradOutput * (moved / (1 + np.abs(moved)) - self.output) / (moved - input)",
        ),
        _NEAR,
        "the slope is a difference quotient",
    ),
    Mutant(
        Linear,
        (
            "output: Array = np.dot(as_floating(input), self.W.T)",
            "half = np.float16 if self.W.dtype == np.float32 else self.W.dtype\n"
            "        output = np.dot(input.astype(half), self.W.T.astype(half)).astype(self.W.dtype)",
        ),
        _NEAR,
        "float32 is multiplied in half precision",
    ),
    Mutant(
        SelfAttention,
        (
            "self.pieces = q, k, v, weights, mixed",
            "if mixed.dtype == np.float32:  # saves half of the memory\n"
            "            weights = weights.astype(np.float16).astype(np.float32)\n"
            "        self.pieces = q, k, v, weights, mixed",
        ),
        _NEAR,
        "the weights are kept for backward in half precision",
    ),
    Mutant(
        BatchNormalization,
        (
            "output, mean, variance, inverse = standardize_batch(x, self.axis, self.EPS)",
            "output, mean, variance, inverse = standardize_batch(x, self.axis, self.EPS)\n"
            "            columns = x.swapaxes(self.axis, -1)\n"
            "            variance = np.square(columns).mean(tuple(range(x.ndim - 1))) - np.square(mean)\n"
            "            inverse = 1 / np.sqrt(variance + self.EPS)\n"
            "            output = ((columns - mean) * inverse).swapaxes(self.axis, -1)",
        ),
        _FAR,
        "the variance is the mean square less the square of the mean",
    ),
    Mutant(
        LayerNorm,
        (
            "self.normal, self.inverse = _standardized(input, -1, self.eps)",
            "mean = input.mean(axis=-1, keepdims=True)\n"
            "        variance = np.square(input).mean(axis=-1, keepdims=True) - mean**2\n"
            "        self.inverse = 1 / np.sqrt(np.maximum(variance, 0) + self.eps)\n"
            "        self.normal = (input - mean) * self.inverse",
        ),
        _FAR,
        "the variance is the mean square less the square of the mean, or 0",
    ),
    Mutant(
        InstanceNorm,
        (
            "self.output, self.inverse = _standardized(input, -1, 1e-5)",
            "n = input.shape[-1]\n"
            "        total, squares = input.sum(axis=-1, keepdims=True), np.square(input).sum(axis=-1, keepdims=True)\n"
            "        self.inverse = 1 / np.sqrt((squares - total**2 / n) / n + 1e-5)\n"
            "        self.output = (input - total / n) * self.inverse",
        ),
        _FAR,
        "the variance is that of the sums in one pass",
    ),
    Mutant(
        NotebookBatchNorm,
        ("variance = np.mean((input - mean) ** 2, axis=0)", "variance = np.mean(input**2, axis=0) - mean**2"),
        _FAR,
        "the variance is the mean of the squares less the square of the mean",
    ),
)
