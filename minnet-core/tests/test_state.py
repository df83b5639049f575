from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from minnet_core import Container, Module, Sequential
from minnet_core.nn.node import children, walk


class Listed(Module):
    """Parameters in a list, gradients in a dict, as a loop over layers makes them."""

    def __init__(self, depth=2):
        super().__init__()
        self.weights = [np.full((2, 2), float(i)) for i in range(depth)]
        self.grads = {f"w{i}": np.zeros((2, 2)) for i in range(depth)}

    def getParameters(self):
        return [[weight] for weight in self.weights]

    def getGradParameters(self):
        return [[self.grads[key]] for key in sorted(self.grads)]


class Aliased(Module):
    """Holds each parameter twice: as an attribute that the formula uses, and in the list that is returned."""

    def __init__(self):
        super().__init__()
        self.w, self.gradW = np.ones(2), np.zeros(2)
        self.params, self.grads = [self.w], [self.gradW]

    def getParameters(self):
        return self.params

    def getGradParameters(self):
        return self.grads

    def updateOutput(self, input):
        self.output = input * self.w
        return self.output


class Packed(Module):
    """Hands out stretches of one array: views, which no attribute holds."""

    def __init__(self):
        super().__init__()
        self.all, self.grad = np.arange(3.0), np.zeros(3)

    def getParameters(self):
        return [self.all[:2], self.all[2:]]

    def getGradParameters(self):
        return [self.grad[:2], self.grad[2:]]


class Pair(Module):
    """A composite that keeps its modules in attributes, as students write it."""

    def __init__(self, first, second):
        super().__init__()
        self.first, self.rest = first, {"second": second}

    def getParameters(self):
        return [self.first.getParameters(), self.rest["second"].getParameters()]

    def getGradParameters(self):
        return [self.first.getGradParameters(), self.rest["second"].getGradParameters()]


def test_walk_yields_every_module_once_parents_first(Linear):
    shared = Linear(2, 2)
    pair = Pair(shared, Sequential(Linear(2, 2)))
    pair.again = shared
    assert [name for name, _ in walk(pair)] == ["", "first", "rest.second", "rest.second.0"]


def test_children_in_a_list_called_modules_come_first_and_are_named_by_number(Linear):
    class Extended(Container):
        def __init__(self):
            self.head = Linear(2, 1)
            head = self.head
            super().__init__(Linear(2, 2))
            self.head = head

    assert [name for name, _ in children(Extended())] == ["0", "head"]


def test_modules_in_a_dict_called_modules_are_found(Linear):
    class Branches(Module):
        def __init__(self):
            super().__init__()
            self.modules = {"left": Linear(2, 2), "right": Linear(2, 2)}

    assert [name for name, _ in children(Branches())] == ["modules.left", "modules.right"]


def test_attribute_called_modules_need_not_be_a_list_of_modules():
    class Odd(Module):
        def __init__(self):
            super().__init__()
            self.modules = np.arange(3)

    assert list(children(Odd())) == []


def test_modules_in_a_tuple_are_found(Linear):
    class Frozen(Module):
        def __init__(self):
            super().__init__()
            self.parts = (Linear(2, 2), "no module", Linear(2, 1))

    assert [name for name, _ in children(Frozen())] == ["parts.0", "parts.2"]


def test_cycles_end():
    class Node(Module):
        pass

    node = Node()
    node.next = Node()
    node.next.back = node
    assert [name for name, _ in walk(node)] == ["", "next"]


def test_parameters_in_lists_and_dicts_are_named_and_moved():
    module = Listed()
    assert list(module.namedParameters()) == ["weights.0", "weights.1"]
    flat, gradients = module.flattenParameters()
    flat[:] = 9
    gradients[:] = 5
    assert (module.weights[1] == 9).all()
    assert (module.grads["w0"] == 5).all()
    assert module.astype(np.float32).weights[0].dtype == np.float32
    assert module.grads["w1"].dtype == np.float32


def test_parameters_held_twice_move_in_both_places():
    module = Aliased()
    flat, _ = module.flattenParameters()
    flat[:] = 3
    np.testing.assert_array_equal(module.forward(np.ones(2)), [3, 3])
    assert module.params[0] is module.w
    assert module.grads[0] is module.gradW
    module.astype(np.float32)
    assert module.params[0] is module.w
    assert module.w.dtype == np.float32
    other = Aliased()
    module.share(other)
    assert module.w is module.params[0] is other.w
    assert list(module.namedParameters()) == ["w"], "the attribute gives the name"


def test_reference_that_a_composite_keeps_to_a_parameter_of_a_child_moves_along(Linear):
    class Tied(Module):
        def __init__(self):
            super().__init__()
            self.encoder = Linear(3, 2)
            self.W, self.gradW = self.encoder.W, self.encoder.gradW

        def getParameters(self):
            return [self.encoder.getParameters()]

        def getGradParameters(self):
            return [self.encoder.getGradParameters()]

    module = Tied()
    assert list(module.namedParameters()) == ["encoder.W", "encoder.b"]
    module.flattenParameters()
    assert module.W is module.encoder.W
    assert module.gradW is module.encoder.gradW
    assert module.namedBuffers() == {}


def test_composite_with_attributes_has_dotted_names(Linear):
    pair = Pair(Linear(2, 2), Sequential(Linear(2, 1)))
    assert list(pair.namedParameters()) == ["first.W", "first.b", "rest.second.0.W", "rest.second.0.b"]
    assert pair.clearState() is pair
    assert pair.clone().astype(np.float64).first.W.dtype == np.float64
    pair.zeroGradParameters()


@pytest.mark.parametrize("inside", [False, True])
def test_parameters_that_are_views_are_named_but_cannot_be_moved(inside):
    packed = Packed()
    module = Sequential(packed) if inside else packed
    prefix = "0." if inside else ""
    for _ in range(5):
        assert list(module.namedParameters()) == [f"{prefix}parameter0", f"{prefix}parameter1"]
    for move in (module.flattenParameters, lambda: module.astype("f4"), lambda: module.share(module.clone())):
        with pytest.raises(TypeError, match=rf"parameter {prefix}parameter0: expected .* held nowhere"):
            move()
    assert packed.all.dtype == np.float64


def test_parameters_that_are_copies_are_an_error():
    class Copies(Packed):
        def getParameters(self):
            return [self.all.copy()]

        def getGradParameters(self):
            return [self.grad.copy()]

    with pytest.raises(TypeError, match=r"Copies: expected getParameters\(\) to return the arrays themselves"):
        Sequential(Copies()).namedParameters()


@pytest.mark.parametrize("value", [0.5, "text"])
def test_parameters_that_are_no_arrays_are_an_error(value):
    class Scalar(Module):
        def getParameters(self):
            return [value]

        def getGradParameters(self):
            return [value]

    with pytest.raises(TypeError, match=rf"Scalar: expected .* arrays, received {type(value).__name__}"):
        Scalar().namedParameters()


def test_gradients_of_other_shapes_or_number_are_an_error(Linear):
    layer = Linear(3, 2)
    layer.gradW = np.zeros((3, 2), np.float32)
    with pytest.raises(
        ValueError, match=r"0: Linear 3 -> 2: expected gradients of the shapes .*\(2, 3\).*received .*\(3, 2\)"
    ):
        Sequential(layer).namedParameters()
    layer.gradW = None
    with pytest.raises(ValueError, match="expected gradients of the shapes"):
        layer.flattenParameters()


def test_share_takes_the_arrays_of_the_other(Linear):
    mine, theirs = Linear(3, 2), Linear(3, 2)
    assert mine.share(theirs) is mine
    assert (mine.W is theirs.W, mine.gradW is theirs.gradW, mine.b is theirs.b) == (True, True, True)


def test_share_of_one_name_leaves_the_others(Linear):
    mine, theirs = Sequential(Linear(3, 2)), Sequential(Linear(3, 2))
    mine.share(theirs, "b")
    assert mine[0].b is theirs[0].b
    assert mine[0].W is not theirs[0].W


@pytest.mark.parametrize(
    ("theirs", "names"),
    [((3, 4), ()), ((3, 4), ("W",)), ((3, 2), ("weight",)), ((3, 2), ("W", "bais")), ((3, 2), ("gradW",))],
)
def test_share_that_does_not_fit_fails_and_changes_nothing(Linear, theirs, names):
    mine, theirs = Linear(3, 2), Linear(*theirs)
    before = [*mine.getParameters(), *mine.getGradParameters()]
    with pytest.raises(ValueError, match="Linear 3 -> 2: expected to share"):
        mine.share(theirs, *names)
    after = [*mine.getParameters(), *mine.getGradParameters()]
    assert all(x is y for x, y in zip(before, after, strict=True))


def test_share_with_a_module_that_cannot_give_its_arrays_fails(Linear):
    class Fixed(Module):
        def __init__(self):
            super().__init__()
            self.parameter0, self.parameter1 = np.zeros(2), np.zeros(1)
            self.grad0, self.grad1 = np.zeros(2), np.zeros(1)

        def getParameters(self):
            return [self.parameter0, self.parameter1]

        def getGradParameters(self):
            return [self.grad0, self.grad1]

    with pytest.raises(TypeError, match="held nowhere"):
        Fixed().share(Packed())


def test_astype_that_fails_half_way_changes_nothing(Linear):
    model = Sequential(Linear(3, 2), Packed())
    W = model[0].W
    with pytest.raises(TypeError, match="held nowhere"):
        model.astype(np.float64)
    assert model[0].W is W


def test_undeclared_class_has_every_other_numeric_array_as_buffer():
    class Loose(Module):
        def __init__(self):
            super().__init__()
            self.mean, self.names, self.flags = np.zeros(2), np.array(["a"]), [np.ones(1, bool)]
            self.output = np.ones(3)

    assert list(Loose().namedBuffers()) == ["mean", "flags.0"]


def test_dataclass_layer_knows_its_arguments():
    @dataclass(repr=False, eq=False)
    class Scale(Module):
        factor: float = 1.0

    from minnet_core import to_config

    assert to_config(Scale(2.0)) == {"class": "local:Scale", "factor": 2.0}
