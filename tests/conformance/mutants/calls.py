"""Bugs in how the methods of the backward pass depend on each other, and on how often they are called."""

from __future__ import annotations

from strangers import RNN, Abs, BatchNorm, GRUCell, LayerNorm, LowRankLinear, NotebookMSE, Tanh, TiedAutoencoder

from minnet_layers import ChannelwiseScaling, SoftPlus

from .mutant import Mutant

SEPARATELY = (
    Mutant(
        SoftPlus,
        ("        self.gradInput = gradInput\n        return self.gradInput", "        self.gradInput = gradInput"),
        "separate_calls_equal_backward",
        "updateGradInput returns nothing",
    ),
    Mutant(
        TiedAutoencoder,
        (
            "    def accGradParameters(self, input, gradOutput):\n"
            "        gradHidden = self._gradHidden(gradOutput)\n"
            "        self.gradW += self.hidden.T @ gradOutput + gradHidden.T @ input",
            "    def backward(self, input, gradOutput):\n"
            "        self.accGradParameters(input, gradOutput)\n"
            "        self.gradW += self.hidden.T @ gradOutput\n"
            "        return self.updateGradInput(input, gradOutput)\n\n"
            "    def accGradParameters(self, input, gradOutput):\n"
            "        gradHidden = self._gradHidden(gradOutput)\n"
            "        self.gradW += gradHidden.T @ input",
        ),
        "separate_calls_equal_backward",
        "a backward of its own adds what accGradParameters forgets",
    ),
    Mutant(
        RNN,
        (
            "    def accGradParameters(self, input, gradOutput):\n",
            "    def backward(self, input, gradOutput):\n"
            "        gradOutput = np.clip(gradOutput, -1, 1)\n"
            "        self.updateGradInput(input, gradOutput)\n"
            "        self.accGradParameters(input, gradOutput)\n"
            "        return self.gradInput\n\n"
            "    def accGradParameters(self, input, gradOutput):\n",
        ),
        "separate_calls_equal_backward",
        "only backward clips",
    ),
    Mutant(
        ChannelwiseScaling,
        (
            "        self.gradInput = gradOutput * self.gamma\n",
            "        self.gradInput = gradOutput * self.gamma\n        self.gradBeta += column_sums(gradOutput)\n",
        ),
        "accGradParameters_leaves_updateGradInput_as_it_was",
        "updateGradInput adds to the gradient of beta too",
    ),
    Mutant(
        LowRankLinear,
        [
            (
                "        self.gradInput = gradOutput @ self.U @ self.V\n",
                "        narrow = gradOutput @ self.U\n"
                "        self.gradV += narrow.T @ input\n"
                "        self.gradInput = narrow @ self.V\n",
            ),
            ("        self.gradV += (gradOutput @ self.U).T @ input\n", ""),
        ],
        "accGradParameters_leaves_updateGradInput_as_it_was",
        "gradV is accumulated by updateGradInput",
    ),
    Mutant(
        LayerNorm,
        (
            "(gradOutput * self.normal).sum(axis=batch)",
            "np.multiply(gradOutput, self.normal, out=self.normal).sum(axis=batch)",
        ),
        "accGradParameters_leaves_updateGradInput_as_it_was",
        "accGradParameters multiplies in the cache",
    ),
)

TWICE = (
    Mutant(
        GRUCell,
        ("r, z, n, hn = self.gates\n", "(r, z, n, hn), self.gates = self.gates, None\n"),
        "backward_twice_gives_the_same",
        "backward takes the gates away",
    ),
    Mutant(
        Tanh,
        (
            "        self.gradInput = gradOutput * (1 - self.output**2)",
            "        self.output *= self.output\n        self.gradInput = gradOutput * (1 - self.output)",
        ),
        "backward_twice_gives_the_same",
        "backward squares output in place",
    ),
    Mutant(
        Abs,
        (
            "        self.gradInput = np.sign(input) * gradOutput\n",
            "        slope = np.sign(input) * gradOutput\n"
            "        self.gradInput = slope if self.gradInput is None else self.gradInput + slope\n",
        ),
        "backward_twice_gives_the_same",
        "gradInput is accumulated too",
    ),
    Mutant(
        BatchNorm,
        (
            "            self.gradInput = gradient * self.inverse\n",
            "            self.inverse = gradient * self.inverse\n            self.gradInput = self.inverse\n",
        ),
        "backward_twice_gives_the_same",
        "backward in evaluation overwrites the inverse deviation",
    ),
    Mutant(
        NotebookMSE,
        (
            "(input - target.astype(input.dtype)) * 2 / input.shape[0]",
            "(input - target.astype(input.dtype)) * (2 if self.gradInput is None else 1) / input.shape[0]",
        ),
        "backward_twice_gives_the_same",
        "only the first gradient has the factor 2",
    ),
)

CALLS = (
    *SEPARATELY,
    *TWICE,
)
