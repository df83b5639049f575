"""Bugs that turn float32 into float64, or the other way round."""

from __future__ import annotations

from strangers import (
    GELU,
    AnnealedNoise,
    BatchNorm,
    Conv1d,
    Embedding,
    Hardtanh,
    Maxout,
    NotebookLinear,
    NotebookMSE,
    RReLU,
    RunningMeanSubtractor,
    StudentNorm,
    Tanh,
)

from minnet_layers import ELU, BatchNormalization, LeakyReLU
from minnet_swish import Swish

from .mutant import Mutant

_CHECK = "dtype_is_kept"

DTYPES = (
    Mutant(Tanh, ("1 - self.output**2", "np.ones(input.shape) - self.output**2"), _CHECK, "np.ones is float64"),
    Mutant(Hardtanh, ("(input < self.high))", "(input < self.high)).astype(int)"), _CHECK, "the mask is int64"),
    Mutant(
        LeakyReLU,
        (
            "gradInput = positive_mask(input)\n        gradInput *= 1 - self.slope\n        gradInput += self.slope\n"
            "        gradInput *= gradOutput\n",
            "gradInput = gradOutput * np.where(input > 0, 1.0, self.slope)\n",
        ),
        _CHECK,
        "np.where of two Python floats is float64",
    ),
    Mutant(
        Swish,
        ("self.beta = float(beta)", "import numpy as np\n\n        self.beta = np.float64(beta)"),
        _CHECK,
        "beta is a np.float64",
    ),
    Mutant(AnnealedNoise, (".astype(input.dtype)", ""), _CHECK, "the noise of training is float64"),
    Mutant(
        BatchNorm, ("float(momentum), float(eps)", "float(momentum), np.float64(eps)"), _CHECK, "eps is a np.float64"
    ),
    Mutant(
        BatchNormalization,
        [
            (
                "output = x - mean.astype(x.dtype, copy=False)\n                output *=",
                "output = x - mean.astype(float)\n                output *=",
            ),
            (
                "        output = output.astype(floating_dtype(input), copy=False)\n        self.output",
                "        self.output",
            ),
        ],
        _CHECK,
        "evaluation converts the moving mean to float",
    ),
    Mutant(
        RunningMeanSubtractor,
        (
            "self.mean += centered.sum(axis=0) / self.count.astype(self.mean.dtype)",
            "self.mean = self.mean + centered.sum(axis=0) / self.count",
        ),
        _CHECK,
        "division by int64 makes the mean float64",
    ),
    Mutant(
        Maxout,
        ("(len(gradOutput), *self.b.shape), gradOutput.dtype)", "(len(gradOutput), *self.b.shape))"),
        _CHECK,
        "np.zeros without a dtype",
    ),
    Mutant(
        Conv1d,
        ("np.zeros(input.shape, np.result_type(gradOutput, self.W))", "np.zeros(input.shape)"),
        _CHECK,
        "gradInput starts as float64 zeros",
    ),
    Mutant(
        Embedding,
        ("self.vectors[input]", "np.eye(len(self.vectors))[input] @ self.vectors"),
        _CHECK,
        "the one-hot rows are float64",
    ),
    Mutant(
        StudentNorm,
        ("(input - mean) / (variance + 1e-3) ** 0.5", "(input - mean) / np.sqrt(variance + 1e-3)"),
        _CHECK,
        "the root of a number is float64, before any training",
    ),
    Mutant(
        NotebookLinear,
        ("self.output = input @ self.W.T + self.b", "self.output = input.astype(np.float32) @ self.W.T + self.b"),
        _CHECK,
        "only the product is float64, of an input that is rounded",
    ),
    Mutant(
        RReLU,
        ("np.where(input >= 0, 1, negative).astype(input.dtype)", "np.where(input >= 0, 1, negative)"),
        _CHECK,
        "only the slopes of evaluation are float64",
    ),
    Mutant(GELU, (".astype(x.dtype)", ""), _CHECK, "a vectorized function of math gives float64"),
    Mutant(
        ELU,
        ("self.output = output", "output = self.output = output.astype(np.float32)"),
        _CHECK,
        "float64 is rounded to float32",
    ),
    Mutant(
        NotebookMSE,
        ("* 2 / input.shape[0]", "* np.divide(2, input.shape[0])"),
        _CHECK,
        "the factor of the gradient is a np.float64",
    ),
)
