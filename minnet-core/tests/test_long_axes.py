"""Integers that are too small for a long axis."""

from __future__ import annotations

from array import array
from typing import ClassVar

import numpy as np
import pytest

from minnet_core import Criterion, Module
from minnet_core.testing import Case, examine

CHECK = "long_axes_are_treated_alike"


class Largest(Module):
    """The largest of each row, by its place."""

    def __init__(self, dtype="int64", most=10**9):
        super().__init__()
        self.dtype, self.most = dtype, most

    def updateOutput(self, input):
        if input.shape[1] > self.most:
            raise ValueError(f"expected {self.most} at most")
        place = input.argmax(axis=1).astype(self.dtype).astype(int) % input.shape[1]
        self.output = np.take_along_axis(input, place[:, None], axis=1)[:, 0]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros_like(input)
        place = input.argmax(axis=1).astype(self.dtype).astype(int) % input.shape[1]
        np.put_along_axis(self.gradInput, place[:, None], gradOutput[:, None], axis=1)
        return self.gradInput


class Numbered(Largest):
    """Numbers the elements in an integer that refuses to overflow, in every NumPy."""

    def updateOutput(self, input):
        (last,) = array("B", [input.shape[1] - 1])
        self.output = input * (last >= 0)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


def result(cls=Largest, **arguments):
    traits = {"kinks"} if cls is Largest else ()
    return examine(Case(cls, arguments=arguments, input=(4, 5), traits=traits), [CHECK]).results[-1]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
def test_a_place_that_is_kept_in_a_small_integer_is_found(dtype):
    found = result(dtype=dtype)
    assert found.status == "failed"
    assert "axis 1 of the input is" in found.message
    assert "kept in a small integer" in found.message


def test_an_integer_that_refuses_to_overflow_is_found():
    assert "raised OverflowError" in result(Numbered).message


def test_large_integers_and_refusals_are_right():
    assert result().status == "passed"
    assert result(most=50).status == "passed"
    assert result(most=200).status == "passed"


class WordMean(Module):
    """The mean of the vectors of each sample's first words, of (words, lengths), with words in a dtype."""

    PARAMETERS: ClassVar = {"vectors": "gradVectors"}

    def __init__(self, n_words, dtype="int64"):
        super().__init__()
        self.vectors = np.random.default_rng(0).standard_normal((n_words, 2))
        self.gradVectors = np.zeros_like(self.vectors)
        self.dtype = dtype

    def updateOutput(self, input):
        self.output = np.einsum("ntf,nt->nf", self.vectors[input[0]], self.shares(input))
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = None

    def accGradParameters(self, input, gradOutput):
        places = input[0].astype(self.dtype)
        np.add.at(self.gradVectors, places, gradOutput[:, None] * self.shares(input)[:, :, None])

    def shares(self, input):
        words, lengths = input
        return (np.arange(words.shape[1]) < lengths[:, None]) / lengths[:, None]


def words(dtype):
    return Case(WordMean, arguments={"n_words": 9, "dtype": dtype}, input="4,5:int<9;4:lengths<=5")


def test_indices_that_an_example_describes_follow_the_argument_that_bounds_them():
    assert examine(words("int64"), [CHECK]).results[-1].status == "passed"
    found = examine(words("uint8"), [CHECK]).results[-1]
    assert found.status == "failed"
    assert "where argument n_words is" in found.message


def test_lengths_that_an_example_describes_are_one_at_least_where_integers_are_least():
    found = examine(words("int64"), ["tiny_inputs_give_finite_results"]).results[-1]
    assert (found.status, found.message) == ("passed", "")


class Picked(Criterion):
    """The score of each sample's class, with the sign of a second target, and classes in a dtype for backward."""

    def __init__(self, dtype="int64"):
        super().__init__()
        self.dtype = dtype

    def updateOutput(self, input, target):
        classes, signs = target
        self.output = float(np.mean(signs * np.square(input[np.arange(len(input)), classes])))
        return self.output

    def updateGradInput(self, input, target):
        classes, signs = target
        chosen = np.arange(len(input)), classes.astype(self.dtype)
        self.gradInput = np.zeros_like(input)
        self.gradInput[chosen] = 2 * signs * input[chosen] / len(input)
        return self.gradInput


@pytest.mark.parametrize("classes", ["classes", "4:classes<3"])
def test_a_target_that_an_example_describes_is_as_long_as_its_input_and_has_as_many_classes(classes):
    def found(dtype):
        case = Case(Picked, arguments={"dtype": dtype}, input=(4, 3), target=f"{classes};4:signs")
        return examine(case, [CHECK]).results[-1]

    assert found("int64").status == "passed"
    assert found("uint8").status == "failed"
    assert "axis 1 of the input is" in found("uint8").message


def test_a_described_input_of_one_array_has_indices_for_a_larger_argument():
    class Rows(WordMean):
        def updateOutput(self, input):
            self.output = self.vectors[input]
            return self.output

        def accGradParameters(self, input, gradOutput):
            np.add.at(self.gradVectors, input.astype(self.dtype), gradOutput)

    def found(dtype):
        case = Case(Rows, arguments={"n_words": 9, "dtype": dtype}, input="4,3:int<9")
        return examine(case, [CHECK]).results[-1].status

    assert (found("int64"), found("uint8")) == ("passed", "failed")
