"""What modules make that JAX does not expect: other dtypes, other shapes, no gradient."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from minnet_core import Module
from minnet_jax import to_jax

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
    with pytest.raises(Exception, match="expected backward to return the gradient of its input, received None"):
        jax.block_until_ready(jax.grad(lambda x: function({}, x).sum())(jnp.abs(X)))
