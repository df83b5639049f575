from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, Sequential
from minnet_core.testing import check_gradients
from minnet_test_support import notebook


class Split(Module):
    """An array to a table."""

    def updateOutput(self, input):
        self.output = (input.copy(), (2 * input,))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput[0] + 2 * gradOutput[1][0]
        return self.gradInput


class Product(Module):
    """A table to an array."""

    def updateOutput(self, input):
        self.output = input[0] * input[1][0]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = (gradOutput * input[1][0], (gradOutput * input[0],))
        return self.gradInput


@pytest.fixture
def x():
    return np.random.default_rng(0).standard_normal((4, 3))


def test_output_is_that_of_the_modules_in_order(Linear, x):
    a, b = Linear(3, 2), Linear(2, 5)
    model = Sequential(a, b)
    y = model.forward(x)
    np.testing.assert_array_equal(y, b.updateOutput(a.updateOutput(x)))
    assert model.output is y


def test_gradients_are_those_of_central_differences(Linear, x):
    check_gradients(Sequential(Linear(3, 2), Sequential(Linear(2, 4), Linear(4, 2, bias=False))), x)


def test_separate_calls_equal_backward(Linear, x):
    model = Sequential(Linear(3, 2), Sequential(Linear(2, 4), Linear(4, 5)))
    twin = model.clone()
    g = np.random.default_rng(1).standard_normal(model.forward(x).shape)
    gradInput = model.backward(x, g)
    twin.forward(x)
    np.testing.assert_array_equal(twin.updateGradInput(x, g), gradInput)
    assert not any(gradient.any() for gradient in twin.namedGradParameters().values())
    twin.accGradParameters(x, g)
    for name, gradient in model.namedGradParameters().items():
        np.testing.assert_array_equal(twin.namedGradParameters()[name], gradient)


def test_results_are_stored_and_returned(Linear, x):
    model = Sequential(Linear(3, 2))
    g = np.ones((4, 2))
    model.forward(x)
    assert model.backward(x, g) is model.gradInput
    assert model.updateGradInput(x, g) is model.gradInput
    assert model.gradInput.shape == x.shape


def test_backward_calls_backward_of_each_module_once(x):
    calls = []

    class Own(Module):
        def updateOutput(self, input):
            self.output = input + 0
            return self.output

        def backward(self, input, gradOutput):
            calls.append(self)
            return gradOutput

    model = Sequential(Own(), Own())
    model.backward(x, model.forward(x))
    assert calls == [model[1], model[0]]


def test_tables_pass_between_modules(x):
    model = Sequential(Split(), Product())
    np.testing.assert_allclose(model.forward(x), 2 * x**2)
    g = np.ones_like(x)
    np.testing.assert_allclose(model.backward(x, g), 4 * x)
    np.testing.assert_allclose(model.updateGradInput(x, g), 4 * x)


def test_empty_copies_its_input_and_gradient(x):
    model = Sequential()
    y, gradInput = model.forward(x), model.backward(x, x)
    np.testing.assert_array_equal(y, x)
    assert not np.shares_memory(y, x)
    assert not np.shares_memory(gradInput, x)
    assert not np.shares_memory(model.updateGradInput(x, x), x)
    table = model.forward((x, (x,)))
    assert not np.shares_memory(table[1][0], x)
    model.accGradParameters(x, x)


def test_input_and_gradient_are_not_written_to(Linear, x):
    model = Sequential(Linear(3, 2), Sequential(), Linear(2, 2))
    g = np.ones((4, 2))
    x.flags.writeable = g.flags.writeable = False
    model.forward(x)
    model.backward(x, g)


def test_earlier_results_are_not_changed(Linear, x):
    model = Sequential(Linear(3, 2))
    y = model.forward(x)
    kept = y.copy()
    model.forward(x + 1)
    np.testing.assert_array_equal(y, kept)


def test_float32_stays_float32(Linear):
    x = np.ones((4, 3), np.float32)
    model = Sequential(Linear(3, 2), Linear(2, 2))
    assert model.forward(x).dtype == np.float32
    assert model.backward(x, np.ones((4, 2), np.float32)).dtype == np.float32


def test_backward_before_forward_says_where(Linear, x):
    with pytest.raises((TypeError, ValueError)) as caught:
        Sequential(Linear(3, 2), Linear(2, 2)).backward(x, np.ones((4, 2)))
    assert caught.value.__notes__ == ["in Sequential[1]: Linear 2 -> 2, input NoneType"]


def test_failed_backward_leaves_every_gradient_as_it_was(Linear):
    model = Sequential(Linear(3, 3), Sequential(Linear(3, 2)), Linear(2, 2))
    x, g = np.ones((4, 3), np.float32), np.ones((4, 2), np.float32)
    model.forward(x)
    model.backward(x, g)
    before = {name: gradient.copy() for name, gradient in model.namedGradParameters().items()}

    class Refuses(Linear):
        def updateGradInput(self, input, gradOutput):
            raise ValueError("no")

    model.modules[0].__class__ = Refuses
    with pytest.raises(ValueError, match="no"):
        model.backward(x, g)
    for name, gradient in model.namedGradParameters().items():
        np.testing.assert_array_equal(gradient, before[name])


def test_module_that_defines_backward_itself_is_called_by_it(Linear):
    student = notebook.Sequential()
    student.add(notebook.Linear(3, 2))
    ours, x, g = Sequential(Linear(3, 3), student), np.ones((4, 3)), np.ones((4, 2))
    ours.forward(x)
    ours.backward(x, g)
    np.testing.assert_allclose(student.modules[0].gradW, g.T @ ours[0].output)
