"""`fuse`, with layers that a stranger might write: the core has none of its own."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from minnet_core import Affine, Container, Module, Sequential, fuse, layers, load, save, to_config
from minnet_core.testing import isolated
from minnet_test_support import notebook

X = np.random.default_rng(0).standard_normal((5, 3))


class Dense(Module):
    """An absorber."""

    PARAMETERS = {"W": "gradW", "b": "gradb"}

    def __init__(self, n_in, n_out, *, bias=True, dtype="float64", rng=0):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.W = rng.standard_normal((n_out, n_in)).astype(dtype)
        self.b = rng.standard_normal(n_out).astype(dtype) if bias else None
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b) if bias else None

    def updateOutput(self, input):
        self.output = input @ self.W.T + (0 if self.b is None else self.b)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def absorb(self, affine):
        found = affine.of_features(self.W.shape[0], axis=-1, ndim=2)
        if found is None:
            return None
        layer = Dense(*self.W.shape[::-1], dtype=self.W.dtype)
        layer.W[...] = found[0][:, np.newaxis] * self.W
        layer.b[...] = found[1] + (0 if self.b is None else found[0] * self.b)
        return layer


class Scale(Module):
    """An affine map of each feature, with parameters."""

    PARAMETERS = {"s": "gradS", "t": "gradT"}

    def __init__(self, n, *, axis=-1, dtype="float64", rng=1):
        super().__init__()
        self.axis = axis
        self.s, self.t = np.random.default_rng(rng).standard_normal((2, n)).astype(dtype)
        self.gradS, self.gradT = np.zeros_like(self.s), np.zeros_like(self.t)

    def updateOutput(self, input):
        self.output = np.moveaxis(np.moveaxis(input, self.axis, -1) * self.s + self.t, -1, self.axis)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.moveaxis(np.moveaxis(gradOutput, self.axis, -1) * self.s, -1, self.axis)
        return self.gradInput

    def as_affine(self):
        return Affine(self.s, self.t, axis=self.axis)


class Noise(Module):
    """The identity in evaluation mode."""

    def updateOutput(self, input):
        self.output = input + np.random.default_rng().standard_normal(input.shape) if self.training else input * 1.0
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * 1.0
        return self.gradInput

    def as_affine(self):
        return Affine()


class Square(Module):
    """Neither."""

    def updateOutput(self, input):
        self.output = input * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * input * gradOutput
        return self.gradInput


class Twice(Container):
    """A composite that is no Sequential."""

    def updateOutput(self, input):
        self.output = 2 * self.rethrowErrors(0, "forward", input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.rethrowErrors(0, "updateGradInput", input, 2 * gradOutput)
        return self.gradInput


def names(module):
    return [type(inner).__name__ for inner in module]


def expect_same(fused, model, x=X, rtol=1e-12):
    """Both passes give what they give in the model in evaluation mode."""
    model = copy.deepcopy(model)
    model.evaluate()
    output = model.forward(x)
    np.testing.assert_allclose(fused.forward(x), output, rtol=rtol, atol=rtol)
    assert fused.output.dtype == output.dtype
    g = np.random.default_rng(1).standard_normal(output.shape)
    np.testing.assert_allclose(fused.backward(x, g), model.backward(x, g), rtol=rtol, atol=rtol)


MODELS = {
    "one map": (Sequential(Dense(3, 4), Scale(4)), ["Dense"]),
    "several maps": (Sequential(Dense(3, 4), Scale(4), Scale(4, rng=2), Noise(), Scale(4, rng=3)), ["Dense"]),
    "no bias": (Sequential(Dense(3, 4, bias=False), Scale(4)), ["Dense"]),
    "two layers": (Sequential(Dense(3, 4), Scale(4), Square(), Dense(4, 2), Scale(2)), ["Dense", "Square", "Dense"]),
    "at the beginning": (Sequential(Scale(3), Scale(3, rng=2), Dense(3, 4)), ["Scale", "Scale", "Dense"]),
    "after what absorbs nothing": (Sequential(Square(), Scale(3), Dense(3, 2)), ["Square", "Scale", "Dense"]),
    "the same axis from the start": (Sequential(Dense(3, 4), Scale(4, axis=1), Scale(4)), ["Dense"]),
    "another axis": (Sequential(Dense(3, 4), Scale(5, axis=0), Scale(4)), ["Dense", "Scale", "Scale"]),
    "another axis of the same size": (Sequential(Dense(3, 5), Scale(5, axis=0)), ["Dense", "Scale"]),
    "first one axis, then another": (Sequential(Dense(3, 4), Scale(4), Scale(5, axis=0)), ["Dense", "Scale"]),
    "nested": (Sequential(Sequential(Dense(3, 4)), Sequential(Sequential(Scale(4)), Noise())), ["Dense"]),
    "single absorber": (Dense(3, 4), ["Dense"]),
    "single map": (Scale(3), ["Scale"]),
    "single identity": (Noise(), ["Noise"]),
    "identities at the beginning": (Sequential(Noise(), Sequential(Noise()), Dense(3, 4)), ["Noise", "Dense"]),
    "empty": (Sequential(), []),
    "composite": (Sequential(Twice(Sequential(Dense(3, 4), Noise(), Scale(4))), Scale(4)), ["Twice", "Scale"]),
    "fused once more": (fuse(Sequential(Noise(), Dense(3, 4), Scale(4))), ["Noise", "Dense"]),
    "fused, and more": (Sequential(fuse(Sequential(Noise(), Dense(3, 4))), Scale(4)), ["Noise", "Dense"]),
}


@pytest.mark.parametrize("name", MODELS)
def test_both_passes_are_those_of_the_model_and_only_what_cannot_be_folded_is_left(name):
    model, left = MODELS[name]
    fused = fuse(model)
    assert type(fused) is Sequential
    assert names(fused) == left
    expect_same(fused, model)


@pytest.mark.parametrize("name", MODELS)
def test_integers_give_what_they_give_in_the_model(name):
    model, _ = MODELS[name]
    expect_same(fuse(model), model, np.arange(15).reshape(5, 3))


@pytest.mark.parametrize("name", MODELS)
def test_the_model_is_unchanged_and_nothing_is_shared(name):
    model, _ = MODELS[name]
    model.forward(X)
    output, mode = np.array(model.output), model.training
    before = {key: array.copy() for key, array in model.namedParameters().items()}
    fused = fuse(model)
    for array in fused.namedParameters().values():
        array.fill(7)
    fused.forward(X)
    assert model.training is mode
    np.testing.assert_array_equal(model.output, output)
    for key, array in model.namedParameters().items():
        np.testing.assert_array_equal(array, before[key])


@pytest.mark.parametrize("name", MODELS)
def test_the_result_is_saved_loaded_and_cloned(name, tmp_path):
    fused = fuse(MODELS[name][0])
    with isolated():
        for cls in (Dense, Scale, Noise, Square, Twice):
            layers.register(cls)
        loaded = load(save(fused, tmp_path / "fused.safetensors"))
    for twin in (loaded, fused.clone()):
        assert type(twin) is Sequential
        assert repr(twin) == repr(fused)
        assert to_config(twin) == to_config(fused)
        np.testing.assert_array_equal(twin.forward(X), fused.forward(X))
        integers = np.arange(15, dtype=np.uint8).reshape(5, 3)
        assert twin.forward(integers).dtype == fused.forward(integers).dtype
        assert not any(layer.training for layer in (twin, *twin))


def test_it_can_be_set_to_training_like_any_model_and_back():
    fused = fuse(Sequential(Dense(3, 4), Noise(), Square(), Sequential(Dense(4, 2))))
    expected = fused.forward(X)
    fused.train()
    assert all(layer.training for layer in (fused, *fused))
    fused.evaluate()
    np.testing.assert_array_equal(fused.forward(X), expected)


def test_rounding_happens_once():
    model = Sequential(Dense(3, 4, dtype="float32"), *(Scale(4, dtype="float32", rng=rng) for rng in range(2, 8)))
    wide = model.clone().astype(np.float64)
    for (name, array), exact in zip(
        fuse(model).namedParameters().items(), fuse(wide).namedParameters().values(), strict=True
    ):
        np.testing.assert_array_equal(array, exact.astype(np.float32), err_msg=name)


def test_what_is_wider_than_the_layer_before_it_is_not_narrowed():
    model = Sequential(Dense(3, 4, dtype="float32"), Scale(4, dtype="float32"), Scale(4))
    assert names(fuse(model)) == ["Dense", "Scale"]
    expect_same(fuse(model), model, X.astype(np.float32), rtol=1e-5)
    model.astype(np.float64)
    assert names(fuse(model)) == ["Dense"]


@pytest.mark.parametrize("scale", [1e30, np.inf, np.nan])
def test_what_would_overflow_is_not_folded(scale):
    model = Sequential(Dense(3, 4, dtype="float32"), Scale(4, dtype="float32"), Scale(4, dtype="float32"))
    model[0].W[0] = 1e10
    model[2].s[0] = scale
    fused = fuse(model)
    assert names(fused) == ["Dense", "Scale"], "the first map can be folded without the second"


def test_shared_parameters_are_folded_in_one_place_and_shared_in_the_others(tmp_path):
    first, second, third = Dense(3, 3), Dense(3, 3), Dense(3, 3)
    second.share(first)
    third.share(first)
    model = Sequential(first, Square(), second, Scale(3), Square(), third)
    fused = fuse(model)
    expect_same(fused, model)
    assert fused[0].W is fused[4].W
    assert fused[2].W is not fused[0].W


def test_flattened_parameters_make_no_difference():
    model = Sequential(Dense(3, 4), Scale(4), Square())
    expected = fuse(model).forward(X)
    parameters, _ = model.flattenParameters()
    fused = fuse(model)
    np.testing.assert_array_equal(fused.forward(X), expected)
    parameters += 1
    np.testing.assert_array_equal(fused.forward(X), expected)


def test_a_module_that_is_listed_twice_counts_twice():
    square, dense, scale = Square(), Dense(3, 3), Scale(3)
    model = Sequential(dense, scale, square)
    model.modules += [dense, square, scale, scale]  # add() would refuse them
    fused = fuse(model)
    assert names(fused) == ["Dense", "Square", "Dense", "Square", "Scale", "Scale"]
    model.evaluate()
    np.testing.assert_allclose(fused.forward(X), model.forward(X), rtol=1e-12)


def test_a_sequence_with_a_constructor_of_its_own_is_a_sequence():
    class Net(Sequential):
        def __init__(self):
            super().__init__(Dense(3, 4), Scale(4))

    assert names(fuse(Net())) == ["Dense"]


class Branched(Sequential):
    def updateOutput(self, input):
        self.output = super().updateOutput(input) + 1
        return self.output


class EagerNoise(Noise):
    def evaluate(self):
        """Go on making noise."""


class Cubic(Scale):
    def updateOutput(self, input):
        self.output = super().updateOutput(input) ** 3
        return self.output


class Reversed(Scale):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = -super().updateGradInput(input, gradOutput)
        return self.gradInput


class Clipped(Dense):
    def updateOutput(self, input):
        self.output = np.maximum(super().updateOutput(input), 0)
        return self.output


class Logging:
    def forward(self, input):
        return super().forward(input)


class LoggedDense(Logging, Dense):
    pass


@pytest.mark.parametrize(
    "layer",
    [Branched(Dense(4, 4), Scale(4)), EagerNoise(), Cubic(4), Reversed(4)],
    ids=lambda layer: type(layer).__name__,
)
def test_a_statement_does_not_count_for_a_subclass_that_computes_otherwise(layer):
    assert names(fuse(Sequential(Dense(3, 4), layer))) == ["Dense", type(layer).__name__]


@pytest.mark.parametrize("cls", [Clipped, LoggedDense])
def test_a_subclass_that_computes_otherwise_absorbs_nothing(cls):
    model = Sequential(cls(3, 4), Scale(4))
    assert names(fuse(model)) == [cls.__name__, "Scale"]
    expect_same(fuse(model), model)


def test_a_method_of_one_instance_counts_too():
    model = Sequential(Dense(3, 4), Noise())
    model[1].updateOutput = lambda x: x + 1
    assert names(fuse(model)) == ["Dense", "Noise"]


def test_a_subclass_with_a_constructor_of_its_own_is_folded_as_its_base():
    class Small(Dense):
        def __init__(self):
            super().__init__(3, 4)

    model = Sequential(Small(), Scale(4))
    assert names(fuse(model)) == ["Dense"]
    expect_same(fuse(model), model)


def test_classes_of_the_notebook_are_kept_as_they_are():
    inner = notebook.Sequential()
    inner.add(notebook.Linear(4, 4))
    inner.add(notebook.BatchNormalization(0.5))
    layers = (notebook.Linear(3, 4), notebook.BatchNormalization(), notebook.ReLU(), notebook.Dropout(), inner)
    model = Sequential(*layers, Dense(4, 2), Scale(2))
    model.forward(X)
    fused = fuse(model)
    assert names(fused) == [*(type(layer).__name__ for layer in layers), "Dense"]
    assert not any(layer.training for layer in (*fused, *fused[4].modules))
    expect_same(fused, model)


def test_nothing_is_asked_of_a_layer_that_states_nothing():
    class Careless(notebook.Linear):
        def getGradParameters(self):
            return []

    model = Sequential(Careless(3, 4), Scale(4))
    assert names(fuse(model)) == ["Careless", "Scale"]


def test_a_net_of_the_notebook_is_left_whole():
    model = notebook.Sequential()
    for layer in (notebook.Linear(3, 4), notebook.BatchNormalization(), notebook.Dropout()):
        model.add(layer)
    model.forward(X)
    assert names(fuse(model)) == ["Sequential"]
    expect_same(fuse(model), model)


@pytest.mark.parametrize(
    ("word", "value", "message"),
    [
        ("as_affine", (2.0, 1.0), r"expected as_affine\(\) to return an Affine or None, received \(2.0, 1.0\)"),
        ("absorb", "a layer", r"expected absorb\(\) to return a new module or None, received 'a layer'"),
        ("absorb", "self", r"expected absorb\(\) to return a new module or None, received itself"),
    ],
)
def test_a_statement_of_the_wrong_type_is_refused(word, value, message):
    base = {"as_affine": Scale, "absorb": Dense}[word]
    wrong = type("Wrong", (base,), {word: lambda self, *_: self if value == "self" else value})
    model = Sequential(wrong(3, 3), Scale(3)) if word == "absorb" else Sequential(wrong(3))
    with pytest.raises(TypeError, match=message):
        fuse(model)


def test_an_error_says_which_layer_of_the_result_it_comes_from():
    fused = fuse(Sequential(Noise(), Dense(3, 4), Scale(4), Square(), Dense(7, 2)))
    with pytest.raises(ValueError, match="matmul") as caught:
        fused.forward(X)
    assert caught.value.__notes__ == ["in Sequential[3]: Dense, input (5, 4) float64"]
