from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from minnet_core import Module, Sequential


class Moving(Module):
    """Declares everything that there is to declare."""

    PARAMETERS = {"scale": "gradScale", "shift": "gradShift"}
    BUFFERS = ("mean", "count")
    CACHES = ("mask",)

    def __init__(self, n=3):
        super().__init__()
        self.scale, self.gradScale = np.ones(n, np.float32), np.zeros(n, np.float32)
        self.shift = self.gradShift = None
        self.mean, self.count = None, np.zeros((), np.int64)
        self.table = np.arange(n)
        self.mask = None


class Forgetful(Module):
    """Does not call super().__init__()."""

    def __init__(self):
        self.k = 2.0

    def updateOutput(self, input):
        self.output = input * self.k
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.k
        return self.gradInput


def test_new_module_has_the_notebook_attributes():
    module = Module()
    assert (module.output, module.gradInput, module.training) == (None, None, True)
    assert module.getParameters() == module.getGradParameters() == []
    assert repr(module) == "Module"


@pytest.mark.parametrize("method", ["updateOutput", "updateGradInput"])
def test_method_that_must_be_overridden_says_so(method):
    arguments = [np.ones(2)] * (1 if method == "updateOutput" else 2)
    with pytest.raises(NotImplementedError, match=rf"Module must define {method}\("):
        getattr(Module(), method)(*arguments)


def test_forward_and_backward_call_the_three_methods_in_order():
    calls = []

    class Recorder(Module):
        def updateOutput(self, input):
            calls.append(("updateOutput", input))
            return "output"

        def updateGradInput(self, input, gradOutput):
            calls.append(("updateGradInput", input, gradOutput))
            self.gradInput = "gradInput"

        def accGradParameters(self, input, gradOutput):
            calls.append(("accGradParameters", input, gradOutput))

    module, x = Recorder(), (np.zeros(2),)
    assert module.forward(x) == "output"
    assert module.backward(x, "g") == "gradInput"
    assert calls == [("updateOutput", x), ("updateGradInput", x, "g"), ("accGradParameters", x, "g")]


def test_train_and_evaluate_set_the_mode():
    module = Module()
    module.evaluate()
    assert module.training is False
    module.train()
    assert module.training is True


def test_parameters_are_the_declared_arrays_and_none_is_left_out():
    module = Moving()
    assert [array is module.scale for array in module.getParameters()] == [True]
    assert [array is module.gradScale for array in module.getGradParameters()] == [True]
    assert list(module.namedParameters()) == list(module.namedGradParameters()) == ["scale"]


def test_named_arrays_are_the_arrays_themselves(Linear):
    layer = Linear(3, 2)
    model = Sequential(layer, Sequential(layer.clone()))
    assert list(model.namedParameters()) == ["0.W", "0.b", "1.0.W", "1.0.b"]
    assert model.namedParameters()["0.W"] is layer.W
    assert model.namedGradParameters()["0.b"] is layer.gradb


def test_buffers_are_the_declared_ones_and_none_is_left_out():
    module = Moving()
    assert list(module.namedBuffers()) == ["count"]
    module.mean = np.zeros(3)
    assert list(module.namedBuffers()) == ["mean", "count"]


def test_zeroing_fills_in_place(Linear):
    layer = Linear(3, 2)
    gradW = layer.gradW
    layer.backward(np.ones((4, 3), np.float32), np.ones((4, 2), np.float32))
    assert gradW.any()
    layer.zeroGradParameters()
    assert layer.gradW is gradW
    assert not gradW.any()


def test_gradients_accumulate_in_the_arrays_that_were_handed_out(Linear):
    layer, x, g = Linear(3, 2), np.ones((4, 3), np.float32), np.ones((4, 2), np.float32)
    (gradW, _) = layer.getGradParameters()
    layer.backward(x, g)
    layer.backward(x, g)
    np.testing.assert_array_equal(gradW, 2 * g.T @ x)


def test_layer_that_forgets_super_init_works():
    module = Forgetful()
    assert (module.output, module.gradInput, module.training) == (None, None, True)
    module.evaluate()
    assert not module.training
    model = Sequential(module)
    np.testing.assert_array_equal(model.forward(np.ones(2)), [2, 2])
    np.testing.assert_array_equal(model.backward(np.ones(2), np.ones(2)), [2, 2])
    assert model.clone().clearState()[0].output is None
    assert Module.output is None, "an instance changed the class"


def test_clone_is_deep(Linear):
    layer = Linear(3, 2)
    layer.forward(np.ones((1, 3), np.float32))
    twin = layer.clone()
    twin.W += 1
    twin.gradb += 1
    twin.output += 1
    assert not np.shares_memory(twin.W, layer.W)
    assert not layer.gradb.any()
    np.testing.assert_array_equal(twin.output, layer.output + 1)


def test_clone_shares_the_named_parameters_and_their_gradients(Linear):
    layer = Linear(3, 2)
    twin = layer.clone("W")
    assert twin.W is layer.W
    assert twin.gradW is layer.gradW
    assert twin.b is not layer.b


def test_clone_of_a_tied_model_is_tied_within_itself(Linear):
    first = Linear(3, 3)
    model = Sequential(first, first.clone().share(first))
    twin = model.clone()
    assert twin[0].W is twin[1].W
    assert twin[0].W is not first.W


def test_clear_state_forgets_results_and_caches_only():
    module = Moving()
    module.output = module.gradInput = module.mask = module.mean = np.ones(3)
    assert module.clearState() is module
    assert (module.output, module.gradInput, module.mask) == (None, None, None)
    assert module.mean is not None
    assert module.scale is not None


def test_clear_state_reaches_every_module(Linear):
    model = Sequential(Sequential(Linear(3, 2)))
    model.forward(np.ones((1, 3), np.float32))
    model.clearState()
    assert model.output is model[0].output is model[0][0].output is None


def test_astype_converts_parameters_gradients_and_floating_buffers():
    module = Moving()
    module.mean = np.zeros(3, np.float32)
    assert module.astype(np.float64) is module
    assert module.scale.dtype == module.gradScale.dtype == module.mean.dtype == np.float64
    assert module.count.dtype == np.int64


def test_astype_keeps_values_and_accumulated_gradients(Linear):
    layer = Linear(3, 2)
    layer.gradW += 7
    W = layer.W.copy()
    layer.astype(np.float64)
    np.testing.assert_array_equal(layer.W, W)
    assert (layer.gradW == 7).all()


def test_astype_keeps_shared_parameters_shared(Linear):
    first = Linear(3, 3)
    model = Sequential(first, first.clone().share(first)).astype("float64")
    assert model[0].W is model[1].W
    assert model[0].gradW is model[1].gradW


@pytest.mark.parametrize("dtype", [np.int32, bool, "complex64", "U3", object])
def test_astype_refuses_what_is_not_floating(Linear, dtype):
    layer = Linear(3, 2)
    W = layer.W
    with pytest.raises(TypeError, match=r"Linear 3 -> 2: expected a floating dtype, received "):
        layer.astype(dtype)
    assert layer.W is W


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_copies_have_all_and_share_nothing(Linear, duplicate):
    model = Sequential(Linear(3, 2, rng=0), Linear(2, 1, bias=False))
    model.evaluate()
    model.flattenParameters()
    twin = duplicate(model)
    assert twin[0].training is False
    for name, array in model.namedParameters().items():
        np.testing.assert_array_equal(twin.namedParameters()[name], array)
        assert not np.shares_memory(twin.namedParameters()[name], array)


def test_signature_is_that_of_the_constructor():
    import inspect

    class Typed(Module):
        def __init__(self, n: int, *, slope: float = 0.5) -> None:
            super().__init__()

    assert str(inspect.signature(Typed)) == "(n: 'int', *, slope: 'float' = 0.5)"
    assert str(inspect.signature(Module)) == "()"


def test_constructor_that_raises_is_not_disturbed():
    class Strict(Module):
        def __init__(self, n):
            super().__init__()

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'n'"):
        Strict()


def test_notebook_representation_is_a_table(Linear):
    html = Sequential(Linear(3, 2))._repr_html_()
    assert html.startswith("<table>")
    assert "Linear 3 -&gt; 2" in html


def test_call_is_forward(Linear):
    layer, x = Linear(3, 2), np.ones((4, 3), np.float32)
    np.testing.assert_array_equal(layer(x), layer.forward(x))


def test_mode_reaches_modules_that_attributes_hold(Linear):
    class Block(Module):
        def __init__(self):
            super().__init__()
            self.inner, self.others = Linear(2, 2), [Linear(2, 2)]

    block = Block()
    block.evaluate()
    assert [block.training, block.inner.training, block.others[0].training] == [False] * 3
    block.train()
    assert [block.training, block.inner.training, block.others[0].training] == [True] * 3


def test_list_is_refused_as_input(Linear):
    with pytest.raises(TypeError, match="Linear.*: expected an array, or a tuple of arrays, received list"):
        Linear(2, 2).forward([[1.0, 2.0]])


def test_parameter_that_is_none_leaves_its_gradient_out(Linear):
    layer = Linear(3, 2)
    layer.b = None
    assert len(layer.getParameters()) == len(layer.getGradParameters()) == 1
    assert layer.flattenParameters()[0].size == 6


def test_error_in_a_repr_does_not_hide_the_error_of_the_layer():
    class Half(Module):
        def updateOutput(self, input):
            raise ValueError("expected more")

        def __repr__(self):
            return self.missing

    with pytest.raises(ValueError, match="expected more") as caught:
        Sequential(Half()).forward(np.ones(2))
    assert caught.value.__notes__ == ["in Sequential[0]: Half, input (2,) float64"]
