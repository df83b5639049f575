"""Integers that are too small for a long axis."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module
from minnet_core.testing import Case, examine

CHECK = "long_axes_are_treated_alike"


class Largest(Module):
    """The largest of each row, by its place."""

    def __init__(self, dtype="int64", most=10**9):
        super().__init__()
        self.dtype, self.most = dtype, most

    def updateOutput(self, input):
        if input.shape[1] > self.most:
            raise ValueError(f"expected {self.most} at most")
        place = input.argmax(axis=1).astype(self.dtype).astype(int) % input.shape[1]
        self.output = np.take_along_axis(input, place[:, None], axis=1)[:, 0]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros_like(input)
        place = input.argmax(axis=1).astype(self.dtype).astype(int) % input.shape[1]
        np.put_along_axis(self.gradInput, place[:, None], gradOutput[:, None], axis=1)
        return self.gradInput


class Numbered(Largest):
    """Numbers the elements in an integer that NumPy refuses to let overflow."""

    def updateOutput(self, input):
        self.output = input * (np.full(1, input.shape[1] - 1, self.dtype) >= 0)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


def result(cls=Largest, **arguments):
    traits = {"kinks"} if cls is Largest else ()
    return examine(Case(cls, arguments=arguments, input=(4, 5), traits=traits), [CHECK]).results[-1]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
def test_a_place_that_is_kept_in_a_small_integer_is_found(dtype):
    found = result(dtype=dtype)
    assert found.status == "failed"
    assert "axis 1 of the input is" in found.message
    assert "kept in a small integer" in found.message


def test_an_integer_that_refuses_to_overflow_is_found():
    assert "raised OverflowError" in result(Numbered, dtype="uint8").message


def test_large_integers_and_refusals_are_right():
    assert result().status == "passed"
    assert result(most=50).status == "passed"
    assert result(most=200).status == "passed"
