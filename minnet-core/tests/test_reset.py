"""`Module.reset`: parameters drawn anew where they are, buffers as in a new module, one seed for a whole model."""

from typing import ClassVar

import numpy as np
import pytest

from minnet_core import Container, Initializer, Module, Sequential, ShapeError, build, initializers, layers, to_config


class Dense(Module):
    """Weights and a bias, drawn."""

    PARAMETERS: ClassVar = {"W": "gradW", "b": "gradb"}
    ALIASES: ClassVar = {"weight": "W"}

    def __init__(self, n_in, n_out, bias=True, *, rng=None):
        super().__init__()
        rng = np.random.default_rng(rng)
        self.W = rng.uniform(-1, 1, (n_out, n_in)).astype(np.float32)
        self.b = rng.uniform(-1, 1, n_out).astype(np.float32) if bias else None
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b) if bias else None


class Norm(Module):
    """A scale that begins as 1, a shift called a bias, and moving statistics."""

    PARAMETERS: ClassVar = {"gamma": "gradGamma", "bias": "gradBias"}
    BUFFERS = ("mean", "count")

    def __init__(self, n):
        super().__init__()
        self.gamma, self.bias = np.ones(n, np.float32), np.full(n, 0.25, np.float32)
        self.gradGamma, self.gradBias = np.zeros(n, np.float32), np.zeros(n, np.float32)
        self.mean, self.count = None, np.zeros(1)


class Scaled(Container):
    """A container with a parameter of its own."""

    PARAMETERS: ClassVar = {"alpha": "gradAlpha"}

    def __init__(self, *modules):
        super().__init__(*modules)
        self.alpha, self.gradAlpha = np.zeros(1, np.float32), np.zeros(1, np.float32)


class Notebook(Module):
    """As the notebook writes a layer: nothing is declared, and the global generator draws."""

    def __init__(self, n_in, n_out):
        super().__init__()
        self.W, self.b = np.random.uniform(-1, 1, (n_out, n_in)), np.random.uniform(-1, 1, n_out)
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)
        self.moving = None

    def getParameters(self):
        return [self.W, self.b]

    def getGradParameters(self):
        return [self.gradW, self.gradb]


class Sevens(Initializer):
    """Counts what it is asked for."""

    def __init__(self):
        self.shapes = []

    def draw(self, shape, rng):
        self.shapes.append(shape)
        return np.full(shape, 7.0)


class Drawn(Initializer):
    """Normal numbers."""

    def draw(self, shape, rng):
        return rng.standard_normal(shape)


@pytest.fixture(autouse=True)
def _registered():
    with layers.emptied(), initializers.emptied():
        for cls in (Dense, Norm):
            layers.register(cls)
        initializers.register(Sevens)
        yield


def model_of(rng=0):
    return build(
        {
            "class": "Sequential",
            "modules": [
                {"class": "Dense", "n_in": 3, "n_out": 4},
                {"class": "Norm", "n": 4},
                {"class": "Sequential", "modules": [{"class": "Dense", "n_in": 4, "n_out": 2}]},
            ],
        },
        rng=rng,
    )


def arrays(model):
    return {name: array.copy() for name, array in {**model.namedParameters(), **model.namedBuffers()}.items()}


def expect_equal(one, other):
    assert one.keys() == other.keys()
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name], err_msg=name)


def used(model):
    """Make all that a model has something else."""
    for array in [*model.namedParameters().values(), *model.namedGradParameters().values()]:
        array.fill(5)
    model[1].mean, model[1].count = np.ones(4), np.full(1, 9.0)
    return model


@pytest.mark.parametrize("seed", [0, 1])
def test_without_an_initializer_it_is_the_model_that_build_makes(seed):
    model = used(model_of(7))
    assert model.reset(rng=seed) is model
    expect_equal(arrays(model), arrays(build(to_config(model), rng=seed)))
    expect_equal(arrays(model), arrays(model_of(seed)))
    assert model[1].mean is None


def test_without_a_seed_it_draws_others_each_time():
    model = model_of()
    one, other = (arrays(model.reset())["0.W"] for _ in range(2))
    assert not np.array_equal(one, other)


def test_weights_are_drawn_biases_are_0_and_the_rest_is_as_it_begins():
    model, draw = used(model_of()), Sevens()
    model.reset(draw)
    assert draw.shapes == [(4, 3), (2, 4)]
    assert {name: set(array.ravel()) for name, array in model.namedParameters().items()} == {
        **{"0.W": {7}, "2.0.W": {7}, "0.b": {0}, "2.0.b": {0}},
        **{"1.gamma": {1}, "1.bias": {0.25}},  # which a normalization calls so, and no weights are beside it
    }
    assert model[1].mean is None
    assert model[1].count == 0
    assert model[0].gradW.ravel()[0] == 5  # gradients are the business of who trains


@pytest.mark.parametrize("bias", [0.5, lambda shape, rng, dtype: np.full(shape, 0.5, dtype)])
def test_biases_become_what_is_asked_for(bias):
    model = model_of().reset("Sevens", bias=bias)
    assert (set(model[0].b), set(model[1].bias)) == ({0.5}, {0.25})
    weights = model_of(3)[0].W
    model.reset(bias=bias, rng=3)
    np.testing.assert_array_equal(model[0].W, weights)
    assert set(model[0].b) == {0.5}


@pytest.mark.parametrize(
    "given", ["Sevens", "local:Sevens", Sevens, Sevens(), lambda shape, rng, dtype: np.full(shape, 7)]
)
def test_an_initializer_is_given_in_several_ways(given):
    assert set(Dense(3, 2).reset(given).W.ravel()) == {7}


def test_one_seed_gives_one_network():
    one, same, other = (arrays(model_of().reset(Drawn(), rng=seed)) for seed in (1, 1, 2))
    expect_equal(one, same)
    assert not np.array_equal(one["0.W"], other["0.W"])
    assert not np.array_equal(one["0.W"].ravel()[:8], one["2.0.W"].ravel())
    generator = np.random.default_rng(1)
    expect_equal(arrays(model_of().reset(Drawn(), rng=generator)), one)


def test_dtypes_draw_the_same():
    model = model_of()
    single = arrays(model.reset(Drawn(), rng=1))
    double = arrays(model.astype(np.float64).reset(Drawn(), rng=1))
    assert double["0.W"].dtype == np.float64
    expect_equal({name: array.astype(np.float32) for name, array in double.items()}, single)


def test_whoever_holds_the_arrays_has_the_new_numbers():
    model = model_of()
    vector, _ = model.flattenParameters()
    held = model[0].weight
    model.reset("Sevens")
    assert set(held.ravel()) == {7}
    assert vector[:12].tolist() == [7] * 12
    assert model.flattenParameters()[0] is vector


def test_what_is_shared_is_drawn_once_and_stays_shared():
    model = Sequential(Dense(3, 3), Dense(3, 3))
    model[1].share(model[0])
    draw = Sevens()
    model.reset(draw)
    assert model[1].W is model[0].W
    assert len(draw.shapes) == 1


def test_read_only_arrays_are_replaced():
    model = Sequential(Dense(3, 3), Dense(3, 3))
    model[1].share(model[0])
    model[0].W.flags.writeable = False
    model.reset("Sevens")
    assert model[0].W is model[1].W
    assert set(model[0].W.ravel()) == {7}


def test_a_layer_of_the_notebook_is_drawn_by_its_constructor():
    layer = Notebook(3, 2)
    held, layer.moving = layer.W, np.ones(2)
    np.random.seed(0)
    layer.reset()
    np.random.seed(0)
    np.testing.assert_array_equal(held, Notebook(3, 2).W)
    assert layer.moving is None
    layer.reset(Sevens())
    assert (set(layer.W.ravel()), set(layer.b)) == ({7}, {0})


def test_a_layer_without_parameters_and_without_arguments_is_left_alone():
    assert Module().reset("Sevens").namedParameters() == {}


def test_what_a_container_was_given_modules_for_cannot_be_made_again():
    model = Scaled(Dense(3, 2))
    before = arrays(model)
    with pytest.raises(TypeError, match=r"Scaled: expected a constructor that takes no modules"):
        model.reset(rng=1)
    expect_equal(arrays(model), before)


def test_a_container_with_a_parameter_of_its_own_is_made_again():
    model = Scaled().add(Dense(3, 2))
    model.alpha.fill(3)
    model.reset("Sevens")
    assert (set(model.alpha), set(model[0].W.ravel())) == ({0}, {7})


def test_an_error_names_the_parameter_and_changes_nothing():
    def refuse(shape, rng, dtype):
        if shape == (2, 4):
            raise ValueError("no")
        return np.zeros(shape)

    model = model_of()
    before = arrays(model)
    with pytest.raises(ValueError, match="no") as caught:
        model.reset(refuse)
    assert caught.value.__notes__ == ["in reset, for parameter 2.0.W (2, 4)"]
    with pytest.raises(ShapeError, match=r"0.W: expected the initializer to return \(4, 3\), received \(\)"):
        model.reset(lambda shape, rng, dtype: np.zeros(()))
    expect_equal(arrays(model), before)


@pytest.mark.parametrize("given", [3, object(), Dense])
def test_what_is_no_initializer_is_refused(given):
    with pytest.raises(TypeError, match="expected an initializer, the name of one, or a function"):
        Dense(3, 2).reset(given)


def test_another_shape_than_the_constructor_makes_is_told():
    layer = Dense(3, 2)
    layer.W, layer.gradW = np.zeros((2, 5), np.float32), np.zeros((2, 5), np.float32)
    with pytest.raises(ShapeError, match=r"expected the constructor to make W \(2, 5\) again, received \(2, 3\)"):
        layer.reset()


def test_the_base_class_says_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"Initializer must define draw\(shape, rng\)"):
        Initializer()((2, 3))


def test_a_wrong_shape_or_dtype_is_refused():
    class Wrong(Initializer):
        def __init__(self, value=1):
            self.value = value

        def draw(self, shape, rng):
            return np.zeros(3)

    with pytest.raises(ShapeError, match=r"Wrong\(value=2\): expected draw to return an array of shape \(2, 3\)"):
        Wrong(value=2)((2, 3))
    with pytest.raises(TypeError, match=r"Wrong\(\): expected a floating dtype, received int64"):
        Wrong()((2, 3), dtype="int64")
