"""Bugs in what a component keeps of the batches before, or shares with others."""

from __future__ import annotations

from strangers import (
    GELU,
    RNN,
    DropConnect,
    GRUCell,
    HingeLoss,
    L1Loss,
    NotebookMaxOverTime,
    NotebookMSE,
    NotebookNet,
    OverlappingMaxPool1d,
    PoissonNLLLoss,
    PReLU,
    Scale,
    Softsign,
)

from minnet_criterions import MSECriterion
from minnet_layers import Linear, SoftPlus

from .mutant import Mutant

_TRACE = "other_batches_leave_no_trace"
_SMALLER = "a_smaller_batch_is_not_mixed_with_a_larger_one"
_REFILLED = "a_refilled_input_is_read_again"
_SHARED = "two_components_share_nothing"

BATCHES = (
    Mutant(
        RNN,
        [
            ("self.deltas = None", "self.deltas = self.last = None"),
            (
                "np.tanh(states[:, 0], out=states[:, 0])",
                "if self.last is not None and len(self.last) == len(input):\n"
                "            states[:, 0] += self.last @ self.U.T\n"
                "        np.tanh(states[:, 0], out=states[:, 0])",
            ),
            ("self.output = states", "self.output, self.last = states, states[:, -1].copy()"),
        ],
        _TRACE,
        "it starts from the last state of the batch before",
    ),
    Mutant(
        OverlappingMaxPool1d,
        (
            "offset = sliding_window_view(input, self.width, axis=2).argmax(axis=3)\n"
            "        self.index = offset + np.arange(offset.shape[2])",
            "windows = sliding_window_view(input, self.width, axis=2)\n"
            "        if self.index is None or self.index.shape != windows.shape[:3]:\n"
            "            self.index = windows.argmax(axis=3) + np.arange(windows.shape[2])",
        ),
        _TRACE,
        "the winners are kept while the shape is the same",
    ),
    Mutant(
        HingeLoss,
        [
            ("self.margin = margin", "self.margin = margin\n        self.total = self.calls = 0"),
            (
                "self.output = float(np.maximum(0, self._shortfall(input, target)).sum()) / len(input)",
                "self.total += float(np.maximum(0, self._shortfall(input, target)).sum()) / len(input)\n"
                "        self.calls += 1\n        self.output = self.total / self.calls",
            ),
        ],
        _TRACE,
        "the loss is the mean of all calls so far",
    ),
    Mutant(
        L1Loss,
        (
            "self.output = float(np.abs(self._difference(input, target)).sum() / len(input))",
            "loss = float(np.abs(self._difference(input, target)).sum() / len(input))\n"
            "        self.output = loss if self.output is None else 0.9 * self.output + 0.1 * loss",
        ),
        _TRACE,
        "the loss is smoothed over the calls",
    ),
    Mutant(
        NotebookMSE,
        (
            "self.output = float(np.sum(np.power(input - target.astype(input.dtype), 2)) / input.shape[0])",
            'if not hasattr(self, "samples"):\n            self.samples = input.shape[0]\n'
            "        self.output = float(np.sum(np.power(input - target.astype(input.dtype), 2)) / self.samples)",
        ),
        _SMALLER,
        "the number of samples is that of the first batch",
    ),
    Mutant(
        MSECriterion,
        (
            "gradInput *= 2 * share(self.mean, input.shape)",
            'self._samples = max(getattr(self, "_samples", 0), len(input))\n        gradInput *= 2 / self._samples',
        ),
        _SMALLER,
        "the gradient is divided by the largest batch so far",
    ),
    Mutant(
        Linear,
        (
            "self.gradb += column_sums(gradOutput)",
            'ones = getattr(self, "_ones", None)\n'
            "            if ones is None or len(ones) < len(gradOutput):\n"
            "                ones = self._ones = np.ones(len(gradOutput), gradOutput.dtype)\n"
            "            self.gradb += ones @ gradOutput",
        ),
        _SMALLER,
        "the row of ones grows with the batch and never shrinks",
    ),
    Mutant(
        GELU,
        (
            "self.output = input * self._distribution(input)",
            'if getattr(self, "seen", None) is not input:\n'
            "            self.seen, self.phi = input, self._distribution(input)\n"
            "        self.output = input * self.phi",
        ),
        _REFILLED,
        "the distribution is computed once for each array",
    ),
    Mutant(
        SoftPlus,
        (
            "output = softplus(input)\n",
            'if getattr(self, "seen", None) == (id(input), input.shape):\n            return self.output\n'
            "        self.seen = id(input), input.shape\n"
            "        output = softplus(input)\n",
        ),
        _REFILLED,
        "a second forward pass over an array is skipped",
    ),
    Mutant(
        PoissonNLLLoss,
        (
            "self.gradInput = (np.exp(input) - target.astype(input.dtype)) / len(input)",
            'if getattr(self, "address", None) != input.ctypes.data:\n'
            "            self.address, self.rates = input.ctypes.data, np.exp(input)\n"
            "        self.gradInput = (self.rates - target.astype(input.dtype)) / len(input)",
        ),
        _REFILLED,
        "the exponential is kept by the address of the input",
    ),
    Mutant(
        DropConnect,
        (
            "self.output = input @ (self.mask * self.W).T",
            'if not self.training and getattr(self, "seen", None) is input:\n            return self.output\n'
            "        self.seen = input\n        self.output = input @ (self.mask * self.W).T",
        ),
        _REFILLED,
        "evaluation remembers the output for an array",
    ),
)

SHARED = (
    Mutant(
        NotebookMaxOverTime,
        [
            ("self.best = np.argmax(input, axis=-1)", "NotebookMaxOverTime.best = np.argmax(input, axis=-1)"),
        ],
        _SHARED,
        "the winners are an attribute of the class",
    ),
    Mutant(
        Scale,
        [
            ("a=1.0):", 'a=np.ones(1, "float32")):'),
            ("np.array([a], np.float32)", 'np.asarray(a, "float32").reshape(1)'),
        ],
        _SHARED,
        "the default of an argument is the parameter of all",
    ),
    Mutant(
        PReLU,
        [
            ('PARAMETERS = {"a": "gradA"}', 'PARAMETERS = {"a": "gradA"}\n    ZERO = np.zeros(1, "float32")'),
            ("self.gradA = np.zeros(1, dtype)", "self.gradA = self.ZERO"),
        ],
        _SHARED,
        "the gradient starts as an array of the class",
    ),
    Mutant(
        GRUCell,
        [
            ('CACHES = ("gates", "slopes")', 'CACHES = ("slopes",)\n    gates = []'),
            ("self.gates = self.slopes = None", "self.slopes = None"),
            ("self.gates = r, z, n, hn", "self.gates[:] = r, z, n, hn"),
        ],
        _SHARED,
        "the gates are in a list of the class",
    ),
    Mutant(
        Softsign,
        [
            ("    def updateOutput(self, input):\n", "    _known = {}\n\n    def updateOutput(self, input):\n"),
            (
                "self.output = input / (1 + np.abs(input))",
                "self._known[input.shape] = 1 + np.abs(input)\n        self.output = input / self._known[input.shape]",
            ),
            (
                "self.gradInput = gradOutput / (1 + np.abs(input)) ** 2",
                "self.gradInput = gradOutput / self._known[input.shape] ** 2",
            ),
        ],
        _SHARED,
        "denominators are kept by shape in a dict of the class",
    ),
    Mutant(
        NotebookNet,
        [
            ("    def __init__(self, widths):\n", "    modules = []\n\n    def __init__(self, widths):\n"),
            ("self.modules = []\n        ", ""),
        ],
        "forward_runs",
        "all instances add to one list of modules",
    ),
)
