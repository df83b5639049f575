from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, Sequential


class Listed(Module):
    """Parameters in a list, gradients in a dict, as a loop over layers makes them."""

    def __init__(self, depth=2):
        super().__init__()
        self.weights = [np.full((2, 2), float(i)) for i in range(depth)]
        self.grads = {f"w{i}": np.zeros((2, 2)) for i in range(depth)}

    def getParameters(self):
        return [[weight] for weight in self.weights]

    def getGradParameters(self):
        return [[self.grads[key]] for key in sorted(self.grads)]


class Aliased(Module):
    """Holds each parameter twice: as an attribute that the formula uses, and in the list that is returned."""

    def __init__(self):
        super().__init__()
        self.w, self.gradW = np.ones(2), np.zeros(2)
        self.params, self.grads = [self.w], [self.gradW]

    def getParameters(self):
        return self.params

    def getGradParameters(self):
        return self.grads

    def updateOutput(self, input):
        self.output = input * self.w
        return self.output


class Packed(Module):
    """Hands out stretches of one array: views, which no attribute holds."""

    def __init__(self):
        super().__init__()
        self.all, self.grad = np.arange(3.0), np.zeros(3)

    def getParameters(self):
        return [self.all[:2], self.all[2:]]

    def getGradParameters(self):
        return [self.grad[:2], self.grad[2:]]


class Pair(Module):
    """A composite that keeps its modules in attributes, as students write it."""

    def __init__(self, first, second):
        super().__init__()
        self.first, self.rest = first, {"second": second}

    def getParameters(self):
        return [self.first.getParameters(), self.rest["second"].getParameters()]

    def getGradParameters(self):
        return [self.first.getGradParameters(), self.rest["second"].getGradParameters()]


def test_parameters_in_lists_and_dicts_are_named_and_moved():
    module = Listed()
    assert list(module.namedParameters()) == ["weights.0", "weights.1"]
    flat, gradients = module.flattenParameters()
    flat[:] = 9
    gradients[:] = 5
    assert (module.weights[1] == 9).all()
    assert (module.grads["w0"] == 5).all()
    assert module.astype(np.float32).weights[0].dtype == np.float32
    assert module.grads["w1"].dtype == np.float32


def test_parameters_held_twice_move_in_both_places():
    module = Aliased()
    flat, _ = module.flattenParameters()
    flat[:] = 3
    np.testing.assert_array_equal(module.forward(np.ones(2)), [3, 3])
    assert module.params[0] is module.w
    assert module.grads[0] is module.gradW
    module.astype(np.float32)
    assert module.params[0] is module.w
    assert module.w.dtype == np.float32
    other = Aliased()
    module.share(other)
    assert module.w is module.params[0] is other.w
    assert list(module.namedParameters()) == ["w"], "the attribute gives the name"


def test_reference_that_a_composite_keeps_to_a_parameter_of_a_child_moves_along(Linear):
    class Tied(Module):
        def __init__(self):
            super().__init__()
            self.encoder = Linear(3, 2)
            self.W, self.gradW = self.encoder.W, self.encoder.gradW

        def getParameters(self):
            return [self.encoder.getParameters()]

        def getGradParameters(self):
            return [self.encoder.getGradParameters()]

    module = Tied()
    assert list(module.namedParameters()) == ["encoder.W", "encoder.b"]
    module.flattenParameters()
    assert module.W is module.encoder.W
    assert module.gradW is module.encoder.gradW
    assert module.namedBuffers() == {}


def test_composite_with_attributes_has_dotted_names(Linear):
    pair = Pair(Linear(2, 2), Sequential(Linear(2, 1)))
    assert list(pair.namedParameters()) == ["first.W", "first.b", "rest.second.0.W", "rest.second.0.b"]
    assert pair.clearState() is pair
    assert pair.clone().astype(np.float64).first.W.dtype == np.float64
    pair.zeroGradParameters()


@pytest.mark.parametrize("inside", [False, True])
def test_parameters_that_are_views_are_named_but_cannot_be_moved(inside):
    packed = Packed()
    module = Sequential(packed) if inside else packed
    prefix = "0." if inside else ""
    for _ in range(5):
        assert list(module.namedParameters()) == [f"{prefix}parameter0", f"{prefix}parameter1"]
    for move in (module.flattenParameters, lambda: module.astype("f4"), lambda: module.share(module.clone())):
        with pytest.raises(TypeError, match=rf"parameter {prefix}parameter0: expected .* held nowhere"):
            move()
    assert packed.all.dtype == np.float64


def test_parameters_that_are_copies_are_an_error():
    class Copies(Packed):
        def getParameters(self):
            return [self.all.copy()]

        def getGradParameters(self):
            return [self.grad.copy()]

    with pytest.raises(TypeError, match=r"Copies: expected getParameters\(\) to return the arrays themselves"):
        Sequential(Copies()).namedParameters()


@pytest.mark.parametrize("value", [0.5, "text"])
def test_parameters_that_are_no_arrays_are_an_error(value):
    class Scalar(Module):
        def getParameters(self):
            return [value]

        def getGradParameters(self):
            return [value]

    with pytest.raises(TypeError, match=rf"Scalar: expected .* arrays, received {type(value).__name__}"):
        Scalar().namedParameters()


def test_gradients_of_other_shapes_or_number_are_an_error(Linear):
    layer = Linear(3, 2)
    layer.gradW = np.zeros((3, 2), np.float32)
    with pytest.raises(
        ValueError, match=r"0: Linear 3 -> 2: expected gradients of the shapes .*\(2, 3\).*received .*\(3, 2\)"
    ):
        Sequential(layer).namedParameters()
    layer.gradW = None
    with pytest.raises(ValueError, match="expected gradients of the shapes"):
        layer.flattenParameters()
