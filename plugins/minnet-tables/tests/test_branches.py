"""What all containers of branches have in common."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Affine, Module, Sequential, ShapeError, build, fuse, layers, load, save, to_config
from minnet_core.nn import leaves
from minnet_core.testing import through_pickle
from minnet_tables import Bottle, Concat, ConcatTable, ParallelTable
from minnet_test_support.components import DeclaredLinear, Halved, Identity

X = np.random.default_rng(0).standard_normal((4, 3))
PAIR = (X, X[:, :2])


def linear(n_in=3, n_out=2, rng=0):
    return DeclaredLinear(n_in, n_out, rng=rng, dtype=np.float64)


def containers():
    return [
        (Concat(1, linear(), Sequential(linear(3, 5, 1), linear(5, 2, 2))), X),
        (ConcatTable(linear(), linear(3, 1, 1)), X),
        (ParallelTable(linear(), linear(2, 1, 1)), PAIR),
    ]


def ones_like(tensor):
    return tuple(map(ones_like, tensor)) if isinstance(tensor, tuple) else np.ones_like(tensor)


class Refusing(Module):
    """Goes forward, and refuses to go back."""

    def updateOutput(self, input):
        self.output = input.copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        raise ShapeError("not here")


@pytest.mark.parametrize("index", range(3))
def test_one_branch_that_refuses_to_go_back_leaves_the_gradients_of_the_others_alone(index):
    container, x = containers()[index]
    container.modules[-1] = Refusing()
    model = Sequential(container)
    output = model.forward(x)
    with pytest.raises(ShapeError, match="not here"):
        model.backward(x, ones_like(output))
    assert not any(gradient.any() for gradient in model.namedGradParameters().values())


@pytest.mark.parametrize("index", range(3))
def test_gradients_of_two_passes_add_up_and_backwardParameters_adds_the_same(index):
    (one, x), (other, _) = containers()[index], containers()[index]
    for container, backward in ((one, one.backward), (other, other.backwardParameters)):
        g = ones_like(container.forward(x))
        backward(x, g)
        once = {name: gradient.copy() for name, gradient in container.namedGradParameters().items()}
        backward(x, g)
        for name, gradient in container.namedGradParameters().items():
            np.testing.assert_allclose(gradient, 2 * once[name], rtol=1e-14)
    for name, gradient in one.namedGradParameters().items():
        np.testing.assert_allclose(other.namedGradParameters()[name], gradient, rtol=1e-14)


@pytest.mark.parametrize("index", range(3))
def test_it_is_rebuilt_saved_and_pickled_with_what_is_inside(index, tmp_path):
    container, x = containers()[index]
    expected = np.concatenate([*leaves(container.forward(x))], axis=None)
    with layers.override("local:DeclaredLinear", DeclaredLinear):
        config = to_config(container)
        assert to_config(build(config)) == config
        loaded = load(save(container, tmp_path / "model.safetensors"))
    for again in (loaded, through_pickle(container), container.clone()):
        np.testing.assert_array_equal(np.concatenate([*leaves(again.forward(x))], axis=None), expected)


def test_modes_reach_every_branch():
    model = ConcatTable(Halved(), Sequential(Halved()))
    model.evaluate()
    np.testing.assert_array_equal(model.forward(X), [X / 2, X / 2])
    model.train()
    np.testing.assert_array_equal(model.forward(X), [X, X])


def test_the_same_instance_is_refused_twice():
    layer = linear()
    for make in (lambda: ConcatTable(layer, layer), lambda: Sequential(layer, Concat(1, layer))):
        with pytest.raises(ValueError, match="expected a module that is not in here yet"):
            make()


def test_an_error_inside_says_where():
    model = Sequential(ConcatTable(Identity(), Sequential(Identity(), Concat(1, Identity(), Refusing()))))
    model.forward(X)
    with pytest.raises(ShapeError) as raised:
        model.backward(X, (X, np.concatenate([X, X], axis=1)))
    assert [note.partition(",")[0] for note in raised.value.__notes__] == [
        "in Concat[1]: Refusing",
        "in Sequential[1]: Concat",
        "in ConcatTable[1]: Sequential",
        "in Sequential[0]: ConcatTable",
    ]


def test_the_repr_is_a_nested_listing():
    model = ConcatTable(linear(), Sequential(linear(), ParallelTable(linear(2, 4))), Concat(-1))
    assert repr(model).splitlines() == [
        "ConcatTable",
        "  Linear 3 -> 2",
        "  Sequential",
        "    Linear 3 -> 2",
        "    ParallelTable",
        "      Linear 2 -> 4",
        "  Concat -1",
    ]


def test_the_summary_tells_the_shapes_of_tables():
    text = str(ConcatTable(linear(), linear(3, 4)).summary((5, 3)))
    assert "((5, 2) float64, (5, 4) float64)" in text
    assert "((5, 2)" in text.splitlines()[-4]


def test_without_modules_there_is_nothing_to_run():
    for container, x in ((Concat(1), X), (ConcatTable(), X), (ParallelTable(), PAIR)):
        with pytest.raises(ValueError, match="expected modules to run, which add"):
            container.forward(x)


def test_each_branch_is_fused_by_itself():
    class Inert(Identity):
        def as_affine(self):
            return Affine()

        updateOutput = Identity.updateOutput  # defined as near as what is said of it

    model = Concat(1, Sequential(linear(), Inert(), linear(2, 2)), Sequential(Inert(), Inert()))
    fused = fuse(model)[0]
    assert [len(branch) if isinstance(branch, Sequential) else 1 for branch in fused] == [2, 1]
    assert (type(fused), fused.axis, fused.training) == (Concat, 1, False)
    np.testing.assert_allclose(fused.forward(X), model.forward(X), rtol=1e-14)
    assert len(model[0]) == 3


@pytest.mark.parametrize("container", [Concat(1, linear()), Bottle(linear())], ids=["Concat", "Bottle"])
def test_to_go_back_before_forward_is_an_error_that_says_so(container):
    with pytest.raises(RuntimeError, match="[0-9]: expected updateOutput\\(input\\) before updateGradInput"):
        container.backward(X, X)
