"""The notebook's layers that are no activation functions."""
# ruff: noqa: D101, UP008

from typing import Any

import numpy as np

from .protocol import Module


class Linear(Module):
    def __init__(self, n_in: int, n_out: int) -> None:
        super(Linear, self).__init__()
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_out, n_in))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)

    def updateOutput(self, input: Any) -> Any:
        self.output = input @ self.W.T + self.b
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def accGradParameters(self, input: Any, gradOutput: Any) -> None:
        self.gradW += gradOutput.T @ input
        self.gradb += gradOutput.sum(axis=0)

    def zeroGradParameters(self) -> None:
        self.gradW.fill(0)
        self.gradb.fill(0)

    def getParameters(self) -> list[Any]:
        return [self.W, self.b]

    def getGradParameters(self) -> list[Any]:
        return [self.gradW, self.gradb]


class BatchNormalization(Module):
    EPS = 1e-3

    def __init__(self, alpha: float = 0.0) -> None:
        super(BatchNormalization, self).__init__()
        self.alpha = alpha
        self.moving_mean: Any = None
        self.moving_variance: Any = None

    def updateOutput(self, input: Any) -> Any:
        if self.training:
            batch_mean = np.mean(input, axis=0)
            batch_variance = np.var(input, axis=0)
            self.output = (input - batch_mean) / np.sqrt(batch_variance + self.EPS)
            if self.moving_mean is None:
                self.moving_mean = batch_mean
                self.moving_variance = batch_variance
            else:
                self.moving_mean = self.moving_mean * self.alpha + batch_mean * (1 - self.alpha)
                self.moving_variance = self.moving_variance * self.alpha + batch_variance * (1 - self.alpha)
        else:
            self.output = (input - self.moving_mean) / np.sqrt(self.moving_variance + self.EPS)
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        if self.training:
            batch_mean = np.mean(input, axis=0)
            batch_variance = np.var(input, axis=0)
            m = input.shape[0]
            X_mu = input - batch_mean
            std_inv = 1.0 / np.sqrt(batch_variance + self.EPS)
            dX_norm = gradOutput * std_inv
            dvar = np.sum(gradOutput * X_mu, axis=0) * -0.5 * std_inv**3
            dmu = np.sum(gradOutput * -std_inv, axis=0) + dvar * np.mean(-2.0 * X_mu, axis=0)
            self.gradInput = dX_norm + dvar * 2 * X_mu / m + dmu / m
        else:
            self.gradInput = gradOutput / np.sqrt(self.moving_variance + self.EPS)
        return self.gradInput


class ChannelwiseScaling(Module):
    def __init__(self, n_out: int) -> None:
        super(ChannelwiseScaling, self).__init__()
        stdv = 1.0 / np.sqrt(n_out)
        self.gamma = np.random.uniform(-stdv, stdv, size=n_out)
        self.beta = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradGamma = np.zeros_like(self.gamma)
        self.gradBeta = np.zeros_like(self.beta)

    def updateOutput(self, input: Any) -> Any:
        self.output = input * self.gamma + self.beta
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        self.gradInput = gradOutput * self.gamma
        return self.gradInput

    def accGradParameters(self, input: Any, gradOutput: Any) -> None:
        self.gradBeta = np.sum(gradOutput, axis=0)
        self.gradGamma = np.sum(gradOutput * input, axis=0)

    def zeroGradParameters(self) -> None:
        self.gradGamma.fill(0)
        self.gradBeta.fill(0)

    def getParameters(self) -> list[Any]:
        return [self.gamma, self.beta]

    def getGradParameters(self) -> list[Any]:
        return [self.gradGamma, self.gradBeta]


class Dropout(Module):
    def __init__(self, p: float = 0.5) -> None:
        super(Dropout, self).__init__()
        self.p = p

    def updateOutput(self, input: Any) -> Any:
        if self.training:
            self.mask = np.random.binomial(1, 1 - self.p, size=input.shape)
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        if self.training:
            self.gradInput = gradOutput * self.mask / (1 - self.p)
        else:
            self.gradInput = gradOutput
        return self.gradInput
