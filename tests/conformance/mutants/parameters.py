"""Bugs in what the parameters are, and in what else a layer remembers."""

from __future__ import annotations

from strangers import (
    RNN,
    BatchNorm,
    Conv1d,
    DropConnect,
    GRUCell,
    NotebookLinear,
    PositionalEmbedding,
    WeightNormLinear,
)

from minnet_layers import ChannelwiseScaling, Linear

from .mutant import Mutant

_KEPT_WEIGHTS = (
    "        output: Array = np.dot(as_floating(input), self.W.T)",
    "        output = np.dot(as_floating(input), self.used)",
)

CHANGED = (
    Mutant(
        Linear,
        ("        output: Array = np.dot", "        self.W *= 1 - 1e-4\n        output: Array = np.dot"),
        "passes_change_no_parameter",
        "there is weight decay in forward",
    ),
    Mutant(
        RNN,
        (
            "        self.gradW += np.einsum",
            '        self.W -= 1e-6 * np.einsum("nth,nti->hi", self.deltas, input)\n        self.gradW += np.einsum',
        ),
        "passes_change_no_parameter",
        "backward takes a small step itself",
    ),
    Mutant(
        WeightNormLinear,
        ("return length, self.V / length[:, None]", "self.V /= length[:, None]\n        return length, self.V"),
        "passes_change_no_parameter",
        "the directions are normalized in place",
    ),
    Mutant(
        DropConnect,
        (
            "self.output = input @ (self.mask * self.W).T",
            "self.W *= self.mask\n        self.output = input @ self.W.T",
        ),
        "passes_change_no_parameter",
        "the mask is multiplied into W",
    ),
    Mutant(
        BatchNorm,
        (
            "            self.inverse = 1 / np.sqrt(self.running_var + self.eps)\n",
            "            self.inverse = 1 / np.sqrt(self.running_var + self.eps)\n"
            "            self.gamma *= self.inverse\n",
        ),
        "passes_change_no_parameter",
        "evaluation folds the deviation into gamma",
    ),
)

DEAD = (
    Mutant(
        Linear,
        [
            (
                "        self.gradW = np.zeros_like(self.W)",
                "        self.used = self.W.T.copy()\n        self.gradW = np.zeros_like(self.W)",
            ),
            _KEPT_WEIGHTS,
        ],
        "parameters_are_live",
        "a transposed copy of W is made in the constructor",
    ),
    Mutant(
        Linear,
        [
            (
                "        self.gradW = np.zeros_like(self.W)",
                "        self.used = self.W.T.copy()\n        self.gradW = np.zeros_like(self.W)",
            ),
            (
                "        output: Array = np.dot(as_floating(input), self.W.T)",
                "        W = self.used if self.W.dtype == self.used.dtype else self.W.T\n"
                "        output = np.dot(as_floating(input), W)",
            ),
        ],
        "parameters_are_live",
        "a transposed copy of W is used in float32",
    ),
    Mutant(
        NotebookLinear,
        [
            (
                "        self.gradW = np.zeros_like(self.W)",
                "        W = self.W\n"
                "        self.affine = lambda x: x @ W.T\n"
                "        self.gradW = np.zeros_like(self.W)",
            ),
            ("self.output = input @ self.W.T + self.b", "self.output = self.affine(input) + self.b"),
        ],
        "parameters_are_live",
        "a function holds the first W",
    ),
    Mutant(
        GRUCell,
        ("h @ self.U.T + self.d, 3, axis=1", "h @ self.U.T, 3, axis=1"),
        "parameters_are_live",
        "the second bias is never added",
    ),
    Mutant(
        ChannelwiseScaling,
        ("np.add(output, self.beta, out=output)", "np.add(output, 0 * self.beta, out=output)"),
        "parameters_are_live",
        "beta counts nothing",
    ),
)

REBOUND = (
    Mutant(
        Conv1d,
        [
            ("        self.stride = stride\n", "        self.stride = stride\n        self.used = None\n"),
            (
                'self.output = np.einsum("nctk,fck->nft", self._windows(input), self.W) + self.b[:, None]',
                "self.used = self.used or (self.W, self.b)\n"
                "        W, b = self.used\n"
                '        self.output = np.einsum("nctk,fck->nft", self._windows(input), W) + b[:, None]',
            ),
        ],
        "rebound_parameters_are_used",
        "the parameters of the first pass are kept in a tuple",
    ),
    Mutant(
        PositionalEmbedding,
        [
            ("    EXAMPLES = (", '    CACHES = ("used",)\n    EXAMPLES = ('),
            ("        super().__init__()\n", "        super().__init__()\n        self.used = None\n"),
            (
                "        self.output = input + self.positions[:steps]",
                "        if self.used is None:\n"
                "            self.used = self.positions\n"
                "        self.output = input + self.used[:steps]",
            ),
        ],
        "rebound_parameters_are_used",
        "the positions of the first pass are kept",
    ),
    Mutant(
        Linear,
        (
            "    def absorb(",
            "    @property\n    def weight(self):\n        return self.W.copy()\n\n"
            "    @weight.setter\n    def weight(self, value):\n        self.W[...] = value\n\n    def absorb(",
        ),
        "rebound_parameters_are_used",
        "its further name hands out a copy",
    ),
    Mutant(
        ChannelwiseScaling,
        (
            "    def as_affine(",
            "    @property\n    def bias(self):\n        return self.beta\n\n"
            "    @bias.setter\n    def bias(self, value):\n        self._bias = value\n\n    def as_affine(",
        ),
        "rebound_parameters_are_used",
        "what is assigned to its further name is not the parameter",
    ),
)

HIDDEN = (
    Mutant(
        Linear,
        ('{"W": "gradW", "b": "gradb"}', '{"W": "gradW"}'),
        "nothing_is_hidden",
        "b is not declared",
    ),
    Mutant(
        BatchNorm,
        ('BUFFERS = ("running_mean", "running_var")', 'BUFFERS = ("running_mean",)'),
        "nothing_is_hidden",
        "the running variance is not declared",
    ),
    Mutant(
        Linear,
        [
            (
                "        self.gradW = np.zeros_like(self.W)",
                "        self.offset = (rng.standard_normal(n_out),)\n        self.gradW = np.zeros_like(self.W)",
            ),
            (
                "        self.output = output\n",
                "        output += self.offset[0].astype(output.dtype)\n        self.output = output\n",
            ),
        ],
        "nothing_is_hidden",
        "an offset is drawn that is no parameter",
    ),
)

PARAMETERS = (*CHANGED, *DEAD, *REBOUND, *HIDDEN)
