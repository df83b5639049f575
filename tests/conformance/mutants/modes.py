"""Bugs of training and evaluation, and of `clearState`."""

from __future__ import annotations

from strangers import (
    AnnealedNoise,
    DeepNet,
    DropConnect,
    GaussianDropout,
    GlobalDropout,
    NotebookBatchNorm,
    NotebookNet,
    RReLU,
    RunningMeanSubtractor,
    Sinusoids,
    StochasticDepth,
)

from minnet_layers import BatchNormalization, Dropout

from .mutant import Mutant

_MODES = "modes_reach_every_module"
_DETERMINISTIC = "evaluation_is_deterministic"
_UNCHANGED = "evaluation_changes_nothing"
_UNTRAINED = "evaluates_before_training"
_CLEARED = "clearState_forgets_only_results"

MODES = (
    Mutant(
        Sinusoids,
        (
            "        self.output = input + self",
            "        self.table = self.table[: input.shape[1]]\n        self.output = input + self",
        ),
        _UNCHANGED,
        "the table is cut to the first sequence",
    ),
    Mutant(
        StochasticDepth,
        ("    def updateOutput", "    def evaluate(self):\n        self.training = False\n\n    def updateOutput"),
        _MODES,
        "evaluate does not reach the modules inside",
    ),
    Mutant(
        NotebookNet,
        (
            "self.training = False\n        for module in self.modules:\n            module.evaluate()",
            "for module in self.modules:\n            module.evaluate()",
        ),
        _MODES,
        "evaluate forgets the net itself",
    ),
    Mutant(
        NotebookNet,
        (
            "self.training = True\n        for module in self.modules:\n            module.train()",
            "self.training = True",
        ),
        _MODES,
        "train forgets the modules inside",
    ),
    Mutant(
        DeepNet,
        (
            "    def updateOutput",
            "    def evaluate(self):\n        self.training = False\n        self.head.evaluate()\n\n"
            "    def updateOutput",
        ),
        _MODES,
        "evaluate reaches the last module alone",
    ),
    Mutant(
        GlobalDropout,
        ("super().__init__()", "super().__init__()\n        self.training = False"),
        _MODES,
        "a new layer is in evaluation mode",
    ),
    Mutant(
        RReLU,
        (
            "negative = (self.lower + self.upper) / 2",
            "negative = np.random.default_rng().uniform(self.lower, self.upper, input.shape).astype(input.dtype)",
        ),
        _DETERMINISTIC,
        "evaluation draws slopes from a generator made for it",
    ),
    Mutant(
        GaussianDropout,
        ("if self.training:", "if self.training or self.sigma:"),
        _DETERMINISTIC,
        "evaluation draws too",
    ),
    Mutant(
        RunningMeanSubtractor,
        (
            "if self.training:\n            self.count += len(input)\n            self.mean +=",
            "if True:\n            self.count += len(input)\n            self.mean +=",
        ),
        _UNCHANGED,
        "evaluation moves the mean too",
    ),
    Mutant(
        BatchNormalization,
        (
            "            with whole_rows(x):",
            "            axes = tuple(range(x.ndim - 1))\n"
            "            self.move(x.mean(axes), x.var(axes))\n"
            "            with whole_rows(x):",
        ),
        _UNCHANGED,
        "evaluation updates the moving statistics",
    ),
    Mutant(
        AnnealedNoise,
        (
            "    self.steps += 1\n        else:\n            self.output = +input",
            "else:\n            self.output = +input\n        self.steps += 1",
        ),
        _UNCHANGED,
        "evaluation counts as a step",
    ),
    Mutant(
        BatchNormalization,
        ("np.zeros(()) if mean is None else mean", "mean"),
        _UNTRAINED,
        "no mean before training",
    ),
    Mutant(
        NotebookBatchNorm,
        ("elif self.moving_mean is None:\n            mean, variance = 0.0, 1.0\n        else:", "else:"),
        _UNTRAINED,
        "None is subtracted before training",
    ),
    Mutant(
        RunningMeanSubtractor,
        [
            ("centered = input - self.mean", "centered = input - self.mean / self.count.astype(self.mean.dtype)"),
            (
                "self.mean += centered.sum(axis=0) / self.count.astype(self.mean.dtype)",
                "self.mean += input.sum(axis=0)",
            ),
        ],
        "evaluates_before_training",
        "a sum of nothing is divided by a count of nothing",
    ),
    Mutant(
        DropConnect,
        (
            "self.mask = np.ones_like(self.W)\n        if self.training:\n            self.mask *= self.rng",
            "if self.training:\n            self.mask = np.ones_like(self.W)\n            self.mask *= self.rng",
        ),
        _UNTRAINED,
        "evaluation takes the mask that training has left",
    ),
    Mutant(
        NotebookBatchNorm,
        (
            "    def updateOutput",
            "    def clearState(self):\n        self.__init__()\n        return self\n\n    def updateOutput",
        ),
        _CLEARED,
        "clearState calls the constructor",
    ),
    Mutant(
        Dropout,
        (
            "    def updateOutput",
            "    def clearState(self):\n        self.mask = None\n        return self\n\n    def updateOutput",
        ),
        _CLEARED,
        "clearState forgets the mask but not the output",
    ),
    Mutant(
        AnnealedNoise,
        ('BUFFERS = ("steps",)', 'BUFFERS = ("steps",)\n    CACHES = ("steps",)'),
        _CLEARED,
        "the number of steps is cleared",
    ),
    Mutant(
        DropConnect,
        (
            "    def updateOutput",
            "    def clearState(self):\n        self.rng = np.random.default_rng(0)\n"
            "        return super().clearState()\n\n    def updateOutput",
        ),
        _CLEARED,
        "clearState makes a new generator",
    ),
)
