"""Bugs in running statistics, and in going from training to evaluation and back."""

from __future__ import annotations

from strangers import BatchNorm, GaussianNoise, NotebookBatchNorm, PReLU

from minnet_layers import BatchNormalization, Dropout

from .mutant import Mutant

_VARIANCE = "self.running_var += self.momentum * (variance - self.running_var)"
_MEAN = "self.running_mean += self.momentum * (input.mean(axis=0) - self.running_mean)"

STATISTICS = (
    Mutant(
        NotebookBatchNorm,
        (
            "std = np.sqrt(np.mean((input - np.mean(input, axis=0)) ** 2, axis=0) + self.EPS)",
            "std = np.sqrt(self.moving_variance + self.EPS)",
        ),
        "gradients_are_the_slopes_after_other_batches",
        "backward divides by the moving variance, which is that of the first batch at first",
    ),
    Mutant(
        BatchNorm,
        (
            "gradient = gradOutput * self.gamma\n        if self.training:",
            "gradient = gradOutput * self.gamma\n        if self.training:\n"
            "            self.running_mean += self.momentum * (input.mean(axis=0) - self.running_mean)",
        ),
        "only_forward_moves_statistics",
        "backward moves the running mean once more",
    ),
    Mutant(
        NotebookBatchNorm,
        (
            "        if self.training:\n            std",
            "        if self.training:\n"
            "            self.moving_mean = self.moving_mean * self.alpha + input.mean(axis=0) * (1 - self.alpha)\n"
            "            std",
        ),
        "only_forward_moves_statistics",
        "backward moves the running mean, which nothing declares",
    ),
    Mutant(
        BatchNorm,
        ("if n < 2:", "if n < 1:"),
        "only_forward_moves_statistics",
        "the running variance of one sample is nan for ever",
    ),
    Mutant(
        NotebookBatchNorm,
        (
            "            mean, variance = 0.0, 1.0\n",
            "            mean = self.moving_mean = input.mean(axis=0)\n"
            "            variance = self.moving_variance = input.var(axis=0)\n",
        ),
        "evaluation_changes_nothing",
        "the first batch that is evaluated without training becomes the statistics",
    ),
    Mutant(
        BatchNorm,
        (_VARIANCE, "self.running_var += self.momentum * (np.sqrt(variance) - self.running_var)"),
        "evaluation_follows_training",
        "the running variance holds the deviation",
    ),
    Mutant(BatchNorm, (_VARIANCE, "pass"), "evaluation_follows_training", "the running variance is never updated"),
    Mutant(
        BatchNorm,
        (_VARIANCE, "self.running_var += self.momentum * variance"),
        "evaluation_follows_training",
        "the running variance grows for ever",
    ),
    Mutant(
        BatchNorm,
        (_MEAN, "self.running_mean += self.momentum * (self.normal.mean(axis=0) - self.running_mean)"),
        "evaluation_follows_training",
        "the running mean is that of the normalized input",
    ),
    Mutant(
        BatchNorm,
        (_MEAN, "self.running_mean += self.momentum * (input.mean() - self.running_mean)"),
        "evaluation_follows_training",
        "the running mean is one for all features",
    ),
    Mutant(
        BatchNorm,
        (
            "self.inverse = 1 / np.sqrt(self.running_var + self.eps)",
            "n = len(input)\n            self.inverse = 1 / np.sqrt(self.running_var * n / max(n - 1, 1) + self.eps)",
        ),
        "evaluation_follows_training",
        "evaluation corrects for the size of its own batch",
    ),
    Mutant(
        BatchNorm,
        [
            (
                "self.normal = (input - self.running_mean) * self.inverse",
                "self.normal = (input - input.mean(axis=0)) * self.inverse",
            ),
            (
                "self.gradInput = gradient * self.inverse",
                "self.gradInput = (gradient - gradient.mean(axis=0)) * self.inverse",
            ),
        ],
        "evaluation_follows_training",
        "evaluation subtracts the mean of its own batch",
    ),
    Mutant(
        BatchNorm,
        (
            "variance = np.square(_centered(input, 0)).sum(axis=0) / (n - 1)",
            "variance = (np.square(input).sum(axis=0) - n * np.square(input.mean(axis=0))) / (n - 1)",
        ),
        "float32_is_accurate_far_from_zero",
        "the running variance cancels",
    ),
)

CHANGES = (
    Mutant(
        Dropout,
        (
            "    def updateOutput",
            "    def evaluate(self):\n        super().evaluate()\n        self.p = 0.0\n\n    def updateOutput",
        ),
        "training_goes_on_after_evaluation",
        "evaluate sets p to 0 for good",
    ),
    Mutant(
        GaussianNoise,
        (
            "    def updateOutput",
            "    def evaluate(self):\n        super().evaluate()\n        self.sigma = 0.0\n\n    def updateOutput",
        ),
        "training_goes_on_after_evaluation",
        "evaluate sets sigma to 0 for good",
    ),
    Mutant(
        PReLU,
        (
            "    def updateOutput",
            "    def evaluate(self):\n        self.gradA.fill(0)\n        super().evaluate()\n\n    def updateOutput",
        ),
        "changing_the_mode_changes_nothing_else",
        "evaluate zeroes the gradient",
    ),
    Mutant(
        Dropout,
        (
            "    def updateOutput",
            "    def evaluate(self):\n        self.training = not self.training\n\n    def updateOutput",
        ),
        "modes_reach_every_module",
        "evaluate turns the mode round",
    ),
    Mutant(
        BatchNormalization,
        (
            'CACHES = ("inverse_deviation",)',
            'CACHES = ("inverse_deviation", "moving_mean", "moving_variance")',
        ),
        "clearState_forgets_only_results",
        "the moving statistics are declared as caches",
    ),
    Mutant(
        PReLU,
        (
            "    def updateOutput",
            "    def clearState(self):\n        self.gradA.fill(0)\n        return super().clearState()\n\n"
            "    def updateOutput",
        ),
        "clearState_forgets_only_results",
        "clearState zeroes the gradient",
    ),
)
