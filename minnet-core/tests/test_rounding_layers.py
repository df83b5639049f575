"""A component that calculates in float32 is told so once, rather than that its gradients are no slopes."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Criterion, Module
from minnet_core.testing import cases_of, examine


class Matrix(Module):
    """x Wᵀ; calculates in the dtype that it is given."""

    PARAMETERS = {"W": "gradW"}

    def __init__(self, rng=0):
        super().__init__()
        self.W = np.random.default_rng(rng).standard_normal((2, 3)).astype(np.float32)
        self.gradW = np.zeros_like(self.W)

    def updateOutput(self, input):
        self.output = input @ self.W.T
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input


class RoundedOutput(Matrix):
    def updateOutput(self, input):
        self.output = (input @ self.W.T).astype(np.float32)
        return self.output


class RoundedInput(Matrix):
    """Its output is float64 all the same."""

    def updateOutput(self, input):
        self.output = input.astype(np.float32) @ self.W.T
        return self.output


class AllInFloat32(Matrix):
    def updateOutput(self, input):
        self.output = input.astype(np.float32) @ self.W.T.astype(np.float32)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.astype(np.float32) @ self.W.astype(np.float32)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.astype(np.float32).T @ input.astype(np.float32)


class Sigmoid(Module):
    def updateOutput(self, input):
        self.output = 1 / (1 + np.exp(-input.astype(np.float32)))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = (gradOutput * self.output * (1 - self.output)).astype(np.float32)
        return self.gradInput


class RoundedLoss(Criterion):
    def updateOutput(self, input, target):
        self.output = float(np.mean(np.square(input - target).astype(np.float32)))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = ((2 / input.size) * (input - target)).astype(input.dtype)
        return self.gradInput


class WrongToo(AllInFloat32):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = -10 * (gradOutput.astype(np.float32) @ self.W.astype(np.float32))
        return self.gradInput


def failing(subject, seed=0):
    target = "real" if issubclass(subject, Criterion) else None
    (case,) = cases_of(subject, input=(4, 3), target=target, seed=seed)
    return {failure.check for failure in examine(case).findings}


@pytest.mark.parametrize("rounding", [RoundedOutput, RoundedInput, AllInFloat32, Sigmoid, RoundedLoss])
def test_one_check_says_that_it_calculates_in_float32(rounding):
    for seed in range(3):
        assert failing(rounding, seed) == {"dtype_is_kept"}


def test_a_gradient_that_is_far_from_right_is_blamed_all_the_same():
    assert {"dtype_is_kept", "gradInput_is_the_slope"} <= failing(WrongToo)


def test_one_that_calculates_in_the_dtype_of_its_input_is_not_blamed():
    assert failing(Matrix) == set()
