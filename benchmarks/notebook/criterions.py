"""The notebook's criterions, whose targets are one-hot."""
# ruff: noqa: D101

from typing import Any

import numpy as np

from .protocol import Criterion


class MSECriterion(Criterion):
    def updateOutput(self, input: Any, target: Any) -> Any:
        self.output = np.sum(np.power(input - target, 2)) / input.shape[0]
        return self.output

    def updateGradInput(self, input: Any, target: Any) -> Any:
        self.gradInput = (input - target) * 2 / input.shape[0]
        return self.gradInput


class ClassNLLCriterionUnstable(Criterion):
    EPS = 1e-15

    def updateOutput(self, input: Any, target: Any) -> Any:
        input_clamp = np.clip(input, self.EPS, 1 - self.EPS)
        self.output = -np.sum(target * np.log(input_clamp)) / input.shape[0]
        return self.output

    def updateGradInput(self, input: Any, target: Any) -> Any:
        input_clamp = np.clip(input, self.EPS, 1 - self.EPS)
        self.gradInput = -(target / input_clamp) / input.shape[0]
        return self.gradInput


class ClassNLLCriterion(Criterion):
    def updateOutput(self, input: Any, target: Any) -> Any:
        self.output = -np.sum(target * input) / input.shape[0]
        return self.output

    def updateGradInput(self, input: Any, target: Any) -> Any:
        self.gradInput = -target / input.shape[0]
        return self.gradInput
