"""Bugs in the gradient with respect to the input that only some inputs show: one sample, one sign, ties."""

from __future__ import annotations

from strangers import (
    Abs,
    FarClip,
    HingeLoss,
    L2Normalize,
    MaximumTable,
    MulTable,
    NotebookMaxOverTime,
    NotebookSoftMax,
    OverlappingMaxPool1d,
    PReLU,
    Softsign,
)

from minnet_criterions import MSECriterion
from minnet_layers import ELU, BatchNormalization, LeakyReLU, SoftPlus

from .mutant import Mutant

TIES = "gradInput_at_ties_is_a_slope"

ONE_SAMPLE = (
    Mutant(
        FarClip,
        ("np.abs(input) <= 50", "np.abs(input) <= 5000"),
        "gradInput_is_the_slope_for_larger_inputs",
        "what is clipped far away is given its gradient",
    ),
    Mutant(
        NotebookSoftMax,
        (
            "        y = self.output\n",
            "        y = self.output\n"
            "        if len(y) == 1:\n"
            "            self.gradInput = y * (1 - y) * gradOutput\n"
            "            return self.gradInput\n",
        ),
        "gradInput_is_the_slope_for_one_sample",
        "a short cut for one sample has the diagonal only",
    ),
    Mutant(
        MSECriterion,
        (
            "gradInput *= 2 * share(self.mean, input.shape)",
            "gradInput *= 2 / (len(input) if len(input) > 1 else input.size)",
        ),
        "gradInput_is_the_slope_for_one_sample",
        "one sample is taken for a batch of its features",
    ),
    Mutant(
        BatchNormalization,
        (
            "gradInput = standardize_batch_back(self.output, g, self.inverse_deviation, self.axis)\n",
            "gradInput = standardize_batch_back(self.output, g, self.inverse_deviation, self.axis)\n"
            "            gradInput = gradInput + g * (len(g) == 1)\n",
        ),
        "gradInput_is_the_slope_for_one_sample",
        "one sample has the gradient of the identity, though its output is 0",
    ),
)

SIGNS = (
    Mutant(
        NotebookMaxOverTime,
        ("np.max(input, axis=-1)", "np.max(input, axis=-1, initial=0)"),
        "gradInput_is_the_slope_for_negative_inputs",
        "the search for the largest begins at 0",
    ),
    Mutant(
        Abs,
        (
            "        self.gradInput = np.sign(input) * gradOutput",
            "        sign = np.sign(input) if input.max() > 0 else np.ones_like(input)\n"
            "        self.gradInput = sign * gradOutput",
        ),
        "gradInput_is_the_slope_for_negative_inputs",
        "a short cut for inputs of one sign forgets which",
    ),
    Mutant(
        PReLU,
        ("np.where(input > 0, gradOutput, self.a * gradOutput)", "np.where(input > 0, gradOutput, 0)"),
        "gradInput_is_the_slope_for_negative_inputs",
        "no gradient below zero",
    ),
    Mutant(
        Softsign,
        ("/ (1 + np.abs(input)) ** 2", "/ (1 + input) ** 2"),
        "gradInput_is_the_slope_for_negative_inputs",
        "the absolute value is forgotten",
    ),
    Mutant(
        LeakyReLU,
        (
            "        gradInput = positive_mask(input)\n",
            "        if input.min() > 0:\n"
            "            self.gradInput = gradOutput * self.slope\n"
            "            return self.gradInput\n"
            "        gradInput = positive_mask(input)\n",
        ),
        "gradInput_is_the_slope_for_positive_inputs",
        "a short cut takes the other branch",
    ),
    Mutant(
        SoftPlus,
        ("        gradInput *= gradOutput\n", "        gradInput[input > 1] = 1\n        gradInput *= gradOutput\n"),
        "gradInput_is_the_slope_for_positive_inputs",
        "backward has a threshold that forward has not",
    ),
    Mutant(
        HingeLoss,
        (
            "        self.gradInput = np.where(violated, -",
            "        violated |= (input > 0).all()\n        self.gradInput = np.where(violated, -",
        ),
        "gradInput_is_the_slope_for_positive_inputs",
        "if all inputs are positive, all targets are violated",
    ),
)

KINKS = (
    Mutant(
        NotebookMaxOverTime,
        (
            "            self.gradInput[(*i, self.best[i])] = gradOutput[i]",
            "            self.gradInput[i][input[i] == self.output[i]] = gradOutput[i]",
        ),
        TIES,
        "all that are equal to the largest have its gradient",
    ),
    Mutant(Abs, ("np.sign(input) * gradOutput", "input / np.abs(input) * gradOutput"), TIES, "zero is divided by zero"),
    Mutant(
        OverlappingMaxPool1d,
        (
            "        np.add.at(self.gradInput, (sample, channel, self.index), gradOutput)",
            "        for k in range(self.width):\n"
            "            part = self.gradInput[:, :, k : k + self.output.shape[2]]\n"
            "            part += gradOutput * (input[:, :, k : k + self.output.shape[2]] == self.output)",
        ),
        TIES,
        "all that are equal to the largest of a window have its gradient",
    ),
    Mutant(
        MaximumTable,
        [("((a > b) + half)", "(a >= b)"), ("((b > a) + half)", "(b >= a)")],
        TIES,
        "each of two equal numbers of a table has the whole gradient",
    ),
    Mutant(
        MaximumTable,
        [("((a > b) + half)", "(a > b)"), ("((b > a) + half)", "(b > a)")],
        TIES,
        "neither of two equal numbers of a table has a gradient",
    ),
    Mutant(
        MulTable,
        (
            "tuple(math.prod((gradOutput, *rest)) for rest in others)",
            "tuple(gradOutput * self.output / part for part in input)",
        ),
        TIES,
        "the product is divided by the factor, which may be 0",
    ),
    Mutant(
        L2Normalize,
        (
            "self.gradInput = (gradOutput - self.output * along) / self._length(input)",
            "self.gradInput = (gradOutput - self.output * along) / np.linalg.norm(input, axis=-1, keepdims=True)",
        ),
        TIES,
        "the small number below the root is forgotten in backward",
    ),
    Mutant(
        Softsign,
        ("self.gradInput = gradOutput /", "self.gradInput = np.sign(input) ** 2 * gradOutput /"),
        TIES,
        "no gradient at exactly zero, where the function is smooth",
    ),
    Mutant(
        ELU,
        (
            "        np.exp(gradInput, out=gradInput)\n",
            "        np.exp(gradInput, out=gradInput)\n        gradInput[input == 0] = 0\n",
        ),
        TIES,
        "no gradient at exactly zero",
    ),
)

GRADIENTS_OF_SOME_INPUTS = (
    *ONE_SAMPLE,
    *SIGNS,
    *KINKS,
)
