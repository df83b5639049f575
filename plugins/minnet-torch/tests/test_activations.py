"""Activations whose two passes fit each other, and which are or are not what PyTorch has under the name."""

import math

import numpy as np
import pytest

from minnet_core import Module, Reference
from minnet_core.testing import Case

OUTPUT, GRADINPUT, FLOAT32 = (
    "output_is_that_of_pytorch",
    "gradInput_is_that_of_pytorch",
    "float32_results_are_those_of_pytorch",
)


def normal_distribution(x):
    return (0.5 * np.vectorize(math.erfc, otypes=[np.float64])(-x / math.sqrt(2))).astype(x.dtype)


class GELU(Module):
    """x Φ(x), with the slope Φ(x) + x φ(x)."""

    def updateOutput(self, input):
        self.output = input * normal_distribution(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        density = np.exp(-np.square(input) / 2) / math.sqrt(2 * math.pi)
        self.gradInput = gradOutput * (normal_distribution(input) + input * density)
        return self.gradInput


class TanhGELU(Module):
    """x (1 + tanh u)/2 with u = √(2/π) (x + 0.044715 x³): near the other, and not it."""

    def updateOutput(self, input):
        self.output = input * (1 + np.tanh(self._inner(input))) / 2
        return self.output

    def updateGradInput(self, input, gradOutput):
        t = np.tanh(self._inner(input))
        slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * np.square(input))
        self.gradInput = gradOutput * ((1 + t) / 2 + input * (1 - np.square(t)) * slope / 2)
        return self.gradInput

    def _inner(self, x):
        return math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)


class Rectifier(Module):
    """The input, times a slope below 0, up to a cap."""

    def __init__(self, slope=0.0, cap=math.inf):
        super().__init__()
        self.slope, self.cap = slope, cap

    def updateOutput(self, input):
        self.output = np.minimum(np.where(input > 0, input, self.slope * input), self.cap).astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        slope = np.where(input > 0, 1.0, self.slope) * (input < self.cap)
        self.gradInput = (gradOutput * slope).astype(input.dtype)
        return self.gradInput


class Coarse(GELU):
    """Loses the digits of float32."""

    def updateOutput(self, input):
        output = super().updateOutput(input)
        self.output = output.astype(np.float16).astype(np.float32) if input.dtype == np.float32 else output
        return self.output


class StraightThrough(Rectifier):
    """A rectifier whose backward pass takes no notice of it."""

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.array(gradOutput)
        return self.gradInput


def case(factory, name, options=(), *, input=((4, 3), (5,), (2, 3, 2)), **arguments):
    return Case(
        factory,
        arguments=arguments,
        input=list(input),
        traits={"kinks"} if issubclass(factory, Rectifier) else (),
        reference=Reference(f"torch.nn.{name}", dict(options)),
    )


CORRECT = {
    "GELU": case(GELU, "GELU"),
    "GELU, a function": case(GELU, "functional.gelu"),
    "GELU, a function with an argument": case(TanhGELU, "functional.gelu", {"approximate": "tanh"}),
    "GELU by tanh": case(TanhGELU, "GELU", {"approximate": "tanh"}),
    "ReLU": case(Rectifier, "ReLU"),
    "ReLU6": case(Rectifier, "ReLU6", cap=6.0),
    "LeakyReLU": case(Rectifier, "LeakyReLU", {"negative_slope": 0.2}, slope=0.2),
}
WRONG = {
    "GELU by tanh that says it is exact": case(TanhGELU, "GELU"),
    "exact GELU that says it is by tanh": case(GELU, "GELU", {"approximate": "tanh"}),
    "LeakyReLU of another slope": case(Rectifier, "LeakyReLU", slope=0.03),
    "ReLU6 that says it is ReLU": case(Rectifier, "ReLU", cap=6.0),
    "ReLU that says it is ReLU6": case(Rectifier, "ReLU6"),
}


@pytest.mark.parametrize("case", CORRECT.values(), ids=CORRECT)
def test_what_is_its_counterpart_passes(case, only_ours_fail):
    assert only_ours_fail(case) == set()


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_another_function_is_found_by_the_reference_alone(case, only_ours_fail):
    assert only_ours_fail(case) == {OUTPUT, GRADINPUT, FLOAT32}


def test_a_float32_that_is_coarser_than_pytorchs_is_found(failures):
    failed = failures(case(Coarse, "GELU", input=[(40, 3)]))
    assert FLOAT32 in failed
    assert OUTPUT not in failed


def test_a_backward_pass_that_is_not_pytorchs_is_found(failures):
    failed = failures(case(StraightThrough, "ReLU"))
    assert GRADINPUT in failed
    assert OUTPUT not in failed


def test_the_message_says_what_where_and_both_values(failures):
    message = failures(case(Rectifier, "LeakyReLU", input=[(4, 3)], slope=0.03))[OUTPUT]
    assert "against torch.nn.LeakyReLU, train mode, drawn input (4, 3) float64" in message
    assert "expected -0.0" in message
    assert "received -0.0" in message
