"""Bugs in what is trained, and in when a new value of it counts."""

from __future__ import annotations

from strangers import (
    Conv1d,
    DropConnect,
    Fork,
    LayerNorm,
    LowRankLinear,
    NotebookLinear,
    ReZero,
    TiedAutoencoder,
    WeightNormLinear,
)

from minnet_layers import Linear

from .mutant import Mutant

RETURNED = (
    Mutant(
        Fork,
        (
            "    def updateOutput",
            "    def getParameters(self):\n        return [self.modules[-1].getParameters()]\n\n"
            "    def getGradParameters(self):\n        return [self.modules[-1].getGradParameters()]\n\n"
            "    def updateOutput",
        ),
        "every_gradient_is_returned",
        "a container returns the parameters of its last module alone",
    ),
    Mutant(
        ReZero,
        (
            "    def updateOutput",
            "    def getParameters(self):\n        return [self.a]\n\n"
            "    def getGradParameters(self):\n        return [self.gradA]\n\n"
            "    def updateOutput",
        ),
        "every_gradient_is_returned",
        "a container returns its own parameter and forgets those inside",
    ),
    Mutant(
        ReZero,
        (
            "    def updateOutput",
            "    def flattenParameters(self):\n"
            "        return tuple(np.copy(vector) for vector in super().flattenParameters())\n\n"
            "    def updateOutput",
        ),
        "flat_vectors_are_what_passes_use",
        "an optimizer gets copies of the vectors",
    ),
    Mutant(
        LowRankLinear,
        ('PARAMETERS = {"U": "gradU", "V": "gradV", "b": "gradb"}', 'PARAMETERS = {"U": "gradU", "V": "gradV"}'),
        "every_gradient_is_returned",
        "b is not declared, and begins as zeros",
    ),
    Mutant(
        LayerNorm,
        ('PARAMETERS = {"gamma": "gradGamma", "beta": "gradBeta"}', 'PARAMETERS = {"gamma": "gradGamma"}'),
        "every_gradient_is_returned",
        "beta is not declared",
    ),
    Mutant(
        TiedAutoencoder, ('"b": "gradb", "c": "gradc"', '"b": "gradb"'), "every_gradient_is_returned", "c is forgotten"
    ),
    Mutant(
        NotebookLinear,
        [("return [self.W, self.b]", "return [self.W]"), ("return [self.gradW, self.gradb]", "return [self.gradW]")],
        "every_gradient_is_returned",
        "b is not returned",
    ),
    Mutant(
        Linear,
        ("self.gradW = np.zeros_like(self.W)", "self.gradW = np.ones_like(self.W)"),
        "new_gradients_are_zero",
        "gradW begins as ones",
    ),
    Mutant(
        LowRankLinear,
        [
            (
                "self.gradInput = gradOutput @ self.U @ self.V",
                "self.gradInput = gradOutput @ self.U @ self.V\n"
                "        self.gradU += gradOutput.T @ (input @ self.V.T)\n"
                "        self.gradV += (gradOutput @ self.U).T @ input\n"
                "        if self.gradb is not None:\n"
                "            self.gradb += gradOutput.sum(axis=0)",
            ),
            (
                "    def accGradParameters(self, input, gradOutput):\n"
                "        self.gradU += gradOutput.T @ (input @ self.V.T)\n"
                "        self.gradV += (gradOutput @ self.U).T @ input\n"
                "        if self.b is not None:\n"
                "            self.gradb += gradOutput.sum(axis=0)\n",
                "",
            ),
        ],
        "only_accGradParameters_changes_gradients",
        "updateGradInput adds the gradients",
    ),
    Mutant(
        Linear,
        (
            "        output: Array = np.dot(as_floating(input), self.W.T)",
            "        self.zeroGradParameters()\n        output: Array = np.dot(as_floating(input), self.W.T)",
        ),
        "only_accGradParameters_changes_gradients",
        "forward zeroes the gradients",
    ),
)

COUNTED = (
    Mutant(
        DropConnect,
        (
            "self.output = input @ (self.mask * self.W).T",
            "if self.training:\n"
            "            self._kept = None\n"
            "            W = self.mask * self.W\n"
            "        else:\n"
            '            if getattr(self, "_kept", None) is None:\n'
            "                self._kept = self.W.copy()\n"
            "            W = self._kept\n"
            "        self.output = input @ W.T",
        ),
        "changed_parameters_count_at_once",
        "evaluation keeps the weights of its first pass",
    ),
    Mutant(
        Linear,
        [
            ("self.gradW = np.zeros_like(self.W)", "self.gradW = np.zeros_like(self.W)\n        self._kept = None"),
            (
                "        output: Array = np.dot(as_floating(input), self.W.T)",
                "        if self._kept is None or self._kept.dtype != self.W.dtype:\n"
                "            self._kept = np.ascontiguousarray(self.W.T)\n"
                "        output = np.dot(as_floating(input), self._kept)",
            ),
        ],
        "changed_parameters_count_at_once",
        "a transposed copy of W is kept from the first pass",
    ),
    Mutant(
        Linear,
        [
            ("self.gradW = np.zeros_like(self.W)", "self.gradW = np.zeros_like(self.W)\n        self._kept = None"),
            (
                "        output: Array = np.dot(as_floating(input), self.W.T)",
                "        if self._kept is None or self._kept.dtype != self.W.dtype:\n"
                "            self._kept = self.W.T\n"
                "        output = np.dot(as_floating(input), self._kept)",
            ),
        ],
        "rebound_parameters_are_used",
        "a transposed view of W is kept from the first pass",
    ),
    Mutant(
        NotebookLinear,
        (
            "        self.output = input @",
            "        self.W, self.b = self.W.astype(input.dtype), self.b.astype(input.dtype)\n"
            "        self.output = input @",
        ),
        "passes_change_no_parameter",
        "forward puts cast copies in the place of the parameters",
    ),
    Mutant(
        Conv1d,
        (
            "        self.output = np.einsum",
            "        np.clip(self.W, -5, 5, out=self.W)\n        self.output = np.einsum",
        ),
        "passes_change_no_parameter",
        "weights are clipped, far from where they begin",
    ),
    Mutant(
        LayerNorm,
        ("self.inverse, gradOutput * self.gamma, -1", "self.inverse, gradOutput, -1"),
        "gradInput_is_the_slope",
        "gamma is forgotten, which begins as ones",
    ),
    Mutant(
        WeightNormLinear,
        ("(self.s / length)[:, None]", "(1 / length)[:, None]"),
        "parameter_gradients_are_the_slopes",
        "gradV forgets s",
    ),
)
