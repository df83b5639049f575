"""Bugs that write where nothing may be written."""

from __future__ import annotations

from strangers import (
    RNN,
    Abs,
    AddTable,
    BatchNorm,
    CrossEntropyLoss,
    Exp,
    KLDivLoss,
    MultiMarginLoss,
    NotebookLayerNorm,
    NotebookMaxOverTime,
    NotebookMSE,
    PReLU,
    Sigmoid,
)

from minnet_layers import ReLU, SoftMax

from .mutant import Mutant

_WRITES = "arguments_are_not_written_to"
_READ_ONLY = "read_only_arrays_are_taken"

WRITES = (
    Mutant(
        ReLU,
        ("output = positive_part(input)", "input[input < 0] = 0\n        output = input.copy()"),
        _WRITES,
        "the input is clipped in place",
    ),
    Mutant(
        Abs,
        (
            "self.gradInput = np.sign(input) * gradOutput",
            "gradOutput *= np.sign(input)\n        self.gradInput = gradOutput",
        ),
        _WRITES,
        "gradOutput becomes gradInput",
    ),
    Mutant(
        NotebookLayerNorm,
        (
            "x_mu = input - input.mean(axis=1, keepdims=True)",
            "x_mu = input\n        x_mu -= input.mean(axis=1, keepdims=True)",
        ),
        _WRITES,
        "the mean is subtracted from the input itself",
    ),
    Mutant(
        BatchNorm,
        (
            "self.normal = (input - self.running_mean) * self.inverse",
            "input -= self.running_mean\n            self.normal = input * self.inverse",
        ),
        _WRITES,
        "only evaluation subtracts the mean in place",
    ),
    Mutant(
        SoftMax,
        [
            ("gradInput = gradOutput - axis_dot(", "gradOutput -= axis_dot("),
            ("gradInput *= self.output", "gradInput = gradOutput * self.output"),
        ],
        _WRITES,
        "a term is subtracted from gradOutput in place",
    ),
    Mutant(
        NotebookMaxOverTime,
        ("self.output = np.max(input, axis=-1)", "input.sort(axis=-1)\n        self.output = input[..., -1].copy()"),
        _WRITES,
        "the input is sorted",
    ),
    Mutant(AddTable, ("total = first.copy()", "total = first"), _WRITES, "the sum is made in the first part"),
    Mutant(
        PReLU,
        (
            "self.gradA += np.sum(gradOutput * np.minimum(input, 0))",
            "gradOutput[input > 0] = 0\n        self.gradA += np.sum(gradOutput * input)",
        ),
        _WRITES,
        "accGradParameters masks gradOutput in place",
    ),
    Mutant(
        RNN,
        ("self.deltas = gradOutput * slopes", "self.deltas = gradOutput\n        self.deltas *= slopes"),
        _WRITES,
        "the deltas are gradOutput itself",
    ),
    Mutant(
        CrossEntropyLoss,
        [
            ("target = target.astype(np.intp)", "target = target.astype(np.intp, copy=False)"),
            (
                "column = np.where(counted, target, 0)[:, None]",
                "target[~counted] = 0\n        column = target[:, None]",
            ),
        ],
        _WRITES,
        "ignored targets are set to class 0 in place",
    ),
    Mutant(
        NotebookMSE,
        (
            "np.sum(np.power(input - target.astype(input.dtype), 2))",
            "np.sum(np.power(np.subtract(target, input, out=target), 2))",
        ),
        _WRITES,
        "the difference is stored in the target",
    ),
    Mutant(Exp, ("np.exp(input)", "np.exp(np.nan_to_num(input, copy=False))"), _READ_ONLY, "nan is removed in place"),
    Mutant(
        Sigmoid,
        (
            "small = np.exp(-np.abs(input))",
            "np.clip(input, -500, 500, out=input)\n        small = np.exp(-np.abs(input))",
        ),
        _READ_ONLY,
        "the input is clipped in place, far out only",
    ),
    Mutant(
        KLDivLoss,
        ("possible = target > 0", "target[target < 0] = 0\n        possible = target > 0"),
        _READ_ONLY,
        "negative targets are zeroed in place",
    ),
    Mutant(
        MultiMarginLoss,
        (
            "excess = 1 + input - np.take_along_axis(input, column, axis=1)\n"
            "        np.put_along_axis(excess, column, 0, axis=1)",
            "scores = np.take_along_axis(input, column, axis=1)\n"
            "        np.put_along_axis(input, column, scores - 1, axis=1)\n"
            "        excess = 1 + input - scores\n"
            "        np.put_along_axis(input, column, scores, axis=1)",
        ),
        _READ_ONLY,
        "the scores of the targets are changed and put back",
    ),
)
