"""A composite that says how: `fuse` makes it anew of what is inside, fused."""

import numpy as np
import pytest

from minnet_core import Affine, Container, Module, Sequential, fuse


class Nothing(Module):
    def updateOutput(self, input):
        self.output = input.copy()
        return self.output

    def as_affine(self):
        return Affine()


class Double(Module):
    def updateOutput(self, input):
        self.output = 2 * input
        return self.output


class Squared(Container):
    """The square of what its one module makes."""

    def updateOutput(self, input):
        self.output = self.modules[0].forward(input) ** 2
        return self.output

    def fuse_inside(self, fuse):
        return Squared(fuse(self.modules[0]))


class Halved(Squared):
    def updateOutput(self, input):
        self.output = self.modules[0].forward(input) / 2
        return self.output


def inside(cls=Squared):
    return cls(Sequential(Double(), Nothing(), Sequential(Double(), Nothing())))


def test_what_is_inside_is_fused_and_the_model_stays():
    model = Sequential(Nothing(), inside(), Nothing())
    fused = fuse(model)
    assert [type(layer) for layer in fused] == [Nothing, Squared]
    assert [type(layer) for layer in fused[1].modules[0]] == [Double, Double]
    assert len(model[1].modules[0]) == 3
    assert not fused[1].modules[0][0].training
    np.testing.assert_array_equal(fused.forward(np.ones(2)), model.forward(np.ones(2)))


def test_it_may_be_the_whole_model():
    assert [type(layer) for layer in fuse(inside())[0].modules[0]] == [Double, Double]


def test_what_a_subclass_inherits_is_not_believed_if_it_computes_something_else():
    fused = fuse(inside(Halved))
    assert type(fused[0]) is Halved
    assert len(fused[0].modules[0]) == 3


@pytest.mark.parametrize("says", [lambda self, fuse: None, Container.fuse_inside])
def test_what_says_nothing_is_copied_as_it_is(says):
    cls = type("Kept", (Squared,), {"fuse_inside": says, "updateOutput": Squared.updateOutput})
    assert len(fuse(inside(cls))[0].modules[0]) == 3


def test_anything_but_a_module_is_refused():
    cls = type("Wrong", (Squared,), {"fuse_inside": lambda self, fuse: 3, "updateOutput": Squared.updateOutput})
    with pytest.raises(TypeError, match=r"Wrong: expected fuse_inside\(\) to return a module or None, received 3"):
        fuse(inside(cls))
