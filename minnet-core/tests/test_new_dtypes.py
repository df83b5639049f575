"""The dtypes that a constructor gives, which the kit looks at before it converts anything."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module
from minnet_core.testing import Case, examine

CHECK = "a_new_component_has_one_dtype"


class Affine(Module):
    """y = w x + b, plus a running number in evaluation."""

    PARAMETERS = {"w": "gradW", "b": "gradB"}
    BUFFERS = ("shift",)

    def __init__(self, w="f4", b="f4", gradW="f4", gradB="f4", shift="f4"):
        super().__init__()
        self.w, self.b = np.ones(3, w), np.zeros(3, b)
        self.gradW, self.gradB, self.shift = np.zeros(3, gradW), np.zeros(3, gradB), np.ones(3, shift)

    def updateOutput(self, input):
        self.output = self.w * input + self.b + (0 if self.training else self.shift)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.w * gradOutput
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += (input * gradOutput).sum(axis=0)
        self.gradB += gradOutput.sum(axis=0)


class Casting(Affine):
    def updateOutput(self, input):
        self.output = self.w * input + self.b + (0 if self.training else self.shift.astype(input.dtype))
        return self.output


def result(**dtypes):
    cls = dtypes.pop("cls", Affine)
    return examine(Case(cls, arguments=dtypes, input=(4, 3), traits={"train-differs"}), [CHECK]).results[-1]


@pytest.mark.parametrize(
    ("dtypes", "message"),
    [
        ({"gradW": "f8"}, "gradient of w, of a new component: expected float32 as its parameter, received float64"),
        ({"w": "f8", "b": "f8", "gradW": "f8"}, "gradient of b, of a new component: expected float64"),
        ({"b": "f8", "gradB": "f8"}, "expected one dtype, received w float32, b float64"),
        ({"shift": "f8"}, "evaluate mode, drawn input (4, 3) float32, of a component as its constructor makes it"),
    ],
    ids=[
        "gradW",
        "all",
        "b",
        "shift",
    ],  # without the messages, as a message repeats the name of its test
)
def test_several_dtypes_are_told(dtypes, message):
    found = result(**dtypes)
    assert found.outcome == "weakness"
    assert message in found.message


def test_one_dtype_is_right_whichever_it_is():
    assert result().status == "passed"
    assert result(w="f8", b="f8", gradW="f8", gradB="f8", shift="f8").status == "passed"
    assert result(w="f2", b="f2", gradW="f2", gradB="f2").status == "skipped"


def test_a_buffer_of_another_dtype_is_right_where_no_result_shows_it():
    assert result(cls=Casting, shift="f8").status == "passed"
