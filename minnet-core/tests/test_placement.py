"""Long vectors of parameters, gradients and of an optimizer begin at different places within their pages."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, Optimizer
from minnet_core.nn.placement import zeros_apart
from minnet_core.state import optimizer_state, set_optimizer_state

PAGE = 4096


class Layer(Module):
    PARAMETERS = {"W": "gradW"}

    def __init__(self, size):
        super().__init__()
        self.W, self.gradW = np.ones(size, np.float32), np.ones(size, np.float32)


class Remembering(Optimizer):
    STATE = ("first", "second", "third")

    def update(self, parameters, gradients, *state):
        for vector in state:
            vector += gradients


def places(optimizer):
    vectors = [*optimizer.module.flattenParameters(), *optimizer.state.values()]
    return [vector.ctypes.data % PAGE for vector in vectors]


@pytest.mark.parametrize("size", [1, 100, 40_000])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_they_are_zeros_that_can_be_written(size, dtype):
    vector = zeros_apart(size, np.dtype(dtype), 3)
    assert vector.shape == (size,)
    assert vector.dtype == dtype
    assert not vector.any()
    assert vector.flags.writeable
    assert vector.flags.aligned


def test_no_two_of_fifteen_share_the_last_bits_of_their_addresses():
    starts = sorted(zeros_apart(40_000, np.dtype("float32"), place).ctypes.data % PAGE for place in range(15))
    assert min(np.diff([*starts, starts[0] + PAGE])) >= 64


def test_what_a_step_works_through_lies_apart_and_does_so_again_when_the_state_is_set():
    optimizer = Remembering(Layer(40_000))
    optimizer.step()
    wanted = places(optimizer)
    assert len(set(wanted)) == 5
    other = Remembering(Layer(40_000))
    set_optimizer_state(other, optimizer_state(optimizer))
    assert places(other) == wanted
    for name, vector in other.state.items():
        np.testing.assert_array_equal(vector, optimizer.state[name])


def test_what_is_no_vector_is_set_as_it_was():
    optimizer, other = Remembering(Layer(40_000)), Remembering(Layer(40_000))
    optimizer.step()
    optimizer.state |= {"history": np.ones((2, 40_000)), "count": np.array(3.0)}
    set_optimizer_state(other, optimizer_state(optimizer))
    assert {name: array.shape for name, array in other.state.items() if array.ndim != 1} == {
        "history": (2, 40_000),
        "count": (),
    }
