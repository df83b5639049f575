"""Bugs in what the methods store, and of what shape it is."""

from __future__ import annotations

from strangers import (
    GELU,
    BCEWithLogitsLoss,
    Flatten,
    HingeLoss,
    L1Loss,
    LSTMCell,
    MaxPool1d,
    MeanOverTime,
    NotebookNet,
    Pad,
)

from minnet_criterions import MSECriterion
from minnet_layers import BatchNormalization, Dropout, ReLU

from .mutant import Mutant

STORING = (
    Mutant(
        ReLU,
        (
            "        self.output = output\n        return output",
            "        return output",
        ),
        "output_is_stored",
        "output is returned but not stored",
    ),
    Mutant(
        Dropout,
        (
            "            output = input.astype(floating_dtype(input))",
            "            return input.astype(floating_dtype(input))",
        ),
        "output_is_stored",
        "output is not stored in evaluation",
    ),
    Mutant(
        GELU,
        (
            "        self.output = input * self._distribution(input)\n        return self.output",
            "        self.output = self._distribution(input)\n        return input * self.output",
        ),
        "output_is_stored",
        "output is stored before it is multiplied",
    ),
    Mutant(
        MeanOverTime,
        (
            "        self.output = input.mean(axis=1)\n        return self.output",
            "        self.outputs = input.mean(axis=1)\n        return self.outputs",
        ),
        "output_is_stored",
        "output has another name",
    ),
    Mutant(
        MSECriterion,
        (
            "        self.output = loss\n        return loss",
            "        return loss",
        ),
        "loss_is_stored",
        "the loss is not stored",
    ),
    Mutant(
        HingeLoss,
        (
            "        self.output = float(np.maximum(0, self._shortfall(input, target)).sum()) / len(input)\n"
            "        return self.output",
            "        self.output = float(np.maximum(0, self._shortfall(input, target)).sum())\n"
            "        return self.output / len(input)",
        ),
        "loss_is_stored",
        "the sum is stored, the mean returned",
    ),
    Mutant(
        NotebookNet,
        (
            "        self.gradInput = self.modules[0].backward(input, gradOutput)\n        return self.gradInput",
            "        return self.modules[0].backward(input, gradOutput)",
        ),
        "gradInput_is_stored",
        "its own backward stores nothing",
    ),
    Mutant(
        L1Loss,
        (
            "        self.gradInput = np.sign(self._difference(input, target)) / len(input)\n"
            "        return self.gradInput",
            "        return np.sign(self._difference(input, target)) / len(input)",
        ),
        "gradInput_is_stored",
        "gradInput is not stored",
    ),
    Mutant(
        BCEWithLogitsLoss,
        (
            "        self.gradInput = (sigmoid - target.astype(input.dtype)) / input.shape[0]\n"
            "        return self.gradInput",
            "        self.gradInput = sigmoid - target.astype(input.dtype)\n"
            "        return self.gradInput / input.shape[0]",
        ),
        "gradInput_is_stored",
        "gradInput is stored before it is divided",
    ),
)

SHAPES = (
    Mutant(
        Flatten,
        ("np.array(gradOutput).reshape(input.shape)", "np.array(gradOutput)"),
        "gradInput_has_the_shape_of_input",
        "gradInput stays flat",
    ),
    Mutant(
        MeanOverTime,
        (
            "np.repeat(gradOutput[:, None] / input.shape[1], input.shape[1], axis=1)",
            "gradOutput[:, None] / input.shape[1]",
        ),
        "gradInput_has_the_shape_of_input",
        "gradInput is left to be broadcast over time",
    ),
    Mutant(
        Pad,
        ("[..., self.before :][..., : input.shape[-1]]", "[..., self.before :]"),
        "gradInput_has_the_shape_of_input",
        "the zeros after the end are kept in gradInput",
    ),
    Mutant(
        MaxPool1d,
        ("self.spread(input.shape, gradients)", "self.spread(input.shape, gradients).squeeze()"),
        "gradInput_has_the_shape_of_input",
        "a batch of one is squeezed away",
    ),
    Mutant(
        LSTMCell,
        (
            "of_xh[:, :n_in].copy(), (of_xh[:, n_in:].copy(), of_c * f)",
            "of_xh[:, :n_in].copy(), of_xh[:, n_in:].copy(), of_c * f",
        ),
        "gradInput_has_the_shape_of_input",
        "the gradient of a nested table is flat",
    ),
    Mutant(
        MSECriterion,
        (
            "        gradInput = self._difference(input, target)\n",
            "        gradInput = np.atleast_2d(self._difference(input, target))\n",
        ),
        "gradInput_has_the_shape_of_input",
        "numbers become a row",
    ),
    Mutant(
        BatchNormalization,
        (
            "                gradInput = g * (1 / np.sqrt(variance + self.EPS)).astype(g.dtype, copy=False)\n",
            "                self.gradInput = g * (1 / np.sqrt(variance + self.EPS))\n"
            "                return self.gradInput\n",
        ),
        "gradInput_has_the_shape_of_input",
        "the axes are not put back in evaluation",
    ),
)

STORED_RESULTS = (
    *STORING,
    *SHAPES,
)
