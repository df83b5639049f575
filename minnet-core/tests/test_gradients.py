from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Criterion, Module
from minnet_core.testing import central_difference, check_criterion_gradients, check_gradients


class Cubic(Module):
    """w * x ** 3, with faults to switch on."""

    PARAMETERS = {"w": "gradW"}

    def __init__(self, fault=None):
        super().__init__()
        self.w, self.gradW, self.fault = np.ones(3, np.float32) / 2, np.zeros(3, np.float32), fault

    def updateOutput(self, input):
        self.output = self.w * input**3
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 3 * gradOutput * self.w * input**2
        if self.fault == "gradInput":
            self.gradInput[1, 2] += 1e-4
        if self.fault == "shape":
            self.gradInput = self.gradInput.sum(axis=0)
        if self.fault == "nan":
            self.gradInput[0, 0] = np.nan
        if self.fault == "none":
            self.gradInput = None
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        gradient = (gradOutput * input**3).sum(axis=0)
        if self.fault == "overwrites":
            self.gradW[:] = gradient
        elif self.fault == "rebinds":
            self.gradW = gradient
        elif self.fault == "sign":
            self.gradW -= gradient
        else:
            self.gradW += gradient


class Noise(Module):
    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(0)

    def updateOutput(self, input):
        self.mask = self.rng.random(input.shape)
        self.output = input * self.mask
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask
        return self.gradInput


class Cubes(Criterion):
    def __init__(self, factor=3.0):
        super().__init__()
        self.factor = factor

    def updateOutput(self, input, target):
        self.output = float(((input - target) ** 3).sum())
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = self.factor * (input - target) ** 2
        return self.gradInput


@pytest.fixture
def x():
    return np.random.default_rng(1).standard_normal((4, 3))


def test_central_difference_restores_its_argument():
    x = np.array([[1.0, -2.0]])
    gradient = central_difference(lambda: float((x**3).sum()), x)
    np.testing.assert_allclose(gradient, [[3, 12]], rtol=1e-8)
    np.testing.assert_array_equal(x, [[1, -2]])


def test_right_gradients_pass_and_nothing_is_touched(x):
    module = Cubic()
    module.gradW += 5
    before = x.copy()
    check_gradients(module, x)
    assert module.w.dtype == np.float32
    assert (module.gradW == 5).all()
    assert module.output is None
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("gradInput", r"^Cubic: gradInput\[1, 2\]: analytic .*, numeric "),
        ("shape", r"^Cubic: gradInput: expected shape \(4, 3\), received \(3,\)"),
        ("none", r"^Cubic: gradInput: expected shape \(4, 3\), received None"),
        ("nan", r"^Cubic: gradInput\[0, 0\]: analytic nan"),
        ("sign", r"^Cubic: gradient of w\["),
    ],
)
def test_wrong_gradients_are_named(x, fault, message):
    with pytest.raises(AssertionError, match=message):
        check_gradients(Cubic(fault), x)


@pytest.mark.parametrize("fault", ["overwrites", "rebinds"])
def test_gradients_that_do_not_accumulate_are_found(x, fault):
    with pytest.raises(AssertionError, match="Cubic: gradient of w: expected backward to add"):
        check_gradients(Cubic(fault), x)


def test_random_numbers_are_the_same_in_each_evaluation(x):
    check_gradients(Noise(), x)


def test_empty_input_passes():
    check_gradients(Cubic(), np.empty((0, 3)))


def test_criterion_is_checked(x):
    check_criterion_gradients(Cubes(), x, np.zeros_like(x))
    with pytest.raises(AssertionError, match=r"Cubes: gradInput\["):
        check_criterion_gradients(Cubes(3.001), x, np.zeros_like(x))


def test_a_criterion_and_its_target_are_not_touched(x):
    criterion, target = Cubes(), np.zeros_like(x)
    check_criterion_gradients(criterion, x, target, rng=3)
    assert (criterion.output, criterion.gradInput) == (None, None)

    class Careless(Cubes):
        def updateGradInput(self, input, target):
            target += 1
            return super().updateGradInput(input, target)

    with pytest.raises(AssertionError, match="Careless: expected passes to leave target as it is; it was written to"):
        check_criterion_gradients(Careless(), x, target)
    assert not target.any()


def test_wrong_gradient_of_a_tiny_function_is_found():
    class Tiny(Module):
        def updateOutput(self, input):
            self.output = 1e-7 * input**3
            return self.output

        def updateGradInput(self, input, gradOutput):
            self.gradInput = np.zeros_like(input)
            return self.gradInput

    with pytest.raises(AssertionError, match=r"Tiny: gradInput\["):
        check_gradients(Tiny(), np.ones((2, 2)))


def test_layer_that_writes_to_gradOutput_is_found():
    class Careless(Module):
        def updateOutput(self, input):
            self.output = np.maximum(input, 0)
            return self.output

        def updateGradInput(self, input, gradOutput):
            gradOutput[input < 0] = 0
            self.gradInput = gradOutput
            return self.gradInput

    with pytest.raises(AssertionError, match="Careless: expected backward to leave gradOutput as it is"):
        check_gradients(Careless(), np.array([[-1.0, 1.0, -2.0, 3.0]]))


def test_overwriting_is_named_whatever_the_module_has_accumulated(Linear):
    class Overwrites(Linear):
        def accGradParameters(self, input, gradOutput):
            self.gradW[...] = gradOutput.T @ input
            self.gradb[...] = gradOutput.sum(axis=0)

    layer = Overwrites(3, 2)
    layer.gradW.fill(5)
    with pytest.raises(AssertionError, match="a second backward replaced it"):
        check_gradients(layer, np.random.default_rng(0).standard_normal((4, 3)))


def test_array_is_restored_when_the_function_raises():
    x = np.array([1.0, 2.0])
    with pytest.raises(ZeroDivisionError):
        central_difference(lambda: 1 / 0, x)
    assert x.tolist() == [1, 2]
