"""Bugs in which arrays the gradients of parameters are, and how they add up."""

from __future__ import annotations

from strangers import (
    RNN,
    BatchNorm,
    Conv1d,
    DropConnect,
    Embedding,
    ForgetfulScale,
    GroupedLinear,
    LayerNorm,
    LowRankLinear,
    NotebookLinear,
    NotebookNet,
    PReLU,
    Scale,
    SelfAttention,
)

from minnet_layers import ChannelwiseScaling, Linear

from .mutant import Mutant

ALIGNMENT = (
    Mutant(
        ChannelwiseScaling,
        ('"beta": "gradBeta"', '"beta": "gradGamma"'),
        "parameters_and_gradients_align",
        "beta is declared to have the gradient of gamma",
    ),
    Mutant(
        LayerNorm,
        (
            "self.gradGamma, self.gradBeta = np.zeros(n_feats, dtype), np.zeros(n_feats, dtype)",
            "self.gradGamma = self.gradBeta = np.zeros(n_feats, dtype)",
        ),
        "parameters_and_gradients_align",
        "two names are given to one array of zeros",
    ),
    Mutant(
        ForgetfulScale,
        ("self.gradGamma = np.zeros(n, dtype=np.float32)", "self.gradGamma = self.gamma"),
        "parameters_and_gradients_align",
        "the gradient is the parameter",
    ),
    Mutant(
        Scale,
        ("np.array([a], np.float32), np.zeros(1, np.float32)", "float(a), 0.0"),
        "parameters_and_gradients_align",
        "the parameter is a number",
    ),
    Mutant(
        LowRankLinear,
        ("np.zeros_like(self.U), np.zeros_like(self.V)", "np.zeros_like(self.V), np.zeros_like(self.U)"),
        "parameters_and_gradients_align",
        "two gradients have each other's shapes",
    ),
    Mutant(
        GroupedLinear,
        ("[np.zeros_like(W) for W in self.weights]", "[np.zeros_like(self.weights[0])] * groups"),
        "parameters_and_gradients_align",
        "a list of zeros is multiplied",
    ),
    Mutant(
        GroupedLinear,
        ("return list(self.weights)", "return iter(self.weights)"),
        "parameters_and_gradients_align",
        "getParameters returns an iterator",
    ),
    Mutant(
        NotebookLinear,
        ("return [self.W, self.b]", "return [self.W.copy(), self.b.copy()]"),
        "parameters_and_gradients_align",
        "getParameters returns copies",
    ),
    Mutant(
        NotebookLinear,
        ("return [self.gradW, self.gradb]", "return [self.gradb, self.gradW]"),
        "parameters_and_gradients_align",
        "the gradients are in another order",
    ),
    Mutant(
        NotebookNet,
        (
            "return [x.getGradParameters() for x in self.modules]",
            "return [x.getGradParameters() for x in self.modules[:1]]",
        ),
        "parameters_and_gradients_align",
        "only the first module's gradients are returned",
    ),
)

ADDING = (
    Mutant(Linear, ("self.gradW += np.dot", "self.gradW[...] = np.dot"), "gradients_add_up", "gradW is overwritten"),
    Mutant(
        PReLU,
        ("        self.gradA += np.sum", "        self.gradA *= 0.9\n        self.gradA += np.sum"),
        "gradients_add_up",
        "there is momentum in the gradient",
    ),
    Mutant(
        Embedding,
        (
            "        np.add.at(self.gradVectors",
            "        self.gradVectors[input] = 0\n        np.add.at(self.gradVectors",
        ),
        "gradients_add_up",
        "only the vectors that are looked up forget",
    ),
    Mutant(
        BatchNorm,
        (
            "        self.gradBeta += gradOutput.sum(axis=0)",
            "        self.gradBeta *= self.training\n        self.gradBeta += gradOutput.sum(axis=0)",
        ),
        "gradients_add_up",
        "gradBeta is overwritten in evaluation",
    ),
    Mutant(
        Linear,
        (
            "self.gradW += np.dot(as_floating(gradOutput).T, input)",
            "self.gradW = np.dot(as_floating(gradOutput).T, input)",
        ),
        "gradients_stay_the_same_arrays",
        "gradW is rebound",
    ),
    Mutant(
        ChannelwiseScaling,
        ("self.gradBeta += column_sums(gradOutput)", "self.gradBeta = self.gradBeta + column_sums(gradOutput)"),
        "gradients_stay_the_same_arrays",
        "gradBeta is added to, but in a new array",
    ),
    Mutant(
        GroupedLinear,
        ("self.gradients[i] += g.T @ x", "self.gradients[i] = self.gradients[i] + g.T @ x"),
        "gradients_stay_the_same_arrays",
        "the items of the list are replaced",
    ),
    Mutant(
        SelfAttention,
        (
            "self.grads[role] += np.einsum(",
            "self.grads[role] = self.grads[role] + np.einsum(",
        ),
        "gradients_stay_the_same_arrays",
        "the items of the dict are replaced",
    ),
    Mutant(
        DropConnect,
        (
            "        self.gradW += self.mask",
            "        self.gradW = self.gradW if self.training else self.gradW.copy()\n        self.gradW += self.mask",
        ),
        "gradients_stay_the_same_arrays",
        "gradW is rebound in evaluation",
    ),
)

ZEROING = (
    Mutant(
        NotebookLinear,
        ("        self.gradb.fill(0)\n", ""),
        "zeroing_reaches_every_gradient",
        "gradb is not zeroed",
    ),
    Mutant(
        NotebookLinear,
        ("self.gradW.fill(0)", "self.gradW.fill(-1)"),
        "zeroing_reaches_every_gradient",
        "gradW is filled with -1",
    ),
    Mutant(
        NotebookLinear,
        ("self.gradW.fill(0)", "self.gradW = np.zeros_like(self.W)"),
        "zeroing_reaches_every_gradient",
        "gradW is replaced by zeros",
    ),
    Mutant(
        ForgetfulScale,
        ("self.gradGamma.fill(0)", "self.gradGamma *= 0"),
        "zeroing_reaches_every_gradient",
        "zeroing multiplies, so that nan stays",
    ),
    Mutant(
        GroupedLinear,
        ("            gradient.fill(0)", "            gradient = np.zeros_like(gradient)"),
        "zeroing_reaches_every_gradient",
        "zeroing binds the variable of the loop",
    ),
    Mutant(
        NotebookNet,
        (
            "    def zeroGradParameters(self):\n        for module in self.modules:",
            "    def zeroGradParameters(self):\n        for module in self.modules[1:]:",
        ),
        "zeroing_reaches_every_gradient",
        "zeroing leaves the first module out",
    ),
    Mutant(
        Conv1d,
        (
            "    def _windows(self, x):",
            "    def zeroGradParameters(self):\n"
            "        self.gradW.fill(0)\n"
            "        self.gradb = 0 * self.gradb\n\n"
            "    def _windows(self, x):",
        ),
        "zeroing_reaches_every_gradient",
        "zeroing rebinds gradb",
    ),
)

_CALLS_IT_ALONE = (
    "    def backwardParameters(self, input: Array, gradOutput: Array) -> None:\n"
    "        self.accGradParameters(input, gradOutput)\n"
)

ALONE = (
    Mutant(
        Linear,
        (_CALLS_IT_ALONE, _CALLS_IT_ALONE.replace("gradOutput)\n", "gradOutput / len(input))\n")),
        "gradients_do_without_that_of_the_input",
        "backwardParameters divides by the batch size once more",
    ),
    Mutant(
        ChannelwiseScaling,
        (_CALLS_IT_ALONE, _CALLS_IT_ALONE.replace("self.accGradParameters(input, gradOutput)", "pass")),
        "gradients_do_without_that_of_the_input",
        "backwardParameters computes nothing",
    ),
    Mutant(
        RNN,
        (
            "    def accGradParameters(self, input, gradOutput):",
            "    def backwardParameters(self, input, gradOutput):\n"
            "        self.accGradParameters(input, gradOutput)\n\n"
            "    def accGradParameters(self, input, gradOutput):",
        ),
        "gradients_do_without_that_of_the_input",
        "backwardParameters leaves out what accGradParameters relies on",
    ),
)

ACCUMULATION = (*ALIGNMENT, *ADDING, *ZEROING, *ALONE)
