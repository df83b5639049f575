"""What fills an input is said in its shape: read, written, drawn, and refused in words."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from minnet_core import Example
from minnet_core.nn import FORMS, KINDS, Fill, FilledShape, read_shape, shape_text
from minnet_core.nn.traits import DOMAINS

SHAPES = [f"4,6:{form.replace('N', '5')}" for form in FORMS]


def drawn(text, seed=0, dtype=np.float32):
    return Example(input=text).draw_input(seed, dtype)


@pytest.mark.parametrize("text", [*SHAPES, "4,5", "4,7,3;4:lengths<=7", "3,2:int<9;3:signs;3,2"])
def test_what_is_written_is_read_and_written_again(text):
    shape = read_shape(text)
    assert shape_text(shape) == text
    assert read_shape(shape_text(shape)) == shape
    assert pickle.loads(pickle.dumps(shape)) == copy.deepcopy(shape) == shape
    assert Example(input=text) == Example(input=shape)
    assert eval(repr(Example(input=text))) == Example(input=text)


def test_either_sign_gives_a_bound_and_spaces_do_not_matter():
    assert read_shape("4: int <= 9") == read_shape("4:int<10") == FilledShape((4,), Fill("int", 9))
    assert read_shape("4:lengths<8") == read_shape("4:lengths<=7")


def test_what_fills_a_shape_makes_it_another():
    assert read_shape("4,3:mask") != (4, 3)
    assert read_shape("4,3:mask") != read_shape("4,3:signs")
    assert len({read_shape("4,3:mask"), read_shape("4,3:mask"), read_shape("4,3")}) == 2
    assert np.zeros(read_shape("4,3:mask")).shape == (4, 3)


@pytest.mark.parametrize("text", SHAPES)
def test_a_seed_draws_the_same_and_another_something_else(text):
    np.testing.assert_array_equal(drawn(text), drawn(text))
    assert drawn(text).shape == (4, 6)
    assert any(not np.array_equal(drawn(text), drawn(text, seed)) for seed in range(1, 5))
    dtype = drawn(text).dtype
    assert dtype == (bool if "mask" in text else np.int64 if "<" in text else np.float32)
    assert dtype.kind != "f" or drawn(text, dtype=np.float64).dtype == np.float64


@pytest.mark.parametrize("seed", range(20))
def test_a_mask_has_a_true_and_a_false_element_in_each_row(seed):
    for text in ("5,2:mask", "5,7:mask", "2,3,4:mask"):
        mask = drawn(text, seed)
        assert mask.any(axis=-1).all()
        assert not mask.all(axis=-1).any()
    assert drawn("5,1:mask", seed).all()


def test_the_elements_of_a_mask_do_not_lie_in_order():
    masks = np.concatenate([drawn("5,7:mask", seed) for seed in range(40)])
    assert (masks.mean(axis=0) > 0.3).all()
    assert (masks.mean(axis=0) < 0.7).all()


@pytest.mark.parametrize("seed", range(20))
def test_lengths_are_from_one_to_the_longest_which_is_among_them(seed):
    lengths = drawn("5:lengths<=3", seed)
    assert (lengths.min() >= 1, lengths.max()) == (True, 3)
    assert drawn("1:lengths<=4", seed).tolist() == [4]


def test_numbers_are_what_their_kind_says():
    assert set(np.unique(drawn("90:int<3"))) == set(np.unique(drawn("90:classes<3"))) == {0, 1, 2}
    assert set(np.unique(drawn("90:signs"))) == {-1, 1}
    assert set(np.unique(drawn("90:binary"))) == {0, 1}
    assert (drawn("9,4:one-hot").max(axis=1) == 1).all()
    assert (drawn("9,4:one-hot").sum(axis=1) == 1).all()
    np.testing.assert_allclose(drawn("9,4:probabilities").sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(np.exp(drawn("9,4:log-probabilities")).sum(axis=1), 1, rtol=1e-6)
    assert drawn("90:positive").min() > 0
    assert 0 < drawn("90:unit-interval").min() < drawn("90:unit-interval").max() < 1
    np.testing.assert_array_equal(drawn("9,4:real"), drawn("9,4"))
    assert {kind.domain for kind in KINDS.values()} - {None} == DOMAINS


def test_arrays_without_a_kind_are_drawn_from_the_domain_that_traits_name():
    example = Example(input="4,3;4:signs;4,3:real", traits="integer-input")
    words, signs, numbers = example.draw_input(0)
    assert (words.dtype.kind, signs.dtype.kind, numbers.dtype.kind) == ("i", "f", "f")


def test_texts_stand_among_shapes():
    example = Example(input=[((4, 3), "4:lengths<=3"), "2,3;2:int<4", (5,)])
    assert [shape_text(shape) for shape in example.shapes] == ["4,3;4:lengths<=3", "2,3;2:int<4", "5"]


def test_another_shape_is_filled_alike():
    example = Example(input=["4,3:mask", "4,3;4:lengths<=3"])
    assert example.filled((2, 7)) == read_shape("2,7:mask")
    assert example.filled(((2, 7), (2,))) == read_shape("2,7;2:lengths<=3")
    assert example.filled(((2, 7), (2,), (2,))) == ((2, 7), (2,), (2,))
    assert example.filled(read_shape("2,7:signs")) == read_shape("2,7:signs")
    assert example.draw_input(0, shape=(2, 7)).dtype == bool


def test_a_function_that_draws_and_a_shape_that_is_filled_are_an_error():
    with pytest.raises(ValueError, match="expected draw, or an input that says what fills it, received both: '4:mask'"):
        Example(input="4:mask", draw=lambda rng, shape, dtype: np.zeros(shape))


@pytest.mark.parametrize(
    ("text", "received"),
    [
        ("4:maks", "'4:maks'; did you mean 'mask'?"),
        ("4:length<=7", "'4:length<=7'; did you mean 'lengths<=N'?"),
        ("4:m\u0430sk", "'4:m\u0430sk' (its '\u0430' is CYRILLIC SMALL LETTER A); did you mean 'mask'?"),
        ("4:int", "'4:int'"),
        ("4:classes", "'4:classes'"),
        ("4:int<0", "'4:int<0'"),
        ("4:lengths<=0", "'4:lengths<=0'"),
        ("4:lengths<1", "'4:lengths<1'"),
        ("4:mask<3", "'4:mask<3'"),
        ("4:int<-3", "'4:int<-3'"),
        ("4:int<9999999999", "'4:int<9999999999'"),
        ("4:none", "'4:none'"),
        ("4:", "'4:'"),
        ("4:mask:mask", "'4:mask:mask'"),
        ("4:\x1b[2J", r"'4:\x1b[2J'"),
    ],
)
def test_a_wrong_kind_is_refused_with_those_that_there_are(text, received):
    expected = f"expected a shape alone, as 4,5, or with what fills it, as 4,5:mask, of {', '.join(FORMS)}, received "
    with pytest.raises(ValueError, match="^expected a shape alone") as caught:
        Example(input=text)
    assert str(caught.value).startswith(expected + received)


@pytest.mark.parametrize("text", ["x", "", "mask", ":mask", "4,0:mask", "4;", "4,-1", "4;:mask"])
def test_lengths_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="^expected positive lengths such as 4,5, or 4,5;4,2 for a table, received '"):
        Example(input=text)


def test_a_long_text_is_cut():
    with pytest.raises(ValueError, match="expected a shape alone") as caught:
        read_shape("4:" + "x" * 100_000)
    assert len(str(caught.value)) < 2000
