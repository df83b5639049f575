"""Messages that lead to the cause: each wrong component, from a shape alone, and the sentence that must appear."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Criterion, Module
from minnet_core.testing import check_component


class Linear(Module):
    PARAMETERS = {"W": "gradW", "b": "gradb"}

    def __init__(self, inputs=5, outputs=3, rng=None):
        super().__init__()
        self.W = np.random.default_rng(rng).standard_normal((outputs, inputs)).astype(np.float32)
        self.b = np.zeros(outputs, np.float32)
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)

    def updateOutput(self, input):
        self.output = input @ self.W.T + self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
        self.gradb += gradOutput.sum(axis=0)


class AveragedLinear(Linear):
    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input / len(input)
        self.gradb += gradOutput.sum(axis=0)


class SubtractingLinear(Linear):
    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
        self.gradb -= gradOutput.sum(axis=0)


class ClearingLinear(Linear):
    def accGradParameters(self, input, gradOutput):
        super().accGradParameters(input, gradOutput)
        self.gradInput = np.zeros_like(input)


class SquareLinear(Linear):
    def __init__(self, rng=None):
        super().__init__(4, 4, rng)


class TransposedLinear(SquareLinear):
    def accGradParameters(self, input, gradOutput):
        self.gradW += input.T @ gradOutput
        self.gradb += gradOutput.sum(axis=0)


class Embedding(Module):
    PARAMETERS = {"W": "gradW"}

    def __init__(self, rng=None):
        super().__init__()
        self.W = np.random.default_rng(rng).standard_normal((6, 3)).astype(np.float32)
        self.gradW = np.zeros_like(self.W)

    def updateOutput(self, input):
        self.output = self.W[input]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = None
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        np.add.at(self.gradW, input, gradOutput)


class LastOccurrenceEmbedding(Embedding):
    def accGradParameters(self, input, gradOutput):
        self.gradW[input] += gradOutput


class Similarity(Module):
    def updateOutput(self, input):
        query, key = input
        self.output = np.einsum("nid,njd->nij", query, key) * self._scale(query)
        return self.output

    def updateGradInput(self, input, gradOutput):
        query, key = input
        gradQuery = np.einsum("nij,njd->nid", gradOutput, key) * self._scale(query)
        self.gradInput = (gradQuery, np.einsum("nij,nid->njd", gradOutput, query) * self._scale(query))
        return self.gradInput

    def _scale(self, query):
        return query.dtype.type(query.shape[-1] ** -0.5)


class UnscaledSimilarity(Similarity):
    def updateGradInput(self, input, gradOutput):
        gradQuery, gradKey = super().updateGradInput(input, gradOutput)
        self.gradInput = (gradQuery / self._scale(input[0]), gradKey)
        return self.gradInput


class LeakyReLU(Module):
    def updateOutput(self, input):
        self.output = np.where(input > 0, input, input * input.dtype.type(0.1))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.where(input > 0, gradOutput, gradOutput * gradOutput.dtype.type(0.1))
        return self.gradInput


class DeadReLU(LeakyReLU):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (input > 0)
        return self.gradInput


class SquaredSum(Module):
    def updateOutput(self, input):
        self.output = np.cumsum(input**2, axis=1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * input * np.cumsum(gradOutput[:, ::-1], axis=1)[:, ::-1]
        return self.gradInput


class OffByOneSum(SquaredSum):
    def updateGradInput(self, input, gradOutput):
        super().updateGradInput(input, gradOutput)
        self.gradInput[:, -1] = 0
        return self.gradInput


class Scaling(Module):
    PARAMETERS = {"gamma": "gradGamma"}

    def __init__(self):
        super().__init__()
        self.gamma, self.gradGamma = np.ones(5, np.float32), np.zeros(5, np.float32)

    def updateOutput(self, input):
        self.output = input * self.gamma
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.gamma
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradGamma += (gradOutput * input).sum(axis=0)


class UnscaledScaling(Scaling):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


class Maximum(Module):
    def updateOutput(self, input):
        self.output = input.max(axis=1, keepdims=True)
        return self.output

    def updateGradInput(self, input, gradOutput):
        first = np.arange(input.shape[1]) == input.argmax(axis=1)[:, None]
        self.gradInput = gradOutput * first
        return self.gradInput


class EveryMaximum(Maximum):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (input == self.output)
        return self.gradInput


class ELU(Module):
    def updateOutput(self, input):
        self.output = np.where(input > 0, input, np.expm1(np.minimum(input, 0)))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * np.exp(np.minimum(input, 0))
        return self.gradInput


class DiscardingELU(ELU):
    def updateOutput(self, input):
        self.output = np.where(input > 0, input, np.expm1(input))
        return self.output


class MaskedELU(ELU):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * ((input > 0) + (input <= 0) * np.exp(input))
        return self.gradInput


class Masked(Module):
    def updateOutput(self, input):
        self.mask = (np.arange(input.size).reshape(input.shape) % 2).astype(input.dtype)
        self.output = input * self.mask
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask
        return self.gradInput


class Forgetful(Scaling):
    def updateGradInput(self, input, gradOutput):
        return gradOutput * self.gamma


class Silent(Scaling):
    def updateOutput(self, input):
        self.output = input * self.gamma


class Spoiling(Scaling):
    def accGradParameters(self, input, gradOutput):
        super().accGradParameters(input, gradOutput)
        self.gradInput *= 0


class Shifted(Module):
    def updateOutput(self, input):
        self.output = input + np.arange(5).astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput + 0 * np.arange(5).astype(input.dtype)
        return self.gradInput


class Container(Module):
    def __init__(self):
        super().__init__()
        self.inner = Shifted()

    def updateOutput(self, input):
        self.output = self.inner.forward(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.inner.backward(input, gradOutput)
        return self.gradInput


class TransposingContainer(Container):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.inner.backward(input.T, gradOutput.T)
        return self.gradInput


class MSE(Criterion):
    def updateOutput(self, input, target):
        self.output = float(((input - target) ** 2).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (2 * (input - target) / len(input)).astype(input.dtype)
        return self.gradInput


class SummedMSE(MSE):
    def updateGradInput(self, input, target):
        self.gradInput = (2 * (input - target)).astype(input.dtype)
        return self.gradInput


class HalvedMSE(MSE):
    def updateGradInput(self, input, target):
        self.gradInput = ((input - target) / len(input)).astype(input.dtype)
        return self.gradInput


class SquaredErrors(MSE):
    def updateOutput(self, input, target):
        self.output = ((input - target) ** 2).sum(axis=1)
        return self.output


PAIR = ((2, 3, 5), (2, 3, 5))

WRONG = [
    (LastOccurrenceEmbedding, (5,), Embedding, "all in rows whose index occurs more than once in input"),
    (LastOccurrenceEmbedding, (5,), Embedding, "repeated indices need np.add.at"),
    (AveragedLinear, (4, 5), Linear, "all 15 elements are wrong: 0.25 times the slope, which is 1 / the batch size"),
    (AveragedLinear, (4, 5), Linear, "right: gradInput, gradient of b"),
    (
        SubtractingLinear,
        (4, 5),
        Linear,
        "all 3 elements are wrong: -1 times the slope\n  right: gradInput, gradient of W",
    ),
    (ClearingLinear, (4, 5), Linear, "after accGradParameters, which must leave it as updateGradInput computed it"),
    (TransposedLinear, (3, 4), SquareLinear, "12 of 16 elements are wrong: it is transposed"),
    (
        UnscaledSimilarity,
        PAIR,
        Similarity,
        "2.236 times the slope, which is the root of the length of axis 2 of input[0]",
    ),
    (UnscaledSimilarity, PAIR, Similarity, "right: gradInput[1]"),
    (DeadReLU, (4, 5), LeakyReLU, "all where input is negative: 0, as if nothing flowed there; input["),
    (
        OffByOneSum,
        (4, 5),
        SquaredSum,
        "4 of 20 elements are wrong, all in the last column: 0, as if nothing flowed there",
    ),
    (UnscaledScaling, (4, 5), Scaling, "all 20 elements are wrong: a factor is missing, gamma"),
    (EveryMaximum, (4, 5), Maximum, "each of 5 equal elements got the whole gradient: they must share it"),
    (DiscardingELU, (4, 5), ELU, "in forward, test_error_patterns.py:"),
    (DiscardingELU, (4, 5), ELU, "all results are right, only an intermediate value is not finite"),
    (MaskedELU, (4, 5), ELU, "in backward, test_error_patterns.py:"),
    (MaskedELU, (4, 5), ELU, " is nan, its true value "),
    (Forgetful, (4, 5), Scaling, "updateGradInput returns an array, but self.gradInput is None"),
    (Silent, (4, 5), Scaling, "updateOutput stores self.output, but does not return it"),
    (Spoiling, (4, 5), Scaling, "after accGradParameters, which must leave it as updateGradInput computed it"),
    (TransposingContainer, (4, 5), Container, ", called at "),
    (SummedMSE, (4, 5), MSE, "all 20 elements are wrong: 4 times the slope, which is the batch size"),
    (HalvedMSE, (4, 5), MSE, "all 20 elements are wrong: 0.5 times the slope; input["),
    (SquaredErrors, (4, 5), MSE, "expected a number, received (4,) float64: the loss is the mean over the batch"),
]


# Messages repeat the name of the test, which must not have the sentence in it that is looked for.
@pytest.mark.parametrize(("wrong", "shape", "_", "sentence"), WRONG, ids=[wrong.__name__ for wrong, *_ in WRONG])
def test_one_failure_tells_the_cause(wrong, shape, _, sentence):
    (report,) = check_component(wrong, input=shape, on_fail=None)
    (failure,) = report.findings
    assert sentence in failure.message


@pytest.mark.parametrize(("right", "shape"), dict.fromkeys((right, shape) for _, shape, right, _ in WRONG))
def test_the_repaired_component_passes(right, shape):
    check_component(right, input=shape)


def test_a_stale_mask_is_named():
    class Stale(Masked):
        def updateOutput(self, input):
            if not hasattr(self, "mask"):
                super().updateOutput(input)
            self.output = input * self.mask
            return self.output

    (report,) = check_component(Stale, input=(4, 5), on_fail=None)
    assert (
        "received (4, 5), that of the batch before: something is kept of it, such as a mask"
        in report.failures[0].message
    )


def test_a_gradient_of_another_shape_is_wrong_too():
    class Reduced(AveragedLinear):
        def updateGradInput(self, input, gradOutput):
            self.gradInput = super().updateGradInput(input, gradOutput).sum(axis=0)
            return self.gradInput

    (report,) = check_component(Reduced, input=(4, 5), on_fail=None, checks=["parameter_gradients_are_the_slopes"])
    assert "\n  right: gradient of b\n  wrong too: gradInput\n" in report.failures[0].message
