"""Homework on normalization: arrays that come to be in a pass, and are declared nowhere."""

import numpy as np

from minnet_core import Example, Module


class NotebookBatchNorm(Module):
    """Standardizes over the batch; the moving statistics come to be in the first training pass."""

    EPS = 1e-3
    EXAMPLES = (
        Example(arguments={"alpha": 0.9}, input=(5, 3), traits={"batch-coupled", "train-differs"}),
        Example(input=(3, 2), traits={"batch-coupled", "train-differs"}),
    )

    def __init__(self, alpha=0.0):
        super().__init__()
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None

    def updateOutput(self, input):
        if self.training:
            mean = np.mean(input, axis=0)
            variance = np.mean((input - mean) ** 2, axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mean, variance
            else:
                self.moving_mean = self.moving_mean * self.alpha + mean * (1 - self.alpha)
                self.moving_variance = self.moving_variance * self.alpha + variance * (1 - self.alpha)
        elif self.moving_mean is None:
            mean, variance = 0.0, 1.0
        else:
            mean, variance = self.moving_mean, self.moving_variance
        self.output = (input - mean) / (variance + self.EPS) ** 0.5
        return self.output

    def updateGradInput(self, input, gradOutput):
        if self.training:
            std = np.sqrt(np.mean((input - np.mean(input, axis=0)) ** 2, axis=0) + self.EPS)
            along = np.mean(gradOutput * self.output, axis=0)
            self.gradInput = (gradOutput - np.mean(gradOutput, axis=0) - self.output * along) / std
        else:
            variance = 1.0 if self.moving_variance is None else self.moving_variance
            self.gradInput = gradOutput / (variance + self.EPS) ** 0.5
        return self.gradInput


class NotebookLayerNorm(Module):
    """Standardizes each sample, and keeps what backward needs in attributes, whatever the mode."""

    EXAMPLES = (Example(input=(3, 4)),)

    def __init__(self):
        super().__init__()
        self.x_hat = None
        self.std = None

    def updateOutput(self, input):
        x_mu = input - input.mean(axis=1, keepdims=True)
        self.std = np.sqrt((x_mu**2).mean(axis=1, keepdims=True) + 1e-5)
        self.x_hat = x_mu / self.std
        self.output = self.x_hat.copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        N = input.shape[1]
        dx = N * gradOutput - np.sum(gradOutput, axis=1, keepdims=True)
        dx -= self.x_hat * np.sum(gradOutput * self.x_hat, axis=1, keepdims=True)
        self.gradInput = dx / (N * self.std)
        return self.gradInput
