"""Bugs about whose memory a result is, and how arrays lie in memory."""

from __future__ import annotations

from strangers import (
    AddTable,
    Conv1d,
    CumulativeSum,
    Flatten,
    GaussianNoise,
    JoinTable,
    NotebookMaxOverTime,
    OverlappingMaxPool1d,
    Pad,
    Reshape,
    Reverse,
    SplitTable,
    Square,
    Transpose,
    WeightedNLLLoss,
)

from minnet_layers import Dropout, Linear, ReLU, SoftMax

from .mutant import Mutant

_SHARES = "results_share_no_memory"
_LATER = "earlier_results_are_kept"
_LAYOUT = "memory_layout_does_not_matter"
_BROADCAST = "broadcast_arrays_are_taken"

SHARES = (
    Mutant(
        Dropout,
        ("output = input.astype(floating_dtype(input))", "output = input"),
        _SHARES,
        "evaluation returns the input itself",
    ),
    Mutant(
        Dropout,
        ("self.gradInput = gradOutput.astype(floating_dtype(gradOutput))", "self.gradInput = gradOutput"),
        _SHARES,
        "evaluation returns gradOutput itself",
    ),
    Mutant(
        GaussianNoise,
        (
            "self.output = input.copy()\n        if self.training:\n            self.output +=",
            "self.output = input\n        if self.training:\n            self.output = input +",
        ),
        _SHARES,
        "without noise the output is the input",
    ),
    Mutant(Flatten, ("np.array(input).reshape", "np.asarray(input).reshape"), _SHARES, "the output is a view"),
    Mutant(
        Reshape,
        ("gradOutput.reshape(input.shape).copy()", "gradOutput.reshape(input.shape)"),
        _SHARES,
        "gradInput is a view",
    ),
    Mutant(Reverse, ("gradOutput[..., ::-1].copy()", "gradOutput[..., ::-1]"), _SHARES, "gradInput is a reversed view"),
    Mutant(
        Transpose,
        ("input.swapaxes(*self.axes).copy()", "input.swapaxes(*self.axes)"),
        _SHARES,
        "the output is a transposed view",
    ),
    Mutant(
        Pad,
        ("[..., : input.shape[-1]].copy()", "[..., : input.shape[-1]]"),
        _SHARES,
        "gradInput is a slice of gradOutput",
    ),
    Mutant(
        JoinTable,
        ("tuple(part.copy() for part in", "tuple(part for part in"),
        _SHARES,
        "gradInput are slices of gradOutput",
    ),
    Mutant(
        SplitTable,
        ("tuple(part.copy() for part in", "tuple(part for part in"),
        _SHARES,
        "the outputs are slices of the input",
    ),
    Mutant(
        AddTable,
        ("tuple(gradOutput.copy() for _ in input)", "(gradOutput,) * len(input)"),
        _SHARES,
        "gradInput is gradOutput, several times",
    ),
    Mutant(
        ReLU,
        (
            "output = positive_part(input)",
            "import numpy as np\n\n"
            "        if self.output is None or (self.output.shape, self.output.dtype) != (input.shape, input.dtype):\n"
            "            self.output = np.empty_like(input)\n"
            "        output = np.maximum(input, 0, out=self.output)",
        ),
        _LATER,
        "the output is written into the memory of the last one",
    ),
    Mutant(
        SoftMax,
        (
            "gradInput = gradOutput - axis_dot(gradOutput, self.output, self.axis)\n",
            "if self.gradInput is None or self.gradInput.shape != input.shape:\n"
            "                self.gradInput = self.output.copy()\n"
            "            gradInput = self.gradInput\n"
            "            gradInput[...] = gradOutput - axis_dot(gradOutput, self.output, self.axis)\n",
        ),
        _LATER,
        "gradInput is written into the memory of the last one",
    ),
    Mutant(
        OverlappingMaxPool1d,
        (
            "self.gradInput = np.zeros(input.shape, gradOutput.dtype)",
            "if self.gradInput is None or self.gradInput.shape != input.shape:\n"
            "            self.gradInput = np.zeros(input.shape, gradOutput.dtype)\n"
            "        self.gradInput.fill(0)",
        ),
        _LATER,
        "gradInput is zeroed and filled again",
    ),
    Mutant(
        Linear,
        (
            "output: Array = np.dot(as_floating(input), self.W.T)",
            "output = self.output\n"
            "        if output is None or len(output) != len(input):\n"
            "            output = np.empty((len(input), len(self.W)), self.W.dtype)\n"
            "        np.dot(as_floating(input), self.W.T, out=output)",
        ),
        _LATER,
        "the product is stored in the last output",
    ),
    Mutant(
        Dropout,
        (
            "output = input.astype(floating_dtype(input))",
            "if self.output is None or self.output.shape != input.shape:\n"
            "                self.output = np.empty(input.shape, floating_dtype(input))\n"
            "            output = self.output\n            output[...] = input",
        ),
        _LATER,
        "evaluation copies into the last output",
    ),
)

LAYOUT = (
    Mutant(
        NotebookMaxOverTime,
        (
            "for i in np.ndindex(*self.best.shape):\n            self.gradInput[(*i, self.best[i])] = gradOutput[i]",
            "flat = np.arange(self.best.size) * input.shape[-1] + self.best.ravel()\n"
            "        self.gradInput.ravel()[flat] = gradOutput.ravel()",
        ),
        _LAYOUT,
        "ravel of zeros like a Fortran array is a copy",
    ),
    Mutant(
        OverlappingMaxPool1d,
        [
            ("np.zeros(input.shape, gradOutput.dtype)", "np.zeros_like(input, gradOutput.dtype)"),
            (
                "sample, channel, _ = np.indices(self.index.shape, sparse=True)\n"
                "        np.add.at(self.gradInput, (sample, channel, self.index), gradOutput)",
                "rows = self.gradInput.reshape(-1, input.shape[2])\n"
                "        for row, index, gradient in zip(\n"
                "            rows, self.index.reshape(len(rows), -1), gradOutput.reshape(len(rows), -1), strict=True\n"
                "        ):\n"
                "            np.add.at(row, index, gradient)",
            ),
        ],
        _LAYOUT,
        "the gradient is added to a reshaped array, which may be a copy",
    ),
    Mutant(
        Flatten,
        ("np.array(input).reshape(len(input), -1)", 'np.array(input).reshape(len(input), -1, order="A")'),
        _LAYOUT,
        "flattened in the order of the memory",
    ),
    Mutant(
        Reshape,
        (
            "self.output = input.reshape(input.shape[0], *self.shape).copy()",
            'self.output = input.copy(order="K")\n        self.output.shape = (input.shape[0], *self.shape)',
        ),
        _LAYOUT,
        "the shape of a copy in any order is set",
    ),
    Mutant(
        Conv1d,
        (
            "return sliding_window_view(x, width, axis=2)[:, :, :: self.stride]",
            "batch, _, time = x.shape\n"
            "        shape = (batch, n_in, (time - width) // self.stride + 1, width)\n"
            "        steps = (n_in * time, time, self.stride, 1)\n"
            "        return np.lib.stride_tricks.as_strided(x, shape, [step * x.itemsize for step in steps])",
        ),
        _LAYOUT,
        "the strides of the windows are those of a contiguous array",
    ),
    Mutant(
        Square,
        ("np.square(input)", "np.square(np.ndarray(input.shape, input.dtype, input.data))"),
        _LAYOUT,
        "the memory of the input is read as if contiguous",
    ),
    Mutant(
        CumulativeSum,
        (
            "np.cumsum(gradOutput[..., ::-1], axis=-1)",
            "np.cumsum(np.frombuffer(gradOutput, gradOutput.dtype).reshape(gradOutput.shape)[..., ::-1], axis=-1)",
        ),
        _LAYOUT,
        "gradOutput is read as a buffer",
    ),
    Mutant(
        WeightedNLLLoss,
        (
            "input[chosen][counted]",
            'input.ravel(order="A")[chosen[0] * input.shape[1] + chosen[1]][counted]',
        ),
        _LAYOUT,
        "elements are counted in the order of the memory",
    ),
    Mutant(
        Square,
        (
            "self.output = np.square(input)",
            "packed = input.strides[-1] == input.itemsize\n"
            "        x = input if packed else np.ascontiguousarray(input)\n"
            "        self.output = np.square(np.frombuffer(x, x.dtype)).reshape(x.shape)",
        ),
        _BROADCAST,
        "an array is taken for contiguous if its rows are",
    ),
)
