"""A container that is made empty is proven with modules inside."""

from __future__ import annotations

import pytest

from minnet_core import Container, Module, Sequential
from minnet_core.testing import cases_of, check_component, examine


class Parallel(Container):
    """A module for each array of a table."""

    def updateOutput(self, input):
        self.output = tuple(module.forward(x) for module, x in zip(self.modules, input, strict=True))
        return self.output

    def updateGradInput(self, input, gradOutput):
        given = zip(self.modules, input, gradOutput, strict=True)
        self.gradInput = tuple(module.updateGradInput(x, g) for module, x, g in given)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        for module, x, g in zip(self.modules, input, gradOutput, strict=True):
            module.accGradParameters(x, g)


class Stack(Module):
    """A student's Sequential, whose list has another name."""

    def __init__(self):
        super().__init__()
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def updateOutput(self, input):
        self.output = input.copy()
        for layer in self.layers:
            self.output = layer.forward(self.output)
        return self.output

    def backward(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        for index in reversed(range(len(self.layers))):
            given = self.layers[index - 1].output if index else input
            self.gradInput = self.layers[index].backward(given, self.gradInput)
        return self.gradInput

    def getParameters(self):
        return [layer.getParameters() for layer in self.layers]

    def getGradParameters(self):
        return [layer.getGradParameters() for layer in self.layers]

    def zeroGradParameters(self):
        for layer in self.layers:
            layer.zeroGradParameters()


class Repeats(Sequential):
    def updateOutput(self, input):
        self.output = input.copy()
        for module in self.modules:
            self.output = module.forward(input)
        return self.output


class Deaf(Stack):
    def evaluate(self):
        self.training = False


@pytest.mark.parametrize(
    ("container", "input", "count"),
    [(Sequential, (4, 3), 2), (Stack, (4, 3), 2), (Parallel, ((4, 3), (4, 2), (4, 2)), 3)],
)
def test_a_right_container_passes_with_modules_inside(container, input, count):
    (report,) = check_component(container, input=input, on_fail=None)
    assert report.failures == ()
    (case,) = cases_of(container, input=input)
    assert len(case.build().getParameters()) == count


@pytest.mark.parametrize(
    ("container", "check"), [(Repeats, "gradInput_is_the_slope"), (Deaf, "modes_reach_every_module")]
)
def test_a_wrong_one_is_found_out_by_what_is_inside(container, check):
    (case,) = cases_of(container, input=(4, 3))
    assert check in {failure.check for failure in examine(case).failures}


def test_one_that_has_modules_is_left_as_it_is():
    (case,) = cases_of(Sequential(Sequential()), input=(4, 3))
    assert repr(case.build()) == repr(Sequential(Sequential()))
