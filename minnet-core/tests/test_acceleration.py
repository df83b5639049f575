"""A class that stands for another is compared with it where a shorter path is taken: each mistake there is found."""

import numpy as np
import pytest

from minnet_core import Example, Module
from minnet_core.testing import examine_acceleration


class Square(Module):
    EXAMPLES = (Example(input=(4, 3)),)

    def updateOutput(self, input):
        self.output = input * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * input * gradOutput
        return self.gradInput


class Quick(Square):
    STANDS_FOR = Square
    calls = 0

    @staticmethod
    def accelerated_calls():
        return Quick.calls

    def updateOutput(self, input):
        if input.dtype != np.float32 or not input.flags.c_contiguous:
            return super().updateOutput(input)
        Quick.calls += 1
        self.output = self.quick(input)
        return self.output

    def quick(self, input):
        return np.square(input)


def quick_with(wrong):
    return type("Wrong", (Quick,), {"STANDS_FOR": Square, "quick": lambda self, x: wrong(x, np.square(x))})


def last_element_is_left_out(input, output):
    if output.size > 100:
        output.reshape(-1)[-1] = 0
    return output


def every_eighth_address_is_another(input, output):
    return output * 2 if input.ctypes.data % 64 == 28 else output


def nan_is_zero(input, output):
    return np.nan_to_num(output, nan=0.0, posinf=np.inf)


def is_inaccurate(input, output):
    return output.astype(np.float16).astype(np.float32)


def test_one_that_computes_what_it_stands_for_has_no_problem():
    found = examine_acceleration(Quick)
    assert found.problems == ()
    assert found.reached == found.passes > 10


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (last_element_is_left_out, "float64 gives"),
        (every_eighth_address_is_another, "is another where arrays begin 7 elements after an aligned address"),
        (nan_is_zero, "output is another where an input is nan"),
        (is_inaccurate, "float64 gives"),
    ],
)
def test_one_that_computes_something_else_is_found(wrong, message):
    problems = examine_acceleration(quick_with(wrong)).problems
    assert problems
    assert all(problem.startswith("Wrong, (") for problem in problems)
    assert any(message in problem for problem in problems)


def test_one_whose_path_is_never_taken_is_found():
    never = type("Never", (Square,), {"STANDS_FOR": Square, "accelerated_calls": staticmethod(lambda: 0)})
    found = examine_acceleration(never)
    assert found.problems == ("its own path was never reached",)
    assert found.reached == 0


def test_a_class_that_stands_for_none_is_refused():
    with pytest.raises(TypeError, match="expected a class with STANDS_FOR, received Square"):
        examine_acceleration(Square)
