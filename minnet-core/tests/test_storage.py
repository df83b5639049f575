from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from minnet_core import Module, Optimizer, Sequential
from minnet_test_support import notebook


class Descent(Optimizer):
    STATE = ("velocity",)

    def update(self, parameters, gradients, velocity):
        velocity += gradients
        parameters -= velocity


def test_parameters_become_views_with_their_values(Linear):
    model = Sequential(Linear(3, 2), Linear(2, 1))
    model[0].gradW += 5
    before = {name: array.copy() for name, array in model.namedParameters().items()}
    parameters, gradients = model.flattenParameters()
    assert parameters.shape == gradients.shape == (11,)
    for name, array in model.namedParameters().items():
        np.testing.assert_array_equal(array, before[name])
        assert np.shares_memory(array, parameters)
    assert (model[0].gradW == 5).all()
    parameters[:] = 1
    assert (model[1].W == 1).all()
    model[1].gradb += 3
    assert gradients[-1] == 3


def test_same_vectors_are_returned_again(Linear):
    model = Sequential(Linear(3, 2))
    first, second = model.flattenParameters(), model.flattenParameters()
    assert first[0] is second[0]
    assert first[1] is second[1]


@pytest.mark.parametrize("attribute", ["W", "b", "gradW", "gradb"])
def test_rebinding_is_noticed_and_moved_into_the_same_vectors(Linear, attribute):
    model = Sequential(Linear(3, 2), Linear(2, 2))
    vectors = model.flattenParameters()
    new = np.full_like(getattr(model[1], attribute), 7)
    setattr(model[1], attribute, new)
    again = model.flattenParameters()
    assert all(x is y for x, y in zip(vectors, again, strict=True))
    assert getattr(model[1], attribute) is not new
    assert (getattr(model[1], attribute) == 7).all()
    assert np.shares_memory(getattr(model[1], attribute), again[attribute.startswith("grad")])


def test_rebinding_to_views_of_other_parameters_keeps_values(Linear):
    layer = Linear(2, 2)
    layer.flattenParameters()
    W = layer.W.copy()
    layer.W = layer.W[::-1].T
    layer.flattenParameters()
    np.testing.assert_array_equal(layer.W, W[::-1].T)
    left, right = Linear(2, 2), Linear(2, 2)
    model = Sequential(left, right)
    model.flattenParameters()
    a, b = left.W.copy(), right.W.copy()
    left.W, right.W = right.W, left.W
    left.gradW, right.gradW = right.gradW, left.gradW
    model.flattenParameters()
    np.testing.assert_array_equal(left.W, b)
    np.testing.assert_array_equal(right.W, a)


def test_rebinding_to_another_shape_makes_new_vectors(Linear):
    layer = Linear(3, 2)
    old, _ = layer.flattenParameters()
    layer.W, layer.gradW = np.ones((2, 5), np.float32), np.zeros((2, 5), np.float32)
    new, _ = layer.flattenParameters()
    assert (old.size, new.size) == (8, 12)


def test_modules_added_later_are_noticed(Linear):
    model = Sequential(Linear(3, 2))
    model.flattenParameters()
    model.add(Linear(2, 2))
    assert model.flattenParameters()[0].size == 14


def test_shared_parameters_are_in_the_vector_once_and_stay_shared(Linear):
    first = Linear(3, 3)
    model = Sequential(first, first.clone().share(first), first.clone("W"))
    parameters, _ = model.flattenParameters()
    assert parameters.size == 9 + 3 + 3
    assert model[0].W is model[1].W is model[2].W
    assert model[0].gradW is model[2].gradW
    assert model[0].b is not model[2].b
    assert len(model.namedParameters()) == 6


def test_sharing_after_flattening_is_noticed(Linear):
    model = Sequential(Linear(3, 3), Linear(3, 3))
    model.flattenParameters()
    model[1].share(model[0])
    assert model.flattenParameters()[0].size == 12
    assert model[0].W is model[1].W


def test_one_array_with_two_gradients_is_an_error_and_changes_nothing(Linear):
    model = Sequential(Linear(3, 3), Linear(3, 3))
    model[1].W = W = model[0].W
    with pytest.raises(ValueError, match=r"0.W and 1.W are one array, but their gradients are two; .*share\(\)"):
        model.flattenParameters()
    assert model[0].W is model[1].W is W


def test_mixed_dtypes_are_an_error_that_lists_them(Linear):
    model = Sequential(Linear(3, 2), Linear(2, 1, dtype=np.float64))
    W = model[0].W
    with pytest.raises(TypeError, match=r"one dtype, received 0.W float32.*1.W float64.*astype"):
        model.flattenParameters()
    assert model[0].W is W
    assert model.astype(np.float32).flattenParameters()[0].dtype == np.float32


def test_parameter_that_was_rebound_in_another_dtype_is_converted_to_that_of_its_gradient():
    layer = notebook.Linear(3, 2)
    weights = layer.W.astype(np.float32)
    layer.W = weights  # as the notebook does with a tensor of PyTorch
    parameters, _ = layer.flattenParameters()
    assert parameters.dtype == layer.W.dtype == np.float64
    np.testing.assert_array_equal(layer.W, weights)


@pytest.mark.parametrize(
    "duplicate", [lambda m: m.clone(), copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["c", "d", "p"]
)
def test_copies_flatten_into_vectors_of_their_own(Linear, duplicate):
    model = Sequential(Linear(3, 2))
    parameters, _ = model.flattenParameters()
    twin = duplicate(model)
    theirs, _ = twin.flattenParameters()
    np.testing.assert_array_equal(theirs, parameters)
    theirs[:] = 0
    assert (twin[0].W == 0).all()
    assert parameters.all()
    assert model.flattenParameters()[0] is parameters


def test_copies_have_no_storage(Linear):
    one = Linear(3, 2)
    other = one.clone("W")
    model = Sequential(one)
    model.flattenParameters()
    for module in (model, one, other):
        assert module._storage is not None
        assert copy.copy(module)._storage is None
        assert "_storage" not in vars(copy.deepcopy(module))
    assert "_storage" not in vars(Linear(3, 2))


def test_astype_is_noticed(Linear):
    model = Sequential(Linear(3, 2))
    model.flattenParameters()
    model.astype(np.float64)
    parameters, gradients = model.flattenParameters()
    assert parameters.dtype == gradients.dtype == np.float64
    assert np.shares_memory(parameters, model[0].W)


def test_children_and_parents_flattened_in_turn_keep_their_values(Linear):
    model = Sequential(Linear(3, 2, rng=0), Linear(2, 2, rng=1))
    before = {name: array.copy() for name, array in model.namedParameters().items()}
    whole, _ = model.flattenParameters()
    part, _ = model[0].flattenParameters()
    part += 1
    assert model.flattenParameters()[0] is whole
    np.testing.assert_array_equal(model[0].W, before["0.W"] + 1)
    np.testing.assert_array_equal(whole[:6].reshape(2, 3), before["0.W"] + 1)
    assert model[0].flattenParameters()[0] is part
    np.testing.assert_array_equal(part[:6].reshape(2, 3), before["0.W"] + 1)


def test_module_without_parameters_has_empty_vectors():
    parameters, gradients = Sequential().flattenParameters()
    assert parameters.shape == gradients.shape == (0,)
    assert parameters.dtype == np.float32


def test_scalars_empty_and_foreign_layouts_survive():
    class Odd(Module):
        PARAMETERS = {"s": "gs", "e": "ge", "t": "gt", "r": "gr"}

        def __init__(self):
            super().__init__()
            self.s, self.e, self.t = np.array(2.0), np.empty((0, 3)), np.arange(6.0).reshape(2, 3).T
            self.r = np.arange(3.0)[::-1]
            self.r.flags.writeable = False
            for name, gradient in self.PARAMETERS.items():
                setattr(self, gradient, np.zeros(getattr(self, name).shape))

    module = Odd()
    flat, _ = module.flattenParameters()
    np.testing.assert_array_equal(flat, [2, 0, 3, 1, 4, 2, 5, 2, 1, 0])
    module.gs += 3
    module.r += 1
    assert (module.s.shape, module.e.shape, float(module.gs)) == ((), (0, 3), 3.0)


def test_optimizer_trains_what_was_rebound(Linear):
    layer = Linear(3, 2)
    optimizer = Descent(layer)
    layer.gradW += 1
    optimizer.step()
    layer.W = np.full((2, 3), 10, np.float32)
    layer.gradW = np.full((2, 3), 1, np.float32)
    optimizer.step()
    np.testing.assert_array_equal(layer.W, np.full((2, 3), 8))


def test_parameters_of_modules_that_a_composite_hides_are_an_error(Linear):
    class Block(Module):
        def __init__(self):
            super().__init__()
            self.inner = Linear(3, 2)

    with pytest.raises(ValueError, match=r"expected getParameters\(\) .* lacks 0.inner.W, 0.inner.b; derive"):
        Sequential(Block()).flattenParameters()


def test_parameters_that_are_two_views_of_one_memory_are_an_error(Linear):
    model = Sequential(Linear(3, 2), Linear(2, 3))
    model[1].W = model[0].W.T
    with pytest.raises(ValueError, match=r"0.W and 1.W, or their gradients, are two views of the same memory"):
        model.flattenParameters()
    assert model[1].W.base is model[0].W


def test_parameters_that_interleave_in_one_array_are_moved(Linear):
    model = Sequential(Linear(3, 2), Linear(3, 2))
    both = np.arange(12, dtype=np.float32).reshape(2, 6)
    model[0].W, model[1].W = both[:, ::2], both[:, 1::2]
    model.flattenParameters()
    np.testing.assert_array_equal(model[1].W, both[:, 1::2])


def test_overlapping_gradients_are_an_error(Linear):
    model = Sequential(Linear(3, 2), Linear(2, 3))
    model[1].gradW = model[0].gradW.T
    with pytest.raises(ValueError, match="two views of the same memory"):
        model.flattenParameters()


@pytest.mark.parametrize(
    "move", [lambda m: m.flattenParameters(), lambda m: m.astype(np.float64)], ids=["flat", "astype"]
)
def test_modules_that_share_stay_tied_when_one_moves(Linear, move):
    one = Sequential(Linear(3, 2), Linear(2, 2))
    other = one.clone("W")
    third = Sequential(Linear(3, 2)).share(Sequential(other[0]), "W")
    move(one)
    assert one[0].W is other[0].W is third[0].W
    assert one[0].gradW is other[0].gradW is third[0].gradW
    assert one[0].b is not other[0].b
    move(other)
    assert one[1].W is other[1].W
    one[0].W[:] = 7
    assert (third[0].W == 7).all()


def test_copies_of_modules_that_share_are_tied_to_nobody(Linear):
    one = Linear(3, 2)
    other = one.clone("W")
    twin = copy.deepcopy(other)
    one.flattenParameters()
    assert twin.W is not one.W
    assert pickle.loads(pickle.dumps(one)).W is not one.W


def test_optimizer_moves_arrays_when_it_is_made_and_not_later(Linear):
    class Descend(Optimizer):
        def update(self, parameters, gradients, *state):
            parameters -= gradients

    layer = Linear(3, 2)
    optimizer = Descend(layer)
    gradients, parameters = layer.getGradParameters(), layer.getParameters()
    optimizer.step()
    assert all(map(lambda a, b: a is b, gradients + parameters, layer.getGradParameters() + layer.getParameters()))


@pytest.mark.parametrize("change", ["list", "attribute", "none", "own method"])
def test_every_way_to_change_what_a_module_has_is_noticed(Linear, change):
    model = Sequential(Sequential(Linear(3, 2)), Linear(2, 2))
    assert model.flattenParameters()[0].size == 14
    if change == "list":
        model.modules = [*model.modules, Linear(2, 1)]
        expected = 17
    elif change == "attribute":
        model[0].modules[0] = Linear(3, 2, bias=False)
        expected = 12
    elif change == "none":
        model[1].b = model[1].gradb = None
        expected = 12
    else:
        model[1].__class__ = type("Frozen", (Linear,), {"getParameters": list, "getGradParameters": list})
        model.modules = list(model.modules)
        model[1].W = model[1].W.copy()
        expected = 8
    assert model.flattenParameters()[0].size == expected


def test_class_with_parameter_methods_of_its_own_is_asked_each_time(Linear):
    class Freezing(Linear):
        frozen = False

        def getParameters(self):
            return [] if self.frozen else super().getParameters()

        def getGradParameters(self):
            return [] if self.frozen else super().getGradParameters()

    model = Sequential(Freezing(3, 2), Linear(2, 2))
    assert model.flattenParameters()[0].size == 14
    model[0].frozen = True
    assert model.flattenParameters()[0].size == 6


def test_parameters_that_are_no_attributes_of_the_instance_are_asked_for(Linear):
    class Computed(Linear):
        PARAMETERS = {"weights": "gradW"}  # as a notebook writes it

        @property
        def weights(self):
            return self.W

    model = Sequential(Computed(3, 2))
    vectors = model.flattenParameters()
    model[0].W = np.full_like(model[0].W, 7)
    assert model.flattenParameters()[0] is vectors[0]
    assert (vectors[0] == 7).all()


def test_zeroing_is_one_fill_that_sees_rebinding_and_methods_of_others(Linear):
    class Loud(Linear):
        zeroed = 0

        def zeroGradParameters(self):
            self.zeroed += 1
            super().zeroGradParameters()

    model = Sequential(Linear(3, 2), Sequential(Linear(2, 2)))
    _, gradients = model.flattenParameters()
    gradients.fill(3)
    model.zeroGradParameters()
    assert not gradients.any()
    model[0].gradW = np.ones_like(model[0].gradW)
    model.zeroGradParameters()
    assert not model[0].gradW.any()
    model = Sequential(Linear(3, 2), Loud(2, 2))
    model.flattenParameters()[1].fill(3)
    model.zeroGradParameters()
    assert model[1].zeroed == 1
    assert not model.flattenParameters()[1].any()


def test_method_that_an_instance_has_of_its_own_is_asked(Linear):
    model = Sequential(Linear(3, 2), Linear(2, 2))
    model[1].getParameters = lambda: [model[1].W]
    model[1].getGradParameters = lambda: [model[1].gradW]
    assert model.flattenParameters()[0].size == 12
    model[1].getParameters = model[1].getGradParameters = list
    assert model.flattenParameters()[0].size == 8
