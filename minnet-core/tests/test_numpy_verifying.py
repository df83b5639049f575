"""A NumPy program that fails, or computes something else than its network, is not written."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module
from minnet_core.errors import ExportError
from minnet_core.exporting import ExportOptions, says_formula
from minnet_core.exporting.numpy_code import write_numpy
from minnet_core.saving import ModelHeader

HEADER = ModelHeader(config={}, components={})


class Weighted(Module):
    """One that computes what its subclasses' formulas do not; its array tells how many features it takes."""

    def __init__(self):
        super().__init__()
        self.W = np.array([1.0, -1.0], np.float32)

    def updateOutput(self, input):
        self.output = input * self.W
        return self.output


class Wrong(Weighted):
    pass


class Failing(Weighted):
    pass


class Pair(Weighted):
    def updateOutput(self, input):
        self.output = input[0] * self.W, input[1][:, 0] + 0
        return self.output


class Indexed(Weighted):
    def updateOutput(self, input):
        self.output = self.W[input]
        return self.output


@says_formula(Wrong)
def wrong(x, W):
    return x * W + 0.01


@says_formula(Failing)
def failing(x, W):
    return x @ W.reshape(7, 7)


@says_formula(Pair)
def pair_of(pair, W):
    return pair[0] * W, pair[1][:, 1]


@says_formula(Indexed)
def indexed(indices, W):
    return W[indices] + 1


@pytest.fixture
def write(tmp_path):
    def written(module, shape=None):
        module.evaluate()
        return write_numpy(module, HEADER, tmp_path / "program.py", ExportOptions(input_shape=shape))

    return written


@pytest.mark.parametrize(
    ("module", "shape", "message"),
    [
        (Wrong(), None, r"received one whose output 0 differs by 0\.0\d+ of its largest number; a formula"),
        (Wrong(), (5, 2), r"received one whose output 0 differs"),
        (Failing(), None, r"expected a program that runs, received one that fails: ValueError: cannot reshape"),
        (Pair(), ((2,), (3,)), r"received one whose output 1 differs"),
        (Indexed(), (4,), r"received one whose output 0 differs"),
    ],
)
def test_what_computes_something_else_is_not_written(write, tmp_path, module, shape, message):
    with pytest.raises(ExportError, match=message):
        write(module, shape)
    assert not list(tmp_path.iterdir())


def test_a_shape_that_the_network_refuses_is_told_of(write, tmp_path):
    with pytest.raises(ExportError, match=r"takes samples of shape \(3,\), received one that says: ValueError"):
        write(Weighted(), (3,))  # which are not the features that W has
    assert not list(tmp_path.iterdir())


def test_what_could_not_be_compared_is_said(write):
    said = "it was run, but not compared with the model: nobody says the shape of a sample; --input-shape 1,28,28"
    assert said in write(Indexed())
    assert said not in write(Weighted())


def test_the_network_stays_as_it_is_and_global_random_numbers_too(write):
    module = Weighted()
    before = np.random.get_state()[1].tolist()
    write(module)
    assert module.output is None
    assert np.random.get_state()[1].tolist() == before
