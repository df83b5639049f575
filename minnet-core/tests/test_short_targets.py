"""Targets in the short form: of the shape of the input, or of their own, one or several."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Example
from minnet_core.nn import FORMS, read_target


def drawn(text, input=(4, 3), dtype=np.float32):
    return read_target(text)(np.random.default_rng(0), input, dtype)


def test_a_kind_alone_has_the_shape_of_the_input():
    for text in ("real", "mask", "positive", "probabilities", "int<5"):
        assert drawn(text).shape == (4, 3)
    assert drawn("lengths<=3").shape == drawn("classes").shape == drawn("classes<9").shape == (4,)
    assert drawn("classes", (200, 2, 3)).shape == (200, 2)
    assert set(np.unique(drawn("classes", (200, 3)))) == {0, 1, 2}
    assert drawn("classes<9", (400, 3)).max() == 8


def test_of_a_table_the_first_array_counts():
    assert drawn("classes", ((4, 3), (4, 2))).shape == (4,)
    assert drawn("real", (((4, 3), (4,)), (4, 2))).shape == (4, 3)


def test_a_shape_is_its_own_but_for_the_number_of_samples():
    assert drawn("4,7:signs").shape == (4, 7)
    assert drawn("4,7:signs", (9, 3)).shape == (9, 7)
    assert drawn("4,7").dtype == np.float32
    assert set(np.unique(drawn("4:classes", (200, 3)))) == {0, 1, 2}


def test_several_are_a_table_and_none_is_none():
    classes, weights, mask = drawn("classes;4:positive;mask")
    assert (classes.shape, weights.shape, mask.shape, mask.dtype) == ((4,), (4,), (4, 3), bool)
    assert drawn("none") is None


def test_an_example_takes_one_as_text():
    example = Example(input=[(4, 3), (2, 3)], target="4:signs")
    assert example.draw_target(0, shape=(2, 3)).shape == (2,)
    assert example == Example(input=[(4, 3), (2, 3)], target="4:signs")
    assert eval(repr(example)) == example
    assert Example(input=(4, 3), target="none").draw_target(0) is None


def test_another_number_of_samples_than_the_input_has_is_refused():
    with pytest.raises(ValueError, match=r"expected a target of as many samples as the input, 2 or 4, received '3:si"):
        Example(input=[(4, 3), (2, 3)], target="3:signs")
    with pytest.raises(ValueError, match="samples as the input, 4, received 'real;3:signs'"):
        Example(input=((4, 3), (4, 3)), target="real;3:signs")


@pytest.mark.parametrize("text", ["reel", "", "4:sings", "classes;", "none;real", "4:none", "lengths", "int", "real<3"])
def test_a_wrong_word_is_refused_with_those_that_there_are(text):
    known = ", ".join(FORMS).replace("classes<N", "classes")
    with pytest.raises(ValueError, match="^expected a target") as caught:
        Example(input=(4, 3), target=text)
    expected = f"expected a target among {known}, none, alone or after a shape, as 4:signs, received {text!r}"
    assert str(caught.value).startswith(expected)


def test_lengths_that_are_none_are_refused():
    with pytest.raises(ValueError, match="expected positive lengths such as 4,5, .* received '0,3:signs'"):
        read_target("0,3:signs")
