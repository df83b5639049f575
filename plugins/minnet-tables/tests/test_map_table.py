from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, Sequential, ShapeError, build, fuse, layers, load, save, to_config
from minnet_core.testing import through_pickle
from minnet_tables import CAddTable, ConcatTable, MapTable
from minnet_test_support import notebook
from minnet_test_support.components import DeclaredLinear, Dropout, Identity

RNG = np.random.default_rng(0)
TABLE = tuple(RNG.standard_normal((n, 3)) for n in (2, 4, 1))


def linear(n_in=3, n_out=2, rng=0):
    return DeclaredLinear(n_in, n_out, rng=rng, dtype=np.float64)


def gradients(model, table, outputs):
    """What each element gives by itself, and what the gradients of all add up to."""
    model.zeroGradParameters()
    received = []
    for x, g in zip(table, outputs, strict=True):
        model.forward(x)
        received.append(model.backward(x, g).copy())
    return received, {name: array.copy() for name, array in model.namedGradParameters().items()}


@pytest.mark.parametrize("again", [1, 2])
def test_it_does_with_each_element_what_the_modules_do_and_gradients_add_up(again):
    model, alone = MapTable(linear(), notebook.ELU(), linear(2, 4, 1)), None
    alone = Sequential(*model.clone())
    for _ in range(again):  # nothing is left of a pass
        outputs = model.forward(TABLE)
    assert model.forward(TABLE[:1])[0].shape == (2, 4)
    outputs = model.forward(TABLE)
    expected, of_parameters = gradients(alone, TABLE, outputs)
    model.zeroGradParameters()
    for received, its in zip(model.backward(TABLE, outputs), expected, strict=True):
        np.testing.assert_allclose(received, its, rtol=1e-13)
    for name, gradient in model.namedGradParameters().items():
        np.testing.assert_allclose(gradient, of_parameters[name], rtol=1e-13)
    assert list(of_parameters) == ["0.W", "0.b", "2.W", "2.b"]


class Masked(Module):
    """Drops numbers, and keeps its mask in an attribute that it does not declare, as notebooks do."""

    def __init__(self, rng=None):
        super().__init__()
        self.rng, self.count = np.random.default_rng(rng), 5

    def updateOutput(self, input):
        self.count, self.mask = len(input), self.rng.random(input.shape) < 0.5
        self.output = input * self.mask
        return self.output

    def updateGradInput(self, input, gradOutput):
        assert self.count == len(input)
        self.gradInput = gradOutput * self.mask
        return self.gradInput


def test_each_element_draws_numbers_of_its_own_and_goes_back_through_the_same():
    x = np.ones((5, 40))
    model = MapTable(Masked(rng=0))
    for table in ((x, x), (x[:2], x, x[:2], x)):
        outputs = model.forward(table)
        assert not np.array_equal(outputs[0], outputs[-1][: len(outputs[0])])
        for output, gradient in zip(outputs, model.backward(table, table), strict=True):
            np.testing.assert_array_equal(gradient, output)


class Refusing(Identity):
    """Refuses to go back through four samples."""

    def updateGradInput(self, input, gradOutput):
        if len(input) == 4:
            raise ShapeError("not four")
        return super().updateGradInput(input, gradOutput)


def test_moving_averages_see_every_element_and_going_back_leaves_them():
    model, alone = MapTable(notebook.BatchNormalization(0.9), Refusing()), notebook.BatchNormalization(0.9)
    table = TABLE[::2]
    outputs = model.forward(table)
    for x in table:
        alone.forward(x)
    for _ in range(2):
        np.testing.assert_array_equal(model[0].moving_mean, alone.moving_mean)
        model.backward(table, outputs)
    outputs, _ = model.forward(TABLE), [alone.forward(x) for x in TABLE]
    with pytest.raises(ShapeError, match="not four"):
        model.backward(TABLE, outputs)
    np.testing.assert_array_equal(model[0].moving_mean, alone.moving_mean)


def test_a_declared_buffer_may_be_set_between_forward_and_backward():
    class Counting(Identity):
        BUFFERS = ("seen",)

        def __init__(self):
            super().__init__()
            self.seen = np.zeros(1)

        def updateOutput(self, input):
            self.seen = self.seen + len(input)
            return super().updateOutput(input)

    model = MapTable(Counting())
    outputs = model.forward(TABLE)
    assert model[0].seen == 7
    model[0].seen = np.full(1, 100.0)
    model.backward(TABLE, outputs)
    assert model[0].seen == 100


def test_a_parameter_may_be_bound_anew_between_forward_and_backward():
    model = MapTable(linear())
    outputs = model.forward(TABLE)
    vector, gradient = model.flattenParameters()
    model.backward(TABLE, outputs)
    assert gradient.any()
    assert np.shares_memory(model[0].W, vector)
    model[0].W = np.zeros((2, 3))
    assert not np.array_equal(model.forward(TABLE)[0], outputs[0])


def test_a_backward_pass_that_fails_changes_no_gradient_and_says_with_which_element():
    model = MapTable(Refusing(), linear())
    outputs = model.forward(TABLE)
    with pytest.raises(ShapeError, match="not four") as raised:
        model.backward(TABLE, outputs)
    assert raised.value.__notes__ == [
        "in MapTable[0]: Refusing, input (4, 3) float64",
        "in element 1 of the table of MapTable",
    ]
    assert not any(gradient.any() for gradient in model.namedGradParameters().values())


def test_tables_of_tables_and_maps_of_maps():
    table = (TABLE[:2], TABLE[1:])
    model = MapTable(MapTable(linear()))
    (one, two), (three, four) = outputs = model.forward(table)
    np.testing.assert_array_equal(two, three)
    (a, b), (c, d) = model.backward(table, outputs)
    for gradient, output in ((a, one), (b, two), (c, three), (d, four)):
        np.testing.assert_allclose(gradient, output @ model[0][0].W, rtol=1e-13)
    np.testing.assert_array_equal(MapTable(CAddTable()).forward(((TABLE[0], TABLE[0]),)), [2 * TABLE[0]])


def test_it_is_saved_pickled_and_copied_after_a_pass_too(tmp_path):
    model = MapTable(linear(), ConcatTable(Identity()))
    expected = model.forward(TABLE)
    with layers.override("local:DeclaredLinear", DeclaredLinear), layers.override("local:Identity", Identity):
        config = to_config(model)
        assert to_config(build(config)) == config
        loaded = load(save(model, tmp_path / "model.safetensors"))
    for again in (loaded, model.clone(), MapTable(*through_pickle(model.modules[:1]), ConcatTable(Identity()))):
        for (output,), (its,) in zip(again.forward(TABLE), expected, strict=True):
            np.testing.assert_array_equal(output, its)
    copied = model.clone()
    np.testing.assert_array_equal(copied.backward(TABLE, expected)[1], model.backward(TABLE, expected)[1])


def test_it_is_fused_inside_and_shows_what_is_inside():
    model = MapTable(linear(), ConcatTable(Identity()))
    assert repr(model) == "MapTable\n  Linear 3 -> 2\n  ConcatTable\n    Identity"
    fused = fuse(model)[0]
    assert (type(fused), len(fused)) == (MapTable, 2)
    np.testing.assert_array_equal(fused.forward(TABLE)[0], model.forward(TABLE)[0])


def test_refusals():
    model = MapTable(Dropout())
    with pytest.raises(ShapeError, match=r"MapTable: expected input to be a table, received \(2, 3\) float64"):
        model.forward(TABLE[0])
    with pytest.raises(RuntimeError, match=r"expected updateOutput\(input\) before updateGradInput"):
        model.backward(TABLE, TABLE)
    model.forward(TABLE)
    with pytest.raises(ShapeError, match="MapTable: expected input to be a table of 3"):
        model.backward(TABLE[:2], TABLE)


def test_a_forward_pass_that_fails_leaves_the_last_one_to_go_back_through():
    model, other = MapTable(linear()), MapTable(linear())
    outputs = model.forward(TABLE)
    with pytest.raises(ValueError, match="mismatch"):
        model.forward((TABLE[0], TABLE[1][:, :2]))
    other.forward(TABLE)
    for received, expected in zip(model.backward(TABLE, outputs), other.backward(TABLE, outputs), strict=True):
        np.testing.assert_array_equal(received, expected)
    np.testing.assert_array_equal(model.modules[0].gradW, other.modules[0].gradW)
    before = model.gradInput
    model.modules[0].updateGradInput = None
    with pytest.raises(TypeError):
        model.updateGradInput(TABLE, outputs)
    assert model.gradInput is before
