"""`Module.backwardParameters`: the gradients of the parameters without that of the input."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, Sequential
from minnet_test_support import notebook


@pytest.fixture
def Alone(Linear):
    """A layer that says that its ``accGradParameters`` works alone, and counts what is asked of it."""

    class Alone(Linear):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.calls = []

        def updateGradInput(self, input, gradOutput):
            self.calls.append("updateGradInput")
            return super().updateGradInput(input, gradOutput)

        def backwardParameters(self, input, gradOutput):
            self.calls.append("backwardParameters")
            self.accGradParameters(input, gradOutput)

    return Alone


class Double(Module):
    def __init__(self):
        super().__init__()
        self.asked = 0

    def updateOutput(self, input):
        self.output = 2 * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.asked += 1
        self.gradInput = 2 * gradOutput
        return self.gradInput


def gradients_by(method, model, x):
    model.zeroGradParameters()
    y = model.forward(x)
    getattr(model, method)(x, np.ones_like(y))
    return {name: array.copy() for name, array in model.namedGradParameters().items()}


@pytest.fixture
def x():
    return np.random.default_rng(0).standard_normal((4, 3))


def expect_the_same_gradients(model, x):
    expected, received = gradients_by("backward", model, x), gradients_by("backwardParameters", model, x)
    assert expected
    for name, array in expected.items():
        assert array.any()
        np.testing.assert_array_equal(received[name], array)


def test_gradients_are_those_of_backward(Linear, Alone, x):
    expect_the_same_gradients(Linear(3, 2, dtype=np.float64), x)
    expect_the_same_gradients(Alone(3, 2, dtype=np.float64), x)
    expect_the_same_gradients(notebook.Linear(3, 2), x)
    expect_the_same_gradients(Sequential(Double(), Alone(3, 2), Double(), Linear(2, 1)), x)
    expect_the_same_gradients(Sequential(Sequential(Double(), Alone(3, 2)), Sequential(Linear(2, 1))), x)


def test_they_add_up(Alone, x):
    model = Sequential(Alone(3, 2, dtype=np.float64))
    once = gradients_by("backwardParameters", model, x)
    model.backwardParameters(x, np.ones((4, 2)))
    np.testing.assert_allclose(model[0].gradW, 2 * once["0.W"])


def test_nothing_is_computed_before_the_first_module_with_parameters(Alone, x):
    model = Sequential(Double(), Sequential(Double(), Alone(3, 3)), Double(), Alone(3, 2))
    gradients_by("backwardParameters", model, x)
    assert model[0].asked == model[1][0].asked == 0
    assert model[1][1].calls == ["backwardParameters"]
    assert model[2].asked == 1
    assert model[3].calls == ["updateGradInput"]


def test_without_parameters_nothing_is_computed(x):
    model = Sequential(Double(), Double())
    y = model.forward(x)
    assert model.backwardParameters(x, y) is None
    assert model[0].asked == model[1].asked == 0
    Sequential().backwardParameters(x, x)


def test_composite_that_goes_back_in_updateGradInput_is_called(Linear, x):
    class Residual(Module):
        """As careless as composites of notebooks are: all of its backward pass is in one method."""

        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def getParameters(self):
            return self.inner.getParameters()

        def getGradParameters(self):
            return self.inner.getGradParameters()

        def updateOutput(self, input):
            self.output = input + self.inner.forward(input)
            return self.output

        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput + self.inner.backward(input, gradOutput)
            return self.gradInput

    expect_the_same_gradients(Sequential(Residual(Linear(3, 3))), x)


@pytest.mark.parametrize("name", ["backward", "updateGradInput", "accGradParameters"])
def test_subclass_that_redefines_a_part_of_backward_is_called_whole(Alone, x, name):
    def redefined(self, input, gradOutput):
        self.calls.append("redefined")
        return getattr(Alone, name)(self, input, gradOutput)

    Mixin = type("Mixin", (), {name: redefined})
    for Mine in (type("Mine", (Alone,), {name: redefined}), type("Mine", (Mixin, Alone), {})):
        layer = Mine(3, 2)
        gradients_by("backwardParameters", layer, x)
        assert set(layer.calls) == {"redefined", "updateGradInput"}


def test_subclass_that_redefines_nothing_of_backward_keeps_the_shortcut(Alone, x):
    class Loud(Alone):
        def updateOutput(self, input):
            return super().updateOutput(input)

    layer = Loud(3, 2)
    gradients_by("backwardParameters", layer, x)
    assert layer.calls == ["backwardParameters"]


def test_sequential_whose_backward_is_redefined_is_called_by_it(Linear, x):
    class Halved(Sequential):
        def backward(self, input, gradOutput):
            return super().backward(input, gradOutput / 2)

    expect_the_same_gradients(Halved(Linear(3, 2)), x)
    expect_the_same_gradients(Sequential(Halved(Linear(3, 2)), Linear(2, 1)), x)


def test_input_of_another_shape_than_in_forward_changes_no_gradient(Alone, x):
    model = Sequential(Alone(3, 2), Alone(2, 2))
    y = model.forward(x)
    with pytest.raises(ValueError, match="mismatch") as caught:
        model.backwardParameters(x[:3], np.ones_like(y))
    assert "in Sequential[0]: Linear 3 -> 2, input (3, 3) float64" in caught.value.__notes__
    assert not any(array.any() for array in model.namedGradParameters().values())
