"""What modules make that JAX does not expect: other dtypes, other shapes, no gradient."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from minnet_core import Module
from minnet_jax import JaxError, put_parameters, to_jax

X = np.random.default_rng(1).standard_normal((5, 3)).astype(np.float32)


class Halves(Module):
    """It makes float64 of integers, as NumPy does, or another shape of other numbers, or no gradient of its input."""

    def __init__(self, kind="wide"):
        super().__init__()
        self.kind = kind

    def updateOutput(self, input):
        self.output = (input / 2).astype(np.float64) if self.kind == "wide" else input[input[:, 0] >= 0]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput / 2 if self.kind == "wide" else None
        return self.gradInput


def test_what_is_float64_in_numpy_is_float32_to_jax():
    function, _ = to_jax(Halves())
    made = jax.jit(function)({}, jnp.arange(6).reshape(2, 3))
    assert made.dtype == np.float32
    np.testing.assert_array_equal(made, np.arange(6).reshape(2, 3) / 2)
    assert (jax.grad(lambda x: function({}, x).sum())(jnp.asarray(X)) == 0.5).all()


def test_a_shape_that_depends_on_numbers_is_refused():
    function, _ = to_jax(Halves("part"))
    with pytest.raises(Exception, match="expected a module that makes outputs of one shape"):
        jax.block_until_ready(jax.jit(function)({}, X - 1))


def test_a_module_without_the_gradient_of_its_input_is_told_of():
    function, _ = to_jax(Halves("part"))
    with pytest.raises(Exception, match="the gradient of its input, .* float32, received NoneType"):
        jax.block_until_ready(jax.grad(lambda x: function({}, x).sum())(jnp.abs(X)))


class Makes(Halves):
    """Its forward makes what a function returns, its backward another."""

    def __init__(self, output, gradient=None):
        super().__init__()
        self.made = output, gradient

    def updateOutput(self, input):
        self.output = self.made[0](input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.made[1](gradOutput)
        return self.gradInput


@pytest.mark.parametrize(
    ("output", "received"),
    [
        (lambda x: x * 2j, r"\(5, 3\) complex64"),
        (lambda x: float(x.sum()), "float"),
        (lambda x: (x, None), "NoneType"),
        (lambda x: x.astype("U"), r"\(5, 3\) <U"),
    ],
    ids=["complex", "a number", "None in a table", "texts"],
)
def test_what_are_no_arrays_of_real_numbers_is_refused(output, received):
    function, _ = to_jax(Makes(output))
    with pytest.raises(JaxError, match=f"^Makes: expected forward to make an array of real .*, received {received}"):
        function({}, X)


def test_a_gradient_of_another_shape_is_told_of_as_one():
    function, _ = to_jax(Makes(lambda x: 2 * x, lambda g: g.sum(axis=0)))
    with pytest.raises(Exception, match=r"the gradient of its input, \(5, 3\) float32, received \(3,\) float32"):
        jax.block_until_ready(jax.grad(lambda x: function({}, x).sum())(X))


class Rebinds(Module):
    """A matrix whose gradient and itself, as homework has it, are other arrays after each pass."""

    PARAMETERS = {"W": "gradW"}

    def __init__(self, where):
        super().__init__()
        self.where, self.W, self.gradW = where, np.ones((3, 2), np.float32), np.zeros((3, 2), np.float32)

    def zeroGradParameters(self):
        if self.where != "nowhere":
            self.gradW = np.zeros_like(self.W)

    def updateOutput(self, input):
        if self.where == "forward":
            self.W = self.W.copy()
        self.output = input @ self.W
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W.T
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        if self.where == "backward":
            self.gradW = self.gradW + input.T @ gradOutput
        else:
            self.gradW += input.T @ gradOutput


@pytest.mark.parametrize("where", ["nowhere", "zeroGradParameters", "forward", "backward"])
def test_gradients_are_right_where_a_module_rebinds_or_keeps_them(where):
    function, parameters = to_jax(Rebinds(where))
    for factor in (1, 2, 3):
        scaled = jax.tree.map(lambda each: factor * each, parameters)  # noqa: B023
        np.testing.assert_allclose(function(scaled, X), X @ np.full((3, 2), factor), rtol=1e-5)
        gradients = jax.grad(lambda p: function(p, X).sum())(scaled)
        np.testing.assert_allclose(gradients["W"], np.repeat(X.sum(axis=0)[:, None], 2, axis=1), rtol=1e-5)


def test_what_is_no_module_and_no_dict_is_refused():
    with pytest.raises(TypeError, match="^to_jax: expected a minnet Module, received float"):
        to_jax(0.5)
    with pytest.raises(JaxError, match="^expected the parameters as a dict by their names, received list"):
        put_parameters(Halves(), [X])
