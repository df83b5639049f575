"""A module as a function of JAX computes what the module does, forward and backward, however JAX calls it."""

from __future__ import annotations

import sys
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from minnet_core import Graph, Module, Sequential
from minnet_jax import JaxError, put_parameters, to_jax
from minnet_test_support.components import DeclaredLinear as Linear


class Tanh(Module):
    def updateOutput(self, input):
        self.output = np.tanh(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (1 - self.output**2)
        return self.gradInput


class Drop(Module):
    """Drops half of the numbers in training mode, and counts its calls."""

    BUFFERS = ("calls",)

    def __init__(self, rng=0):
        super().__init__()
        self.rng, self.calls = np.random.default_rng(rng), np.zeros(1, np.float32)

    def updateOutput(self, input):
        self.calls = self.calls + 1
        self.mask = (self.rng.random(input.shape) < 0.5).astype(input.dtype) if self.training else 1
        self.output = input * self.mask * self.calls
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask * self.calls
        return self.gradInput


class Lookup(Module):
    PARAMETERS = {"W": "gradW"}

    def __init__(self):
        super().__init__()
        self.W, self.gradW = np.arange(6, dtype=np.float32).reshape(3, 2), np.zeros((3, 2), np.float32)

    def updateOutput(self, input):
        indices, scale = input
        self.output = self.W[indices] * scale, scale + 1
        return self.output

    def updateGradInput(self, input, gradOutput):
        indices, scale = input
        self.gradInput = None, (gradOutput[0] * self.W[indices]).sum(1, keepdims=True) + gradOutput[1]
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        np.add.at(self.gradW, input[0], gradOutput[0] * input[1])


@pytest.fixture
def net():
    rng = np.random.default_rng(0)
    model = Sequential(Linear(3, 4), Tanh(), Linear(4, 2))
    for array in model.namedParameters().values():
        array[...] = rng.standard_normal(array.shape)
    return model


@pytest.fixture
def doubles():
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", False)


X = np.random.default_rng(1).standard_normal((5, 3)).astype(np.float32)


@pytest.mark.parametrize("how", [lambda f: f, jax.jit])
def test_output_and_gradients_are_those_of_the_module(net, how):
    function, parameters = to_jax(net)
    made = how(function)(parameters, X)
    np.testing.assert_array_equal(made, net.forward(X))
    assert made.dtype == np.float32

    def loss(parameters, x):
        return (function(parameters, x) ** 2).sum()

    gradients, of_input = how(jax.grad(loss, (0, 1)))(parameters, X)
    expected = net.backward(X, 2 * net.forward(X))
    np.testing.assert_allclose(of_input, expected, rtol=1e-6)
    assert gradients.keys() == net.namedGradParameters().keys()
    for name, gradient in net.namedGradParameters().items():
        np.testing.assert_allclose(gradients[name], gradient, rtol=1e-5)


def test_the_module_stays_as_it_is(net):
    net.train()
    before = {name: array.copy() for name, array in net.namedParameters().items()}
    function, parameters = to_jax(net)
    jax.grad(lambda p: function(p, X).sum())({name: array + 1 for name, array in parameters.items()})
    for name, array in net.namedParameters().items():
        np.testing.assert_array_equal(array, before[name])
    assert not any(gradient.any() for gradient in net.namedGradParameters().values())
    assert net.output is None
    assert net.training


def test_gradients_are_those_of_differences(net, doubles):
    function, parameters = to_jax(net.astype(np.float64))
    check_grads(function, (parameters, jnp.asarray(X, jnp.float64)), order=1, modes=["rev"])


def test_two_uses_in_one_function_do_not_disturb_each_other(net):
    function, parameters = to_jax(net)

    def twice(p, x, z):
        return (function(p, x) * function(p, z)).sum()

    of_x, of_z = jax.jit(jax.grad(twice, (1, 2)))(parameters, X, -2 * X)
    net.evaluate()
    y = net.forward(-2 * X)
    net.forward(X)
    np.testing.assert_allclose(of_x, net.backward(X, y), rtol=1e-5)
    y = net.forward(X).copy()
    net.forward(-2 * X)
    np.testing.assert_allclose(of_z, net.backward(-2 * X, y), rtol=1e-5)


def test_vmap_calls_the_module_for_each_element(net):
    function, parameters = to_jax(net)
    many = np.stack([X, 2 * X])
    np.testing.assert_array_equal(jax.vmap(function, (None, 0))(parameters, many)[1], net.forward(2 * X))
    each = jax.vmap(jax.grad(lambda p, x: function(p, x).sum()), (None, 0))(parameters, many)
    assert each["0.W"].shape == (2, *parameters["0.W"].shape)


def test_it_is_part_of_a_training_in_jax(net):
    function, parameters = to_jax(net)
    target = np.sin(X[:, :2])

    @jax.jit
    def step(parameters):
        loss, gradients = jax.value_and_grad(lambda p: ((function(p, X) - target) ** 2).mean())(parameters)
        return loss, jax.tree.map(lambda p, g: p - 0.1 * g, parameters, gradients)

    losses = []
    for _ in range(60):
        loss, parameters = step(parameters)
        losses.append(float(loss))
    assert losses[-1] < losses[0] / 5
    put_parameters(net, parameters)
    np.testing.assert_allclose(((net.forward(X) - target) ** 2).mean(), losses[-1], rtol=0.2)


def test_random_numbers_follow_from_the_seed_and_backward_draws_the_same(net):
    function, parameters = to_jax(Sequential(net, Drop(), Drop()), training=True)
    once, again, other = (jax.jit(function)(parameters, X, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(once, again)
    assert (once != other).any()
    gradient = jax.grad(lambda x: function(parameters, x, 3).sum())(X)
    identity, nothing = to_jax(Drop(), training=True)
    dropped = identity(nothing, np.ones((4, 4), np.float32), 3)
    slope = jax.grad(lambda x: identity(nothing, x, 3).sum())(np.ones((4, 4), np.float32))
    np.testing.assert_array_equal(dropped, slope)
    assert 0 < (np.asarray(once) == 0).mean() < 1
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("how", [lambda f: f, jax.jit, jax.grad])
def test_random_numbers_that_no_seed_determines_are_refused(net, how):
    function, parameters = to_jax(Sequential(net, Drop()), training=True)
    call = how(lambda x, *seed: function(parameters, x, *seed).sum())
    with pytest.raises(JaxError, match=r"expected a seed, function\(parameters, x, seed\), received none: .*1\.rng"):
        call(X)
    assert np.isfinite(call(X, 3)).all()


class Drops(Module):
    """Drops what a function draws."""

    def __init__(self, draw, rngs=()):
        super().__init__()
        self.draw, self.rngs = draw, rngs

    def updateOutput(self, input):
        self.output = input * (self.draw(self.rngs, input.shape) < 0.5)
        return self.output


@pytest.mark.parametrize(
    ("module", "where"),
    [
        (Drops(lambda rngs, shape: rngs[0].random_sample(shape), [np.random.RandomState(0)]), r"rngs\.0"),
        (Drops(lambda rngs, shape: rngs[0].random(shape), (np.random.default_rng(0),)), r"rngs\.0"),
        (Drops(lambda rngs, shape: np.random.random_sample(shape)), r"numpy\.random or random"),
    ],
)
@pytest.mark.parametrize("seed", [None, 3])
def test_random_numbers_that_cannot_follow_from_a_seed_are_refused(module, where, seed):
    function, nothing = to_jax(module, training=True)
    with pytest.raises(
        JaxError, match=rf"^Drops.*: expected random numbers of a numpy\.random\.Generator .* some of {where}\b"
    ):
        function(nothing, X, seed)


def test_a_module_that_draws_nothing_needs_no_seed(net):
    function, parameters = to_jax(Sequential(net, Drop()))
    np.testing.assert_array_equal(function(parameters, X), function(parameters, X, 3))
    function, parameters = to_jax(net, training=True)
    np.testing.assert_array_equal(function(parameters, X), net.forward(X))


def test_buffers_are_those_of_the_module_in_every_call():
    module = Drop()
    module.calls[:] = 4
    for training in (True, False):
        function, nothing = to_jax(module, training=training)
        made = [function(nothing, np.ones((3, 3), np.float32), 0) for _ in range(2)]
        assert {float(each.max()) for each in made} == {5.0}
    assert module.calls == 4


def test_tables_and_integers(net):
    module = Lookup()
    function, parameters = to_jax(module)
    x = np.array([2, 0, 2]), np.array([[1.0], [2.0], [3.0]], np.float32)

    def loss(p, scale):
        y, z = function(p, (x[0], scale))
        return y.sum() + (z**2).sum()

    gradients, of_scale = jax.jit(jax.grad(loss, (0, 1)))(parameters, x[1])
    assert gradients["W"].tolist() == [[2, 2], [0, 0], [4, 4]]
    assert of_scale.ravel().tolist() == [9 + 4, 1 + 6, 9 + 8]


def test_a_graph_has_its_own_names(net):
    graph = Graph().add("first", Linear(3, 3)).add("second", Tanh())
    function, parameters = to_jax(graph)
    assert sorted(parameters) == sorted(graph.namedParameters())
    np.testing.assert_array_equal(function(parameters, X), graph.forward(X))


def test_large_arrays_pass_from_many_threads(net):
    function, parameters = to_jax(net)
    x = np.random.default_rng(0).standard_normal((100_000, 3)).astype(np.float32)
    jitted, expected, made = jax.jit(function), net.forward(x), []

    def call():
        made.append(np.asarray(jitted(parameters, x)))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 4
    for each in made:
        np.testing.assert_array_equal(each, expected)


def test_a_second_derivative_raises_rather_than_lies(net):
    function, parameters = to_jax(net)

    def slope(x):
        return jax.grad(lambda x: function(parameters, x).sum())(x).sum()

    with pytest.raises(ValueError, match=r"(?i)callback"):
        jax.grad(slope)(X)


def test_the_modules_own_errors_are_raised_while_jax_traces(net):
    function, parameters = to_jax(net)
    with pytest.raises(ValueError, match="3"):
        jax.jit(function)(parameters, np.ones((2, 7), np.float32))


@pytest.mark.parametrize("call", [to_jax, put_parameters])
def test_other_parameters_are_refused(net, call):
    function, parameters = to_jax(net)
    use = (lambda p: function(p, X)) if call is to_jax else (lambda p: put_parameters(net, p))
    before = net.namedParameters()["0.W"].copy()
    for wrong in ({}, {**parameters, "more": X}, {**parameters, "0.W": np.ones((2, 2), np.float32)}):
        with pytest.raises(JaxError, match="expected"):
            use(wrong)
    np.testing.assert_array_equal(net.namedParameters()["0.W"], before)


def test_doubles_need_a_setting_of_jax(net):
    with pytest.raises(JaxError, match="expected float32, received float64, .*jax_enable_x64"):
        to_jax(net.astype(np.float64))


def test_without_jax_one_sentence_says_what_to_install(net, monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(JaxError, match=r"minnet-jax needs JAX, which cannot be imported .*; pip install jax$"):
        to_jax(net)


def test_a_jax_that_is_too_old_is_told(net, monkeypatch):
    monkeypatch.setattr(jax, "__version_info__", (0, 4, 34))
    monkeypatch.setattr(jax, "__version__", "0.4.34")
    with pytest.raises(JaxError, match=r"needs JAX 0\.4\.35 or later, received 0\.4\.34; pip install -U jax"):
        to_jax(net)


def test_a_shared_parameter_is_one_parameter():
    first = Linear(3, 3, rng=0)
    net = Sequential(first, Tanh(), Linear(3, 3, rng=1).share(first))
    function, parameters = to_jax(net)
    assert sorted(parameters) == ["0.W", "0.b"]

    def plain(parameters, x):
        return jnp.tanh(x @ parameters["0.W"].T + parameters["0.b"]) @ parameters["0.W"].T + parameters["0.b"]

    losses = [jax.grad(lambda p, f=each: (f(p, X) ** 2).sum()) for each in (function, plain)]
    made, expected = (loss(parameters) for loss in losses)
    for name in expected:
        np.testing.assert_allclose(made[name], expected[name], rtol=1e-4, atol=1e-5)
    moved = {name: 2 * array for name, array in parameters.items()}
    put_parameters(net, moved)
    np.testing.assert_allclose(net.forward(X), function(moved, X), rtol=1e-6)


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
@pytest.mark.parametrize("how", [lambda f: f, jax.jit])
def test_gradients_have_the_dtypes_of_what_they_are_of(net, dtype, how):
    function, parameters = to_jax(net)
    half = jax.tree.map(lambda each: each.astype(dtype), parameters)
    gradients = how(jax.grad(lambda p: function(p, X).sum()))(half)
    expected = jax.grad(lambda p: function(p, X).sum())(jax.tree.map(lambda each: each.astype(jnp.float32), half))
    for name, gradient in gradients.items():
        assert gradient.dtype == dtype
        np.testing.assert_allclose(gradient.astype(np.float32), expected[name], rtol=1e-2, atol=1e-2)
    assert jax.grad(lambda x: function(parameters, x).sum())(jnp.asarray(X, dtype)).dtype == dtype


@pytest.mark.parametrize("seed", [1.5, "seven", 2**40, np.ones(3, int), True])
def test_what_is_no_seed_is_refused(seed):
    function, _ = to_jax(Drop(), training=True)
    with pytest.raises(JaxError, match="seed: expected an integer"):
        function({}, X, seed)


def test_keys_of_jax_are_seeds():
    function, _ = to_jax(Drop(), training=True)
    for of in (jax.random.key, jax.random.PRNGKey):
        once, again, other = (jax.jit(function)({}, X, of(seed)) for seed in (3, 3, 4))
        np.testing.assert_array_equal(once, again)
        assert (once != other).any()
        back = jax.grad(lambda x, key: function({}, x, key).sum())(jnp.asarray(X), of(3))
        np.testing.assert_array_equal(back != 0, once != 0)
    keys = jax.random.split(jax.random.key(0), 3)
    assert jax.vmap(lambda key: function({}, X, key))(keys).shape == (3, *X.shape)


@pytest.mark.parametrize("parameters", [None, [1.0], {"0.W": 1j}])
def test_what_are_no_parameters_are_refused(net, parameters):
    function, own = to_jax(net)
    with pytest.raises(JaxError, match="expected"):
        function({**own, "0.W": own["0.W"] * 1j} if isinstance(parameters, dict) else parameters, X)
    with pytest.raises(JaxError, match="expected real numbers, received"):
        put_parameters(net, {name: np.asarray(array) * 1j for name, array in own.items()})
    put_parameters(net, own)
